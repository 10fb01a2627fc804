"""What attributes and items of feature maps and modules are, and what giving them a value does."""

from cnnviz.arithmetic.reader import modules, parts_of_maps, pytorch_functions, shape_functions
from cnnviz.arithmetic.reader.bounded import is_whole
from cnnviz.arithmetic.reader.module_tree import own_parameters
from cnnviz.arithmetic.reader.modules import MODULE_METHODS
from cnnviz.arithmetic.reader.pytorch_names import PyTorchNames
from cnnviz.arithmetic.reader.syntax import ReadError, did_you_mean
from cnnviz.arithmetic.reader.tensors import tensor
from cnnviz.arithmetic.reader.values import (
    MODULES,
    Arguments,
    Container,
    Dotted,
    Example,
    ForeignModule,
    Function,
    Instance,
    LayerModule,
    Method,
    Opaque,
    ParameterTensor,
    Tensor,
    Value,
    kind_of,
)


class PyTorchAttributes(PyTorchNames):
    """Attributes and items, read and written."""

    def attribute(self, owner: Value, name: str, line: int) -> Value:
        if isinstance(owner, Tensor):
            return self.tensor_attribute(owner, name, line)
        if isinstance(owner, ParameterTensor):
            if name in ("shape", "size", "data", "requires_grad", "grad"):
                return {"shape": owner.shape, "data": owner, "requires_grad": not owner.frozen}.get(
                    name, Method(owner, name)
                )
            return Method(owner, name) if pytorch_functions.is_function(name) else Opaque(name, line)
        if isinstance(owner, MODULES):
            return self.module_attribute(owner, name, line)
        if isinstance(owner, Function | Method | Example):
            return Opaque(name, line)
        raise ReadError(f"{kind_of(owner)} has no {name[:40]} here.", line)

    def tensor_attribute(self, owner: Tensor, name: str, line: int) -> Value:
        """x.shape, x.device, x.T and the methods of a tensor."""
        if name == "shape":
            return self.shape_of(owner)
        if name in (
            "device",
            "dtype",
            "requires_grad",
            "grad",
            "is_cuda",
            "layout",
            "grad_fn",
            "backward",
            "is_sparse",
        ):
            return Opaque(name, line)
        if name in ("ndim",):
            return len(owner.shape)
        if name in ("T", "mT", "H"):
            return shape_functions.transpose(self, "t", Arguments(line, [owner]))
        if name == "data":
            return owner
        if name in ("is_complex", "is_floating_point"):
            return Dotted("builtins.nothing")
        if pytorch_functions.is_function(name):
            return Method(owner, name)
        if not owner.source:
            return Opaque(name, line)
        raise ReadError(f"a feature map has no {name[:40]} here{did_you_mean(name, pytorch_functions.FUNCTIONS)}", line)

    def module_attribute(self, owner: Value, name: str, line: int) -> Value:
        """What hangs on a module: modules in it, its settings, its methods, its parameters."""
        if name in owner.children:
            return owner.children[name]
        if name == "training":
            return False
        if name == "device" or name == "dtype":
            return Opaque(name, line)
        if isinstance(owner, LayerModule | ForeignModule):
            if isinstance(owner, LayerModule):
                if name in owner.attributes:
                    return owner.attributes[name]
                if name in owner.layer.parameter_shapes():
                    return own_parameters(owner)[name]
                if hasattr(owner.layer, name) and not name.startswith("_") and name not in MODULE_METHODS:
                    value = getattr(owner.layer, name)
                    return (
                        None
                        if name == "bias" and value is False
                        else value
                        if isinstance(value, int | float | str | tuple)
                        else Opaque(name, line)
                    )
            elif name in owner.settings or name in owner.parameters:
                return owner.settings.get(name, owner.parameters.get(name))
        if name in MODULE_METHODS:
            return Method(owner, name)
        if isinstance(owner, LayerModule | ForeignModule):
            return Opaque(name, line)  # what training sets: conv.weight, conv.bias
        if isinstance(owner, Instance) and self.foreign_base(owner):
            return Opaque(f"{owner.made_by.name}.{name}", line)
        known = [*MODULE_METHODS, *(owner.attributes if isinstance(owner, Instance) else ())]
        who = owner.made_by.name if isinstance(owner, Instance) else kind_of(owner)
        raise ReadError(f"{who} has no {name[:40]} here{did_you_mean(name, known)}", line)

    def foreign_base(self, owner: Instance) -> bool:
        """Whether a class inherits from one that is neither of the text nor of torch: its methods are not known."""
        base = owner.made_by.library_base()
        return bool(base) and not base.startswith(("torch.nn", "nn."))

    def set_attribute(self, owner: Value, name: str, value: Value, line: int) -> None:
        if isinstance(owner, ParameterTensor):
            if name == "requires_grad":
                owner.frozen = not self.interpreter.truth(value, line)
        elif isinstance(owner, LayerModule):
            if isinstance(value, ParameterTensor) and name in owner.layer.parameter_shapes():
                own_parameters(owner)[name] = value
            elif hasattr(owner.layer, name) and isinstance(value, int | float | str | tuple | bool):
                owner.layer = owner.layer.with_settings(**{name: value})
            else:
                self.remember(owner.attributes)
                owner.attributes[name] = value
        elif isinstance(owner, Container | ForeignModule):
            self.remember(owner.children)
            if isinstance(value, MODULES) or value is None or name in owner.children:
                owner.children[name] = value
        elif not isinstance(owner, Tensor | Method):
            raise ReadError(f"{kind_of(owner)} is not given attributes here.", line)

    def item(self, owner: Value, index: Value, line: int) -> Value:
        if isinstance(owner, Tensor):
            return parts_of_maps.item(self, owner, index, line)
        if isinstance(owner, ParameterTensor):
            return parts_of_maps.item(self, tensor(owner, "an index", line), index, line)
        if isinstance(owner, Container | ForeignModule | Instance):
            children = owner.children
            if isinstance(index, str) and index in children:
                return children[index]
            index = self.needed(index, line)
            if isinstance(index, slice):
                kind = owner.kind if isinstance(owner, Container) else "Sequential"
                return Container(kind, line, dict(list(children.items())[index]))
            if is_whole(index) and -len(children) <= index < len(children):
                return list(children.values())[index]
        raise ReadError(f"{kind_of(owner)} has no item {kind_of(index)}.", line)

    def set_item(self, owner: Value, index: Value, value: Value, line: int) -> None:
        if isinstance(owner, Tensor | ParameterTensor):
            if isinstance(owner, Tensor) and owner.source:
                self.pass_over("values put into a map", line)
            return
        children = modules.inside(owner)
        names = list(children)
        if is_whole(index) and -len(names) <= index < len(names):
            index = names[index]
        if not isinstance(index, str) or not isinstance(owner, Container | ForeignModule | Instance):
            raise ReadError(f"{kind_of(owner)} has no item {kind_of(index)}.", line)
        self.remember(children)
        children[index] = modules.checked_module(value, "ModuleDict", line)
