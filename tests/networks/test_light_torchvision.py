"""torchvision without the compiler that comes with it, and the compiler still there for whoever wants it."""

import subprocess
import sys

import pytest
import torch
from torch import nn

from cnnviz.networks.light_torchvision import unfilled

COMPILER = "{'torch._dynamo', 'triton', 'sympy'} & set(sys.modules)"


def run(code: str) -> str:
    """What a fresh process prints."""
    done = subprocess.run([sys.executable, "-c", f"import sys\n{code}"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("name", ["slim_resnet", "vgg16", "resnet50"])
def test_a_network_is_loaded_and_answers_without_the_compiler(name: str) -> None:
    loaded = f"""
from PIL import Image
from cnnviz.networks.feature_maps import forward
from cnnviz.networks.survey import survey
from cnnviz.networks.zoo import load_model
model = load_model("{name}", download=False)
image = model.preprocess(Image.new("RGB", (64, 64)))
survey(model.module, tuple(image.shape[1:]))
print(forward(model.module, image, layers=[]).scores.shape, {COMPILER})
"""
    shape = "(37,)" if name == "slim_resnet" else "(1000,)"
    assert run(loaded) == f"{shape} set()"


def test_whoever_wants_the_compiler_later_gets_the_real_one() -> None:
    later = """
from cnnviz.networks.light_torchvision import import_torchvision
import_torchvision()
import torch
print(torch._dynamo.is_compiling(), torch._dynamo.utils.__file__.endswith("utils.py"))
"""
    assert run(later) == "False True"


def test_whoever_wants_the_compiler_in_the_middle_of_the_import_gets_the_real_one() -> None:
    meanwhile = """
from cnnviz.networks import light_torchvision
import torch
real = light_torchvision.importlib.import_module
def while_importing(name, package=None):
    if name == "torchvision.models":
        assert sys.modules["torch._dynamo"].is_compiling() is False
        assert sys.modules["torch._dynamo"].__file__
    return real(name, package)
light_torchvision.importlib.import_module = while_importing
print(light_torchvision.import_torchvision().__name__, sys.modules["torch._dynamo"].__file__ is None)
"""
    assert run(meanwhile) == "torchvision.models False"


def test_layers_built_unfilled_have_shapes_and_later_ones_are_filled_again() -> None:
    with torch.device("meta"), unfilled():
        layer = nn.Linear(4, 3)
    assert layer.weight.is_meta
    assert layer.weight.shape == (3, 4)
    torch.manual_seed(0)
    first = nn.Conv2d(3, 2, 3).weight
    torch.manual_seed(0)
    assert torch.equal(first, nn.Conv2d(3, 2, 3).weight)
    assert 0 < float(first.detach().abs().max()) <= 27**-0.5
