"""Files that the stepper saves: made when somebody asks, sent once, kept nowhere."""

import base64
from typing import Any

from cnnviz.figures.stepper import Script
from cnnviz.figures.stepper.exports import KINDS, ExportError, export


def saved_file(script: Script, asked: Any) -> dict[str, Any] | None:
    """The file that the browser asked for, ready for JSON, or the sentence that says why there is none.

    ``asked`` is what the browser sent: kind, step, dark, and a stamp that the answer repeats. What a browser makes up
    is answered with None.
    """
    match asked:
        case {"kind": str(kind), "step": int(step), "stamp": int(stamp)} if kind in KINDS:
            step = max(0, min(step, len(script["steps"]) - 1))
        case _:
            return None
    try:
        made = export(script, kind, step, dark=bool(asked.get("dark")))
    except ExportError as problem:
        return {"stamp": stamp, "error": str(problem)}
    data = base64.b64encode(made.data).decode("ascii")
    return {"stamp": stamp, "name": made.name, "mime": made.mime, "base64": data}
