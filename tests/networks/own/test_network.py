"""A visitor's own network as a whole: made, named, bounded, computing what torch computes, and let go."""

import contextlib
import gc

import pytest
import torch
from safetensors.torch import save

from cnnviz.arithmetic.reader import read_network
from cnnviz.arithmetic.settings import ShapeError
from cnnviz.networks.feature_maps import forward
from cnnviz.networks.neuron import neuron
from cnnviz.networks.own.network import make_own, own_network, plain_name
from cnnviz.networks.refusal import Refusal
from tests.arithmetic.reader.test_collection import module_of as run_text

CIFAR = """
import torch, torch.nn as nn, torch.nn.functional as F
class Block(nn.Module):
    def __init__(self, i, o, stride=1):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o)
        self.conv2, self.bn2 = nn.Conv2d(o, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o)
        self.short = nn.Sequential()
        if stride != 1 or i != o:
            self.short = nn.Sequential(nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o))
    def forward(self, x):
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))) + self.short(x))
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, 1, 1)
        self.blocks = nn.Sequential(Block(16, 16), Block(16, 32, 2), Block(32, 64, 2))
        self.fc = nn.Linear(64, 10)
    def forward(self, x):
        x = self.blocks(F.relu(self.stem(x)))
        x = F.avg_pool2d(x, x.size(3)).view(x.size(0), -1)
        return F.log_softmax(self.fc(x), dim=1)
net = Net()
"""
SAT6 = """
net = nn.Sequential(
    nn.Conv2d(4, 32, 5, padding="same"), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 5, padding="same"), nn.ReLU(),
    nn.MaxPool2d(2), nn.Flatten(), nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, 4), nn.Softmax(dim=1))
"""
ENCODER = """
class Down(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU(inplace=True))
    def forward(self, x):
        return self.body(F.max_pool2d(x, 2))
class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.down1, self.down2 = Down(8, 16), Down(16, 32)
    def forward(self, x):
        return self.down2(self.down1(F.relu(self.first(x))))
net = Encoder()
"""
HEAD = "import torch, torch.nn as nn, torch.nn.functional as F\n"


@pytest.mark.parametrize(("text", "shape"), [(CIFAR, (3, 32, 32)), (SAT6, (4, 28, 28)), (ENCODER, (3, 64, 64))])
def test_its_maps_are_those_of_the_original_class(text, shape):
    original = run_text(HEAD + text, {}).eval()
    with torch.no_grad():
        for name, value in original.state_dict().items():
            if name.endswith(("running_mean", "running_var")):
                value.uniform_(0.5, 1.5)
    own = make_own(read_network(text), shape, weights=save(original.state_dict()))
    image = torch.rand(1, *shape, generator=torch.Generator().manual_seed(0))
    kept = {}
    for name, layer in original.named_modules():
        if isinstance(layer, torch.nn.Conv2d | torch.nn.BatchNorm2d):
            layer.register_forward_hook(lambda _m, _i, output, name=name: kept.update({name: output.detach().clone()}))
    with torch.no_grad():
        output = original(image)
    answer = forward(own.module, image)
    assert kept
    for name, maps in kept.items():
        torch.testing.assert_close(torch.from_numpy(answer.feature_maps[name].copy()), maps[0], atol=1e-5, rtol=1e-4)
    scores = torch.from_numpy(answer.scores.copy())
    wanted = output[0].mean(dim=(1, 2)) if output.ndim == 4 else output[0]
    found = scores.log_softmax(0) if text is CIFAR else scores.softmax(0) if text is SAT6 else scores
    torch.testing.assert_close(found, wanted, atol=1e-5, rtol=1e-4)
    layer = own.notable_layers[-1]
    one = neuron(own.module, image, layer, 0, 1, 1)
    assert one.result == pytest.approx(float(answer.feature_maps[layer][0, 1, 1]), abs=1e-4)
    assert own.trained
    assert own_network(own.name) is own


def test_without_weights_it_is_untrained_and_the_same_each_time():
    first, second = (make_own(read_network(CIFAR), (3, 32, 32)) for _ in range(2))
    assert not first.trained
    assert first.name != second.name
    image = torch.rand(1, 3, 32, 32)
    torch.testing.assert_close(first.module(image), second.module(image))


def test_it_is_gone_when_its_session_lets_go_of_it():
    name = make_own(read_network(CIFAR), (3, 32, 32)).name
    gc.collect()
    assert own_network(name) is None


@pytest.mark.parametrize(
    ("text", "shape", "settings", "said"),
    [
        (CIFAR, (3, 32, 48), {}, "32 × 48"),
        (CIFAR, (3, 1024, 1024), {}, "up to 512 pixels"),
        ("nn.Sequential(nn.Conv2d(5, 8, 3))", (5, 32, 32), {}, "takes 5 channels"),
        ("nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))", (3, 32, 32), {}, "no convolution"),
        (CIFAR, (3, 32, 32), {"classes": ["cat", "dog"]}, "2 names for 10 outputs"),
        (CIFAR, (3, 32, 32), {"mean": [0.5]}, "mean has 1 number;"),
        (CIFAR, (3, 32, 32), {"std": [0.0, 1.0, 1.0]}, "std between"),
        (CIFAR, (3, 32, 32), {"std": [float("nan"), 1.0, 1.0]}, "std between"),
        (CIFAR, (3, 32, 32), {"weights": b"none"}, "no file of weights"),
        ("nn.Sequential(nn.Conv2d(3, 256, 3), nn.Conv2d(256, 256, 3))", (3, 512, 512), {}, "too much memory"),
    ],
)
def test_what_does_not_go_together_is_said(text, shape, settings, said):
    with pytest.raises(Refusal, match=said):
        make_own(read_network(text), shape, **settings)


def test_a_network_that_does_not_fit_its_input_says_so():
    with pytest.raises(ShapeError):
        make_own(read_network(SAT6), (4, 32, 32))


def test_names_from_outside_hold_no_markup():
    assert plain_name("**x** <script>\u202etxt.exe :red[y] [a](http://b)") == "x script txt.exe red y a http //b"
    assert len(plain_name("long " * 100)) <= 60


BODIES = {  # what students write; the answer is the text's own, or it is refused in a sentence
    "in place, unassigned": "x = self.c(x); F.relu(x, inplace=True); return self.l(x.mean((2, 3)))",
    "in place, a method": "x = self.c(x); x.sigmoid_(); return self.l(x.mean((2, 3)))",
    "a mask": "x = self.c(x); m = (x > 0).float(); return self.l((x * m).mean((2, 3)))",
    "a mask at once": "x = self.c(x); return self.l((x * (x > 0)).mean((2, 3)))",
    "a place set": "x = self.c(x); x[:, 0] = 0; return self.l(x.mean((2, 3)))",
    "another order": "x = self.c(x); x = x[:, [7, 6, 5, 4, 3, 2, 1, 0]]; return self.l(x.mean((2, 3)))",
    "interleaved": "x = self.c(x).repeat_interleave(2, dim=2); return self.l(x[:, :, 1, 1])",
    "whole numbers": "x = self.c(x).to(torch.int).float(); return self.l(x.mean((2, 3)))",
    "a border of a half": "x = F.pad(x, (1, 1, 1, 1), value=0.5); return self.l(self.c(x).mean((2, 3)))",
    "antialias": "x = F.interpolate(self.c(x), size=5, mode='bilinear', antialias=True); return self.l(x[:, :, 1, 1])",
    "scaled": "return self.l((self.c(x) * 2).mean((2, 3)))",
    "shifted by its mean": "x = x - x.mean(); return self.l(self.c(x).mean((2, 3)))",
    "leaky": "return self.l(F.leaky_relu(self.c(x), 0.3).mean((2, 3)))",
    "clamped": "return self.l(self.c(x).clamp(min=0).mean((2, 3)))",
    "exponential": "return self.l(torch.exp(self.c(x)).mean((2, 3)))",
    "flipped": "return self.l(self.c(x.flip(3))[:, :, 0, 0])",
    "gate": "x = self.c(x); return self.l((x * torch.sigmoid(x)).mean((2, 3)))",
    "attention": "x = self.c(x); a = F.softmax(x.flatten(2), dim=-1).view(x.shape); return self.l((x * a).sum((2, 3)))",
    "maximum": "x = self.c(x).flatten(2).amax(2); return self.l(x)",
    "the layer twice": "x = F.relu(self.d(self.c(x))); return self.l(self.d(x).mean((2, 3)))",
    "parameter": "return self.l((self.c(x) * self.g).mean((2, 3)))",
    "parameter added": "return self.l(F.relu(self.c(x) + self.g).mean((2, 3)))",
    "sum of sums": "x = self.c(x); x = x + x; x = x + x; x = x + x; return self.l(x.mean((2, 3)))",
    "flattened in part": "x = self.c(x).flatten(2); return self.l(x.mean(2))",
    "branches": "a, b = self.c(x), self.d(self.c(x)); return self.l(torch.cat([a, b], 1)[:, 4:12].mean((2, 3)))",
    "tokens": "x = self.c(x).flatten(2).transpose(1, 2); return self.l(x).mean(1)",
    "group norm": "return self.l(F.group_norm(self.c(x), 4)[:, :, 0, 0])",
    "shuffled pixels": "x = F.pixel_unshuffle(F.pixel_shuffle(self.c(x), 2), 2); return self.l(x[:, :, 0, 0])",
    "dropped": "return self.l(F.dropout(self.c(x), 0.5, training=self.training).mean((2, 3)))",
}  # fmt: skip


def text_of(body):
    """A class with two convolutions, a dense layer and a parameter, and this forward."""
    init = "super().__init__(); self.c = nn.Conv2d(3, 8, 3, padding=1); self.d = nn.Conv2d(8, 8, 3, padding=1)"
    init += "; self.l = nn.Linear(8, 2); self.g = nn.Parameter(torch.ones(8, 1, 1) * 0.7)"
    made, answered = ("\n".join(f"        {line.strip()}" for line in part.split(";")) for part in (init, body))
    return (
        f"class Net(nn.Module):\n    def __init__(self):\n{made}\n    def forward(self, x):\n{answered}\nnet = Net()\n"
    )


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_what_students_write_is_computed_as_torch_does_or_refused_in_a_sentence(body):
    text = text_of(body)
    torch.manual_seed(0)
    original = run_text(HEAD + text, {}).eval()
    weights = save({name: value.contiguous() for name, value in original.state_dict().items()})
    image = torch.randn(1, 3, 16, 16)
    try:
        own = make_own(read_network(text), (3, 16, 16), weights=weights)
    except (Refusal, ShapeError):
        return
    with torch.no_grad():
        torch.testing.assert_close(own.module(image), original(image), atol=1e-5, rtol=1e-4)


def test_most_of_what_students_write_is_computed():
    built = []
    for name, body in BODIES.items():
        with contextlib.suppress(Refusal, ShapeError):
            make_own(read_network(text_of(body)), (3, 16, 16))
            built.append(name)
    assert {"leaky", "gate", "maximum", "the layer twice", "parameter", "branches", "dropped"} <= set(built)


@pytest.mark.parametrize("spoil", [("1.running_var", -1.0), ("0.weight", 1e38)])
def test_weights_that_give_no_numbers_are_refused(spoil):
    text = "net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Conv2d(4, 4, 3))"
    state = run_text(HEAD + text, {}).state_dict()
    state[spoil[0]].fill_(spoil[1])
    with pytest.raises(Refusal, match="no numbers"):
        make_own(read_network(text), (3, 16, 16), weights=save(state))


def test_sums_of_sums_are_worked_out_once():
    text = text_of("; ".join(["x = self.c(x)", *["x = x + x"] * 40, "return self.d(x)"]))
    assert len(make_own(read_network(text), (3, 8, 8)).classes) == 8


def test_a_network_that_takes_too_long_is_refused():
    with pytest.raises(Refusal, match="multiply-accumulates"):
        make_own(read_network("nn.Sequential(nn.Conv2d(3, 8, 101, padding=50))"), (3, 512, 512))
