"""The calls of a forward in order, as torch.fx notes them: what a network needs that is built anew from another one.

torch.fx: Reed et al. 2021, "torch.fx: practical program capture and transformation for deep learning in Python".
"""

import inspect
import threading
from collections.abc import Callable
from typing import Any

from torch import fx, nn

# one tracing at a time: fx replaces methods of nn.Module while it traces, and puts back what it found
TRACING = threading.Lock()


class SurveyError(ValueError):
    """A module that cannot be followed: the message is a sentence that names the layer or the call."""


class OneThreadTracer(fx.Tracer):
    """fx's tracer, which leaves modules alone that other threads call meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.thread = threading.get_ident()

    def call_module(
        self, m: nn.Module, forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """As fx does in this thread, as always in the others."""
        if threading.get_ident() != self.thread:
            return forward(*args, **kwargs)
        return super().call_module(m, forward, args, kwargs)

    def getattr(self, attr: str, attr_val: Any, parameter_proxy_cache: dict[str, Any]) -> Any:
        """As fx does in this thread, as always in the others."""
        if threading.get_ident() != self.thread:
            return attr_val
        return super().getattr(attr, attr_val, parameter_proxy_cache)


def followed(module: nn.Module) -> fx.Graph:
    """What a forward calls, in order; parameters with a default keep it."""
    parameters = inspect.signature(module.forward).parameters.values()
    defaults = {p.name: p.default for p in parameters if p.default is not inspect.Parameter.empty}
    with TRACING:
        try:
            return OneThreadTracer().trace(module, concrete_args=defaults or None)
        except Exception as problem:  # a forward can fail in any way
            raise SurveyError(
                f"The forward of {type(module).__name__} cannot be followed without running it: it takes a decision, "
                "or uses a number, that only a real picture gives."
            ) from problem
