"""What the stepper saves, opened again: pictures, animations, Markdown, and code that prints the shown output."""

import contextlib
import io
import itertools
import subprocess
import sys
import xml.etree.ElementTree as ET
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from cnnviz.arithmetic.layers import AvgPool2d, Conv1d, Conv2d, ConvTranspose2d, MaxPool2d, ShapeError
from cnnviz.arithmetic.matrix import read_matrix
from cnnviz.figures.stepper import Planes, Script, layer_script, stamp_script
from cnnviz.figures.stepper.animation import MAX_PIXELS
from cnnviz.figures.stepper.exports import KINDS, ExportError, export
from cnnviz.figures.stepper.runnable import printed_output, pytorch_script
from cnnviz.figures.stepper.words import step_lines

LECTURE = read_matrix("3 3 2 1 0; 0 0 1 3 1; 3 1 2 2 3; 2 0 0 2 2; 2 0 0 0 1")
KERNEL = read_matrix("0 1 2; 2 2 0; 0 1 2")
NINTH = ((Fraction(1, 9),) * 3,) * 3
THREE = (LECTURE, LECTURE[::-1], tuple(row[::-1] for row in LECTURE))
TWO_BY_THREE = ((KERNEL, NINTH, KERNEL), (KERNEL[::-1], KERNEL, KERNEL))

SCRIPTS = {
    "lecture": layer_script(Conv2d(1, 1, 3, padding=1), (LECTURE,), ((KERNEL,),), relu=True),
    "flipped": layer_script(Conv2d(1, 1, 3, stride=2), (LECTURE,), ((KERNEL,),), flip=True),
    "flipped blur": layer_script(Conv2d(1, 1, 3), (LECTURE,), ((NINTH,),), flip=True),
    "blur": layer_script(Conv2d(1, 1, 3, padding=1, padding_mode="reflect"), (LECTURE,), ((NINTH,),)),
    "channels": layer_script(
        Conv2d(3, 2, 3), THREE, TWO_BY_THREE, (Fraction(1), Fraction(-1, 2)), names=("R", "G", "B")
    ),
    "one axis": layer_script(Conv1d(1, 1, 3, padding=1), (LECTURE[:1],), ((KERNEL[:1],),)),
    "dilated": layer_script(Conv2d(1, 1, 2, dilation=3), (LECTURE,), ((tuple(r[:2] for r in KERNEL[:2]),),)),
    "max": layer_script(MaxPool2d(3, padding=1), (LECTURE,)),
    "average": layer_script(AvgPool2d(2, ceil_mode=True), (LECTURE,)),
    "transposed": layer_script(ConvTranspose2d(1, 1, 3, 2, 1), (LECTURE,), ((KERNEL,),)),
    "stamped": stamp_script(ConvTranspose2d(1, 1, 3, 2, 1), (KERNEL,), ((KERNEL,),), (Fraction(2),)),
}


def run(code: str) -> str:
    """What the code prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "saved.py", "exec"), {})
    return printed.getvalue()


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_the_saved_code_prints_the_shown_output(script: Script) -> None:
    assert run(pytorch_script(script)) == printed_output(script)


def test_the_saved_code_runs_by_itself() -> None:
    code = export(SCRIPTS["channels"], "pytorch", 0).data
    done = subprocess.run([sys.executable, "-"], input=code, capture_output=True, timeout=120, check=True)
    assert done.stdout.decode() == printed_output(SCRIPTS["channels"])
    assert "12 12 17" in printed_output(layer_script(Conv2d(1, 1, 3), (LECTURE,), ((KERNEL,),)))


def test_a_bias_that_float32_cannot_hold_does_not_decide_a_rounding() -> None:
    half = ((Fraction(5, 1000),),)  # 0.005 + 1.32 is half a unit above 1.32, which goes to the even digit
    script = layer_script(Conv2d(1, 1, 1), (half,), ((((Fraction(1),),),),), (Fraction(132, 100),))
    assert printed_output(script) == "1.32\n\n"
    assert run(pytorch_script(script)) == "1.32\n\n"


decimals = st.integers(-999, 999).map(lambda number: Fraction(number, 100))


def planes(count: int, height: int, width: int, denominator: int = 100) -> st.SearchStrategy[Planes]:
    numbers = st.integers(-999, 999).map(lambda number: Fraction(number, denominator))
    return st.tuples(*[st.tuples(*[st.tuples(*[numbers] * width)] * height)] * count)


@settings(deadline=None, max_examples=60)
@given(
    st.data(),
    st.sampled_from(["convolution", "transposed", "stamp", "max", "average"]),
    st.integers(1, 2),
    st.integers(1, 2),
    st.integers(1, 3),
    st.integers(0, 1),
    st.booleans(),
)
def test_the_saved_code_prints_the_shown_output_for_any_layer(
    data: st.DataObject, kind: str, groups: int, per_group: int, stride: int, padding: int, choice: bool
) -> None:
    channels = groups * per_group
    filters = groups
    input = data.draw(planes(channels, 4, 4))
    common: dict[str, Any] = {"stride": stride, "padding": padding}
    try:
        if kind == "convolution":
            denominator = data.draw(st.sampled_from([100, 9, 7]))
            weight = tuple(data.draw(planes(per_group, 2, 3, denominator)) for _ in range(filters))
            layer = Conv2d(channels, filters, (2, 3), groups=groups, **common)
            script = layer_script(
                layer, input, weight, data.draw(st.tuples(*[decimals] * filters)), flip=choice, relu=not choice
            )
        elif kind in ("transposed", "stamp"):
            weight = tuple(data.draw(planes(filters // groups, 2, 3)) for _ in range(channels))
            made = layer_script if kind == "transposed" else stamp_script
            script = made(ConvTranspose2d(channels, filters, (2, 3), groups=groups, **common), input, weight)
        else:
            pool = MaxPool2d if kind == "max" else AvgPool2d
            script = layer_script(pool(2, ceil_mode=choice, **common), input)
    except ShapeError:
        assume(False)
    assert run(pytorch_script(script)) == printed_output(script)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_an_animation_has_one_frame_a_step_and_no_two_alike(script: Script, dark: bool) -> None:
    for kind in ("gif", "webp"):
        with Image.open(io.BytesIO(export(script, kind, 0, dark=dark).data)) as image:
            assert image.n_frames == len(script["steps"])
            assert image.info["loop"] == 0
            frames = []
            for number in range(image.n_frames):
                image.seek(number)
                frames.append(image.convert("RGB"))
                assert image.info["duration"] == 700
        for one, other in itertools.pairwise(frames):
            assert ImageChops.difference(one, other).getbbox() is not None


def test_all_frames_of_a_gif_share_one_palette() -> None:
    data = export(SCRIPTS["lecture"], "gif", 0).data
    with Image.open(io.BytesIO(data)) as image:
        shared = image.global_palette
        for number in range(image.n_frames):
            image.seek(number)
            assert not image._frame_palette or image._frame_palette is shared  # no frame brings its own


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_a_step_as_png_is_the_frame_of_the_walk(script: Script) -> None:
    last = len(script["steps"]) - 1
    with Image.open(io.BytesIO(export(script, "png", last).data)) as png:
        still = png.convert("RGB")
    with Image.open(io.BytesIO(export(script, "webp", 0).data)) as walk:
        walk.seek(last)
        assert ImageChops.difference(still, walk.convert("RGB")).getbbox() is None
    assert max(still.size) <= 1700


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_a_step_as_svg_is_well_formed_and_says_its_terms(script: Script) -> None:
    root = ET.fromstring(export(script, "svg", 1).data)
    texts = [element.text or "" for element in root.iter() if element.tag.endswith("text")]
    assert "step 2 of" in "".join(texts)
    assert any("step 2 of" in (element.text or "") for element in root.iter() if element.tag.endswith("title"))
    shown = script["steps"][1].get("result") or script["steps"][1]["value"]
    assert any(shown.replace("-", "−") in text for text in texts)


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_the_derivation_holds_the_whole_output_and_the_step(script: Script) -> None:
    text = export(script, "markdown", 1).data.decode()
    printed = printed_output(script).replace("-inf", "−∞").replace("-", "−")
    for line in filter(None, printed.splitlines()):
        assert "| " + " | ".join(line.split(" ")) + " |" in text
    assert "Step 2 of" in text
    assert script["code"] in text
    assert "$$" in text


def test_the_derivation_of_the_lecture_example_shows_its_terms() -> None:
    script = layer_script(Conv2d(1, 1, 3), (LECTURE,), ((KERNEL,),), relu=True)
    text = export(script, "markdown", 0).data.decode()
    assert "3·0 + 3·1 + 2·2 + 0·2 + 0·2 + 1·0 + 3·0 + 1·1 + 2·2 = 12" in text
    assert "relu(12 + 0) = relu(12) = 12" in text


def test_a_walk_that_is_too_long_for_an_animation_is_refused_in_words() -> None:
    large = tuple(tuple(Fraction(1) for _ in range(16)) for _ in range(16))
    script = layer_script(Conv2d(1, 4, 3), (large,), ((KERNEL,),) * 4)
    with pytest.raises(ExportError, match="784 steps, and an animation at most 400"):
        export(script, "gif", 0)
    assert export(script, "png", 783).data.startswith(b"\x89PNG")


def test_a_walk_of_large_pictures_is_drawn_smaller_or_refused_in_words() -> None:
    row = tuple(Fraction(number) for number in range(12))
    script = layer_script(Conv2d(1, 1, 3, padding=1), ((row,) * 12,), ((KERNEL,),))
    with Image.open(io.BytesIO(export(script, "gif", 0).data)) as image:
        assert image.n_frames == 144
        assert 144 * image.width * image.height <= MAX_PIXELS
    large = layer_script(AvgPool2d(8, 2, 4), (tuple((Fraction(1),) * 32 for _ in range(32)),))
    for kind in ("gif", "webp"):
        with pytest.raises(ExportError, match="289 pictures of this walk are too large"):
            export(large, kind, 0)


def test_the_saved_code_writes_no_minus_before_zero() -> None:
    tenths = tuple(Fraction(number, 10) for number in (7, 7, 7, 5, 10))
    taps = tuple(Fraction(number, 10) for number in (1, 2, -3))
    script = layer_script(Conv1d(1, 1, 3), ((tenths,),), (((taps,),),))
    assert run(pytorch_script(script)) == printed_output(script) == "0.00 0.06 -0.13\n\n"


def test_a_stamp_tells_what_was_there_and_what_is_there_now() -> None:
    script = SCRIPTS["stamped"]
    line = step_lines(script, 1)[-1]
    before, product, after = (script["steps"][1][name][0] for name in ("before", "products", "after"))
    assert f"{before[0][0]} + {product[0][0]} = {after[0][0]}".replace("-", "−") in line.replace("(", "").replace(
        ")", ""
    )


def test_every_kind_says_what_it_is() -> None:
    for kind, (ending, mime, _) in KINDS.items():
        made = export(SCRIPTS["max"], kind, 2)
        assert made.name.endswith("." + ending)
        assert made.mime == mime
        assert made.data
