"""A picture made to excite one unit: gradient ascent on the input, step by step.

After Olah, Mordvintsev, Schubert 2017: Feature Visualization, Distill, doi:10.23915/distill.00007. Ascending from noise
pixel by pixel (Erhan et al. 2009) finds high-frequency patterns that no photograph has. Two things hold them back: the
picture is written as frequencies, each scaled by one over itself as in photographs, and at every step the network is
shown it a little shifted, turned and scaled. The numbers (colours, scaling, start, Adam's step of 0.05) are those of
the authors' program, lucid.

The network may be shared: its hooks are taken off after each step, its mode and its gradients are left as they were.
"""

import math
import threading
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import nn

from cnnviz.networks.feature_maps import find_layer
from cnnviz.networks.memory import refuse_lack_of_memory
from cnnviz.networks.preprocess import IMAGENET, Preprocessing
from cnnviz.networks.refusal import Refusal
from cnnviz.networks.watching import evaluating, lock_of

STEPS = 128
LEARNING_RATE = 0.05
START_SPREAD = 0.01  # standard deviation of the first coefficients
JITTER = 24  # the picture is shifted by up to a twenty-fourth of its side
TURN = 5.0  # degrees
STRETCH = 0.05
FIRST_DECAY, SECOND_DECAY, TINY = 0.9, 0.999, 1e-8  # Adam (Kingma and Ba 2014, arXiv:1412.6980)

# Square root of the covariance of the colours of ImageNet's pixels, from lucid (Apache-2.0): its columns are the
# directions grey, blue-orange and green-magenta, in which colours vary independently.
COLOURS = np.array([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])


@dataclass(frozen=True)
class Goal:
    """What is climbed, and how.

    layer, channel   the unit: its channel's map is `layer`'s own output, before a ReLU that follows.
    objective        "channel": the mean of the map; "unit": the value in its middle. The same for a dense layer.
    frequencies      write the picture as frequencies; otherwise pixel by pixel.
    robust           shift, turn and scale it a little at every step.
    seed             what everything random starts from.
    """

    layer: str
    channel: int
    objective: Literal["channel", "unit"] = "channel"
    frequencies: bool = True
    robust: bool = True
    seed: int = 0


@dataclass(frozen=True)
class AscentStep:
    """Where an ascent stands: `step` counts from 0, the noise it starts from.

    `picture` is uint8 (H, W, 3); `value` is the objective for that very picture, as the network sees it unshifted.
    """

    step: int
    value: float
    picture: np.ndarray


def ascend(
    module: nn.Module, goal: Goal, preprocessing: Preprocessing = IMAGENET, steps: int = STEPS, every: int = 4
) -> Iterator[AscentStep]:
    """Climb for `steps` steps and report the first, every `every`-th and the last one.

    The picture has the size that the network was trained on, `preprocessing.crop_size`. It works only while it is asked
    for the next report: to stop, stop asking. The same goal gives the same pictures on the same machine.

    Raises ValueError, in a sentence, for a layer or a channel that is not there, and where the value is no number.

    >>> module = nn.Sequential(nn.Conv2d(3, 4, kernel_size=5), nn.ReLU(inplace=True)).requires_grad_(False)
    >>> small = Preprocessing(resize_size=32, crop_size=32)
    >>> first, *_, last = ascend(module, Goal("0", 2), small, steps=12)
    >>> last.step, last.picture.shape, last.value > first.value
    (12, (32, 32, 3), True)
    """
    ascent = Ascent(module, goal, preprocessing)
    yield ascent.report()
    for step in range(1, steps + 1):
        ascent.climb()
        if step % every == 0 or step == steps:
            yield ascent.report()


class Ascent:
    """The picture of a goal as coefficients, and Adam's memory of them.

    It does not keep the network alive: whoever climbs holds it meanwhile, see `climb_on`.
    """

    def __init__(self, module: nn.Module, goal: Goal, preprocessing: Preprocessing = IMAGENET) -> None:
        find_layer(module, goal.layer)
        self.goal = goal
        self.climb_on(module)
        self.size = preprocessing.crop_size
        self.margin = 1 + self.size // JITTER
        self.mean, self.std = (
            torch.tensor(numbers)[:, None, None] for numbers in (preprocessing.mean, preprocessing.std)
        )
        self.random = torch.Generator().manual_seed(goal.seed)
        channels, side = len(preprocessing.mean), self.size + 2 * self.margin
        self.colours = colour_directions(channels)
        self.scale = one_over_frequency(side)
        shape = (channels, *self.scale.shape, 2) if goal.frequencies else (channels, side, side)
        self.coefficients = START_SPREAD * torch.randn(shape, generator=self.random)
        self.first, self.second = torch.zeros(shape), torch.zeros(shape)
        self.step = 0

    def climb_on(self, module: nn.Module) -> None:
        """Ask this module from now on: the same network, loaded anew. Safe while another thread climbs."""
        self._module = weakref.ref(module)

    def canvas(self, coefficients: torch.Tensor) -> torch.Tensor:
        """The picture with a margin around it, colours from 0 to 1: (C, side, side)."""
        if self.goal.frequencies:
            spectrum = torch.view_as_complex(coefficients) * self.scale
            side = self.size + 2 * self.margin
            planes = torch.fft.irfft2(spectrum, s=(side, side)) / 4
        else:
            planes = coefficients
        return torch.sigmoid(torch.einsum("oc,chw->ohw", self.colours, planes))

    def middle(self, canvas: torch.Tensor) -> torch.Tensor:
        """The picture without its margin, (C, H, W)."""
        inside = slice(self.margin, self.margin + self.size)
        return canvas[:, inside, inside]

    def shaken(self, canvas: torch.Tensor) -> torch.Tensor:
        """The picture a little shifted, turned and scaled, (C, H, W)."""
        across, down, turn, stretch = (2 * torch.rand(4, generator=self.random) - 1).tolist()
        side = canvas.shape[-1]
        factor = (1 + STRETCH * stretch) * self.size / side
        cosine, sine = (factor * f(math.radians(TURN * turn)) for f in (math.cos, math.sin))
        reach = 2 * self.margin / side
        place = torch.tensor([[cosine, -sine, reach * across], [sine, cosine, reach * down]])
        grid = nn.functional.affine_grid(place[None], [1, len(canvas), self.size, self.size], align_corners=False)
        return nn.functional.grid_sample(canvas[None], grid, padding_mode="reflection", align_corners=False)[0]

    def value(self, picture: torch.Tensor) -> torch.Tensor:
        """The objective for a picture (C, H, W) of colours from 0 to 1."""
        maps = self.answered(((picture - self.mean) / self.std)[None])
        if not 0 <= self.goal.channel < len(maps):
            raise Refusal(
                f"{self.goal.layer} has the channels 0 to {len(maps) - 1}, and {self.goal.channel} was asked for."
            )
        chosen = maps[self.goal.channel]
        if self.goal.objective == "unit" and chosen.ndim == 2:
            return chosen[chosen.shape[0] // 2, chosen.shape[1] // 2]
        return chosen.mean()

    def climb(self) -> None:
        """One step of Adam up the gradient."""
        with torch.enable_grad():
            coefficients = self.coefficients.clone().requires_grad_()
            canvas = self.canvas(coefficients)
            value = self.value(self.shaken(canvas) if self.goal.robust else self.middle(canvas))
            (slope,) = torch.autograd.grad(value, coefficients)
        self.step += 1
        self.first = FIRST_DECAY * self.first + (1 - FIRST_DECAY) * slope
        self.second = SECOND_DECAY * self.second + (1 - SECOND_DECAY) * slope.square()
        first = self.first / (1 - FIRST_DECAY**self.step)
        second = self.second / (1 - SECOND_DECAY**self.step)
        self.coefficients = self.coefficients + LEARNING_RATE * first / (second.sqrt() + TINY)

    def report(self) -> AscentStep:
        """The picture as it is now, and its own value."""
        with torch.inference_mode():
            picture = self.middle(self.canvas(self.coefficients))
            value = float(self.value(picture))
        if not math.isfinite(value):
            raise Refusal(f"{self.goal.layer} answers with what is no number: its weights may be damaged.")
        pixels = (picture[:3] * 255).round().to(torch.uint8).permute(1, 2, 0).contiguous().numpy()
        return AscentStep(self.step, value, pixels)

    def answered(self, image: torch.Tensor) -> torch.Tensor:
        """The layer's own output for an image (1, C, H, W), without the batch axis; the network runs no further."""
        module = self._module()
        if module is None:
            raise ReferenceError("The network that this ascent asked is gone: let it climb on with another.")
        layer, run = find_layer(module, self.goal.layer)
        owner, times, met = threading.get_ident(), 0, []

        def behind(_layer: nn.Module, _inputs: object, output: torch.Tensor) -> None:
            nonlocal times
            if threading.get_ident() != owner:  # another thread may run the same module meanwhile
                return
            if times == run:
                met.append(output.clone()[0])  # an in-place ReLU behind it would write over the output itself
                raise _Enough
            times += 1

        with lock_of(module), evaluating(module):
            handle = layer.register_forward_hook(behind)
            try:
                module(image)
            except _Enough:
                return met[0]
            except RuntimeError as error:
                refuse_lack_of_memory(error)
                shape = tuple(image.shape)
                raise Refusal(f"This network cannot take an image of shape {shape}.") from error
            finally:
                handle.remove()
        raise Refusal(f'There is no output named "{self.goal.layer}": the layer does not run that often.')


class _Enough(Exception):
    """Ends a forward once the layer has answered."""


def one_over_frequency(side: int) -> torch.Tensor:
    """What scales each coefficient of a real Fourier transform: (side, side // 2 + 1).

    One over the frequency, at lowest that of one wave over the picture, times the side: the coefficients then count
    as much as those of photographs, whose amplitudes fall so.

    >>> scale = one_over_frequency(8)
    >>> scale.shape, float(scale[0, 0] / scale[0, 2])  # none and two waves over the picture
    (torch.Size([8, 5]), 2.0)
    """
    down, across = torch.fft.fftfreq(side)[:, None], torch.fft.rfftfreq(side)[None, :]
    frequency = (down.square() + across.square()).sqrt()
    scale: torch.Tensor = side / frequency.clamp(min=1 / side)
    return scale


def colour_directions(channels: int) -> torch.Tensor:
    """The directions in which colours are changed, (channels, channels): lucid's for red, green and blue.

    A channel beyond these three has one of its own.
    """
    directions = 0.5 * np.eye(channels)
    if channels >= 3:
        directions[:3, :3] = COLOURS / np.linalg.norm(COLOURS, axis=0).max()
    return torch.tensor(directions, dtype=torch.float32)
