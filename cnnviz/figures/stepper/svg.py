"""A step as SVG: real text, patterns for padding and unread cells, a title and a description for screen readers."""

from xml.sax.saxutils import escape, quoteattr

from cnnviz.figures.stepper.frame import Scene, Shape, Words
from cnnviz.figures.stepper.parts import Script
from cnnviz.figures.stepper.words import step_lines, step_title

PATTERNS = {"hatch": (6, 2, 45), "stripe": (10, 5, -45), "dots": (5, 1, 90)}


def step_svg(script: Script, index: int, *, dark: bool = False, title: str = "") -> str:
    """The picture of one step, as the text of an SVG file."""
    scene = Scene(script, dark=dark)
    shapes = "\n".join(drawn(shape) for shape in scene.shapes(index))
    patterns = "".join(
        f'<pattern id="{name}" width="{size}" height="{size}" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate({turn})"><rect width="{wide}" height="{size}" fill="{scene.look.faint}" '
        f'fill-opacity="0.35"/></pattern>'
        for name, (size, wide, turn) in PATTERNS.items()
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {scene.width} {scene.height}" '
        f'width="{scene.width}" height="{scene.height}" role="img" '
        f"font-family=\"'Source Sans 3', 'Source Sans Pro', Helvetica, Arial, sans-serif\">\n"
        f"<title>{escape(title or script['code'])}, {escape(step_title(script, index))}</title>\n"
        f"<desc>{escape('; '.join(step_lines(script, index)))}</desc>\n"
        f"<defs>{patterns}</defs>\n"
        f'<rect width="100%" height="100%" fill="{scene.look.paper}"/>\n{shapes}\n</svg>\n'
    )


def drawn(shape: Shape) -> str:
    """One shape as an element."""
    if isinstance(shape, Words):
        anchor = ' text-anchor="middle"' if shape.centred else ""
        bold = ' font-weight="600"' if shape.bold else ""
        return (
            f'<text x="{shape.x:.1f}" y="{shape.y:.1f}" font-size="{shape.size}" fill="{shape.colour}"{anchor}{bold} '
            f'dominant-baseline="central" xml:space="preserve">{escape(shape.text)}</text>'
        )
    place = f'x="{shape.x:.1f}" y="{shape.y:.1f}" width="{shape.width:.1f}" height="{shape.height:.1f}" rx="4"'
    line = f' stroke={quoteattr(shape.line)} stroke-width="{shape.thick}"' if shape.line else ""
    elements = [f"<rect {place} fill={quoteattr(shape.fill or 'none')}{line}/>"]
    if shape.pattern:
        elements.append(f'<rect {place} fill="url(#{shape.pattern})"/>')
    return "".join(elements)
