"""Pictures that visitors sent, found again by the browser that sent them: after a reload, and by Back and Forward.

Nothing is kept for it: a picture is found as long as a session holds it, which after a reload is half a minute
(`server.disconnectedSessionTTL`), and by nobody else's browser.
"""

import hashlib
import re
import secrets
from weakref import WeakValueDictionary

from cnnviz.images import Picture
from cnnviz.ui.server.streamlit_visitor import browser

NAME = re.compile(r"own-[0-9a-f]{12}")  # what an address calls such a picture

_SECRET = secrets.token_bytes(16)  # so that a name tells nobody which picture it is
_pictures: WeakValueDictionary[tuple[str, str], Picture] = WeakValueDictionary()  # (browser, name) -> the picture


def own_name(picture: Picture) -> str:
    """What the address calls a picture that somebody sent, until this process ends."""
    return f"own-{hashlib.blake2b(picture.sha256.encode(), key=_SECRET, digest_size=6).hexdigest()}"


def keep_findable(picture: Picture) -> None:
    """Have this browser find the picture again while a session holds it."""
    if number := browser():
        _pictures[number, own_name(picture)] = picture


def found_again(name: str) -> Picture | None:
    """The picture that this browser sent, by its name in the address; None where it is no longer there, or not its."""
    number = browser()
    return _pictures.get((number, name)) if number else None
