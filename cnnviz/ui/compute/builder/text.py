"""The text and the input shape of the network builder: what everything on the page is worked out from.

Both live in the session, so that they are there when the visitor comes back to the page, and in the address. A link is
read once, when a session first comes to the page, and after Back or Forward. Otherwise the session alone is the truth:
a click may arrive with the address of a moment ago, which must not bring back an earlier state. For the same reason no
box on this page is bound to the address by itself.
"""

import base64
import binascii
import math
import zlib
from typing import Final

import streamlit as st

from cnnviz.arithmetic.reader.syntax import MAX_BYTES
from cnnviz.arithmetic.settings import Shape
from cnnviz.ui.compute.builder.examples import OPENING
from cnnviz.ui.page.visit import address_counts

TEXT: Final = "network_text"
SIZES: Final = "network_sizes"  # what the boxes of the input say, also while they are not on the page
TURN: Final = "network_sizes_turn"
EARLIER: Final = "network_earlier"
READABLE: Final = "network_readable"
REFUSED: Final = "network_link_refused"
TOUCHED: Final = "network_sizes_touched"
FITTED: Final = "network_input_fitted"  # what is said of an input that was chosen to fit a text
LINK, INPUT_LINK = "net", "input"

MAX_LINK = 6_000  # letters of the address; servers and messengers cut longer ones
MAX_EARLIER = 20

Sizes = tuple[float, float, float, bool]  # C, H, W, and whether they are fed in as one row


def begin() -> None:
    """Have text and input shape there: this session's, else the link's, else the opening ones.

    After Back or Forward those of the address come first; a text that was too long for it stays as it is.
    """
    if TEXT in st.session_state and address_counts() and (LINK in st.query_params or fits_a_link()):
        put_text(unpacked(str(st.query_params.get(LINK, ""))) or OPENING.text)
        put_sizes(linked_sizes())
    if TEXT not in st.session_state:
        linked = unpacked(str(st.query_params[LINK])) if LINK in st.query_params else OPENING.text
        st.session_state[REFUSED] = linked is None
        st.session_state[TEXT] = OPENING.text if linked is None else linked
        st.session_state[SIZES] = linked_sizes()
        st.session_state[TURN] = 0


def linked_sizes() -> Sizes:
    """The sizes that the address says, else the opening ones."""
    return sizes_in(str(st.query_params.get(INPUT_LINK, ""))) or sizes_of(OPENING.input_shape)


def text() -> str:
    """The text as it is now."""
    return str(st.session_state[TEXT])


def put_text(new: str, input_shape: Shape | None = None) -> None:
    """Make another text the text, and where one is given another shape the input's; Undo brings back both."""
    earlier: list[tuple[str, Sizes]] = st.session_state.setdefault(EARLIER, [])
    if new != st.session_state[TEXT] or input_shape is not None:
        earlier.append((st.session_state[TEXT], st.session_state[SIZES]))
        del earlier[:-MAX_EARLIER]
    st.session_state[TEXT] = new
    st.session_state[REFUSED] = False
    if input_shape is not None:
        put_sizes(sizes_of(input_shape))


def put_sizes(sizes: Sizes) -> None:
    """Put other sizes into the boxes of the input.

    New boxes take the place of the old ones: a click that was made before the browser had drawn the new sizes brings
    the old ones along, and would put them back.
    """
    st.session_state[SIZES] = sizes
    st.session_state[TURN] += 1
    st.session_state[TOUCHED] = False
    st.session_state.pop(FITTED, None)


def touched() -> bool:
    """Whether the visitor has put sizes into the boxes since a text last did."""
    return bool(st.session_state.get(TOUCHED))


def current_shape() -> Shape:
    """The shape that the boxes say, as whole numbers."""
    channels, height, width, flat = st.session_state[SIZES]
    sizes = [max(1, int(size)) for size in (channels, height, width)]
    return (sizes[0] * sizes[1] * sizes[2],) if flat else (sizes[0], sizes[1], sizes[2])


def undo() -> None:
    """Bring back the text and the shape from before the last change."""
    st.session_state[TEXT], sizes = st.session_state[EARLIER].pop()
    put_sizes(sizes)


def can_undo() -> bool:
    """Whether there is a text to go back to."""
    return bool(st.session_state.get(EARLIER))


def last_readable() -> str | None:
    """The last text of this session that was a network: what is shown while another is being typed."""
    return st.session_state.get(READABLE)


def keep_readable(text: str) -> None:
    """Remember a text that is a network."""
    st.session_state[READABLE] = text


def follow_address(sizes: Sizes) -> None:
    """Have the address say the text and these sizes; the opening ones need no mention, nor does too long a text."""
    if sizes != st.session_state[SIZES]:
        st.session_state[TOUCHED] = True
        st.session_state.pop(FITTED, None)
    st.session_state[SIZES] = sizes
    letters = packed(text())
    mention(LINK, letters if text() != OPENING.text and len(letters) <= MAX_LINK else None)
    mention(INPUT_LINK, sizes_words(sizes) if sizes != sizes_of(OPENING.input_shape) else None)


def mention(name: str, words: str | None) -> None:
    """Have the address say something under a name, or nothing."""
    if words is None:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != words:
        st.query_params[name] = words


def fits_a_link() -> bool:
    """Whether the address can carry the text."""
    return len(packed(text())) <= MAX_LINK


def sizes_of(input_shape: Shape) -> Sizes:
    """What the boxes say for a shape.

    >>> sizes_of((3, 224, 224)), sizes_of((784,))
    ((3.0, 224.0, 224.0, False), (784.0, 1.0, 1.0, True))
    """
    channels, height, width = (*input_shape, 1, 1)[:3]
    return float(channels), float(height), float(width), len(input_shape) == 1


def sizes_words(sizes: Sizes) -> str:
    """Sizes as an address says them.

    >>> sizes_words((3.0, 224.0, 224.0, False)), sizes_words((1.0, 28.0, 28.0, True))
    ('3x224x224', '1x28x28-flat')
    """
    return "x".join(f"{size:.12g}" for size in sizes[:3]) + ("-flat" if sizes[3] else "")


def sizes_in(words: str) -> Sizes | None:
    """The sizes that an address says; None where it says none.

    >>> sizes_in("1x28x28-flat"), sizes_in("infx2x2")
    ((1.0, 28.0, 28.0, True), None)
    """
    try:
        sizes = [float(size) for size in words[:100].removesuffix("-flat").split("x")]
    except ValueError:
        return None
    if len(sizes) != 3 or not all(math.isfinite(size) for size in sizes):
        return None
    return sizes[0], sizes[1], sizes[2], words.endswith("-flat")


def packed(text: str) -> str:
    """The text as letters that an address may hold.

    >>> unpacked(packed("nn.Linear(3136, 128)"))
    'nn.Linear(3136, 128)'
    """
    squeezed = zlib.compress(text.encode("utf-8", errors="replace"), 9)
    return base64.urlsafe_b64encode(squeezed).decode("ascii").rstrip("=")


def unpacked(letters: str) -> str | None:
    """The text in a link; None where there is none, or more than is ever read."""
    if not letters or len(letters) > MAX_LINK:
        return None
    try:
        squeezed = base64.b64decode(letters.encode("ascii") + b"=" * (-len(letters) % 4), altchars=b"-_", validate=True)
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(squeezed, MAX_BYTES + 1)
        return text.decode("utf-8") if unpacking.eof and len(text) <= MAX_BYTES else None
    except (UnicodeError, binascii.Error, zlib.error):
        return None
