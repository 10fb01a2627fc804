"""Residual block: the rows add up, the switch changes the answer as torch does, any address opens."""

import numpy as np
import pytest

from cnnviz.gallery import gallery_picture
from cnnviz.networks.residual import residual_blocks, share
from cnnviz.ui.sharing import cached
from tests.pages.test_explore import canvas, data_of, opened, words

RESNET = {"network": "ResNet-18"}
SWITCH = ("nothing", "F(x)", "the shortcut")


@pytest.mark.parametrize("block", ["layer1.0", "layer2.0", "layer4.1"])
def test_the_rows_are_x_and_f_and_their_exact_sum(block: str) -> None:
    app = opened("residual_block", **RESNET, block=block)
    header, values = canvas(app, "block_rows")
    x, f, total = values[:, 0].reshape(3, -1, *values.shape[2:])
    step = header["step"]
    assert step == 1
    assert np.array_equal(x + f, total)
    assert header["rows"] == ["projected x" if block == "layer2.0" else "x", "F(x)", "sum"]
    whole = cached.activations("resnet18", gallery_picture("chelsea"))
    found = next(one for one in residual_blocks(whole.network) if one.name == block)
    assert f"**{100 * share(whole, found):.0f} %**" in words(app)
    assert ("a **projection**" in words(app)) == (block == "layer2.0")


@pytest.mark.parametrize(("off", "kept"), [("F(x)", 0), ("the shortcut", 1)])
def test_switched_off_leaves_the_other_path_alone(off: str, kept: int) -> None:
    app = opened("residual_block", **RESNET, block="layer3.1", block_off=off)
    header, values = canvas(app, "block_rows")
    parts = values[:, 0].reshape(3, -1, *values.shape[2:])
    assert np.array_equal(parts[2], parts[kept])
    assert not parts[1 - kept].any()
    titles = ["x", "F(x)", "sum"]
    titles[1 - kept] += " (switched off: 0)"
    assert header["rows"] == titles
    assert ", ".join(titles) in header["label"]
    before, after = data_of(app, "block_before"), data_of(app, "block_after")
    assert before["total"] != after["total"]


@pytest.mark.parametrize("block", ["layer1.0", "layer2.0"])
def test_what_is_said_beside_the_rows_is_true_for_every_position_of_the_switch(block: str) -> None:
    said = {off: words(opened("residual_block", **RESNET, block=block, block_off=off)) for off in SWITCH}
    assert ["switched off**" in text for text in said.values()] == [False, True, True]
    assert "F(x) is switched off" in said["F(x)"]
    assert f"is {'projected x' if block == 'layer2.0' else 'x'} alone" in said["F(x)"]
    assert "the shortcut is switched off" in said["the shortcut"]
    assert "is F(x) alone" in said["the shortcut"]
    whole = cached.activations("resnet18", gallery_picture("chelsea"))
    found = next(one for one in residual_blocks(whole.network) if one.name == block)
    for text in said.values():
        assert f"In the whole network F(x) brings **{100 * share(whole, found):.0f} %**" in text


def test_channels_come_in_the_order_that_is_asked_for() -> None:
    header, _ = canvas(opened("residual_block", **RESNET, block_order="by number"), "block_rows")
    assert header["names"] == [str(channel) for channel in range(8)]
    assert header["columns"] == 8


@pytest.mark.parametrize(
    "address",
    [{"network": "AlexNet"}, {"block": "layer9.9"}, {"block_off": "everything"}, {"block_order": "<b>"}, {"block": ""}],
)
def test_junk_or_a_network_without_blocks_opens_one_that_has_some(address: dict[str, str]) -> None:
    app = opened("residual_block", **address)
    assert canvas(app, "block_rows")[1].shape[0] == 24


def test_of_a_network_without_blocks_it_is_said_until_another_is_chosen() -> None:
    app = opened("residual_block", network="SqueezeNet 1.1")
    sentence = "SqueezeNet 1.1 has no residual blocks; Slim ResNet is shown in its place."
    assert app.info[0].value == sentence
    app.selectbox(key="block").select("layer2.0").run()
    assert app.info[0].value == sentence
    app.selectbox(key="network").set_value("resnet18").run()
    assert not app.info
    assert not opened("residual_block", network="ResNet-18").info
    assert "no network that is here" in opened("residual_block", network="LeNet").info[0].value


def test_the_small_resnet_that_comes_along_is_where_it_opens() -> None:
    app = opened("residual_block")
    assert app.selectbox(key="network").value == "slim_resnet"
    _, values = canvas(app, "block_rows")
    x, f, total = values[:, 0].reshape(3, -1, *values.shape[2:])
    assert np.array_equal(x + f, total)
    assert "untrained" not in words(app)
