"""How the browser's files are put together, and a component's answer that arrives when its page is gone."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.ui.component import script, stylesheet
from tests.browser.catalogue import COMPONENTS, ROOT
from tests.message_types import files


def test_a_click_whose_page_was_left_meanwhile_says_nothing() -> None:
    def page() -> None:
        import streamlit as st

        from cnnviz.ui.component import answer

        st.session_state["here"] = {"case": "blur"}
        st.write(str([answer("gone", "case"), answer("here", "case"), answer("here", "other")]))

    assert AppTest.from_function(page).run().markdown[0].value == "[None, 'blur', None]"


def test_modules_stand_behind_what_they_import_once_each(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\nimport { c } from "./c.js";\nexport default b + c;\n')
    (tmp_path / "b.js").write_text('import { c } from "./c.js";\nexport const b = c;\n')
    (tmp_path / "c.js").write_text('import { b } from "./b.js";\nexport const c = () => b;\n')
    assert script(tmp_path / "a.js") == "const c = () => b;\n\nconst b = c;\n\nexport default b + c;\n"


@pytest.mark.parametrize(
    ("second", "error"),
    [
        (None, "b.js"),
        ("export const a = 1;\n", "no such name"),
        ("export const b = 1;\nconst own = 2;\n", "both have"),
        ('import * as d from "./d.js";\nexport const b = 1;\n', "not read here"),
    ],
)
def test_what_would_be_a_blank_page_in_the_browser_is_an_error(tmp_path: Path, second: str | None, error: str) -> None:
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\nconst own = b;\nexport default own;\n')
    if second is not None:
        (tmp_path / "b.js").write_text(second)
    with pytest.raises((FileNotFoundError, ValueError), match=error):
        script(tmp_path / "a.js")


def test_a_style_sheet_stands_behind_what_it_imports(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text('@import "./b.css";\np {\n}\n')
    (tmp_path / "b.css").write_text("a {\n}\n")
    assert stylesheet(tmp_path / "a.css") == "a {\n}\n\np {\n}\n"


def test_every_folder_of_a_component_is_known_and_has_examples() -> None:
    folders = {path for path in (ROOT / "cnnviz/ui/components").iterdir() if (path / "__init__.py").exists()}
    assert {path.name for path in folders} | {"copy_link"} == set(COMPONENTS)
    for name in COMPONENTS.values():
        assert (ROOT / name.replace(".", "/") / "examples.py").exists(), f"{name} shows no example of itself"


def test_the_types_of_the_messages_are_those_of_python() -> None:
    for file, text in files().items():
        assert file.read_text(encoding="utf-8") == text, f"{file} is old: make fix writes it anew"
