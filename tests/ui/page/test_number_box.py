"""The box for one number: what is typed stays, what does not fit is answered in words, shapes fill their boxes."""

import re

import pytest
from streamlit.testing.v1 import AppTest


def app() -> None:
    import streamlit as st

    from cnnviz.ui.page.number_box import ANY_NUMBER, NumberRange, number_box

    sizes, kernels = NumberRange(1, 512), NumberRange(1, 11)
    numbers = {
        "C": number_box("C", "channels", 3, NumberRange(1, 64), shape=("C", "H", "W")),
        "H": number_box("H", "height", 32, sizes, shape=("C", "H", "W")),
        "W": number_box("W", "width", 32, sizes, shape=("C", "H", "W")),
        "k": number_box("k", "kernel_size", 3, kernels, shape=("k", "k_W")),
        "k_W": number_box("k_W", "kernel_size, width", 3, kernels, shape=("k", "k_W")),
        "bias": number_box("bias", "bias", 0, NumberRange(-100, 100, is_whole=False)),
        "units": number_box("units", "units", 128, NumberRange(1, 4096)),
        "wanted": number_box("wanted", "wanted", None, ANY_NUMBER),
    }
    st.session_state["numbers"] = {key: str(number) for key, number in numbers.items()}

    def suggest() -> None:
        st.session_state["H"] = 64
        st.session_state["bias"] = 0.5

    st.button("suggest", on_click=suggest)


def opened(**query: str) -> AppTest:
    page = AppTest.from_function(app, default_timeout=30)
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def typed(page: AppTest, key: str, text: str) -> AppTest:
    page.text_input(key=key).set_value(text).run()
    assert not page.exception
    return page


def number(page: AppTest, key: str) -> str:
    return page.session_state["numbers"][key]


def words(page: AppTest) -> str:
    return re.sub(r"\\(\W)", r"\1", " ".join(element.value for element in [*page.error, *page.caption]))


def boxes(page: AppTest, *keys: str) -> list[str]:
    return [page.text_input(key=key).value for key in keys]


@pytest.mark.parametrize("key", ["C", "H", "W"])
def test_a_shape_fills_the_boxes_of_a_picture_wherever_it_is_typed(key: str) -> None:
    page = typed(opened(), key, "3, 224, 112")
    assert boxes(page, "C", "H", "W") == ["3", "224", "112"]
    assert not words(page)


def test_two_numbers_are_height_and_width_and_the_channels_stay() -> None:
    page = typed(typed(opened(), "C", "16"), "C", "224 x 112")
    assert boxes(page, "C", "H", "W") == ["16", "224", "112"]


def test_a_kernel_of_3x5_is_a_pair() -> None:
    page = typed(opened(), "k", "3x5")
    assert boxes(page, "k", "k_W") == ["3", "5"]
    assert (number(page, "k"), number(page, "k_W")) == ("3", "5")


def test_a_batch_of_one_picture_is_left_out_and_one_of_many_is_refused() -> None:
    assert boxes(typed(opened(), "C", "torch.Size([1, 3, 28, 28])"), "C", "H", "W") == ["3", "28", "28"]
    page = typed(opened(), "C", "8, 3, 28, 28")
    assert boxes(page, "C", "H", "W") == ["8, 3, 28, 28", "32", "32"]
    assert "“8, 3, 28, 28” is no shape that fits these boxes. channels takes a whole number from 1 to 64" in words(page)


@pytest.mark.parametrize(
    ("key", "text", "answer"),
    [
        ("units", "3x3", "“3x3” has 2 numbers. units takes a whole number from 1 to 4,096; until then 128 is used."),
        ("units", "", "The box is empty. units takes a whole number from 1 to 4,096; until then 128 is used."),
        ("units", "many", "“many” is not a number. units takes"),
        ("units", "−5", "units −5 does not fit here: it takes a whole number from 1 to 4,096, so 1 is used."),
        ("units", "2.5", "units 2.5 does not fit here"),
        ("bias", "0,5,1", "“0,5,1” has 3 numbers. bias takes a number from −100 to 100, such as 2, −0.5 or 1/9"),
        ("bias", "1/0", "“1/0” divides by zero."),
        ("bias", "0.123456", "so 0.1235 is used"),
    ],
)
def test_what_does_not_fit_is_answered_in_words_and_stays_in_the_box(key: str, text: str, answer: str) -> None:
    page = typed(opened(), key, text)
    assert answer in words(page)
    assert boxes(page, key) == [text]


def test_a_number_of_a_shape_that_does_not_fit_its_box_is_answered_there() -> None:
    page = typed(opened(), "C", "3, 600, 28")
    assert boxes(page, "C", "H", "W") == ["3", "600", "28"]
    assert "height 600 does not fit here: it takes a whole number from 1 to 512, so 512 is used." in words(page)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("bias", "−5", "-5"),
        ("bias", "1/9", "1/9"),
        ("bias", "-2.5", "-5/2"),
        ("bias", "−2,5", "-5/2"),
        ("bias", "0,125", "1/8"),
        ("units", "4,096", "4096"),
        ("H", "64.0", "64"),
    ],
)
def test_what_can_be_read_is_taken_without_a_word(key: str, text: str, value: str) -> None:
    page = typed(opened(), key, text)
    assert number(page, key) == value
    assert not words(page)


def test_what_cannot_be_read_leaves_the_number_before_in_use() -> None:
    page = typed(typed(opened(), "units", "64"), "units", "many")
    assert number(page, "units") == "64"


def test_a_box_that_may_be_empty_stands_for_nothing_then_and_after_a_word() -> None:
    page = opened()
    assert number(page, "wanted") == "None"
    assert number(typed(page, "wanted", "1e6"), "wanted") == "1000000"
    assert number(typed(page, "wanted", ""), "wanted") == "None"
    assert not words(page)
    assert number(typed(page, "wanted", "many"), "wanted") == "None"
    assert "“many” is not a number. wanted takes a whole number; until then nothing is used." in words(page)


def test_an_address_opens_what_it_says() -> None:
    page = opened(H="64", units="3x3")
    assert (number(page, "H"), number(page, "units")) == ("64", "128")
    assert "“3x3” has 2 numbers." in words(page)


def test_code_may_write_a_number_under_the_key() -> None:
    page = opened()
    page.button[0].click().run()
    assert not page.exception
    assert boxes(page, "H", "bias") == ["64", "0.5"]
    assert number(page, "bias") == "1/2"
