"""A component's word that arrives when its page is gone."""

from streamlit.testing.v1 import AppTest


def test_a_click_whose_page_was_left_meanwhile_says_nothing() -> None:
    def page() -> None:
        import streamlit as st

        from cnnviz.ui.component import told

        st.session_state["here"] = {"case": "blur"}
        st.write(str([told("gone", "case"), told("here", "case"), told("here", "other")]))

    assert AppTest.from_function(page).run().markdown[0].value == "[None, 'blur', None]"
