"""What a page chooses by itself is in its address, and follows the picture until somebody chooses."""

import pytest
import torch
from streamlit.testing.v1 import AppTest

from cnnviz.gallery import gallery_picture
from tests.pages.test_explore import opened

torch.set_num_threads(1)

SMALL = {"network": "Slim AlexNet"}
FIELDS = {
    "one_neuron": ("neuron_layer", "neuron_channel", "neuron_row", "neuron_column"),
    "whole_network": ("whole_layer", "whole_channel"),
    "visualize_a_unit": ("seek_layer", "seek_channel"),
}


def fields_of(app: AppTest, page: str) -> list[object]:
    layer, *numbers = FIELDS[page]
    return [app.selectbox(key=layer).value, *(app.number_input(key=key).value for key in numbers)]


def address_of(app: AppTest, page: str) -> list[object]:
    layer, *numbers = (app.query_params.get(key) for key in FIELDS[page])
    return [layer, *(None if number is None else float(number) for number in numbers)]


def show_picture(app: AppTest, name: str) -> None:
    app.session_state["picture"] = gallery_picture(name)
    app.query_params.pop("picture", None)
    app.run()
    assert not app.exception


@pytest.mark.parametrize("page", FIELDS)
@pytest.mark.parametrize("network", [SMALL, {"network": "Slim ResNet", "picture": "rocket"}])
def test_a_link_opens_what_the_page_chose(page: str, network: dict[str, str]) -> None:
    app = opened(page, **network)
    assert None not in fields_of(app, page)
    assert address_of(app, page) == fields_of(app, page)
    assert fields_of(opened(page, **app.query_params), page) == fields_of(app, page)
    assert fields_of(opened(page, **(app.query_params | {"picture": "coffee"})), page) == fields_of(app, page)


@pytest.mark.parametrize("page", FIELDS)
def test_what_nobody_chose_is_chosen_anew_for_another_picture_and_network(page: str) -> None:
    app = opened(page, **SMALL)
    of_the_cat = fields_of(app, page)
    show_picture(app, "rocket")
    assert fields_of(app, page) == address_of(app, page) == fields_of(opened(page, picture="rocket", **SMALL), page)
    assert fields_of(app, page) != of_the_cat
    show_picture(app, "chelsea")
    assert fields_of(app, page) == address_of(app, page) == of_the_cat
    app.selectbox(key="network").set_value("slim_vgg").run()
    assert fields_of(app, page) == address_of(app, page) == fields_of(opened(page, network="Slim VGG"), page)


@pytest.mark.parametrize("page", FIELDS)
def test_what_a_person_chose_stays(page: str) -> None:
    app = opened(page, **SMALL)
    channel = app.number_input(key=FIELDS[page][1])
    channel.set_value(5.0 if channel.value != 5 else 6.0).run()
    chosen = fields_of(app, page)
    show_picture(app, "rocket")
    assert fields_of(app, page) == chosen


@pytest.mark.parametrize("page", FIELDS)
def test_what_a_link_asks_for_stays(page: str) -> None:
    app = opened(page, **opened(page, **SMALL).query_params)
    asked_for = fields_of(app, page)
    show_picture(app, "rocket")
    assert fields_of(app, page) == address_of(app, page) == asked_for


@pytest.mark.parametrize("page", FIELDS)
def test_another_layer_opens_on_its_own_liveliest_channel(page: str) -> None:
    app = opened(page, **SMALL)
    app.selectbox(key=FIELDS[page][0]).set_value("features.3").run()
    assert not app.exception
    there = opened(page, **{FIELDS[page][0]: "features.3"}, **SMALL)
    assert fields_of(app, page) == fields_of(there, page)
    assert address_of(app, page)[1:] == fields_of(there, page)[1:]  # of the layer it is the browser that tells
    show_picture(app, "rocket")
    assert fields_of(app, page)[0] == "features.3", "the layer was chosen by a person"


@pytest.mark.parametrize("page", FIELDS)
def test_a_number_that_is_not_there_gives_way_to_the_pages_own(page: str) -> None:
    layer, channel, *_ = FIELDS[page]
    for junk in ("inf", "nan", "2.5", "99999", "-1", ""):
        app = opened(page, **{layer: "features.3", channel: junk}, **SMALL)
        assert fields_of(app, page) == address_of(app, page)
        assert fields_of(app, page) == fields_of(opened(page, **{layer: "features.3"}, **SMALL), page)


def two_layers() -> None:
    """A page with two layers of three channels; its own choice is channel 1 of "a", 2 of "b"."""
    import streamlit as st

    from cnnviz.ui.pickers.strongest import choose_layer, forget

    def click(layer: str, channel: int) -> None:
        forget("layer", "channel")
        st.session_state["layer"], st.session_state["channel"] = layer, channel

    own = {"a": 1, "b": 2}
    layer, (channel,) = choose_layer(
        "layer", ("channel",), list(own), ("", "", ""), lambda _: (3,), lambda: "a", lambda layer, _: (own[layer],)
    )
    st.number_input("Channel", 0.0, 2.0, None, key="channel", bind="query-params")
    st.button("Click", on_click=click, args=("b", 1))
    st.text(f"{layer} {channel}")


def test_a_click_on_the_number_that_the_page_had_chosen_elsewhere_is_a_choice() -> None:
    app = AppTest.from_function(two_layers, default_timeout=30)
    app.run()
    assert not app.exception
    assert app.text[0].value == "a 1"
    app.button[0].click().run()
    assert app.text[0].value == "b 1"
