"""torchvision without the compiler that comes with it, and all that needs the compiler works as ever."""

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


# What a notebook beside the app, or a page that trains, may do in the same process.
ALL_WORKS = """
import captum.attr, torch, torchvision
from torch import nn

torch.manual_seed(0)
network = nn.Sequential(nn.Conv2d(3, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(72, 4))
image = torch.rand(1, 3, 8, 8)

def optimizers_step():
    for kind in (torch.optim.SGD, torch.optim.Adam):
        optimizer, before = kind(network.parameters(), lr=0.01), network[0].weight.clone()
        network(image).square().sum().backward()
        optimizer.step()
        optimizer.zero_grad()
        assert not torch.equal(network[0].weight, before)

def export_works():
    exported = torch.export.export(network, (image,)).module()
    assert torch.allclose(exported(image), network(image))

def captum_works():
    methods = [captum.attr.IntegratedGradients(network), captum.attr.DeepLift(network), captum.attr.Saliency(network)]
    for method in [*methods, captum.attr.GuidedBackprop(network)]:
        assert method.attribute(image, target=1).shape == image.shape
    assert captum.attr.LayerGradCam(network, network[0]).attribute(image, target=1).shape == (1, 1, 6, 6)
    occluded = captum.attr.Occlusion(network).attribute(image, target=1, sliding_window_shapes=(3, 4, 4))
    assert occluded.shape == image.shape

def regions_are_pooled():
    boxes = [torch.tensor([[0.0, 0.0, 4.0, 4.0]])]
    for _ in range(2):
        assert torchvision.ops.roi_align(torch.ones(1, 1, 8, 8), boxes, 2).tolist() == [[[[1, 1], [1, 1]]]]
        assert torchvision.ops.RoIAlign(2, 1.0, -1)(torch.ones(1, 1, 8, 8), boxes).sum() == 4
    assert sys.modules["torchvision.ops.roi_align"].__file__.endswith("roi_align.py")
"""


@pytest.mark.parametrize("name", ["swin_v2_t", "maxvit_t", "convnext_tiny", "regnet_y_400mf"])
def test_a_network_that_works_something_out_while_it_is_built_is_surveyed_without_the_compiler(name: str) -> None:
    surveyed = f"""
from cnnviz.networks.torchvision_networks import torchvision_network
torchvision_network("{name}")
print({COMPILER})
"""
    assert run(surveyed) == "set()"


@pytest.mark.parametrize("first", ["", "import torchvision", "import captum.attr", "import torch._dynamo"])
def test_optimizers_export_and_captum_work_after_it_whatever_was_imported_before(first: str) -> None:
    works = f"""
{first}
from cnnviz.networks.light_torchvision import import_torchvision
assert import_torchvision() is import_torchvision()
{ALL_WORKS}
for works in (captum_works, optimizers_step, export_works, regions_are_pooled):
    works()
print(torch._dynamo.is_compiling(), torch._dynamo.utils.__file__.endswith("utils.py"))
"""
    assert run(works) == "False True"


@pytest.mark.parametrize("other", ["import_torchvision()", "import torchvision.models", "import torch._dynamo"])
def test_two_threads_that_begin_at_once_both_find_all_that_they_ask_for(other: str) -> None:
    works = f"""
import threading, torch
from cnnviz.networks.light_torchvision import import_torchvision
both, failed = threading.Barrier(2), []

def one():
    both.wait()
    import_torchvision().resnet18

def another():
    both.wait()
    {other}
    torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1).step()
    torch.export.export(torch.nn.Linear(2, 2), (torch.zeros(1, 2),))

threading.excepthook = lambda problem: failed.append(problem.exc_value)
threads = [threading.Thread(target=target) for target in (one, another)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
{ALL_WORKS}
for works in (optimizers_step, export_works, captum_works, regions_are_pooled):
    works()
print(failed)
"""
    assert run(works) == "[]"


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
