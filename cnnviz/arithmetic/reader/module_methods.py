"""The methods of modules, containers, lists and dicts that are read: those that add to them and list what they hold."""

from cnnviz.arithmetic.reader.arguments import bind
from cnnviz.arithmetic.reader.bounded import check_items
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import MODULES, Class, Container, Dotted, Given, Instance, Value, kind_of

# what modules can do that changes nothing about the network, or that only training needs
GIVES_ITSELF = {"to", "cuda", "cpu", "eval", "train", "half", "float", "double", "requires_grad_", "apply", "type"}
GIVES_NOTHING = {"modules", "named_modules", "parameters", "named_parameters", "buffers", "state_dict"}
DOES_NOTHING = {"register_buffer", "register_parameter", "load_state_dict", "zero_grad", "register_forward_hook"}
MODULE_METHODS = GIVES_ITSELF | GIVES_NOTHING | DOES_NOTHING | {"add_module", "children", "named_children", "forward"}
LIST_METHODS = {"append", "extend", "insert"}
DICT_METHODS = {"items", "keys", "values", "update", "get"}


def methods_of(owner: Value) -> set[str]:
    """The methods that are read of a value."""
    if isinstance(owner, Container):
        return MODULE_METHODS | LIST_METHODS | (DICT_METHODS if owner.kind == "ModuleDict" else set())
    if isinstance(owner, MODULES):
        return MODULE_METHODS
    if isinstance(owner, list):
        return LIST_METHODS
    return DICT_METHODS if isinstance(owner, dict) else set()


def change(owner: Value, name: str, given: Given) -> Value:
    """The methods of lists, dicts and containers that add to them or list what they hold."""
    values = owner.children if isinstance(owner, Container) else owner
    if name in ("children", "named_children"):
        children = owner.children
        return list(children.values()) if name == "children" else list(children.items())
    if name in ("items", "keys", "values"):
        return list(getattr(values, name)())
    if name == "add_module":
        bound = bind(name, ("name", "module"), 2, given)
        target = owner.attributes if isinstance(owner, Instance) else values
        check_module(bound["module"], "Module", given.line)
        target[str(bound["name"])] = bound["module"]
        return None
    if len(given.positional) == 1 and not given.named and name in ("append", "extend"):
        return grow(owner, name, given.positional[0], given.line)
    raise ReadError(f"{name} is not read here with these arguments.", given.line)


def grow(owner: Value, name: str, value: Value, line: int) -> Value:
    """append and extend."""
    more = [value] if name == "append" else value
    more = list(more.children.values()) if isinstance(more, Container) else more
    if not isinstance(more, list | tuple):
        raise ReadError(f"extend takes a list, and this is {kind_of(value)}.", line)
    count = len(owner.children if isinstance(owner, Container) else owner) + len(more)
    check_items(count, line)
    if isinstance(owner, Container):
        for module in more:
            check_module(module, owner.kind, line)
            owner.append(module)
        return owner
    owner.extend(more)
    return None


def check_module(value: Value, container: str, line: int) -> None:
    """Refuse what is no layer among layers."""
    if isinstance(value, list | tuple):
        raise ReadError(f"nn.{container} takes layers, not a list of them: put a star before the list, *layers.", line)
    if isinstance(value, Dotted | Class):
        name = value.last if isinstance(value, Dotted) else value.name
        raise ReadError(f"{name} is the name of a layer, not yet a layer: write {name}(...).", line)
    if not isinstance(value, MODULES):
        raise ReadError(f"nn.{container} takes layers, and there is {kind_of(value)} among them.", line)
