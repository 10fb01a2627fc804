"""Which tensors of a file belong to which layers of a network: a table of what fits and what does not."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from cnnviz.networks.refusal import Refusal

if TYPE_CHECKING:
    import torch
    from torch import nn

COUNTER = "num_batches_tracked"  # which BatchNorm counts in training, and older files lack


class Fit(NamedTuple):
    """One tensor: its name, its shape in the network and its shape in the file, None where it is only in the other."""

    name: str
    wanted: tuple[int, ...] | None
    given: tuple[int, ...] | None

    @property
    def fits(self) -> bool:
        """Whether both have it, in one shape; axes of size 1 in front do not count."""
        return self.wanted is not None and self.given is not None and _bare(self.wanted) == _bare(self.given)

    @property
    def sentence(self) -> str:
        """What does not fit; "" for what does.

        >>> Fit("fc.weight", (5, 512), (10, 512)).sentence
        'fc.weight is (10, 512) in the file; the text says (5, 512).'
        """
        if self.fits:
            return ""
        if self.given is None:
            return f"{self.name} {self.wanted} is missing in the file."
        if self.wanted is None:
            return f"{self.name} {self.given} is only in the file, and not used."
        return f"{self.name} is {self.given} in the file; the text says {self.wanted}."


class Misfit(Refusal):
    """Weights that do not fit a network; `table` is all of them, the message says the first."""

    def __init__(self, table: "tuple[Fit, ...]") -> None:
        wrong = [fit.sentence for fit in table if not fit.fits and fit.wanted is not None]
        more = f" {len(wrong) - 3} more do not fit." if len(wrong) > 3 else ""
        super().__init__("These weights are another network's: " + " ".join(wrong[:3]) + more)
        self.table = table


def fits_of(module: "nn.Module", weights: "Mapping[str, torch.Tensor]") -> tuple[Fit, ...]:
    """The table: first what the module has, in its order, then what is only in the file."""
    wanted = {name: tuple(value.shape) for name, value in module.state_dict().items()}
    given = {name: tuple(value.shape) for name, value in renamed(weights, wanted).items()}
    needed = (name for name in wanted if name in given or not name.endswith(COUNTER))
    rest = (name for name in given if name not in wanted and not name.endswith(COUNTER))
    return tuple(Fit(name, wanted.get(name), given.get(name)) for name in (*needed, *rest))


def fill(module: "nn.Module", weights: "Mapping[str, torch.Tensor]") -> tuple[Fit, ...]:
    """Put the weights into the module; the table. Misfit where they do not fit, and nothing is changed.

    What is only in the file is passed over: layers that are never called, or a second name of one.
    """
    import torch

    table = fits_of(module, weights)
    if any(not fit.fits for fit in table if fit.wanted is not None):
        raise Misfit(table)
    own = module.state_dict()
    found = renamed(weights, own)
    with torch.no_grad():
        for name, value in own.items():
            if name in found:
                value.copy_(found[name].reshape(value.shape))
    return table


def renamed(weights: "Mapping[str, torch.Tensor]", wanted: Iterable[str]) -> "dict[str, torch.Tensor]":
    """The weights without what wrappers put in front of every name ("module.", "model."), where that is what differs.

    >>> import torch
    >>> sorted(renamed({"module.fc.weight": torch.zeros(1), "module.fc.bias": torch.zeros(1)}, ["fc.weight"]))
    ['fc.bias', 'fc.weight']
    """
    names = set(wanted)
    fronts = Counter({"": sum(name in names for name in weights)})
    for name in weights:
        parts = name.split(".")
        for cut in range(1, min(len(parts), 4)):
            if ".".join(parts[cut:]) in names:
                fronts[".".join(parts[:cut]) + "."] += 1
    front = fronts.most_common(1)[0][0]
    return {name.removeprefix(front): value for name, value in weights.items()}


def _bare(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape without axes of size 1 in front: torch.nn.Parameter(torch.zeros(1, 197, 768)) holds one table."""
    while shape and shape[0] == 1:
        shape = shape[1:]
    return shape
