"""torchvision and torch's meta device without PyTorch's compiler: 150 MB less for the process, a second sooner.

One file of torchvision 0.29 (ops/roi_align.py, for networks that find objects) imports `torch._dynamo.utils` for one
function, and random numbers for a tensor of the meta device need more of it; with either comes the whole compiler:
triton, sympy and torch.distributed. Nothing of torch itself is touched here. Optimizers and torch.export import the
compiler when they need it.
"""

import contextlib
import functools
import importlib
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from types import ModuleType
from typing import Any

ROI_ALIGN = "torchvision.ops.roi_align"


def import_torchvision() -> ModuleType:
    """The module `torchvision.models`; where nobody has imported torchvision before, the compiler is not imported.

    A stand-in takes the place of that one file, and runs its code when somebody calls one of its two functions.
    """
    if "torchvision" not in sys.modules and "torch._dynamo" not in sys.modules:
        stand_in = _run_when_called()
        if stand_in is not None:
            sys.modules.setdefault(ROI_ALIGN, stand_in)  # another thread may have come to the file meanwhile
    return importlib.import_module("torchvision.models")


def _run_when_called() -> ModuleType | None:
    """The module `torchvision.ops.roi_align` before its code has run; None where torchvision has no such file."""
    torchvision = find_spec("torchvision")
    folders = torchvision.submodule_search_locations if torchvision is not None else None
    spec = PathFinder.find_spec(ROI_ALIGN, [str(Path(folder) / "ops") for folder in folders or ()])
    if spec is None or spec.loader is None:
        return None
    module, run = module_from_spec(spec), functools.cache(spec.loader.exec_module)

    def roi_align(*arguments: object, **options: object) -> object:
        run(module)  # puts the real functions into the module, in place of these two
        return module.roi_align(*arguments, **options)

    def RoIAlign(*arguments: object, **options: object) -> object:
        run(module)
        return module.RoIAlign(*arguments, **options)

    vars(module).update(roi_align=roi_align, RoIAlign=RoIAlign)
    return module


# what networks work out from small tensors while they are built: places of patches in a window, scales of a layer
ARITHMETIC = frozenset(
    [
        "stack",
        "sum",
        "add",
        "sub",
        "mul",
        "div",
        "rsub",
        "abs",
        "sign",
        "log",
        "log2",
        "iadd",
        "isub",
        "imul",
        "truediv",
    ]
)


@contextlib.contextmanager
def unfilled() -> Iterator[None]:
    """Layers that are built meanwhile keep whatever their memory holds: nothing is drawn that would be overwritten.

    Inside `torch.device("meta")` there is no memory either, and a network is there in milliseconds; arithmetic there,
    for which the meta device needs the compiler, is done with zeros of the same shapes instead.
    """
    import torch
    from torch.overrides import TorchFunctionMode

    # torch.nn.init's functions end in "_", and so do the methods of a tensor that they call
    fillers = {function for name, function in vars(torch.nn.init).items() if name[-1] == "_" != name[0]}
    fillers |= {torch.Tensor.normal_, torch.Tensor.uniform_, torch.Tensor.zero_, torch.Tensor.fill_}

    def as_zeros(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return torch.zeros(value.shape, dtype=value.dtype, device="cpu")
        return type(value)(map(as_zeros, value)) if isinstance(value, list | tuple) else value

    class LeftAsTheyAre(TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
            kwargs = kwargs or {}
            if func in fillers:
                return args[0] if args else kwargs["tensor"]
            name = getattr(func, "__name__", "")
            if name.strip("_") not in ARITHMETIC or not any(is_meta(value) for value in args):
                return func(*args, **kwargs)
            if name.startswith("__i") or name.endswith("_") != name.startswith("_"):
                return args[0]  # in place
            return func(*as_zeros(args), **kwargs).to("meta")

    def is_meta(value: Any) -> bool:
        return any(map(is_meta, value)) if isinstance(value, list | tuple) else getattr(value, "is_meta", False)

    with LeftAsTheyAre():
        yield
