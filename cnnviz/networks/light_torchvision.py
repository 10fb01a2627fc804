"""torchvision and torch's meta device without PyTorch's compiler: a third less memory for the process, a second sooner.

One file of torchvision (ops/roi_align.py) asks `torch._dynamo.utils` for one function, and random numbers for a tensor
of the meta device ask for more of it; with either comes the whole compiler: triton, sympy and torch.distributed, 250 MB
that nothing here ever calls.
"""

import contextlib
import importlib
import sys
import threading
from collections.abc import Iterator
from types import ModuleType

COMPILER = "torch._dynamo"
_importing = threading.Lock()


def import_torchvision() -> ModuleType:
    """The module `torchvision.models`; call it before anything else imports torchvision.

    While it is imported a stand-in takes the compiler's place, and says that nothing can be compiled: the detection
    networks, which are not used here, then pool their regions uncompiled. Whoever imports the compiler later gets the
    real one; so does another thread that asks torch._dynamo for something in just that moment, as optimizers do.
    """
    with _importing:
        if "torchvision" in sys.modules or COMPILER in sys.modules:
            return importlib.import_module("torchvision.models")
        import torch  # the real one: only its compiler is left out

        assert COMPILER not in sys.modules, "torch itself has begun to import its compiler"
        utils = ModuleType(f"{COMPILER}.utils")
        utils.is_compile_supported = lambda _device_type: False  # type: ignore[attr-defined]
        stand_ins: dict[str, ModuleType] = {COMPILER: _stand_in(), utils.__name__: utils}
        sys.modules.update(stand_ins)
        try:
            return importlib.import_module("torchvision.models")
        finally:
            _take_away(stand_ins)
            vars(torch).pop("_dynamo", None)


@contextlib.contextmanager
def unfilled() -> Iterator[None]:
    """Layers that are built meanwhile keep whatever their memory holds: nothing is drawn that would be overwritten.

    Inside `torch.device("meta")` there is no memory either, and a network is there in milliseconds.
    """
    import torch
    from torch.overrides import TorchFunctionMode

    # torch.nn.init's functions end in "_", and so do the methods of a tensor that they call
    fillers = {function for name, function in vars(torch.nn.init).items() if name[-1] == "_" != name[0]}
    fillers |= {torch.Tensor.normal_, torch.Tensor.uniform_, torch.Tensor.zero_, torch.Tensor.fill_}

    class LeftAsTheyAre(TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
            kwargs = kwargs or {}
            return (args[0] if args else kwargs["tensor"]) if func in fillers else func(*args, **kwargs)

    with LeftAsTheyAre():
        yield


def _stand_in() -> ModuleType:
    """A module that gives way to the real compiler as soon as anything of it is asked for."""
    module = ModuleType(COMPILER)

    def give_way(name: str) -> object:
        if name.startswith("__"):  # what the import itself looks for
            raise AttributeError(name)
        _take_away({COMPILER: module, f"{COMPILER}.utils": sys.modules.get(f"{COMPILER}.utils")})
        return getattr(importlib.import_module(COMPILER), name)

    module.__getattr__ = give_way  # type: ignore[method-assign]
    module.__path__ = []  # a package
    return module


def _take_away(stand_ins: "dict[str, ModuleType] | dict[str, ModuleType | None]") -> None:
    for name, module in stand_ins.items():
        if module is not None and sys.modules.get(name) is module:
            del sys.modules[name]
