"""The receptive field of the chosen layer in words, and the unit whose field is shown."""

import streamlit as st

from cnnviz.arithmetic.network import Network, Row
from cnnviz.arithmetic.receptive_field import ReceptiveField
from cnnviz.arithmetic.settings import AXES, LINES, Shape
from cnnviz.ui.page.visit import address_counts

UNIT = "network_unit"
MAX_TAPS = 4_000  # rows and columns of the input up to which the taps are followed one by one


def chosen_unit(units: tuple[int, int]) -> tuple[int, int]:
    """The unit that was last pointed at, or that the link asks for; the centre of the map where there is none."""
    here = None if address_counts() else st.session_state.get(UNIT)
    asked = st.session_state[UNIT] = here or from_address(str(st.query_params.get("unit", "")))
    if asked is not None and all(0 <= place < count for place, count in zip(asked, units, strict=True)):
        row, column = asked
        return row, column
    return units[0] // 2, units[1] // 2


def from_address(words: str) -> tuple[int, int] | None:
    """Row and column as an address says them; None where it says no such thing.

    >>> from_address("13.6"), from_address("thirteen")
    ((13, 6), None)
    """
    parts = words.split(".")
    if len(parts) != 2 or not all(part.isascii() and part.isdecimal() and len(part) < 7 for part in parts):
        return None
    return int(parts[0]), int(parts[1])


def choose_unit(row: int, column: int) -> None:
    """Make this the unit, here and in the address."""
    st.session_state[UNIT] = (row, column)
    st.query_params["unit"] = f"{row}.{column}"


def forget_unit() -> None:
    """Go back to the centre: another layer has other units."""
    st.session_state.pop(UNIT, None)
    st.query_params.pop("unit", None)


def map_units(shape: Shape) -> tuple[int, int]:
    """Rows and columns of an output; a flat one is a map of one unit.

    >>> map_units((96, 55, 55)), map_units((4096,))
    ((55, 55), (1, 1))
    """
    return (shape[1], shape[2]) if len(shape) == 3 else (1, 1)


def field_sentences(network: Network, row: Row, input_shape: Shape, unit: tuple[int, int]) -> list[str]:
    """What is to be said of a layer's receptive field: size, step, where it starts, what of it is padding.

    >>> from cnnviz.arithmetic.layers import Conv2d
    >>> from cnnviz.arithmetic.network import chain
    >>> network = chain(Conv2d(3, 64, 11, stride=4, padding=2))
    >>> for sentence in field_sentences(network, network.trace((3, 224, 224))[0], (3, 224, 224), (0, 0)):
    ...     print(sentence)
    Each unit of **conv2d** sees **11 × 11** pixels of the input.
    The next unit sees a window **4 pixels** further on.
    The first window starts at pixel −2: 2 pixels before the edge of the picture, in the padding.
    The unit at row 0, column 0 sees rows 0 to 8 and columns 0 to 8; **33 %** of its window lies in the padding.
    """
    assert row.receptive_field is not None
    height, width = row.receptive_field
    exact = "" if height.exact and width.exact else "up to "
    same = (height.stride, height.offset) == (width.stride, width.offset)
    axes = [(height, "")] if same else [(height, f" along the {AXES[0]}"), (width, f" along the {AXES[1]}")]
    sentences = [
        f"Each unit of **{row.name}** sees {exact}**{height.pixels:,} × {width.pixels:,}** pixels of the input."
    ]
    sentences += [stride_sentence(field) + where + "." for field, where in axes]
    sentences += [offset_sentence(field, where) for field, where in axes]
    sentences.append(unit_sentence(network, row, input_shape, unit))
    return [sentence for sentence in sentences if sentence]


def stride_sentence(field: ReceptiveField) -> str:
    """How far neighbours' windows are apart."""
    if field.stride == 0:
        return "All units see the same window"
    pixels = "1 pixel" if field.stride == 1 else f"{field.stride} pixels"
    return f"The next unit sees a window **{pixels}** further on"


def offset_sentence(field: ReceptiveField, where: str) -> str:
    """Where the first window begins."""
    start = str(field.offset).replace("-", "−")
    if field.offset >= 0:
        return f"The first window starts at pixel {start}{where}."
    beyond = f"{-field.offset} pixel" + ("" if field.offset == -1 else "s")
    return f"The first window starts at pixel {start}{where}: {beyond} before the edge of the picture, in the padding."


def unit_sentence(network: Network, row: Row, input_shape: Shape, unit: tuple[int, int]) -> str:
    """What of the picture one unit sees, and which share of its window is padding."""
    assert row.receptive_field is not None
    windows = [f.window(place, size) for f, place, size in zip(row.receptive_field, unit, input_shape[1:], strict=True)]
    ranges = [(window.first, window.last) for window in windows]
    if max(input_shape[1:]) <= MAX_TAPS:  # exact also where a floor drops rows and padding shows nothing
        ranges = [(taps.start, taps.stop - 1) for taps in network.seen_pixels(input_shape, row.name, *unit)]
    at = f"The unit at row {unit[0]}, column {unit[1]}"
    if any(last < first for first, last in ranges):
        return f"{at} sees nothing of the picture, only padding."
    seen = [f"{LINES[axis]} {first:,} to {last:,}" for axis, (first, last) in zip(AXES, ranges, strict=True)]
    inside = [window.last - window.first + 1 for window in windows]
    whole = [window.last - window.first + 1 + window.before + window.after for window in windows]
    outside = 100 * (1 - inside[0] * inside[1] / (whole[0] * whole[1]))
    padding = f"**{outside:.0f} %** of its window lies in the padding" if outside >= 0.5 else "its window lies inside"
    if 0 < outside < 0.5:
        padding = "less than 1 % of its window lies in the padding"
    return f"{at} sees {' and '.join(seen)}; {padding}."
