"""The pure parts of the stepper's script, run by Node: what a cell takes part in, where keys lead, what links say."""

import json
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from cnnviz.arithmetic.layers import Conv2d, MaxPool2d
from cnnviz.arithmetic.matrix import read_matrix
from cnnviz.figures.stepper import Script, layer_script
from cnnviz.ui.components import stepper
from tests.node import NODE

FOLDER = Path(stepper.__file__).parent
MODULES = ("arithmetic", "editing", "grids", "layout", "linked", "matrix", "picture", "stamping", "timeline", "walk")
LECTURE = read_matrix("3 3 2 1 0; 0 0 1 3 1; 3 1 2 2 3; 2 0 0 2 2; 2 0 0 0 1")
KERNEL = read_matrix("0 1 2; 2 2 0; 0 1 2")


def answer(expression: str, **values: Any) -> Any:
    """What the expression is, for whoever has imported the stepper's modules and knows the values."""
    imports = "\n".join(f'import * as {name} from "{(FOLDER / name).as_uri()}.js";' for name in MODULES)
    names = "\n".join(f"const {name} = {json.dumps(value)};" for name, value in values.items())
    code = f"{imports}\n{names}\nconsole.log(JSON.stringify({expression} ?? null));"
    done = subprocess.run(
        [NODE, "--input-type=module"], input=code, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def lecture(**settings: Any) -> Script:
    return layer_script(Conv2d(1, 1, 3, **settings), (LECTURE,), ((KERNEL,),))


def test_the_centre_of_five_by_five_feeds_all_nine_outputs_and_a_corner_one() -> None:
    steps = lecture()["steps"]
    uses = answer("linked.usesOfInput(steps, 0, [[2, 2]])", steps=steps)
    assert [(use["index"], use["a"], use["b"]) for use in uses] == [
        (index, 2 - index // 3, 2 - index % 3) for index in range(9)
    ]
    assert [use["index"] for use in answer("linked.usesOfInput(steps, 0, [[0, 0]])", steps=steps)] == [0]
    assert answer("linked.usesOfInput(steps, 1, [[2, 2]])", steps=steps) == []


def test_with_reflect_padding_a_cell_feeds_through_its_mirror_images_too() -> None:
    script = lecture(padding=1, padding_mode="reflect")
    places = answer("linked.copiesOf(input, 2, 2)", input=script["input"])
    assert sorted(places) == [[0, 0], [0, 2], [2, 0], [2, 2]]
    cells = script["input"]["planes"][0]["cells"]
    assert {cells[row][column] for row, column in places} == {"0"}
    assert answer("linked.copiesOf(input, 0, 0)", input=lecture(padding=1)["input"]) == [[0, 0]]


def test_a_weight_meets_one_input_in_every_window_of_its_filter_alone() -> None:
    weight = ((KERNEL,), (KERNEL,))
    script = layer_script(Conv2d(1, 2, 3), (LECTURE,), weight)
    places = answer("linked.placesOfWeight(steps, 1, 0, 2)", steps=script["steps"])
    assert places == [[row, column + 2] for row in range(3) for column in range(3)]


@pytest.mark.parametrize(
    ("text", "expected"), [("1", 0), ("9", 8), ("99", 8), ("0", None), ("-3", None), ("x", None), (None, None)]
)
def test_the_step_in_an_address_is_read_or_passed_over(text: str | None, expected: int | None) -> None:
    assert answer("walk.readStep(text, 9)", text=text) == expected


@pytest.mark.parametrize(
    "text", ["input.0.9.9", "input.1.0.0", "kernel.0.3.0", "nothing.0.0.0", "input.0.0", "", "<b>"]
)
def test_a_pin_that_the_script_does_not_have_is_passed_over(text: str) -> None:
    assert answer("walk.readPin(text, script)", text=text, script=lecture()) is None


def test_a_pin_is_written_as_it_is_read() -> None:
    pin = {"name": "input", "plane": 0, "cell": [2, 3]}
    assert answer("walk.readPin(walk.writePin(pin), script)", pin=pin, script=lecture()) == pin


def test_the_matrix_holds_each_weight_where_its_window_reads() -> None:
    script = layer_script(Conv2d(1, 1, 3), (LECTURE,), ((KERNEL,),), matrix=True)
    drawn = answer("matrix.toeplitzOf(script)", script=script)
    assert (drawn["rows"], drawn["columns"], len(drawn["cells"])) == (9, 25, 81)
    products = [Fraction(0)] * 9
    flat = [value for row in LECTURE for value in row]
    for row, column, _, text in drawn["cells"]:
        products[row] += Fraction(text) * flat[column]
    assert [int(value) for value in products] == [12, 12, 17, 10, 17, 19, 9, 6, 14]


def test_im2col_holds_every_window_as_a_column() -> None:
    script = lecture()
    drawn = answer("matrix.im2colOf(script, 0, 9)", script=script)
    assert (drawn["rows"], drawn["columns"]) == (9, 9)
    column = [text for _, at, _, text in drawn["cells"] if at == 4]
    assert column == [str(LECTURE[row][at]) for row in range(1, 4) for at in range(1, 4)]


def test_a_flipped_kernel_goes_back_to_python_as_it_is_stored() -> None:
    assert answer("editing.stored([[1, 2], [3, 4]], true)") == [[4, 3], [2, 1]]
    assert answer("editing.stored([[1, 2], [3, 4]], false)") == [[1, 2], [3, 4]]


@pytest.mark.parametrize("width", [300, 390, 620, 752, 1100])
@pytest.mark.parametrize(
    ("inputs", "outputs"), [((5, 1), (3, 1)), ((16, 3), (14, 4)), ((12, 1), (16, 1)), ((6, 4), (4, 4))]
)
def test_the_grids_fit_the_width_there_is(width: int, inputs: tuple[int, int], outputs: tuple[int, int]) -> None:
    (side, channels), (size, filters) = inputs, outputs
    shape = {
        "input": {"rows": side, "columns": side, "planes": channels},
        "kernel": {"rows": 3, "columns": 3},
        "sums": channels > 1,
        "meeting": channels > 1,
        "named": channels > 1,
        "output": {"rows": size, "columns": size, "planes": filters, "named": filters > 1},
    }
    placing = answer("layout.layoutOf(shape, width)", shape=shape, width=width)
    assert placing["wide"] <= width - 8
    assert placing["pitch"] >= 5


@pytest.mark.parametrize("room", [200, 240, 320])
def test_the_grids_are_no_higher_than_the_room_there_is(room: int) -> None:
    side = {"rows": 5, "columns": 5, "planes": 4}
    output = {"rows": 3, "columns": 3, "planes": 4, "named": True}
    kernel = {"rows": 3, "columns": 3}
    shape = {"input": side, "kernel": kernel, "sums": True, "meeting": True, "named": True, "output": output}
    placing = answer("layout.layoutOf(shape, 840, room)", shape=shape, room=room)
    assert placing["high"] <= room
    assert placing["wide"] <= 832


def test_the_place_of_a_box_is_a_share_of_the_picture() -> None:
    assert answer("picture.shareOf({rows: 100, columns: 200}, [10, 20, 5, 50])") == [0.1, 0.1, 0.05, 0.25]


def test_the_winner_of_a_pooling_window_is_one_of_its_taps() -> None:
    script = layer_script(MaxPool2d(2), (LECTURE,))
    for index, step in enumerate(script["steps"]):
        winner = step["winner"]
        assert winner is not None
        place = [step["rows"][winner[0]], step["columns"][winner[1]]]
        assert index in [
            use["index"] for use in answer("linked.usesOfInput(steps, 0, [place])", steps=script["steps"], place=place)
        ]
