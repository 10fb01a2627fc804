"""From pasted text to a syntax tree, or to one sentence about what stands in the way. Nothing is ever executed.

The text is looked over before Python's parser sees it: its size, its letters, how deep it nests and how long its
expressions are, so that no text can make the parser slow, large or talkative.
"""

import ast
import difflib
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from cnnviz.arithmetic.reader.cutting import cut_to_network

MAX_BYTES = 20_000
MAX_NODES = 5_000
MAX_DEPTH = 50
MAX_TOKENS = 120  # in a row without a comma; longer is no network, and nests as deep in the tree
MAX_DIGITS = 18

TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\n]*)
  | (?P<string>[rRbBuUfF]{0,2}(?:'''(?:[^\\]|\\.)*?'''|\"\"\"(?:[^\\]|\\.)*?\"\"\"
        |'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"))
  | (?P<unclosed>'''|\"\"\"|['"])
  | (?P<number>0[xXoObB][0-9a-fA-F_]+|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<open>[(\[{])
  | (?P<close>[)\]}])
  | (?P<end>[,;])
  | (?P<newline>\n)
  | (?P<other>[^\s])
    """,
    re.VERBOSE | re.DOTALL,
)
# parts of the tree that stand nowhere in the text (load or store, which operator), and are not counted
MARKS = (ast.expr_context, ast.operator, ast.unaryop, ast.cmpop, ast.boolop)
QUOTES = dict.fromkeys(map(ord, "‘’‚‛“”„‟«»′″"), "a typographic quote")


class ReadError(ValueError):
    """Text that is no network this reader understands: a sentence for the person who pasted it, and the line.

    `line` is None where the text as a whole is meant. `needs` are the names whose values the text does not say and a
    layer depends on: read_network takes them as `values`.
    """

    def __init__(self, sentence: str, line: int | None = None, needs: tuple[str, ...] = ()) -> None:
        super().__init__(sentence if line is None else f"line {line}: {sentence}")
        self.sentence = sentence
        self.line = line
        self.needs = needs


class UnfitError(ReadError):
    """What a forward does with sizes does not work out for this input; for another it may."""


class BoundsError(ReadError):
    """A text makes more than is read, or goes on without end; it is not followed for other inputs then."""


def parse(text: str) -> tuple[ast.Module, str]:
    """The syntax tree of a text within the bounds, 20 kB, 5,000 nodes, 50 deep, and the text that was parsed.

    ReadError in words for any other; of a notebook, and of a longer script, what makes the network is parsed.

    >>> ast.unparse(parse("nn.Linear(8, 4)")[0])
    'nn.Linear(8, 4)'
    >>> parse("nn.Linear(8, 4")
    Traceback (most recent call last):
    ...
    cnnviz.arithmetic.reader.syntax.ReadError: line 1: the bracket ( is never closed.
    """
    cleaned = looked_over(cut_to_network(text) if isinstance(text, str) and len(text) > MAX_BYTES // 4 else text)
    try:
        tree = ast.parse(cleaned)
    except SyntaxError as error:
        raise syntax_sentence(error, cleaned) from None
    except (RecursionError, MemoryError, ValueError):
        raise ReadError(f"the text nests too deeply; more than {MAX_DEPTH} levels are not read.") from None
    check_tree(tree)
    return tree, cleaned


def looked_over(text: str) -> str:
    """The text as the parser may see it: line ends unified, strings without backslashes, everything in its place."""
    if not isinstance(text, str):
        raise ReadError("The network is read from text, and this is none.")
    if len(text) > MAX_BYTES or len(text.encode("utf-8", errors="replace")) > MAX_BYTES:
        raise ReadError(
            f"The text has {len(text):,} characters; up to {MAX_BYTES:,} bytes are read. "
            "Paste only the lines that make the network."
        )
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff").replace("\u00a0", " ")
    text = re.sub(r"^(?:```.*|[!%].*)$", "", text, flags=re.MULTILINE)  # fences, and what notebooks add to Python
    line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
    check_letters(text, line_starts)
    pieces, end = [], 0
    for match in guarded_strings(text, line_starts):
        if "\\" in match.group():
            pieces += [text[end : match.start()], re.sub(r"\\[^\n]", "//", match.group())]
            end = match.end()
    return "".join([*pieces, text[end:]])


def check_letters(text: str, line_starts: list[int]) -> None:
    """Refuse invisible and control characters anywhere; by name, as they cannot be seen."""
    for match in re.finditer(r"[^\x20-\x7e\n\t\f]", text):
        letter = match.group()
        if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
            name = unicodedata.name(letter, f"character number {ord(letter)}")
            raise ReadError(
                f"there is an invisible character ({name}), which can make text look different from what it says: "
                "delete it.",
                bisect_right(line_starts, match.start()),
            )


def guarded_strings(text: str, line_starts: list[int]) -> Iterator[re.Match[str]]:
    """The strings of the text; ReadError at the first token that nests too deep, runs on too long or is not Latin."""
    run = 0  # tokens since the last comma within the innermost bracket
    opened: list[tuple[re.Match[str], int]] = []  # the open brackets, and the runs that they interrupt
    for match in TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "name":  # most tokens are
            run += 1
        elif kind == "open":
            opened.append((match, run))
            run = 0
            if len(opened) > MAX_DEPTH:
                line = bisect_right(line_starts, match.start())
                raise ReadError(f"the brackets nest more than {MAX_DEPTH} deep, which no network needs.", line)
        elif kind == "close":
            run = opened.pop()[1] + 1 if opened else run + 1
        elif kind == "end" or (kind == "newline" and not opened):
            run = 0
        elif kind == "string":
            run += 1
            yield match
        elif kind not in ("comment", "newline"):
            run += 1
            check_token(match, text, line_starts)
        if run > MAX_TOKENS:
            line = bisect_right(line_starts, match.start())
            raise ReadError("this expression is too long to be read; split it over several lines.", line)
    if opened:
        bracket = opened[-1][0]
        raise ReadError(f"the bracket {bracket.group()} is never closed.", bisect_right(line_starts, bracket.start()))


def check_token(match: re.Match[str], text: str, line_starts: list[int]) -> None:
    """Refuse a huge number, a number that runs into a word, an open string, and letters that only look Latin."""
    token, kind = match.group(), match.lastgroup
    sentence = ""
    if kind == "number":
        follows = text[match.end() : match.end() + 1]
        if len(token) > MAX_DIGITS and len(re.sub(r"[^0-9a-fA-F]", "", token)) > MAX_DIGITS:
            sentence = f"a number of more than {MAX_DIGITS} digits is no setting of a layer."
        elif follows == "_" or follows.isalnum():
            sentence = f"the number {token} runs into the next word; put a space or an operator there."
    elif kind == "unclosed":
        sentence = f"the string that begins with {token} is never closed."
    elif not token.isascii():
        name = unicodedata.name(token, f"character number {ord(token)}")
        if ord(token) in QUOTES:
            sentence = f"{token} is a typographic quote, as word processors make it: use ' or \"."
        else:
            sentence = f"{token} ({name}) is not a letter or sign of Python, though it may look like one."
    if sentence:
        raise ReadError(sentence, bisect_right(line_starts, match.start()))


def check_tree(tree: ast.Module) -> None:
    """Refuse more than 5,000 nodes and more than 50 levels."""
    level: list[ast.AST] = [tree]
    nodes = depth = 0
    while level:
        nodes, depth = nodes + len(level), depth + 1
        if nodes > MAX_NODES:
            raise ReadError(f"The text is too long to be read: it has more than {MAX_NODES:,} parts.")
        if depth > MAX_DEPTH:
            line = next((node.lineno for node in level if hasattr(node, "lineno")), None)
            raise ReadError(f"the text nests more than {MAX_DEPTH} deep, which no network needs.", line)
        level = [child for node in level for child in parts_of(node)]


def parts_of(node: ast.AST) -> list[ast.AST]:
    """What a node of the tree is made of, less the MARKS."""
    parts: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if type(value) is list:
            parts += [part for part in value if isinstance(part, ast.AST) and not isinstance(part, MARKS)]
        elif isinstance(value, ast.AST) and not isinstance(value, MARKS):
            parts.append(value)
    return parts


def syntax_sentence(error: SyntaxError, text: str) -> ReadError:
    """What Python's parser could not read, in words; its own messages are not passed on."""
    lines = text.split("\n")
    line = error.lineno if error.lineno and error.lineno <= len(lines) else None
    if isinstance(error, IndentationError):
        return ReadError("the indentation does not agree with the lines around it.", line)
    written = lines[line - 1].strip() if line else ""
    if re.match(r"\(\w+\): \w+\(", written) or re.search(r"^\s*\(\w+\): \w+\(", text, re.MULTILINE):
        return ReadError("this is what print(model) shows, not the code that makes the model: paste the code.", line)
    if not written:
        return ReadError("this is not Python as far as it can be read.", line)
    shown = written if len(written) <= 60 else written[:57] + "..."
    return ReadError(
        f"{shown!r} is not Python: look for a missing comma, bracket, colon or quote here or just above.", line
    )


def did_you_mean(name: str, known: Iterable[str], cutoff: float = 0.7) -> str:
    """The end of a sentence that offers the likeliest of the known names, or ends it where none is near.

    >>> did_you_mean("strde", ["stride", "padding"]), did_you_mean("kangaroo", ["stride"])
    ('; did you mean stride?', '.')
    """
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=cutoff)
    if not near:
        lower = {known.lower(): known for known in reversed(names)}
        near = [
            lower[match] for match in difflib.get_close_matches(name.lower(), list(lower), n=1, cutoff=cutoff + 0.05)
        ]
    return f"; did you mean {near[0]}?" if near else "."
