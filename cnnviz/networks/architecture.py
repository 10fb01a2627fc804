"""What is known about a network before it is built: where its layers, its weights and its classes come from.

Some weights come along in `assets/networks`: those of the small networks that are trained in this project, and those of
one that others trained on ImageNet. The other networks are torchvision's, and their weights are downloaded once.
Nothing here imports torch.
"""

from dataclasses import dataclass
from pathlib import Path

from cnnviz.networks.preprocess import IMAGENET, Preprocessing
from cnnviz.networks.weights import WeightsFile

INCLUDED_FOLDER = Path(__file__).parents[2] / "assets" / "networks"


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """What all kinds have. `preprocessing` is how a picture becomes the network's input."""

    title: str
    year: int
    paper: str
    description: str
    builder: str
    notable_layers: tuple[str, ...]  # good first choices for a page that shows one layer
    preprocessing: Preprocessing = IMAGENET
    has_residual_blocks: bool = False


@dataclass(frozen=True, kw_only=True)
class Published(Architecture):
    """A network of torchvision. `builder` is the function of torchvision.models that builds it."""

    weights_enum: str  # torchvision's name for the weights: class list and training recipe hang on it
    weights: WeightsFile


@dataclass(frozen=True, kw_only=True)
class Included(Architecture):
    """A network whose weights come along.

    `knows` says in a word or two what it was trained to tell apart, `scope` in one sentence or two what it cannot do;
    its model card says the rest.
    """

    file_name: str
    knows: str
    scope: str

    @property
    def path(self) -> Path:
        """The weights, in the format of safetensors."""
        return INCLUDED_FOLDER / self.file_name

    @property
    def card_path(self) -> Path:
        """The model card, a Markdown text: data, task, accuracy, limits."""
        return self.path.with_suffix(".md")


@dataclass(frozen=True, kw_only=True)
class Sibling(Included):
    """A small network that is trained in this project. `builder` is a class, as "module:class"."""

    classes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Ported(Included):
    """A network of torchvision with weights that came another way. `builder` is its function of torchvision.models."""

    weights_enum: str  # torchvision's name for its own weights: the class list hangs on it
