"""Exercises for other systems. The door to all formats.

Each takes exercises, and pictures by their names; the tests read each back, numbers and tolerances alike.
"""

from collections.abc import Mapping, Sequence

from cnnviz.arithmetic.exercises import Exercise
from cnnviz.arithmetic.exercises.exports.gift import to_gift
from cnnviz.arithmetic.exercises.exports.html import Picture
from cnnviz.arithmetic.exercises.exports.markdown import to_markdown
from cnnviz.arithmetic.exercises.exports.moodle_xml import to_moodle_xml
from cnnviz.arithmetic.exercises.exports.notebook import to_notebook
from cnnviz.arithmetic.exercises.exports.qti12 import to_qti12
from cnnviz.arithmetic.exercises.exports.qti21 import to_qti21


def to_qti(
    exercises: Sequence[Exercise], pictures: Mapping[str, Picture] | None = None, *, version: str = "2.1"
) -> bytes:
    """A zip to import: QTI "2.1", or "1.2" for Canvas; ValueError for another version.

    >>> from cnnviz.arithmetic.exercises import exercise
    >>> to_qti([exercise("macs", seed=1)])[:2]
    b'PK'
    """
    if version == "2.1":
        return to_qti21(exercises, pictures)
    if version == "1.2":
        return to_qti12(exercises, pictures)
    raise ValueError(f"QTI is written in the versions 1.2 and 2.1, not {version}.")


__all__ = ["Picture", "to_gift", "to_markdown", "to_moodle_xml", "to_notebook", "to_qti"]
