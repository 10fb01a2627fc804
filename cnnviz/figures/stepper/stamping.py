"""A transposed convolution as stamping: each input value stamps the kernel, times itself, into the output."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from cnnviz.arithmetic.layers import ConvTranspose2d
from cnnviz.arithmetic.settings import counted
from cnnviz.arithmetic.windows import Stamp, stamps
from cnnviz.figures.stepper.convolving import Weight, check_length, kernel_grid, read_bias
from cnnviz.figures.stepper.grids import input_grid, plane_names, planes_of
from cnnviz.figures.stepper.numbers import (
    Planes,
    aligned,
    check_exact,
    count_text,
    exact_text,
    places_over,
    shades,
    whole,
)
from cnnviz.figures.stepper.parts import OutputGrid, Step, Walk


def stamping_script(
    layer: ConvTranspose2d, input: Planes, weight: Weight, bias: Sequence[Fraction] | None, *, names: Sequence[str]
) -> Walk:
    """The script of ``stamp_script``: one step per input value, with what each output cell holds before and after."""
    check_length(layer, input)
    values, value_scale = whole(input)
    numbers, weight_scale = whole([plane for planes in weight for plane in planes])
    weights = numbers.reshape(layer.weight_shape)
    check_exact(values, weights, layer.in_channels * numbers[0].size)
    walk = stamps(layer, values, weights)
    offsets = read_bias(layer, bias, layer.out_channels)
    canvas = Canvas(walk, layer.output_shape(values.shape), offsets, value_scale * weight_scale)
    steps = [canvas.stamped(stamp, input) for stamp in walk]
    return {
        "kind": "stamp",
        "flipped": False,
        "input": input_grid(input, [], ((0, 0), (0, 0)), names=names),
        "kernel": kernel_grid(layer, stored_by_filter(layer, weight), offsets, 1),
        "output": canvas.drawn(),
        "note": canvas.note(),
        "steps": steps,
        "matrix": None,
    }


def stored_by_filter(layer: ConvTranspose2d, weight: Weight) -> Weight:
    """The kernels (out, in / groups, kh, kw), not flipped, from how torch stores them: (in, out / groups, kh, kw)."""
    per_group, inputs = layer.out_channels // layer.groups, layer.in_channels // layer.groups
    return tuple(
        tuple(weight[o // per_group * inputs + c][o % per_group] for c in range(inputs))
        for o in range(layer.out_channels)
    )


class Canvas:
    """The output before it is cropped, and what its cells hold while one stamp after the other is added."""

    def __init__(self, walk: Sequence[Stamp], shape: Sequence[int], bias: Sequence[Fraction], scale: int) -> None:
        self.planes, self.height, self.width = shape
        rows = {row for stamp in walk for row in stamp.rows}
        columns = {column for stamp in walk for column in stamp.columns}
        self.rows = range(min(rows | {0}), max(rows | {self.height - 1}) + 1)
        self.columns = range(min(columns | {0}), max(columns | {self.width - 1}) + 1)
        self.bias, self.scale, self.places = bias, scale, places_over(scale)
        self.held = np.zeros((self.planes, len(self.rows), len(self.columns)), dtype=np.int64)

    def stamped(self, stamp: Stamp, input: Planes) -> Step:
        """Add one stamp; its step, with the cells before and after it."""
        rows = [row - self.rows.start for row in stamp.rows]
        columns = [column - self.columns.start for column in stamp.columns]
        place = np.ix_(stamp.channels, rows, columns)
        counts = stamp.products.astype(np.int64)
        before = self.texts(stamp.channels, self.held[place])
        self.held[place] += counts
        channel, row, column = stamp.input_index
        return {
            "at": [channel, row, column],
            "channels": [channel],
            "value": exact_text(input[channel][row][column]),
            "planes": list(stamp.channels),
            "rows": rows,
            "columns": columns,
            "products": [
                [[count_text(n, self.scale, self.places) for n in line] for line in plane] for plane in counts.tolist()
            ],
            "before": before,
            "after": self.texts(stamp.channels, self.held[place]),
        }

    def texts(self, channels: Sequence[int], counts: np.ndarray) -> list[list[list[str]]]:
        """What the cells of counts (channels, H, W) hold, bias included, as text: plane by plane, row by row."""
        return [
            [[exact_text(Fraction(n, self.scale) + self.bias[channel]) for n in line] for line in plane]
            for channel, plane in zip(channels, counts.tolist(), strict=True)
        ]

    def drawn(self) -> OutputGrid:
        """The ``output`` of the script: the finished canvas, what is cropped from it as kind "c"."""
        values = [
            [[Fraction(n, self.scale) + self.bias[channel] for n in line] for line in plane]
            for channel, plane in enumerate(self.held.tolist())
        ]
        cells, rounded = aligned(values)
        inside_rows, inside_columns = range(self.height), range(self.width)
        return {
            "planes": planes_of(cells, shades(values), plane_names(self.planes, (), "filter")),
            "kinds": [
                "".join("." if row in inside_rows and column in inside_columns else "c" for column in self.columns)
                for row in self.rows
            ],
            "origin": [-self.rows.start, -self.columns.start],
            "size": [self.height, self.width],
            "rounded": rounded,
            "start": [exact_text(value) for value in self.bias],
        }

    def note(self) -> str:
        """What is cropped away, in a sentence; empty where nothing is."""
        sides = (
            (-self.rows.start, "row", "at the top"),
            (self.rows.stop - self.height, "row", "at the bottom"),
            (-self.columns.start, "column", "at the left"),
            (self.columns.stop - self.width, "column", "at the right"),
        )
        parts = [f"{counted(number, word)} {where}" for number, word, where in sides if number]
        return f"Padding crops the stamped output by {' and '.join(parts)}: the hatched cells." if parts else ""
