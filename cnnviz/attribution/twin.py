"""A network to experiment with: the same numbers, layers of its own.

The networks of the process are shared, their ReLUs write over what they are given, and a residual block uses one ReLU
twice. Methods that listen to layers, or change what a layer sends back, need each use of a layer to be one of its own
that leaves its input alone. Copying a network's weights for that would take half a gigabyte; the twin shares them.
"""

import copy
import inspect
import operator
import threading
import weakref
from collections import Counter
from weakref import WeakKeyDictionary

import torch
from torch import fx, nn

from cnnviz.networks.activation_layers import is_activation, layer_of
from cnnviz.networks.survey import followed
from cnnviz.networks.watching import evaluating, lock_of

GOES_ON = (nn.BatchNorm2d, nn.Dropout, nn.Identity)


def twin(module: nn.Module) -> fx.GraphModule:
    """The network in evaluation mode with layers of its own: no activation in place, each used once.

    Weights are shared with `module`, read only, and ask for no gradient; its hooks are not taken over. The second use
    of a layer "relu" is called "relu_1". An activation that a forward calls as a function (F.relu) becomes a layer,
    what else writes over its input (+=) leaves it alone.

    Raises ValueError (a SurveyError) in a sentence for a forward that cannot be followed without running it.

    >>> module = nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU(inplace=True))
    >>> other = twin(module)
    >>> other.get_submodule("1").inplace, module[1].inplace
    (False, True)
    >>> other.get_submodule("0").weight.data_ptr() == module[0].weight.data_ptr()
    True
    """
    layers: dict[str, nn.Module | torch.Tensor] = {}
    uses: Counter[str] = Counter()
    with lock_of(module), evaluating(module):
        graph = followed(module)
        for node in graph.nodes:
            if node.op == "call_module":
                name = str(node.target)
                node.target = own_name(name, uses, layers)
                layers[node.target] = own_layer(module.get_submodule(name))
            elif node.op == "get_attr":
                layers[str(node.target)] = attribute_of(module, str(node.target)).detach()
            elif layer := layer_of(node):
                given = node.args[0] if node.args else node.kwargs["input"]
                node.op, node.target = "call_module", own_name(type(layer).__name__.lower(), uses, layers)
                node.args, node.kwargs = (given,), {}
                layers[node.target] = layer
            else:
                leave_alone(node)
    return fx.GraphModule(layers, graph).eval()


def leave_alone(node: fx.Node) -> None:
    """Keep a function from writing over its input: `+=`, `mul_`, `leaky_relu(x, inplace=True)`."""
    if node.target is operator.iadd:
        node.target = operator.add
    elif node.op == "call_method" and str(node.target).endswith("_") and not str(node.target).endswith("__"):
        node.target = str(node.target)[:-1]
    elif node.op == "call_function" and callable(node.target):
        try:
            known = inspect.signature(node.target).parameters
        except (TypeError, ValueError):  # functions of torch's own, none of which writes over its input
            return
        if "inplace" in known:
            place = list(known).index("inplace")
            node.args, node.kwargs = node.args[:place] + node.args[place + 1 :], {**node.kwargs, "inplace": False}


_twins: WeakKeyDictionary[nn.Module, tuple[object, fx.GraphModule]] = WeakKeyDictionary()
_locks: WeakKeyDictionary[nn.Module, threading.RLock] = WeakKeyDictionary()
_guard = threading.Lock()


def shared_twin(module: nn.Module) -> fx.GraphModule:
    """The twin that all questions about a network share: made once, anew where layers or weights were replaced.

    Whoever uses it holds `alone_with(it)`, since methods hang hooks on it; nobody changes its weights.
    """
    now = state_of(module)
    with _guard:
        known = _twins.get(module)
    if known is not None and known[0] == now:
        return known[1]
    made = twin(module)
    with _guard:
        _twins[module] = now, made
    return made


def alone_with(network: nn.Module) -> threading.RLock:
    """One thread at a time may compute with a twin."""
    with _guard:
        return _locks.setdefault(network, threading.RLock())


def state_of(module: nn.Module) -> object:
    """What a twin depends on: which layers there are, how they are set, and where their numbers lie."""
    layers = tuple((name, weakref.ref(layer), settings_of(layer)) for name, layer in module.named_modules())
    tensors = (*module.parameters(), *module.buffers())
    return layers, tuple((tensor.data_ptr(), tensor.shape, tensor.dtype) for tensor in tensors)


def settings_of(layer: nn.Module) -> tuple[tuple[str, object], ...]:
    """The plain attributes of a layer, such as its stride; whether it is in training mode does not matter here."""
    plain = (int, float, str, tuple, type(None))
    return tuple((key, value) for key, value in vars(layer).items() if isinstance(value, plain) and key != "training")


def own_name(name: str, uses: Counter[str], taken: dict[str, nn.Module | torch.Tensor]) -> str:
    """The layer's name, with a number behind it from the second use on; never one of the names in `taken`."""
    uses[name] += 1
    own = name if uses[name] == 1 else f"{name}_{uses[name] - 1}"
    while own in taken:
        uses[name] += 1
        own = f"{name}_{uses[name] - 1}"
    return own


def own_layer(layer: nn.Module) -> nn.Module:
    """A copy of a layer whose weights lie where the layer's own lie."""
    shared: dict[int, object] = {
        id(weight): nn.Parameter(weight.detach(), requires_grad=False) for weight in layer.parameters()
    }
    shared |= {id(buffer): buffer for buffer in layer.buffers()}
    own = copy.deepcopy(layer, shared)
    for part in own.modules():
        for hooks in (value for key, value in vars(part).items() if key.endswith(("_hooks", "_hooks_with_kwargs"))):
            hooks.clear()
        if "inplace" in vars(part):
            vars(part)["inplace"] = False
    return own


def attribute_of(module: nn.Module, name: str) -> torch.Tensor:
    """A tensor that a forward uses itself, by its path; it has the shape that it has in the module."""
    *path, last = name.split(".")
    found: torch.Tensor = getattr(module.get_submodule(".".join(path)), last)
    return found


def called_layers(module: nn.Module) -> list[nn.Module]:
    """The layers that a forward really uses, in the order in which they run; activations also where it calls functions.

    >>> called_layers(nn.Sequential(nn.Conv2d(3, 2, 1), nn.Sequential(nn.ReLU(inplace=True))))
    [Conv2d(3, 2, kernel_size=(1, 1), stride=(1, 1)), ReLU()]
    """
    network = shared_twin(module)
    return [network.get_submodule(str(node.target)) for node in network.graph.nodes if node.op == "call_module"]


def convolutions(network: nn.Module) -> list[str]:
    """The names of the convolutions, in the order of the layers.

    >>> convolutions(nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU(), nn.Conv2d(2, 2, 1)))
    ['0', '2']
    """
    if isinstance(network, fx.GraphModule):  # whose modules are sorted by their depth, not as they run
        names = [str(node.target) for node in network.graph.nodes if node.op == "call_module"]
        return [name for name in names if isinstance(network.get_submodule(name), nn.Conv2d)]
    return [name for name, layer in network.named_modules() if isinstance(layer, nn.Conv2d)]


def settled(network: fx.GraphModule, layer: str) -> str:
    """The last layer behind `layer` that still works value by value: its BatchNorm, the ReLU behind a block's sum."""
    node = next(node for node in network.graph.nodes if node.op == "call_module" and node.target == layer)
    last = layer
    while len(node.users) == 1:
        node = next(iter(node.users))
        if node.op == "call_module":
            behind = network.get_submodule(str(node.target))
            if not isinstance(behind, GOES_ON) and not is_activation(behind):
                break
            last = str(node.target)
        elif node.target is not operator.add:
            break
    return last
