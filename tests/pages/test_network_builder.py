"""The network builder as a visitor meets it: by link, by the examples, by the buttons, by hand."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.arithmetic.lecture.tables import VGG16_TABLE
from cnnviz.ui.compute.builder.examples import EXAMPLES, OPENING, RESIDUAL
from cnnviz.ui.compute.builder.text import packed

ROOT = Path(__file__).parents[2]
PAGE = str(ROOT / "pages" / "compute" / "network_builder.py")


def open_page(text=None, shape=None, **link):
    """The page as it opens from a link with this text, this shape and these parameters."""
    page = AppTest.from_file(PAGE, default_timeout=60)
    if text is not None:
        link["net"] = packed(text)
    if shape is not None:
        link["input"] = "x".join(map(str, shape))
    for name, value in link.items():
        page.query_params[name] = value
    return page.run()


def data(page, part):
    """What Python sent to one part of the page: code, diagram, table or field."""
    key = {"code": "network_code", "field": "network_field"}.get(part, f"network_{part}")
    element = next(e for e in page.get("bidi_component") if key in e.proto.id)
    return json.loads(element.proto.json)


def cells(page, name):
    return [layer["cells"][name] for layer in data(page, "table")["layers"]]


def click(page, label):
    next(button for button in page.button if button.label == label).click()
    return page.run()


def fixes(page):
    return [button.label for button in page.button if (button.key or "").startswith("fix_")]


def metrics(page):
    assert not page.exception
    return {metric.label: metric.value.removeprefix(":green[").removesuffix("]") for metric in page.metric}


def by_hand(page):
    page.segmented_control(key="network_way").set_value("By hand").run()
    assert not page.exception
    return page


def setting(page, name):
    return next(box for box in page.text_input if box.label == name)


def test_it_opens_on_a_network_that_fits():
    page = open_page()
    assert metrics(page) == {":blue[4 × 28 × 28] gives": "4", "Parameters": "57,460", "Memory": "178 kB"}
    assert not page.error
    assert data(page, "code")["text"] == OPENING.text


def test_the_opening_network_has_the_numbers_that_torch_counts():
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    names = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional}
    for example in (OPENING, EXAMPLES[3]):
        exec(example.text, names)
    for name, example in (("PatchNet", OPENING), ("SmallResNet", EXAMPLES[3])):
        net = names[name]()
        assert net(torch.zeros(1, *example.input_shape)).shape[1:] == (int(cells(shown(example), "output")[-1]),)
        assert sum(p.numel() for p in net.parameters()) == as_number(data(shown(example), "table")["total"]["params"])


def shown(example):
    return open_page(example.text, example.input_shape)


def as_number(text):
    return int(text.replace(",", ""))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.label)
def test_every_example_is_one_click_away_and_a_link_brings_it_back(example):
    page = click(open_page(), example.label)
    assert not page.exception
    assert data(page, "code")["text"] == example.text
    link = {name: value if isinstance(value, str) else value[0] for name, value in page.query_params.items()}
    again = open_page(**link)
    assert data(again, "code")["text"] == example.text
    assert data(again, "table")["layers"] == data(page, "table")["layers"]
    assert metrics(again) == metrics(page)


def test_sat6convnet_fails_twice_and_both_lines_are_marked():
    page = click(open_page(), "Sat6ConvNet, which does not fit")
    assert len(page.error) == 2
    assert "line 4" in page.error[0].value
    assert "400 features and got 256" in page.error[1].value
    assert data(page, "code")["marks"] == [{"line": 4, "kind": "wrong"}, {"line": 6, "kind": "wrong"}]
    assert cells(page, "output")[0] == "does not fit"
    assert data(page, "table")["total"]["params"] == "73,492"


def test_both_changes_at_once_mend_sat6convnet_in_its_own_text():
    page = click(click(open_page(), "Sat6ConvNet, which does not fit"), "Make both changes")
    assert not page.error
    text = data(page, "code")["text"]
    assert "self.conv1 = nn.Conv2d(4, 32, kernel_size=5)" in text
    assert "self.fc1 = nn.Linear(256, 128)" in text
    assert "class Sat6ConvNet(nn.Module):" in text
    assert metrics(page)["Parameters"] == "57,460"


def test_sat6convnet_runs_as_it_stands_on_one_channel_of_32_pixels():
    page = click(click(open_page(), "Sat6ConvNet, which does not fit"), "Feed an input with 1 channel")
    assert "line 6" in page.error[0].value
    page = click(page, "Feed an input of 32 × 32 (32 to 35 fit)")
    assert metrics(page) == {":blue[1 × 32 × 32] gives": "4", "Parameters": "73,492", "Memory": "243 kB"}
    assert data(page, "code")["text"] == EXAMPLES[0].text


def test_the_rows_before_the_one_that_breaks_are_worked_out():
    page = open_page(EXAMPLES[0].text, (1, 28, 28))
    assert cells(page, "output")[:8] == [
        "32 × 24 × 24",
        "32 × 24 × 24",
        "32 × 12 × 12",
        "16 × 8 × 8",
        "16 × 8 × 8",
        "16 × 4 × 4",
        "256",
        "does not fit",
    ]
    assert [layer["state"] for layer in data(page, "table")["layers"]] == ["fits"] * 7 + ["wrong"] + ["waiting"] * 4


def test_vgg16_as_the_lecture_lists_it_shrinks_to_one_pixel():
    page = click(open_page(), "VGG-16 without padding")
    assert metrics(page)["Parameters"] == "37,694,248"
    assert "512 × 1 × 1" in cells(page, "output")


def test_vgg16_without_padding_needs_212_pixels():
    assert not open_page(EXAMPLES[1].text, (3, 212, 212)).error
    page = open_page(EXAMPLES[1].text, (3, 211, 211))
    assert page.error
    assert not page.exception


def test_vgg16_as_it_is_meant_has_the_lectures_weights():
    page = click(open_page(), "VGG-16 as it is meant")
    assert metrics(page)["Parameters"] == "138,357,544"
    assert data(page, "table")["total"]["macs"] == "15,470,264,320"
    layers = data(page, "table")["layers"]
    assert "512 × 7 × 7" in cells(page, "output")
    params = [as_number(layer["cells"]["params"]) for layer in layers if layer["cells"]["params"] != "0"]
    outputs = [as_number(layer["cells"]["output"].split(" ")[0]) for layer in layers if layer["kind"] == "weights"]
    lectures = [weights for _, _, weights, _ in VGG16_TABLE if weights]
    assert [count - biases for count, biases in zip(params, outputs, strict=True)] == lectures


def test_skips_lead_from_the_blocks_input_to_its_sum():
    page = click(open_page(), "A network with skips")
    layers = data(page, "diagram")["layers"]
    sums = [layer for layer in layers if layer["kind"] == "join"]
    assert [len(layer["inputs"]) for layer in sums] == [2, 2]
    assert metrics(page)["Parameters"] == "19,914"


MISFITS = [
    (EXAMPLES[0].text, (4, 28, 28)),
    (EXAMPLES[0].text, (1, 28, 28)),
    (EXAMPLES[1].text, (3, 200, 200)),
    (RESIDUAL, (1, 32, 32)),
    (RESIDUAL.replace("16, 32, stride", "12, 32, stride"), (3, 32, 32)),
    ("nn.Sequential(nn.Conv2d(3, 8, 3), nn.Linear(11, 4))", (3, 12, 12)),
    ("nn.Sequential(nn.Conv2d(3, 8, 9), nn.ReLU())", (3, 5, 5)),
    ("nn.Sequential(nn.MaxPool2d(4), nn.MaxPool2d(4))", (3, 8, 8)),
    ("nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(16), nn.Flatten(), nn.Linear(7, 4))", (3, 12, 12)),
]


@pytest.mark.parametrize(("text", "shape"), MISFITS, ids=range(len(MISFITS)))
def test_following_any_repair_leads_to_a_network_that_fits(text, shape):
    """Every path of repairs, whichever button is pressed first, ends where everything fits."""
    first = [label for label in fixes(open_page(text, shape)) if not label.startswith("Make")]
    assert first
    for label in first:
        page = click(open_page(text, shape), label)
        for _ in range(6):
            if not page.error:
                break
            page = click(page, next(label for label in fixes(page) if not label.startswith("Make")))
        assert not page.exception
        assert not page.error, label
        assert metrics(page)


def test_a_line_that_cannot_be_read_is_marked_and_nothing_typed_is_lost():
    text = "nn.Sequential(\n    nn.Conv2d(3, 8, 3, strde=2),\n)"
    page = open_page(text)
    assert "Line 2" in page.error[0].value
    assert "did you mean stride?" in page.error[0].value
    assert data(page, "code")["text"] == text
    assert data(page, "code")["marks"] == [{"line": 2, "kind": "wrong"}]
    assert not page.exception


def test_while_a_text_cannot_be_read_the_network_before_it_stays_in_sight():
    page = open_page()
    page.session_state["network_text"] = OPENING.text + "\nnet = PatchNet("
    page.run()
    assert "never closed" in page.error[0].value
    assert metrics(page) == {}  # its figures are not those of what stands there now
    assert data(page, "table")["total"]["params"] == "57,460"
    assert any("before the change" in caption.value for caption in page.caption)


HOSTILE = [
    "",
    " ",
    "\x00",
    "import os; os.system('true')",
    "__import__('os').system('true')",
    "nn.Conv2d(9**9**9, 1, 1)",
    "nn.Linear(" + "9" * 5000 + ", 1)",
    "(" * 3000,
    "#" * 19_000,
    "x" * 100_000,
    "while True:\n    pass",
    "nn.Conv2d(3, 8, 3)  # \u202e",
    "def f():\n    return f()\nf()",
    "<script>alert(1)</script> :red[**x**] $a$ ![i](https://example.com/i.png)",
    "nn.Sequential(" + "nn.Linear(8, 8), " * 300 + ")",
    "nn.Sequential(*[nn.Conv2d(3, 3, 3) for _ in range(10**9)])",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_paste_is_answered_in_words_at_once(text):
    page = open_page()
    page.session_state["network_text"] = text
    start = time.perf_counter()
    page.run()
    assert time.perf_counter() - start < 2
    assert not page.exception
    assert page.error
    assert data(page, "code")["text"] == text
    for error in page.error:
        assert "Traceback" not in error.value
        assert "![" not in error.value  # no picture of somebody else's is fetched


@pytest.mark.parametrize("junk", ["", "abc", "%00", "====", "eJwDAAAAAAE", "é", "9" * 5999, "A" * 7000, "[]", "None"])
@pytest.mark.parametrize("name", ["net", "layer_number", "unit", "input"])
def test_junk_in_a_link_is_harmless(name, junk):
    page = open_page(**{name: junk})
    assert not page.exception
    assert page.error or page.warning or metrics(page)["Parameters"] == "57,460"


def test_a_link_whose_network_bursts_when_unpacked_is_refused():
    page = open_page("nn.ReLU()\n" * 500_000)
    assert "cannot be read" in page.warning[0].value
    assert data(page, "code")["text"] == OPENING.text


@pytest.mark.parametrize("number", ["inf", "-inf", "nan", "0", "-3", "2.5", "1e12", "1e400", "", "x", "4x28"])
def test_an_input_that_is_no_shape_is_answered_in_words(number):
    page = open_page(input=f"4x{number}x28")
    assert not page.exception
    assert page.error or metrics(page)["Parameters"] == "57,460"


@pytest.mark.parametrize("number", ["0", "-3", "2.5", "1e12", "1e300", "many"])
def test_any_number_may_be_typed_into_the_boxes(number):
    page = open_page()
    next(box for box in page.text_input if box.label == "H rows").set_value(number).run()
    assert not page.exception
    assert "H of the input" in page.error[0].value or "fits" in page.error[0].value or "number" in page.error[0].value


def test_undo_brings_back_text_and_shape():
    page = click(click(open_page(), "VGG-16 as it is meant"), "Undo")
    assert metrics(page)[":blue[4 × 28 × 28] gives"] == "4"
    assert data(page, "code")["text"] == OPENING.text
    assert next(button for button in page.button if button.label == "Undo").disabled


def test_a_layer_in_the_link_is_chosen_and_its_field_described():
    page = open_page(layer_number="1", unit="0.0")
    assert data(page, "table")["chosen"] == 0
    text = " ".join(markdown.value for markdown in page.markdown)
    assert "Each unit of **conv1** sees **5 × 5** pixels" in text
    assert "sees rows 0 to 4 and columns 0 to 4" in text
    assert data(page, "field")["unit"] == [0, 0]


def test_a_field_that_begins_in_the_padding_says_which_share_lies_there():
    page = open_page("nn.Sequential(nn.Conv2d(3, 64, 11, stride=4, padding=2))", (3, 224, 224), unit="0.0")
    text = " ".join(markdown.value for markdown in page.markdown)
    assert "sees rows 0 to 8 and columns 0 to 8; **33 %** of its window lies in the padding." in text


def test_a_flat_input_has_no_picture_and_says_so():
    page = open_page("nn.Sequential(nn.Linear(3136, 128))", input="4x28x28-flat")
    assert metrics(page)["Parameters"] == "401,536"
    assert any("no picture" in markdown.value for markdown in page.markdown)


def test_the_exports_carry_the_whole_table():
    page = open_page()
    code = [block.value for block in page.code]
    assert any("nn.Conv2d(4, 32, 5)" in block for block in code)
    assert any("| **total** | | | | **57,460** |" in block for block in code)


def test_a_setting_changed_by_hand_is_written_and_the_layers_behind_are_matched():
    page = by_hand(open_page(layer_number="1"))
    setting(page, "out_channels").set_value("48").run()
    assert not page.error
    assert cells(page, "output")[0] == "48 × 24 × 24"
    assert cells(page, "settings")[3] == "Conv2d(48, 16, 5)"


def test_a_setting_that_makes_no_sense_is_answered_in_words():
    page = by_hand(open_page(layer_number="1"))
    setting(page, "kernel_size").set_value("-2").run()
    assert "kernel_size is -2" in page.error[0].value.replace("\\", "")
    assert cells(page, "output")[0] == "32 × 24 × 24"


@pytest.mark.parametrize("typed", ["", "a", "1e9", "3, 4, 5", "9" * 40, "**", "None"])
@pytest.mark.parametrize("name", ["out_channels", "kernel_size", "padding"])
def test_anything_may_be_typed_into_a_setting(name, typed):
    page = by_hand(open_page(layer_number="1"))
    setting(page, name).set_value(typed).run()
    assert not page.exception


def test_a_layer_is_put_in_moved_and_taken_out_by_hand():
    page = by_hand(open_page("nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())", (3, 32, 32), layer_number="1"))
    page.selectbox(key="hand_new").set_value("MaxPool2d").run()
    click(page, "Put in")
    assert cells(page, "settings") == ["Conv2d(3, 8, 3)", "MaxPool2d(2)", "ReLU()"]
    assert data(page, "table")["chosen"] == 1
    click(page, "Down")
    assert cells(page, "settings") == ["Conv2d(3, 8, 3)", "ReLU()", "MaxPool2d(2)"]
    click(page, "Up")
    click(page, "Up")
    assert cells(page, "settings") == ["MaxPool2d(2)", "Conv2d(3, 8, 3)", "ReLU()"]
    click(page, "Remove")
    assert cells(page, "settings") == ["Conv2d(3, 8, 3)", "ReLU()"]
    assert not page.exception


def test_a_skip_is_put_in_by_hand():
    text = "nn.Sequential(nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1))"
    page = by_hand(open_page(text, (8, 16, 16), layer_number="3"))
    page.selectbox(key="hand_new").set_value("Add (a skip)").run()
    page.selectbox(key="hand_from").set_value("input").run()
    click(page, "Put in")
    assert not page.exception
    last = data(page, "diagram")["layers"][-1]
    assert last["kind"] == "join"
    assert sorted(last["inputs"]) == [-1, 2]


def test_by_hand_one_can_begin_where_the_text_cannot_be_read():
    page = click(by_hand(open_page("nonsense(")), "Start with one layer")
    assert not page.error
    assert cells(page, "output") == ["32 × 28 × 28"]


def test_the_page_answers_at_once():
    page = open_page()
    start = time.perf_counter()
    click(page, "VGG-16 as it is meant")
    assert time.perf_counter() - start < 1.5


def test_the_page_does_without_torch():
    script = (
        "import sys; from streamlit.testing.v1 import AppTest; "
        f"page = AppTest.from_file({PAGE!r}, default_timeout=60).run(); "
        "assert page.metric; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0
