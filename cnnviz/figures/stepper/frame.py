"""One step as a picture: rectangles, frames and texts in places, for whichever pen draws them.

What stays the same for a whole walk (``background``) is told apart from what a step leaves behind (``settled``: an
output that is reached) and from what only this step shows (``passing``: the window, the arithmetic), so that an
animation draws each only once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cnnviz.figures.stepper.parts import Input, KernelPlane, Plane, Script, kernel_of
from cnnviz.figures.stepper.words import signed, step_lines, step_title

LARGEST_CELL, SMALLEST_CELL = 44, 7
MARGIN, BETWEEN, CAPTION, NAME, LINE = 24, 40, 30, 22, 26
WIDEST = 1560
TALLEST_GRIDS = 760
READABLE = 17  # px of a cell: smaller ones show their colour alone
TEXT = 18


@dataclass(frozen=True)
class Look:
    """The colours of a picture, light or dark (Okabe and Ito's, as everywhere in the app)."""

    paper: str
    ink: str
    faint: str
    roles: dict[str, str]


LIGHT = Look("#ffffff", "#1a1d23", "#6b7480", {"input": "#0072b2", "kernel": "#e69f00", "output": "#009e73"})
DARK = Look("#14171c", "#f1f3f5", "#9aa4b0", {"input": "#2f93d1", "kernel": "#e0a020", "output": "#14a97f"})


@dataclass(frozen=True)
class Box:
    """A rectangle in px: filled, framed, hatched (padding) or striped (never read)."""

    x: float
    y: float
    width: float
    height: float
    fill: str | None = None
    line: str | None = None
    thick: int = 0
    pattern: str = ""


@dataclass(frozen=True)
class Words:
    """A text in px: ``x`` is its left edge or its middle, ``y`` its middle."""

    x: float
    y: float
    text: str
    size: int
    colour: str
    centred: bool = False
    bold: bool = False


Shape = Box | Words


@dataclass(frozen=True)
class Panel:
    """A grid in its place: the role of its colour, its corner, its cell in px, and its cells."""

    role: str
    x: float
    y: float
    cell: int
    plane: Plane | KernelPlane

    def box(self, row: int, column: int, rows: int = 1, columns: int = 1) -> tuple[float, float, float, float]:
        """x, y, width and height of some cells."""
        return (
            self.x + column * self.cell,
            self.y + row * self.cell,
            columns * self.cell - 2,
            rows * self.cell - 2,
        )

    def framed(self, colour: str, thick: int, row: int, column: int, rows: int = 1, columns: int = 1) -> Box:
        """A frame around some cells."""
        x, y, width, height = self.box(row, column, rows, columns)
        return Box(x, y, width, height, line=colour, thick=thick)


class Scene:
    """Where everything of a script stands."""

    def __init__(self, script: Script, *, dark: bool = False, largest_cell: int = LARGEST_CELL) -> None:
        self.script, self.look = script, DARK if dark else LIGHT
        self.has_kernel = script["kernel"] is not None
        inputs, outputs = script["input"]["planes"], script["output"]["planes"]
        rows, columns = size_of(inputs[0])
        out_rows, out_columns = size_of(outputs[0])
        wide = columns + out_columns + (script["window"][1] if self.has_kernel else 0)
        tall = max(len(inputs) * (rows + 1), len(outputs) * (out_rows + 1))
        gaps = 2 * MARGIN + BETWEEN * (2 + self.has_kernel) + 60
        fitting = min((WIDEST - gaps) // wide, TALLEST_GRIDS // tall)
        self.cell = int(max(SMALLEST_CELL, min(largest_cell, fitting)))
        self.named = len(inputs) > 1 or len(outputs) > 1
        top = MARGIN + CAPTION + (NAME if self.named else 0)
        self.inputs = self.stack("input", MARGIN, top, inputs)
        x = MARGIN + max(columns * self.cell, 130) + BETWEEN
        self.kernel_x = x
        if self.has_kernel:
            x += max(script["window"][1] * self.cell, 110) + BETWEEN
        self.arrow_x = x
        x += 60 + BETWEEN
        self.outputs = self.stack("output", x, top, outputs)
        right = x + max(out_columns * self.cell, 110)
        self.width = int(max(right + MARGIN, 620))
        bottoms = [panel.y + size_of(panel.plane)[0] * self.cell for panel in (*self.inputs, *self.outputs)]
        self.text_y = max(bottoms) + 22
        self.lines = [self.wrapped(index) for index in range(len(script["steps"]))]
        self.height = int(self.text_y + LINE * (1 + max(map(len, self.lines))) + MARGIN)

    def stack(self, role: str, x: float, y: float, planes: Sequence[Plane | KernelPlane]) -> list[Panel]:
        """Planes below one another."""
        step = size_of(planes[0])[0] * self.cell + (NAME if self.named else 0) + 10
        return [Panel(role, x, y + number * step, self.cell, plane) for number, plane in enumerate(planes)]

    def kernels(self, index: int) -> list[Panel]:
        """The kernel planes of a step, each beside the input it meets; when stamping, beside the output it makes."""
        if not self.has_kernel:
            return []
        step, filters = self.script["steps"][index], kernel_of(self.script)["filters"]
        if self.script["kind"] == "stamp":
            planes = [filters[o]["planes"][step["at"][0] % len(filters[o]["planes"])] for o in step["planes"]]
            beside = [self.outputs[o].y for o in step["planes"]]
        else:
            planes = filters[step["at"][0]]["planes"]
            beside = [self.inputs[channel].y for channel in step["channels"]]
        return [Panel("kernel", self.kernel_x, y, self.cell, plane) for plane, y in zip(planes, beside, strict=True)]

    def wrapped(self, index: int) -> list[str]:
        """The lines of the arithmetic, broken where the picture ends."""
        room = int((self.width - 2 * MARGIN) / (TEXT * 0.47))
        lines: list[str] = []
        for line in step_lines(self.script, index):
            while len(line) > room:
                cut = line.rfind(" ", 0, room)
                lines.append(line[: cut if cut > 0 else room])
                line = "    " + line[cut + 1 if cut > 0 else room :]
            lines.append(line)
        return lines

    # ------------------------------------------------------------ what is drawn

    def background(self) -> list[Shape]:
        """All grids but the outputs' numbers, and the captions."""
        script, look = self.script, self.look
        shapes: list[Shape] = []
        kinds, unread = script["input"]["kinds"], script["input"]["unread"]
        height, width = script["input"]["size"]
        shapes += self.caption(self.inputs[0], f"input {height} × {width}{padding_words(script['input'])}")
        out_height, out_width = script["output"]["size"]
        rounded = " (rounded)" if script["output"]["rounded"] else ""
        shapes += self.caption(self.outputs[0], f"output {out_height} × {out_width}{rounded}")
        for panel in self.inputs:
            shapes += self.name_of(panel)
            for row, line in enumerate(panel.plane["cells"]):
                for column, text in enumerate(line):
                    pattern = {"p": "hatch", "b": "dots"}.get(kinds[row][column], "")
                    if unread[row][column] == "x":
                        pattern = "stripe"
                    shapes += self.cell_shapes(panel, row, column, text, pattern, kinds[row][column] == "z")
        for panel in self.outputs:
            shapes += self.name_of(panel)
            rows, columns = size_of(panel.plane)
            for row in range(rows):
                for column in range(columns):
                    cropped = script["output"]["kinds"][row][column] == "c"
                    box = panel.box(row, column)
                    shapes.append(Box(*box, fill=mixed(look, "output", 0.08), pattern="hatch" if cropped else ""))
        middle = self.text_y / 2 + CAPTION / 2
        sign = {"max": "max", "average": "mean", "stamp": "stamp"}.get(script["kind"], "Σ + b")
        shapes.append(
            Words(self.arrow_x + 30, middle - 24, "relu(Σ + b)" if script["relu"] else sign, TEXT, look.ink, True)
        )
        shapes.append(Words(self.arrow_x + 30, middle, "→", 34, look.ink, True))
        return shapes

    def settled(self, index: int) -> list[Shape]:
        """What a step leaves behind: its output, or all that its stamp changed; and its kernel."""
        script = self.script
        step = script["steps"][index]
        shapes: list[Shape] = []
        previous = script["steps"][index - 1]["at"][0] if index else None
        if self.has_kernel and step["at"][0] != previous:
            panels = self.kernels(index)
            rows, columns = script["window"]
            name = kernel_of(script)["filters"][step["at"][0]]["name"] if script["kind"] != "stamp" else ""
            by = f", each / {kernel_of(script)['divisor']}" if kernel_of(script)["divisor"] > 1 else ""
            shapes.append(
                Box(
                    self.kernel_x - 4,
                    MARGIN - 8,
                    self.arrow_x - self.kernel_x - 4,
                    self.text_y - MARGIN,
                    self.look.paper,
                )
            )
            shapes += self.caption(panels[0], f"kernel {rows} × {columns}{' ' + name if name else ''}{by}")
            for panel in panels:
                for row, line in enumerate(panel.plane["cells"]):
                    for column, text in enumerate(line):
                        shapes += self.cell_shapes(panel, row, column, text)
        if script["kind"] == "stamp":
            for number, plane in enumerate(step["planes"]):
                for a, row in enumerate(step["rows"]):
                    for b, column in enumerate(step["columns"]):
                        text = step["after"][number][a][b]
                        cropped = script["output"]["kinds"][row][column] == "c"
                        shapes += self.cell_shapes(self.outputs[plane], row, column, text, "hatch" if cropped else "")
        else:
            plane, row, column = step["at"]
            shapes += self.cell_shapes(
                self.outputs[plane], row, column, self.outputs[plane].plane["cells"][row][column]
            )
        return shapes

    def passing(self, index: int) -> list[Shape]:
        """What only this step shows: its window, its place in the output, its arithmetic."""
        script, look = self.script, self.look
        step = script["steps"][index]
        plane, row, column = step["at"]
        rows, columns = step["rows"], step["columns"]
        window = (rows[0], columns[0], rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1)
        thick = 4 if self.cell >= 24 else 2
        shapes: list[Shape] = []
        if script["kind"] == "stamp":
            shapes.append(self.inputs[plane].framed(look.roles["input"], thick, row, column))
            shapes += [self.outputs[o].framed(look.roles["kernel"], thick, *window) for o in step["planes"]]
        else:
            for channel in step["channels"]:
                shapes.append(self.inputs[channel].framed(look.roles["kernel"], thick, *window))
            if max(script["dilation"]) > 1:
                taps = [(at, to) for at in rows for to in columns]
                for channel in step["channels"]:
                    shapes += [self.inputs[channel].framed(look.roles["kernel"], 2, *tap) for tap in taps]
            winner = step.get("winner")
            if winner:
                at = (rows[winner[0]], columns[winner[1]])
                shapes.append(self.inputs[step["channels"][0]].framed(look.roles["output"], thick, *at))
            shapes.append(self.outputs[plane].framed(look.roles["output"], thick, row, column))
        y = self.text_y + LINE / 2
        shapes.append(Words(MARGIN, y, step_title(script, index), TEXT - 2, look.faint))
        for line in self.lines[index]:
            y += LINE
            shapes.append(Words(MARGIN, y, line, TEXT, look.ink))
        return shapes

    def shapes(self, index: int) -> list[Shape]:
        """Everything of one step, the outputs up to it included."""
        before = [shape for number in range(index + 1) for shape in self.settled(number)]
        return [*self.background(), *before, *self.passing(index)]

    # ------------------------------------------------------------ parts

    def caption(self, panel: Panel, text: str) -> list[Shape]:
        """What a panel is, above it, in the colour of its role."""
        y = panel.y - CAPTION / 2 - (NAME if self.named else 0)
        return [Words(panel.x, y, text, TEXT - 1, self.look.roles[panel.role], bold=True)]

    def name_of(self, panel: Panel) -> list[Shape]:
        """The name of a plane, where there are several."""
        name = panel.plane.get("name", "")
        if not self.named or not name:
            return []
        return [Words(panel.x, panel.y - NAME / 2 - 1, str(name), TEXT - 3, self.look.ink)]

    def cell_shapes(
        self, panel: Panel, row: int, column: int, text: str, pattern: str = "", between: bool = False
    ) -> list[Shape]:
        """One cell: its tint, its pattern, its number."""
        look = self.look
        shade = panel.plane["shade"][row][column]
        box = panel.box(row, column)
        grey = panel.role == "input" and self.script["input"]["grey"] and shade is not None
        fill = look.paper if between else mixed(look, panel.role, 0.08 + 0.62 * abs(shade or 0))
        ink = look.ink
        if grey:
            level = round(abs(shade or 0) * 255)
            fill, ink = f"#{level:02x}{level:02x}{level:02x}", "#10151a" if level > 120 else "#f4f7fa"
        negative = not grey and (shade or 0) < 0
        shapes: list[Shape] = [
            Box(
                *box,
                fill=mixed(look, panel.role, 0.06 + 0.2 * abs(shade or 0)) if negative else fill,
                line=mixed(look, panel.role, 0.7) if negative else None,
                thick=2 if negative else 0,
                pattern=pattern,
            )
        ]
        if self.cell >= READABLE and text:
            size = int(min(self.cell * 0.42, 1.75 * self.cell / max(2, len(text))))
            middle = (box[0] + box[2] / 2, box[1] + box[3] / 2)
            colour = look.faint if pattern or between else ink
            shapes.append(Words(*middle, signed(text), size, colour, True, panel.role == "kernel"))
        return shapes


def size_of(plane: Plane | KernelPlane) -> tuple[int, int]:
    """Rows and columns of a plane as it is drawn."""
    return len(plane["cells"]), len(plane["cells"][0])


def mixed(look: Look, role: str, share: float) -> str:
    """A role's colour on paper, so much of it.

    >>> mixed(LIGHT, "input", 0), mixed(LIGHT, "input", 1)
    ('#ffffff', '#0072b2')
    """
    pair = [[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in (look.paper, look.roles[role])]
    return "#" + "".join(f"{round(paper + (full - paper) * share):02x}" for paper, full in zip(*pair, strict=True))


def padding_words(input: Input) -> str:
    """What is drawn around the input, such as " + padding 1"; "" for nothing.

    >>> padding_words({"kinds": ["ppp", "p.p", "ppp"], "origin": [1, 1]})
    ' + padding 1'
    """
    top, left = input["origin"]
    across, down = input["kinds"][top], [line[left] for line in input["kinds"]]
    before = [line[:at].count("p") for line, at in (("".join(down), top), (across, left))]
    after = [line[at:].count("p") for line, at in (("".join(down), top), (across, left))]
    if not any(before + after):
        return ""
    sizes = "" if before != after else f" {before[1]}" if before[0] in (before[1], 0) else f" {before[0]} × {before[1]}"
    return f" + padding{sizes}"
