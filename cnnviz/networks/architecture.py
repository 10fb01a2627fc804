"""What is known about a network before it is built: where its layers, its weights and its classes come from.

Two kinds: those torchvision publishes, whose weights are downloaded once, and the small ones that are trained in this
project and come along in `assets/networks`. Nothing here imports torch.
"""

from dataclasses import dataclass
from pathlib import Path

from cnnviz.networks.preprocess import IMAGENET, Preprocessing
from cnnviz.networks.weights import WeightsFile

SIBLINGS_FOLDER = Path(__file__).parents[2] / "assets" / "networks"


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """What both kinds have. `preprocessing` is how a picture becomes the network's input."""

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
class Sibling(Architecture):
    """A small network that is trained in this project and comes along. `builder` is a class, as "module:class".

    `scope` says in one sentence or two what it was trained on and what it cannot do; its model card says the rest.
    """

    file_name: str
    classes: tuple[str, ...]
    scope: str

    @property
    def path(self) -> Path:
        """The weights, in the format of safetensors."""
        return SIBLINGS_FOLDER / self.file_name

    @property
    def card_path(self) -> Path:
        """The model card, a Markdown text: data, task, held-out accuracy, limits."""
        return self.path.with_suffix(".md")
