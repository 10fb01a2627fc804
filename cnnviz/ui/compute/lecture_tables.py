"""The lecture's tables and figures side by side with the computed ones, as tables that a screen reader can read."""

from collections.abc import Iterable, Sequence

import streamlit as st

from cnnviz.arithmetic.lecture.footnotes import FOOTNOTES, error_words, sat6_problems, twin_footnotes
from cnnviz.arithmetic.lecture.tables import TABLES, Compared, TableLine
from cnnviz.arithmetic.network import Row
from cnnviz.arithmetic.network.architectures import ARCHITECTURES, vgg16_listing
from cnnviz.arithmetic.network.exports import shape_words
from cnnviz.arithmetic.settings import Shape
from cnnviz.ui.compute.architecture_choice import Chosen
from cnnviz.ui.page.lesson import Lesson

SAME, DIFFERENT = ":green[**=**]", ":red[**≠**]"


def show_beside_lecture(chosen: Chosen, rows: Sequence[Row], input_shape: Shape, lesson: Lesson) -> None:
    """Everything the lecture says of this network, with the computed figure beside each."""
    notes = FOOTNOTES[chosen.key]() if chosen.key in FOOTNOTES else ()
    twins = twin_footnotes(chosen.builder, rows)
    if notes:
        show_figures(notes)
    elif twins:
        show_figures(twins, ("lecture’s network", "torchvision’s"))
    if chosen.key in TABLES:
        if input_shape != chosen.input_shape:
            st.info(
                f"The lecture’s table is for a picture of {shape_words(chosen.input_shape)}; "
                f"computed is {shape_words(input_shape)}.",
                icon=":material/straighten:",
            )
        lines = TABLES[chosen.key](chosen.network, input_shape)
        for column, place in enumerate(st.columns(len(lines[0].cells), gap="large")):
            place.markdown(table_words(lines, column))
    if chosen.key in ("vgg16", "vgg16-unpadded"):
        show_listing(lesson)
    elif chosen.key.startswith("resnet"):
        st.markdown(f"{lesson['ResNets']} {error_words()}")
    elif chosen.key.startswith("sat6-convnet"):
        show_sat6(lesson)
    elif not notes and not twins:
        st.markdown(lesson["No table"])


def show_figures(notes: Iterable[Compared], heads: tuple[str, str] = ("lecture", "computed")) -> None:
    """A table of single figures; under it, for each that differs, where it comes from."""
    notes = tuple(notes)
    lines = [f"| | {heads[0]} | {heads[1]} | |", "| --- | ---: | ---: | --- |"]
    lines += [f"| {note.what} | {note.printed} | {note.computed} | {mark(note)} |" for note in notes]
    st.markdown("\n".join(lines))
    st.markdown("\n".join(f"- **{note.what}.** {note.why}" for note in notes if note.why))


def table_words(lines: Sequence[TableLine], column: int) -> str:
    """One column of a table of the lecture in Markdown, the computed one beside it.

    >>> from cnnviz.arithmetic.lecture.tables import alexnet_table
    >>> architecture = ARCHITECTURES["alexnet"]
    >>> print(table_words(alexnet_table(architecture.network, architecture.input_shape)[:1], 0))
    | output | lecture | computed | |
    | --- | ---: | ---: | --- |
    | INPUT | 3×227×227 | 3×227×227 | :green[**=**] |
    """
    words = [f"| {lines[0].cells[column].what} | lecture | computed | |", "| --- | ---: | ---: | --- |"]
    for line in lines:
        cell = line.cells[column]
        words.append(f"| {line.name} | {cell.printed} | {cell.computed} | {mark(cell)} |")
    return "\n".join(words)


def mark(figure: Compared) -> str:
    """Whether the lecture and the computation agree, as a sign and in colour."""
    return SAME if figure.agrees else DIFFERENT


def show_listing(lesson: Lesson) -> None:
    """The Keras listing as the lecture has it, and what it makes; beside it what was meant."""
    st.markdown(lesson["Listing"])
    for column, key, same in zip(st.columns(2), ("vgg16-unpadded", "vgg16"), (False, True), strict=True):
        network = ARCHITECTURES[key].network
        last = next(row for row in network.trace(ARCHITECTURES[key].input_shape) if row.name == "pool5")
        with column:
            title = "With border_mode='same'" if same else "As the lecture has it"
            st.markdown(f"**{title}**: {shape_words(last.output_shape)}, {network.num_params:,} parameters")
            st.code(vgg16_listing(same), language="python", height=240)


def show_sat6(lesson: Lesson) -> None:
    """Why the lecture's network does not run on the lecture's pictures, and what would mend it."""
    st.markdown(lesson["Sat6ConvNet"])
    problems = sat6_problems()
    for number, problem in enumerate(problems, 1):
        repairs = "; or ".join(fix.sentence for fix in problem.fixes)
        st.error(f"**{number}** {problem.error}  \nTo mend it: {repairs}.", icon=":material/straighten:")
    repaired, input_shape = problems[-1].fixed, problems[-1].error.input_shape
    assert repaired is not None  # a test sees that it is known how to mend the lecture's network
    last = repaired.trace(input_shape)[-1]
    st.success(
        f"With the first change of each it takes {shape_words(input_shape)}, gives "
        f"{shape_words(last.output_shape)} scores and learns {repaired.num_params:,} parameters.",
        icon=":material/check:",
    )
