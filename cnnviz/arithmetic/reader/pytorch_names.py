"""What PyTorch's names, attributes and operators mean to the evaluator."""

import ast
import re
from typing import Any

from cnnviz.arithmetic.reader import modules, parts_of_maps, pytorch_functions
from cnnviz.arithmetic.reader.arithmetic_functions import operated
from cnnviz.arithmetic.reader.bounded import is_whole
from cnnviz.arithmetic.reader.graph import Graph
from cnnviz.arithmetic.reader.interpreter import Interpreter
from cnnviz.arithmetic.reader.layer_functions import LAYER_FUNCTIONS, POINTWISE_FUNCTIONS
from cnnviz.arithmetic.reader.library_texts import WRITTEN
from cnnviz.arithmetic.reader.module_tree import own_parameters
from cnnviz.arithmetic.reader.modules import KNOWN_LAYERS
from cnnviz.arithmetic.reader.rearranging import rearrange
from cnnviz.arithmetic.reader.standard_library import NUMBERS
from cnnviz.arithmetic.reader.syntax import ReadError, did_you_mean
from cnnviz.arithmetic.reader.values import (
    BATCH,
    MODULES,
    Arguments,
    Container,
    Dotted,
    ForeignModule,
    Instance,
    LayerModule,
    Method,
    Opaque,
    ParameterTensor,
    Tensor,
    Value,
    kind_of,
)
from cnnviz.arithmetic.settings import Shape

ALIASES = {
    "torch": "torch",
    "nn": "torch.nn",
    "F": "torch.nn.functional",
    "OrderedDict": "collections.OrderedDict",
    "partial": "functools.partial",
    "deepcopy": "copy.deepcopy",
    "rearrange": "einops.rearrange",
    "d2l": "d2l",
    "pl": "pytorch_lightning",
    "init": "torch.nn.init",
    "T": "torchvision.transforms",
    "plt": "matplotlib.pyplot",
    "pd": "pandas",
    "sns": "seaborn",
    "np": "numpy",
    "Variable": "torch.autograd.Variable",
    "summary": "torchsummary.summary",
    **{
        name: name
        for name in (
            "numpy",
            "math",
            "optim",
            "torchvision",
            "models",
            "transforms",
            "timm",
            "copy",
            "functools",
            "collections",
            "itertools",
            "einops",
            "os",
            "sys",
            "time",
            "random",
            "tqdm",
        )
    },
}


BATCH_NAMES = re.compile(r"(?i)(batch|batch_?size|bs|n_?batch|b_?size)")


MODEL_SOURCE = re.compile(
    r"(?:torchvision\.)?models\.(?:\w+\.)?\w+|timm\.create_model|torch\.hub\.load|timm\.models\.\w+"
)
RETURNS_FIRST = {
    "compile",
    "jit.script",
    "jit.trace",
    "autograd.Variable",
    "nn.DataParallel",
    "quantization.prepare",
    "jit.ignore",
    "nn.parallel.DistributedDataParallel",
    "jit.export",
    "nn.parallel.DataParallel",
}


class PyTorchNames:
    """The dialect of PyTorch; see dialect.Dialect for what each method answers."""

    aliases = ALIASES

    def __init__(self, models: Any = None) -> None:
        self.graph = Graph()
        self.models = models
        self.paths: dict[Value, str] = {}
        self.input_shape: Shape | None = None
        self.tried_out: Value = None
        self.following = False
        self.interpreter: Interpreter = None  # type: ignore[assignment]
        self.losses: set[str] = set()

    # What handlers of functions ask

    def needed(self, value: Value, line: int) -> Value:
        return self.interpreter.needed(value, line)

    def likely(self, value: Value) -> Value:
        return value.likely if isinstance(value, Opaque) else value

    def listed(self, value: Value, line: int) -> list[Value]:
        return self.interpreter.listed(value, line)

    def remember(self, owner: Any) -> None:
        self.interpreter.remember(owner)

    def charge(self, steps: int, line: int) -> None:
        self.interpreter.charge(steps, line)

    def note_size(self, value: int = 0) -> None:
        """A size was asked for: unless it is that of the batch, the network is another for other inputs."""
        if value and value % BATCH == 0:
            self.interpreter.saw_batch = True
        else:
            self.graph.sized = True

    def shape_of(self, x: Tensor) -> Shape:
        """All sizes."""
        self.graph.sized = self.interpreter.saw_batch = True
        return x.shape

    # Names

    def bare(self, name: str) -> Dotted | None:
        return Dotted(f"torch.nn.{name}") if name in KNOWN_LAYERS or name in ("Module", *modules.REPEATED) else None

    def unsaid(self, name: str) -> Value:
        return BATCH if BATCH_NAMES.fullmatch(name) else None

    def known_names(self) -> list[str]:
        return [*KNOWN_LAYERS, "nn", "F", "torch"]

    def maker_names(self) -> set[str]:
        return {*KNOWN_LAYERS} - {"Parameter"}

    def is_network(self, value: Value) -> bool:
        return False

    def named(self, thing: Dotted, line: int) -> Value:
        path = thing.path
        if path in NUMBERS:
            return NUMBERS[path]
        if path.startswith("nn."):
            return Dotted(f"torch.{path}")
        if path.startswith("F."):
            return Dotted(f"torch.nn.functional.{path[2:]}")
        if thing.last in WRITTEN and path.startswith(("torchvision.ops", "timm.", "einops.", "ops.")):
            return self.interpreter.written(thing.last)
        return thing

    # Calls

    def call(self, function: Dotted, given: Arguments) -> Value:
        path, last = function.path, function.last
        if path.startswith("torch.nn.") and path.count(".") == 2 and last[:1].isupper():
            return modules.make(self, last, given)
        if path.startswith("torch.nn.functional."):
            return self.function(last, path, given)
        if path.startswith("torch.nn.utils.") or last in ("spectral_norm", "weight_norm"):
            return self.utility(last, given)
        if path.startswith("torch.nn.init."):
            return given.positional[0] if given.positional else None
        if path.startswith("torch.") and path.removeprefix("torch.") in RETURNS_FIRST:
            return given.positional[0] if given.positional else Opaque("a decorator", given.line)
        if MODEL_SOURCE.fullmatch(path) or (path.startswith("torchvision.models") and last[:1].islower()):
            return self.model_by_name(path, given)
        if path.startswith("torch.fft."):
            return given.positional[0] if given.positional else Opaque(path, given.line)
        if path == f"torch.{last}" or path.startswith(("torch.special.", "torch.linalg.")):
            return self.function(last, path, given)
        if last in ("rearrange", "repeat", "reduce") and "einops" in path and isinstance(given.positional[0], Tensor):
            return rearrange(self, last, given)
        if last == "checkpoint" and len(given.positional) > 1:
            return self.interpreter.call(given.positional[0], Arguments(given.line, given.positional[1:]))
        if last in ("summary", "FlopCountAnalysis", "profile", "get_model_complexity_info"):
            self.note_summary(given)
        if last in ("trunc_normal_", "constant_", "normal_"):
            return None
        if any(isinstance(value, Tensor) and value.source for value in given.positional):
            if path.startswith("torchvision.transforms.functional.") and pytorch_functions.is_function(last):
                return pytorch_functions.apply_function(self, last, given)
            raise ReadError(f"{path[:60]} is not a function this app can draw.", given.line)
        return Opaque(f"{path}(...)", given.line)

    def function(self, name: str, path: str, given: Arguments) -> Value:
        """torch.name(...) or F.name(...)."""
        if pytorch_functions.is_function(name):
            first = (*given.positional, *given.named.values(), None)[0]
            if isinstance(first, list | tuple) and not any(
                isinstance(v, Tensor | ParameterTensor | list | tuple | int) for v in first
            ):
                return Opaque(f"{path}(...)", given.line)
            if isinstance(first, Opaque) and name not in pytorch_functions.CREATED:
                return Opaque(f"{path}(...)", given.line)
            if isinstance(first, int | float) and name not in pytorch_functions.CREATED:
                return first
            return pytorch_functions.apply_function(self, name, given)
        if name in (
            "cross_entropy",
            "nll_loss",
            "mse_loss",
            "binary_cross_entropy",
            "binary_cross_entropy_with_logits",
        ):
            return Opaque(f"{path}(...)", given.line)
        if any(isinstance(value, Tensor) and value.source for value in [*given.positional, *given.named.values()]):
            known = [*LAYER_FUNCTIONS, *POINTWISE_FUNCTIONS]
            raise ReadError(f"{path} is not a function this app can draw{did_you_mean(name, known)}", given.line)
        return Opaque(f"{path}(...)", given.line)

    def utility(self, name: str, given: Arguments) -> Value:
        """torch.nn.utils: norms of weights, packed sequences."""
        first = given.positional[0] if given.positional else None
        if name == "weight_norm" and isinstance(first, LayerModule):
            own = own_parameters(first)
            if "weight" in own:
                weight = own.pop("weight")
                own["weight_g"] = ParameterTensor((weight.shape[0],), "weight_g")
                own["weight_v"] = weight
            return first
        if name == "pad_packed_sequence":
            return first, Opaque("lengths", given.line)
        if name in ("pack_padded_sequence", "pack_sequence", "spectral_norm", "weight_norm", "remove_weight_norm"):
            return first
        return Opaque(f"torch.nn.utils.{name}(...)", given.line)

    def model_by_name(self, path: str, given: Arguments) -> Value:
        """models.resnet18(...), timm.create_model("resnet18"), torch.hub.load("pytorch/vision", "resnet18")."""
        last, values = path.rpartition(".")[2], list(given.positional)
        if last in ("create_model", "get_model", "load") and values:
            name = values.pop(1 if last == "load" and len(values) > 1 else 0)
            values = values if last != "load" else []
        else:
            name = last
        if not isinstance(name, str):
            raise ReadError("which network this is the text does not say: write its name as a word.", given.line)
        settings = {
            key: self.needed(v, given.line) for key, v in given.named.items() if key in ("num_classes", "aux_logits")
        }
        found = self.models(name, settings, given.line) if self.models is not None else None
        if found is None:
            why = (
                "is not one of torchvision's"
                if self.models is not None
                else "is made by a library, which is not read here"
            )
            raise ReadError(f"{name[:40]} {why}: paste the code of its layers.", given.line)
        return found

    def call_method(self, method: Method, given: Arguments) -> Value:
        owner, name = method
        if isinstance(owner, Tensor | ParameterTensor):
            shifted = {key + 1 if isinstance(key, int) else key: span for key, span in given.spans.items()}
            inner = Arguments(given.line, [owner, *given.positional], given.named, shifted)
            return pytorch_functions.apply_function(self, name, inner)
        return modules.call_module_method(self, owner, name, given)

    def call_value(self, value: Value, given: Arguments) -> Value:
        raise ReadError(f"{kind_of(value)} cannot be called here.", given.line)

    # Operators

    def operate(self, kind: type[ast.operator], left: Value, right: Value, line: int) -> Value:
        return operated(self.graph, kind, left, right, line)

    def pass_over(self, what: str, line: int) -> None:
        if self.following:
            self.graph.pass_over(what, line)

    def compared(self, left: Value, right: Value, line: int) -> Value:
        self.pass_over("a comparison", line)
        return left if isinstance(left, Tensor) else right

    def unbound(self, value: Tensor, line: int) -> list[Value]:
        return list(parts_of_maps.chunked(self, "unbind", Arguments(line, [value])))

    def concatenated(self, left: Value, right: Value) -> Value:
        both = [*left.children.values(), *right.children.values()]
        return Container(left.kind, left.line, {str(place): child for place, child in enumerate(both)})

    def is_kind(self, value: Value, kind: Value) -> bool:
        name = kind.last if isinstance(kind, Dotted) else ""
        if name in ("Tensor", "FloatTensor"):
            return isinstance(value, Tensor | ParameterTensor)
        if name == "Parameter":
            return isinstance(value, ParameterTensor)
        if name == "Module":
            return isinstance(value, MODULES)
        if isinstance(value, LayerModule):
            own = type(value.layer).__name__
            if name in ("_BatchNorm", "_NormBase"):
                return own.startswith(("BatchNorm", "InstanceNorm"))
            return (getattr(value.layer, "function", own) if own == "Pointwise" else own) == name
        if isinstance(value, Container | ForeignModule):
            return value.kind == name
        if isinstance(value, Instance):
            return value.made_by.library_base().rpartition(".")[2] == name
        return name in ("Iterable", "Sequence", "Collection") and isinstance(value, list | tuple)

    def note_summary(self, given: Arguments) -> None:
        """summary(net, (3, 224, 224)) says what is fed in."""
        sizes = given.named.get("input_size", given.positional[1] if len(given.positional) > 1 else None)
        if isinstance(sizes, list | tuple) and sizes and isinstance(sizes[0], list | tuple):
            sizes = sizes[0]
        if (
            isinstance(sizes, list | tuple)
            and sizes
            and all((is_whole(size) and 0 < size < BATCH) or size == BATCH for size in sizes)
        ):
            self.input_shape = tuple(sizes[1:] if len(sizes) == 4 or sizes[0] == BATCH else sizes)
