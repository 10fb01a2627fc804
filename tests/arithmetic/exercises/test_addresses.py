"""The address of an exercise opens this very case: the pages are opened with it, and show its numbers."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.arithmetic.exercises import exercise
from cnnviz.arithmetic.exercises.forms import written
from cnnviz.arithmetic.exercises.writing import by
from tests.arithmetic.exercises.every import EVERY
from tests.arithmetic.exercises.test_against_torch import code_of

ROOT = Path(__file__).parents[3]
PAGES = {path.stem: path for path in (ROOT / "pages").rglob("*.py")}


def opened(address):
    """The page as the address opens it."""
    page = AppTest.from_file(str(PAGES[address.page]), default_timeout=60)
    for name, value in address.query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def output_of(page):
    """The numbers of the first output map that the stepper ends with; what is cropped from it is left out."""
    found = [json.loads(element.proto.json) for element in page.get("bidi_component") if element.proto.json]
    (script,) = [data for data in found if isinstance(data, dict) and "steps" in data]
    cells, kinds = script["output"]["planes"][0]["cells"], script["output"].get("kinds")
    rows = [
        [float(cell.replace("−", "-")) for j, cell in enumerate(row) if not kinds or kinds[i][j] != "c"]
        for i, row in enumerate(cells)
    ]
    return tuple(tuple(row) for row in rows if row)


def shows_in_calculator(page, question):
    """The layer's code, or for a question without one what it gives."""
    code = page.code[0].value
    if "```" in question.question:
        assert code.startswith(f"{code_of(question.question)}  # ")
    if question.kind == "setting_for_size":
        assert f"({1}, {question.case.target}, {question.case.target})" in code
    if question.kind == "layer_matrix":
        assert f"(1, {question.case.outputs}, {question.case.outputs})" in code
    if question.kind == "activation_memory" and question.case.images == 1:
        assert f"{question.answer:,}".replace(",", "{,}") in " ".join(markdown.value for markdown in page.markdown)
    if question.kind == "num_params":
        assert written(question.answer) in [metric.value for metric in page.metric]


def shows_in_builder(page, question):
    """The network's parameters, what goes in, and what comes out where it fits."""
    case, metrics = question.case, {metric.label: metric.value for metric in page.metric}
    if question.kind == "misfit":  # the page says what does not fit, and offers the number
        assert len(page.error) == 1
        assert any(str(case.right) in button.label for button in page.button if (button.key or "").startswith("fix_"))
    elif question.kind == "fewest_params":
        assert metrics["Parameters"] == f"{min(network.num_params for network in case.networks):,}"
    elif question.kind in ("network_params", "num_params"):
        assert metrics["Parameters"] == written(question.answer)
    else:
        given = next(label for label in metrics if label.endswith("gives"))
        shape = getattr(case, "input_shape", (3, 224, 224))
        assert f":blue[{by(shape).replace(' × ', '×')}]" in given.replace(" × ", "×")


def shows_in_stepper(page, question):
    """The value asked about, the map, or the map that a kernel makes."""
    output, case = output_of(page), question.case
    if question.kind in ("output_value", "true_convolution", "average_pooling") and not isinstance(
        question.answer, tuple
    ):
        i, j = case.place
        assert output[i][j] == pytest.approx(float(question.answer), abs=0.006)
    elif question.kind == "read_kernel":
        assert output == case.made("right").map
    elif question.kind == "layer_matrix":
        assert len(output) == case.outputs
        assert output[0][0] == sum(map(sum, case.kernel))  # an input of ones
    elif isinstance(question.answer, tuple):
        assert output == tuple(tuple(map(float, row)) for row in question.answer)
    else:
        assert output[0][0] == float(question.answer)


SHOWN = {
    "layer_calculator": shows_in_calculator,
    "network_builder": shows_in_builder,
    "convolution": shows_in_stepper,
    "channels_and_filters": shows_in_stepper,
    "stride_and_padding": shows_in_stepper,
    "pooling": shows_in_stepper,
}


@pytest.mark.parametrize(("kind", "level"), EVERY)
def test_the_page_shows_the_case(kind, level):
    question = exercise(kind, seed=0, level=level)
    assert question.address.page in PAGES
    if question.address.exact:
        page = opened(question.address)
        assert bool(page.error) == (kind == "misfit")
        SHOWN[question.address.page](page, question)


def test_only_softmax_has_no_page_that_takes_its_numbers():
    assert {kind for kind, level in EVERY if not exercise(kind, 0, level).address.exact} == {"softmax"}
