"""The collection of texts, each run by torch for the truth: shape, parameters, and how many of all are read."""

import pytest
import torch
from torch import nn

from cnnviz.arithmetic.reader import ReadError, read_network
from tests.arithmetic.reader.collection import TEXTS

torch.set_num_threads(1)


def module_of(text, values):
    """What the text makes when Python runs it: only ever done with the texts of these tests."""
    names = {"__name__": "pasted", **values}
    exec(text, names)
    modules = [value for value in names.values() if isinstance(value, nn.Module)]
    if modules:
        return modules[-1]
    return names["small"]() if "small" in names else names["Net"]()


def first_of(output):
    """The first tensor of what a module gives back."""
    while not isinstance(output, torch.Tensor):
        output = next(iter(output.values())) if isinstance(output, dict) else output[0]
    return output


def in_torch(text, shape, values):
    """(shape of one image's output, parameters, trained ones) as torch has them."""
    module = module_of(text, values).eval()
    with torch.no_grad():
        output = first_of(module(torch.randn(2, *shape)))
    parameters = list(module.parameters())
    return (
        tuple(output.shape[1:]),
        sum(p.numel() for p in parameters),
        sum(p.numel() for p in parameters if p.requires_grad),
    )


def here(text, shape, values):
    """The same as it is read."""
    network = read_network(text, values=values).at(shape)
    rows = network.trace(shape)
    return rows[-1].output_shape, network.num_params, network.num_params - network.frozen_params


@pytest.mark.parametrize("entry", TEXTS, ids=[entry[0] for entry in TEXTS])
def test_a_text_is_read_as_torch_runs_it(entry):
    _, text, shape, *rest = entry
    values = rest[0] if rest else {}
    assert here(text, shape, values) == in_torch(text, shape, values)


def test_nearly_all_of_the_collection_is_read(capsys):
    refused = []
    for name, text, shape, *rest in TEXTS:
        try:
            here(text, shape, rest[0] if rest else {})
        except ReadError:
            refused.append(name)
    with capsys.disabled():
        print(f"\n{len(TEXTS) - len(refused)} of {len(TEXTS)} texts of the collection are read")
    assert len(TEXTS) >= 150
    assert len(refused) <= len(TEXTS) // 10


def test_what_a_text_leaves_open_is_asked_for_by_name():
    for _, text, _, *rest in TEXTS:
        if rest:
            with pytest.raises(ReadError) as caught:
                read_network(text)
            assert set(caught.value.needs) == set(rest[0])
