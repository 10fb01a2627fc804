"""Text from people inside Markdown: shown as it is, never as markup or a link."""

import re

_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:])")
# The browser makes links of these by itself, even where they are escaped; an invisible word joiner prevents it.
_LINK = re.compile(r"(?<=http)(?=s?:)|(?<=www)(?=\.)|(?=@)", re.IGNORECASE)
_JOINER = "\u2060"


def as_plain_text(text: str) -> str:
    r"""The text with every character that Markdown could take for markup escaped.

    >>> print(as_plain_text("“**x**” is not a number, nor is :red[3]."))
    “\*\*x\*\*” is not a number, nor is \:red\[3\]\.
    >>> as_plain_text("www.x.org or https://x.org").count("\u2060")
    2
    """
    return _MARKUP.sub(r"\\\1", _LINK.sub(_JOINER, text))
