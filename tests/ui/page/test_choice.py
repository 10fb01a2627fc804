"""One setting out of those that fit: it gives way in words, and comes back when it fits again."""

from streamlit.testing.v1 import AppTest


def app() -> None:
    import streamlit as st

    from cnnviz.ui.page.choice import choose, slide
    from cnnviz.ui.page.lesson import Suggestion, try_this

    size = choose("size", "size", (1, 2, 3, 4), 4)
    if st.toggle("shown", True, key="shown"):
        st.session_state["chosen"] = choose("padding", "padding", range(size), 1, reason="It is less than the size.")
    slide("length", "length", range(2, 10), 5)
    try_this([Suggestion("Start again", {"size": 4, "padding": 1})], key="test")


def opened(**query: str) -> AppTest:
    page = AppTest.from_function(app, default_timeout=30)
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def choose(page: AppTest, key: str, value: int) -> None:
    page.segmented_control(key=key).select(value).run()
    assert not page.exception


def words(page: AppTest) -> str:
    return " ".join(caption.value for caption in page.caption).replace("\\", "")


def test_a_wish_gives_way_to_the_nearest_with_the_reason_and_comes_back() -> None:
    page = opened(padding="3")
    choose(page, "size", 3)
    assert page.session_state["chosen"] == 2
    assert "padding 3 does not fit here; it stands on 2. It is less than the size." in words(page)
    choose(page, "size", 4)
    assert page.session_state["chosen"] == 3
    assert not words(page)


def test_a_wish_that_gives_way_twice_is_still_the_first_one() -> None:
    page = opened(padding="3")
    for size, stands in ((3, 2), (2, 1), (4, 3)):
        choose(page, "size", size)
        assert page.session_state["chosen"] == stands


def test_what_somebody_chooses_meanwhile_takes_the_place_of_the_wish() -> None:
    page = opened(padding="3")
    choose(page, "size", 3)
    choose(page, "padding", 0)
    choose(page, "size", 4)
    assert page.session_state["chosen"] == 0


def test_a_suggestion_lets_go_of_what_waited() -> None:
    page = opened(padding="3")
    choose(page, "size", 2)  # it stands on 1, which is also what the suggestion sets
    page.button[0].click().run()
    assert page.session_state["chosen"] == 1


def test_a_control_that_was_away_comes_back_with_its_value() -> None:
    page = opened(padding="2")
    for shown in (False, True):
        page.toggle(key="shown").set_value(shown).run()
    assert page.session_state["chosen"] == 2


def test_a_link_that_asks_in_vain_opens_the_usual_value_and_says_so() -> None:
    page = opened(padding="9", length="1", size="many")
    assert page.session_state["chosen"] == 1
    assert "padding 9 does not fit here; it stands on 1." in words(page)
    assert "length 1 does not fit here; it stands on 5." in words(page)
    assert "“many” does not fit here; size takes 1 to 4." in words(page)
