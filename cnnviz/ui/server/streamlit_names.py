"""The names of Streamlit's inside that this app uses: each file here looks for its own as the server starts.

They were found in Streamlit 1.67, which promises to keep none of them. Where one is missing, the log says in a sentence
which it is and what goes missing with it, and the app goes on without.
"""

import importlib
import inspect
import logging

import streamlit as st

USED: dict[str, str] = {}  # name -> what goes missing with it

_log = logging.getLogger(__name__)


def are_here(lost: str, *names: str) -> bool:
    """Whether this Streamlit has all of these names; `lost` is what the app does without where it has not.

    A name is a module and, behind a colon, something in it: a function or a class with an attribute, also one that only
    its objects have; or a text in quotation marks that stands in the module.

    >>> are_here("a doctest", "streamlit.runtime:Runtime.is_active_session", 'streamlit.error_util:"Uncaught app exec')
    True
    """
    USED.update(dict.fromkeys(names, lost))
    missing = [name for name in names if not _is_here(name)]
    if missing:
        what = " and ".join(missing)
        _log.warning("Streamlit %s has no %s, so cnnviz goes without this: %s.", st.__version__, what, lost)
    return not missing


def _is_here(name: str) -> bool:
    module_name, _, inside = name.partition(":")
    try:
        found: object = importlib.import_module(module_name)
        source = inspect.getsource(importlib.import_module(module_name))
    except (ImportError, OSError):
        return False
    if inside.startswith('"'):
        return inside in source
    for part in inside.split("."):
        if not hasattr(found, part):
            return part in getattr(found, "__dataclass_fields__", ()) or f"self.{part}" in source
        found = getattr(found, part)
    return True
