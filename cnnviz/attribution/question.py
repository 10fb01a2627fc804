"""What every method of attribution is asked, and what it answers: contributions that become finer step by step."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch
from torch import fx, nn

from cnnviz.attribution.twin import alone_with, convolutions, shared_twin
from cnnviz.networks.feature_maps import refuse_image
from cnnviz.networks.memory import ran_out, refuse_lack_of_memory
from cnnviz.networks.refusal import Refusal

WORKING_BYTES = 64_000_000  # what the values of one batch may take; a picture's way through VGG-16 takes 116 MB
LARGEST_BATCH = 16


@dataclass(frozen=True)
class Question:
    """Why did `network`, a twin, give the class this score for the picture `image` (1, C, H, W)?

    evaluations   how many runs, or gradients, the answer may take, where the method has a choice; 0 where not.
    layer         the convolution that Grad-CAM reads; the last one unless another is asked for.
    regions       whole numbers (H, W) that say which pixels feature ablation takes away together; None: a grid.
    """

    network: fx.GraphModule
    image: torch.Tensor
    class_index: int
    evaluations: int = 0
    layer: str = ""
    regions: np.ndarray | None = field(default=None, compare=False)

    @cached_property
    def score(self) -> float:
        """The class's score (logit) for the picture."""
        return float(self.first_answer[0][self.class_index])

    @cached_property
    def grey_score(self) -> float:
        """The class's score for a picture of nothing but the mean colour, which normalisation makes zero."""
        return float(self.scores(torch.zeros_like(self.image))[0])

    @property
    def uncovered(self) -> tuple[float, float]:
        """The class's score and probability for the picture."""
        return self.score, float(self.first_answer[0].softmax(0)[self.class_index])

    @property
    def alone(self) -> threading.RLock:
        """Held while the network computes: others may ask about it too, and methods hang hooks on it."""
        return alone_with(self.network)

    def answers(self, images: torch.Tensor) -> torch.Tensor:
        """All scores for pictures (N, C, H, W): (N, num_classes)."""
        with self.alone, torch.no_grad():
            answers: torch.Tensor = self.network(images)
        return answers

    def scores(self, images: torch.Tensor) -> torch.Tensor:
        """The class's scores for pictures (N, C, H, W): (N,)."""
        return self.answers(images)[:, self.class_index]

    def gradients(self, images: torch.Tensor) -> torch.Tensor:
        """How each value of each picture would move that picture's score: the shape of `images`."""
        images = images.detach().requires_grad_()
        with self.alone, torch.enable_grad():
            scores = self.network(images)[:, self.class_index]
            (gradients,) = torch.autograd.grad(scores.sum(), images)
        return gradients

    @property
    def batch_size(self) -> int:
        """How many pictures are computed at once: as many as keep the layers' values within `WORKING_BYTES`."""
        return min(LARGEST_BATCH, max(1, WORKING_BYTES // max(1, self.first_answer[1])))

    @cached_property
    def first_answer(self) -> tuple[torch.Tensor, int]:
        """All scores for the picture, (num_classes,), and how many bytes the layers' values took on the way."""
        taken = 0

        def count(_layer: nn.Module, _inputs: object, output: object) -> None:
            nonlocal taken
            if isinstance(output, torch.Tensor):
                taken += output.nbytes

        leaves = [layer for layer in self.network.modules() if not list(layer.children())]
        with self.alone:
            hooks = [layer.register_forward_hook(count) for layer in leaves]
            try:
                answer = self.answers(self.image)[0]
            finally:
                for hook in hooks:
                    hook.remove()
        return answer, taken


def question_of(
    module: nn.Module,
    image: torch.Tensor,
    class_index: int,
    evaluations: int = 0,
    layer: str = "",
    regions: np.ndarray | None = None,
    network: fx.GraphModule | None = None,
) -> Question:
    """The question about a network that others use too, which is left unchanged, and so is the image (1, 3, H, W).

    `regions` (H, W) numbers the region of each pixel. `network` is a twin that only the caller uses; without it the one
    that all share is used.

    Raises ValueError, in a sentence, for what is not one image, a class that is not there, a layer that is no
    convolution, regions of another size, and a network whose forward cannot be followed.
    """
    refuse_image(image)
    network = shared_twin(module) if network is None else network
    found = convolutions(network)
    if layer and layer not in found:
        raise Refusal(f'"{layer}" is no convolution of this network. There are: {", ".join(found)}.')
    if regions is not None:
        if regions.shape != tuple(image.shape[2:]):
            raise Refusal(f"The regions have the shape {regions.shape}, the picture {tuple(image.shape[2:])}.")
        if regions.dtype.kind not in "iub":
            raise Refusal(f"Regions are whole numbers, one for each pixel, not numbers of type {regions.dtype}.")
    last = layer or (found[-1] if found else "")
    numbers = next((weight.dtype for weight in network.parameters()), torch.float32)
    question = Question(network, image.detach().clone().to(numbers), int(class_index), evaluations, last, regions)
    count = num_classes(question)
    if not 0 <= class_index < count:
        raise Refusal(f"This network tells {count} classes, 0 to {count - 1}, not {class_index}.")
    return question


def num_classes(question: Question) -> int:
    """How many scores the network gives: the units of the dense layer at its end, else as many as it answers with."""
    (output,) = (node for node in question.network.graph.nodes if node.op == "output")
    last = output.args[0]
    if isinstance(last, fx.Node) and last.op == "call_module":
        layer = question.network.get_submodule(str(last.target))
        if isinstance(layer, nn.Linear):
            return layer.out_features
    with in_words(question):
        answer = question.answers(question.image)
    if not isinstance(answer, torch.Tensor) or answer.ndim != 2:
        raise Refusal("This network gives no scores, one for each class, at its end.")
    return answer.shape[1]


@contextmanager
def in_words(question: Question) -> Iterator[None]:
    """A layer that refuses the picture becomes a ValueError in a sentence; any other failure stays what it is."""
    try:
        yield
    except RuntimeError as error:
        refuse_lack_of_memory(error)
        if runs_through(question):
            raise
        raise Refusal(f"This network cannot take an image of shape {tuple(question.image.shape)}.") from error


def runs_through(question: Question) -> bool:
    """Whether the network can answer to the picture; where memory is short it could."""
    try:
        question.answers(question.image)
    except RuntimeError as error:
        return ran_out(error)
    return True


@dataclass(frozen=True)
class Partial:
    """The answer so far: `values` (C, H, W), or (H, W) where the colours are not told apart, after `done` of `total`.

    `adds_up_to` is what the values of the finished answer should add up to, for methods that promise it.
    `windows` are what occlusion and ablation covered so far, and what the score was then; `uncovered` are score and
    probability of the whole picture.
    """

    values: np.ndarray
    done: int
    total: int
    adds_up_to: float | None = None
    windows: "tuple[Window, ...]" = ()
    uncovered: tuple[float, float] | None = None

    @property
    def is_finished(self) -> bool:
        """Whether this is the whole answer."""
        return self.done >= self.total


@dataclass(frozen=True)
class Window:
    """What was covered with grey, as rows and columns of the image, and the class's score and probability then."""

    rows: range
    columns: range
    score: float
    probability: float


@dataclass(frozen=True)
class Method:
    """One way to ask. Called with (module, image (1, C, H, W), class_index) it gives a float32 array (H, W).

    title         its name.
    steps         the question to an iterator of ever better answers; the last one is whole.
    signed        whether the map is signed (for and against); otherwise it is a magnitude, without a sign.
    evaluations   how many evaluations the first answer takes, and finer ones; () where there is no choice.
    counts        what is counted by them, in the plural.
    layered       whether it reads a convolution that one can choose.
    promise       what its values add up to, in words; "" where they promise nothing.
    refusal       a sentence for a network on which the method does not hold, "" where it does.
    """

    title: str
    steps: Callable[[Question], Iterator[Partial]]
    signed: bool
    evaluations: tuple[int, ...] = ()
    counts: str = "gradients"
    layered: bool = False
    promise: str = ""
    refusal: Callable[[nn.Module], str] = lambda _network: ""

    def __call__(
        self,
        module: nn.Module,
        image: torch.Tensor,
        class_index: int,
        *,
        evaluations: int | None = None,
        layer: str = "",
        regions: np.ndarray | None = None,
    ) -> np.ndarray:
        """The map (H, W), float32. ValueError, in a sentence, where the question does not fit the network."""
        answers = self.partials(module, image, class_index, evaluations=evaluations, layer=layer, regions=regions)
        (answer,) = deque(answers, maxlen=1)  # the last one is whole
        return self.map_of(answer.values)

    def partials(
        self,
        module: nn.Module,
        image: torch.Tensor,
        class_index: int,
        *,
        evaluations: int | None = None,
        layer: str = "",
        regions: np.ndarray | None = None,
    ) -> Iterator[Partial]:
        """The answers about an image (1, 3, H, W), ever better ones; each is computed when the next one is wanted.

        Raises as `__call__` does.
        """
        if evaluations is None:
            evaluations = self.evaluations[0] if self.evaluations else 0
        elif evaluations < 1:
            raise Refusal(f"{self.title} needs at least 1 of its {self.counts}, not {evaluations}.")
        reason = self.refusal(module)
        if reason:
            raise Refusal(reason)
        question = question_of(module, image, class_index, evaluations, layer, regions)
        with in_words(question):
            yield from self.steps(question)

    def map_of(self, values: np.ndarray) -> np.ndarray:
        """The values (C, H, W) as a map (H, W): the sum over the colours, or without a sign the largest of them."""
        if values.ndim == 2:
            return values.astype(np.float32)
        flat: np.ndarray = values.sum(axis=0) if self.signed else np.abs(values).max(axis=0)
        return flat.astype(np.float32)


def array_of(values: torch.Tensor) -> np.ndarray:
    """The values of the one picture, (C, H, W), as an array of its own."""
    return values.detach()[0].numpy().astype(np.float32)


def spread_out(count: int) -> list[int]:
    """The numbers below `count` in an order of which every beginning is spread over all of them.

    The digits of the counter, read backwards (van der Corput 1935): what is known half-way stands for the whole.

    >>> spread_out(8)
    [0, 4, 2, 6, 1, 5, 3, 7]
    """
    bits = max(1, (count - 1).bit_length())
    backwards = [int(format(number, f"0{bits}b")[::-1], 2) for number in range(2**bits)]
    return [number for number in backwards if number < count]
