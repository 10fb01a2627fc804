"""Text from people inside Markdown: shown as it is, never as markup or a link."""

import re

_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:])")


def plain(text: str) -> str:
    r"""The text with every character that Markdown could take for markup escaped.

    >>> print(plain("“**x**” is not a number, nor is :red[3]."))
    “\*\*x\*\*” is not a number, nor is \:red\[3\]\.
    """
    return _MARKUP.sub(r"\\\1", text)
