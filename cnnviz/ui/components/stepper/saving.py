"""Files that the stepper saves: made when somebody asks, sent once, kept nowhere."""

import base64
from typing import Any, TypedDict

from cnnviz.figures.stepper import Script
from cnnviz.figures.stepper.exports import KINDS, ExportError, export


class SavedFile(TypedDict):
    """A file in base64, or with ``error`` the sentence that says why there is none; the stamp is the question's."""

    stamp: int
    error: str
    name: str
    mime: str
    base64: str


def saved_file(script: Script, wanted: Any) -> SavedFile | None:
    """The file that the browser wants, ready for JSON.

    ``wanted`` is what the browser sent: kind, step, dark, and a stamp. What a browser makes up is answered with None.
    """
    match wanted:
        case {"kind": str(kind), "step": int(step), "stamp": int(stamp)} if kind in KINDS:
            step = max(0, min(step, len(script["steps"]) - 1))
        case _:
            return None
    try:
        made = export(script, kind, step, dark=bool(wanted.get("dark")))
    except ExportError as problem:
        return {"stamp": stamp, "error": str(problem), "name": "", "mime": "", "base64": ""}
    data = base64.b64encode(made.data).decode("ascii")
    return {"stamp": stamp, "error": "", "name": made.name, "mime": made.mime, "base64": data}
