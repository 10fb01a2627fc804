"""A sheet in Markdown, with or without solutions."""

from collections.abc import Mapping, Sequence

from cnnviz.arithmetic.derivations.lines import without_colours
from cnnviz.arithmetic.exercises import KINDS, Exercise
from cnnviz.arithmetic.exercises.exports.html import Picture


def to_markdown(
    exercises: Sequence[Exercise],
    pictures: Mapping[str, Picture] | None = None,
    *,
    title: str = "Exercises",
    solutions: bool = False,
) -> str:
    """Numbered questions with room for an answer; with `solutions` the answer and its derivation in place of the room.

    >>> from cnnviz.arithmetic.exercises import exercise
    >>> print(to_markdown([exercise("neuron_sum", seed=1)]).splitlines()[2])
    ## 1. One neuron
    """
    parts = [f"# {title}"]
    for number, exercise in enumerate(exercises, 1):
        parts += [f"## {number}. {KINDS[exercise.kind].title}", without_colours(exercise.question)]
        picture = (pictures or {}).get(exercise.name)
        if picture is not None:
            parts.append(f"![{picture.alt}]({picture.data_uri})")
        parts.append(solution(exercise) if solutions else "**Answer:** ______________________")
    return "\n\n".join(parts) + "\n"


def solution(exercise: Exercise) -> str:
    """The answer and how it comes about."""
    return f"**Answer:** {exercise.solution}\n\n{exercise.derivation.markdown}"
