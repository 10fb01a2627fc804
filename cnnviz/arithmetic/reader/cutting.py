"""What makes the network, cut out of a notebook or of a script that is longer than is read.

Lines are blanked, never moved, so that each keeps its number; of a notebook the cells of code are put one below the
other.
"""

import json
import re

MAX_RAW = 150_000  # letters of a text that is cut; a longer one is refused as it is
MAX_NOTEBOOK = 4_000_000
MAX_LINES = 5_000
KEPT_BYTES = 20_000
KEPT_TOKENS = 4_000  # names, numbers and signs: fewer than the nodes that are read

MAKES = re.compile(
    r"\bnn\.[A-Z]|\blayers?\.[A-Z]|\bSequential\b|\bModule\b|\b\w*Conv\w*\(|\bLinear\(|\bDense\(|\.add\(|\bModel\b|\bmodels\.\w+"
    r"|\bapplications\."
)
FURTHER = re.compile(r"(?:else|elif|except|finally)\b")
NAME = re.compile(r"[A-Za-z_]\w*")
DEFINES = re.compile(r"(?m)^(?:class|def|async def)[ \t]+(\w+)")
ASSIGNS = re.compile(r"([A-Za-z_]\w*)[ \t]*(?::[^=\n]{0,200})?=(?!=)")
TRAINING = re.compile(
    r"(?:train|fit|test|eval|valid|plot|show|visuali|load_data|get_data|accuracy|loss|download|training_step|"
    r"validation_step|test_step|configure_optimizers|predict|save|log)\w*", re.IGNORECASE
)  # fmt: skip


def cut_to_network(text: str) -> str:
    """The text of a notebook's code, or of a long script the blocks that make layers and what those name.

    >>> cut_to_network("x = 1")
    'x = 1'
    """
    if text.lstrip()[:1] == "{" and '"cells"' in text[:4_000_000] and len(text) <= MAX_NOTEBOOK:
        text = code_of_notebook(text)
    if (
        len(text) > MAX_RAW
        or text.count("\n") > MAX_LINES
        or (len(text) <= KEPT_BYTES and len(NAME.findall(text)) <= KEPT_TOKENS // 2)
    ):
        return text
    lines = without_remarks(text).split("\n")
    if fits(lines):
        return "\n".join(lines)
    blocks = blocks_of(lines)
    kept = blocks_of_network(lines, blocks)
    for start, stop in blocks:
        if (start, stop) not in kept:
            lines[start:stop] = [""] * (stop - start)
    if not fits(lines):
        for start, stop in kept:
            drop_training(lines, start, stop)
    return "\n".join(lines)


def fits(lines: list[str]) -> bool:
    """Whether what is left is within the bounds."""
    text = "\n".join(lines)
    return len(text.encode("utf-8", errors="replace")) <= KEPT_BYTES and len(NAME.findall(text)) <= KEPT_TOKENS // 2


def code_of_notebook(text: str) -> str:
    """The cells of code of a notebook, one below the other; the text itself where it is none."""
    try:
        cells = json.loads(text)["cells"]
        sources = [cell["source"] for cell in cells if cell.get("cell_type") == "code"]
        return "\n\n".join("".join(source) if isinstance(source, list) else str(source) for source in sources)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return text


def without_remarks(text: str) -> str:
    """The text with comments and long strings that stand by themselves left out."""

    def blank(match: re.Match[str]) -> str:
        return match.group(1) + '""' + "\n" * match.group(0).count("\n")

    text = re.sub(r"(?m)^([ \t]*)[rRuU]?(?:\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?''')", blank, text)
    return re.sub(r"(?m)(?<!['\"#\w])#[^\n'\"]*$", "", text)


def blocks_of(lines: list[str]) -> list[tuple[int, int]]:
    """The statements at the top of a text, as first line and the line behind the last."""
    starts: list[int] = []
    depth = 0
    for number, line in enumerate(lines):
        begins = line[:1] not in ("", " ", "\t", "#", ")", "]", "}") and not FURTHER.match(line)
        decorated = number and lines[number - 1].startswith("@") and not line.startswith("@") and starts
        if depth <= 0 and begins and not decorated:
            starts.append(number)
        depth += sum(line.count(sign) for sign in "([{") - sum(line.count(sign) for sign in ")]}")
        depth = max(depth, 0) if line.strip() else 0
    return list(zip(starts, [*starts[1:], len(lines)], strict=False))


def blocks_of_network(lines: list[str], blocks: list[tuple[int, int]]) -> set[tuple[int, int]]:
    """The blocks that make layers, and those that define what they name."""
    texts = {block: "\n".join(lines[slice(*block)]) for block in blocks}
    defined: dict[str, list[tuple[int, int]]] = {}
    for block, text in texts.items():
        name = defined_name(text)
        if name:
            defined.setdefault(name, []).append(block)
    waiting = [
        block
        for block, text in texts.items()
        if text.startswith(("import ", "from "))
        or (MAKES.search(text) and not TRAINING.fullmatch(defined_name(text) or "_"))
    ]
    kept: set[tuple[int, int]] = set()
    while waiting:
        block = waiting.pop()
        if block in kept:
            continue
        kept.add(block)
        for name in set(NAME.findall(texts[block])):
            waiting += [other for other in defined.get(name, ()) if other not in kept]
    return kept


def defined_name(text: str) -> str:
    """What a block defines, a class, a function or a name; "" for none.

    >>> defined_name("class Net(nn.Module):\\n    pass"), defined_name("lr = 0.1"), defined_name("print(1)")
    ('Net', 'lr', '')
    """
    match = DEFINES.search(text) or ASSIGNS.match(text)
    return match.group(1) if match is not None else ""


def drop_training(lines: list[str], start: int, stop: int) -> None:
    """Take out of a class the methods that only train, load or show."""
    number = start + 1
    while number < stop:
        match = re.match(r"([ \t]+)def (\w+)", lines[number])
        if match and TRAINING.fullmatch(match.group(2)):
            indent = len(match.group(1))
            lines[number] = f"{match.group(1)}def {match.group(2)}(self): pass"
            number += 1
            while number < stop and (
                not lines[number].strip() or len(lines[number]) - len(lines[number].lstrip()) > indent
            ):
                lines[number] = ""
                number += 1
            continue
        number += 1


def indented_more(line: str, indent: int) -> bool:
    """Whether a line is empty, or stands further in."""
    return not line.strip() or len(line) - len(line.lstrip()) > indent
