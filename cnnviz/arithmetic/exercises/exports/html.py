r"""Questions as XHTML: of Markdown just what questions are written in. Formulas stay LaTeX, between \( \) or \[ \].

That is what MathJax, which Moodle and Canvas set formulas with, looks for.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from cnnviz.arithmetic.derivations.lines import Derivation, without_colours

INLINE = re.compile(r"`([^`]+)`|\$([^$]+)\$|\*\*([^*]+)\*\*")


@dataclass(frozen=True)
class Picture:
    """A picture for a question, such as a state of the stepper: its bytes, their media type, what it shows in words.

    >>> Picture(b"<svg/>", "image/svg+xml", "A kernel on an input.").data_uri
    'data:image/svg+xml;base64,PHN2Zy8+'
    """

    data: bytes
    media_type: str
    alt: str

    @property
    def base64(self) -> str:
        """The bytes as letters."""
        return base64.b64encode(self.data).decode()

    @property
    def data_uri(self) -> str:
        """The picture as an address that carries it."""
        return f"data:{self.media_type};base64,{self.base64}"

    @property
    def ending(self) -> str:
        """What its file name ends with."""
        return self.media_type.removeprefix("image/").removesuffix("+xml")

    def html(self, source: str = "") -> str:
        """The element that shows it, from a file or out of the address itself."""
        return f'<p><img src="{escape(source or self.data_uri)}" alt="{escape(self.alt)}" /></p>'


def to_html(markdown: str) -> str:
    r"""Markdown blocks as XHTML elements.

    >>> print(to_html("Take $x < 2$ and `nn.ReLU()`.\n\n- **A** one\n- **B** two"))
    <p>Take \(x &lt; 2\) and <code>nn.ReLU()</code>.</p>
    <ul><li><strong>A</strong> one</li><li><strong>B</strong> two</li></ul>
    """
    return "\n".join(block_html(block) for block in blocks(markdown))


def blocks(markdown: str) -> Iterator[str]:
    """What stands between blank lines; code stays together."""
    waiting: list[str] = []
    in_code = False
    for line in [*markdown.split("\n"), ""]:
        if line.startswith("```"):
            in_code = not in_code
        if line.strip() or in_code:
            waiting.append(line)
        elif waiting:
            yield "\n".join(waiting)
            waiting = []


def block_html(block: str) -> str:
    """One block."""
    lines = block.split("\n")
    if block.startswith("```"):
        return f"<pre><code>{escape(chr(10).join(lines[1:-1]))}</code></pre>"
    if block.startswith("$$"):
        return rf"<p>\[{escape(without_colours(block.strip('$').strip()))}\]</p>"
    if block.startswith("- "):
        return f"<ul>{''.join(f'<li>{inline_html(line[2:])}</li>' for line in lines)}</ul>"
    if block.startswith("|"):
        head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
        return f"<table><thead>{row_html(head, 'th')}</thead><tbody>{''.join(map(row_html, rows))}</tbody></table>"
    return f"<p>{inline_html(' '.join(lines))}</p>"


def row_html(cells: list[str], tag: str = "td") -> str:
    """One row of a table."""
    return f"<tr>{''.join(f'<{tag}>{inline_html(cell)}</{tag}>' for cell in cells)}</tr>"


def inline_html(text: str) -> str:
    """A line with its code, formulas and bold words."""
    found, end = [], 0
    for match in INLINE.finditer(text):
        code, formula, strong = match.groups()
        found.append(escape(text[end : match.start()]))
        if code is not None:
            found.append(f"<code>{escape(code)}</code>")
        elif formula is not None:
            found.append(rf"\({escape(without_colours(formula))}\)")
        else:
            found.append(f"<strong>{inline_html(strong)}</strong>")
        end = match.end()
    return "".join([*found, escape(text[end:])])


def derivation_html(derivation: Derivation) -> str:
    """The lines of a derivation, and its notes."""
    notes = "".join(f"<p>{escape(note)}</p>" for note in derivation.notes)
    return rf"<p>\[{escape(without_colours(derivation.latex))}\]</p>{notes}"
