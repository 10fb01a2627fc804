"""Networks that were read compute what their texts compute: each of the reader's collection, with its own weights."""

import pytest
import torch

from cnnviz.arithmetic.reader import read_network
from cnnviz.networks.lines import LineError, module_of_line, value_of_line
from cnnviz.networks.own.building import module_of
from cnnviz.networks.own.fitting import fill
from cnnviz.networks.refusal import Refusal
from cnnviz.networks.survey import survey
from tests.arithmetic.reader.collection import TEXTS
from tests.arithmetic.reader.test_collection import first_of
from tests.arithmetic.reader.test_collection import module_of as run_text

PROBABILITIES = {"Softmax": torch.softmax, "LogSoftmax": torch.log_softmax}
NOT_BUILT = 25  # of the collection: what does arithmetic besides its layers, or keeps its weights under other names


def built(entry):
    """(module that was built, the text's own with its values moved about, its input), or the Refusal."""
    _, text, shape, *rest = entry
    values = rest[0] if rest else {}
    own = run_text(text, values).eval()
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(1)
        image = torch.randn(1, *shape)
        own(image)  # what is lazy takes its shape
        for name, value in own.state_dict().items():
            if value.is_floating_point():
                moved = torch.randn_like(value) * 0.1
                value.add_(moved.abs() if name.endswith("running_var") else moved)
    network = read_network(text, values=values).at(shape)
    module = module_of(network, shape)
    fill(module, own.state_dict())
    return network, module, own, image


def test_what_is_built_computes_what_the_text_computes():
    refused = []
    for entry in TEXTS:
        try:
            network, module, own, image = built(entry)
        except Refusal as problem:
            refused.append((entry[0], str(problem)))
            continue
        with torch.no_grad():
            wanted, found = first_of(own(image)), module(image)
        last = network.nodes[-1].layer
        if type(last).__name__ in PROBABILITIES:
            found = PROBABILITIES[type(last).__name__](found, last.dim)
        torch.testing.assert_close(found.reshape(wanted.shape), wanted, atol=1e-5, rtol=1e-4, msg=entry[0])
    assert len(refused) <= NOT_BUILT, refused


def test_a_survey_of_what_is_built_has_the_names_of_the_text():
    text = next(text for name, text, *_ in TEXTS if "class Net" in text)
    network = read_network(text)
    shape = next(shape for _, found, shape, *_ in TEXTS if found == text)
    again = survey(module_of(network, shape), shape)
    assert [node.module for node in again.nodes if node.layer.num_params] == [
        node.module for node in network.nodes if node.layer.num_params
    ]


def before_a_convolution(expression):
    """A class whose forward computes `expression` from x and gives it to a convolution of 3 channels."""
    return (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.conv = nn.Conv2d(3, 8, 3)\n    def forward(self, x):\n"
        f"        x = {expression}\n        return self.conv(x)\n"
    )


@pytest.mark.parametrize("change", ["x / 255.0", "x.clamp(0, 1)", "torch.where(x > 0, x, 2 * x)", "-x", "x ** 2"])
def test_arithmetic_that_no_row_says_is_refused(change):
    with pytest.raises(Refusal, match="drawn in no row"):
        module_of(read_network(before_a_convolution(change)), (3, 8, 8))


@pytest.mark.parametrize("line", ["x.detach()", "x * 1", "x + 0", "F.dropout(x, 0.5)", "x.contiguous()"])
def test_what_changes_no_value_is_no_hindrance(line):
    built = module_of(read_network(before_a_convolution(line)), (3, 8, 8))
    assert built(torch.zeros(1, 3, 8, 8)).shape == (1, 8, 6, 6)


def test_a_network_with_too_many_parameters_is_refused():
    with pytest.raises(Refusal, match="102,760,448 parameters"):
        module_of(read_network("nn.Sequential(nn.Flatten(), nn.Linear(25088, 4096, bias=False))"), (512, 7, 7))


@pytest.mark.parametrize(
    "line",
    [
        "torch.load('x')", "torch.save(x, 'y')", "nn.Module.__subclasses__()", "().__class__", "open('x')",
        "nn.functional", "torch.hub.load('a', 'b')", "x._backward_hooks", "[y for y in x]", "lambda: 1",
        "torch.nn.functional.os", "'%99999999d' % 1", "2 ** 99",
    ],
)  # fmt: skip
def test_other_lines_than_those_of_layers_are_refused(line):
    with pytest.raises(LineError):
        value_of_line(line, {"x": torch.zeros(1)})


def test_a_line_that_makes_no_layer_is_refused():
    with pytest.raises(LineError, match="makes no layer"):
        module_of_line("(1, 2)")
