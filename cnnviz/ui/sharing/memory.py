"""How much memory the process may still take; what is not used leaves before that is too much, and then it is said so.

A process that takes more than it may is killed, with everybody's lesson. So whoever is about to take much asks first
(`room_for`). Where there is too little, what nobody has asked for lately is let go of; where that does not help, a
sentence takes the place of the answer, and the page goes on with a smaller network.
"""

import contextlib
import functools
import gc
import threading
from collections.abc import Callable, Iterator
from typing import ParamSpec, TypeVar

import streamlit as st

from cnnviz.networks.architecture import Sibling
from cnnviz.networks.memory import ran_out
from cnnviz.networks.refusal import Refusal
from cnnviz.networks.zoo import MODELS, architecture
from cnnviz.ui.server.streamlit_script_run import is_page_run
from cnnviz.ui.sharing.bounded_cache import release_all
from cnnviz.ui.sharing.free_memory import trim
from cnnviz.ui.sharing.memory_limits import room

RESERVE = 100_000_000  # bytes that stay free for all the rest: pages, pictures that are sent
SMALL = 30_000_000  # what takes less is never refused; so the small networks can always be opened
IDLE = (60.0, 10.0)  # seconds without being asked for after which something is let go of: first these, then those
PICKERS = ("network", "first_network", "second_network", "other_network")  # keys of the controls that choose one

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class NoRoom(Refusal):
    """Too little memory for what was asked of a network; the message is for the person who asked."""

    def __init__(self, network: str) -> None:
        self.network = network
        entry = architecture(network)
        smaller = "" if isinstance(entry, Sibling) else ", or take a smaller network"
        super().__init__(
            f"This server has no memory left for {entry.title} at the moment: others look into networks too. "
            f"Try again in a few minutes{smaller}."
        )


class Claim:
    """What somebody will take little by little: `left` bytes of it are still to come, and nobody else's any more."""

    def __init__(self, left: int) -> None:
        self.left = left


_asking = threading.Lock()
_claims: set[Claim] = set()  # its copies, and what goes in and out, need no lock; one could be met by the collector


@contextlib.contextmanager
def room_for(num_bytes: float, network: str, claimed: float = 0) -> Iterator[Claim]:
    """Inside, so many bytes can be taken for a network of `MODELS`; NoRoom where they are not to be had.

    So many of them as are `claimed` are kept for the one who asked until it says that less is `left`, or leaves. An
    error that says that memory ran out all the same becomes NoRoom too.
    """
    claim = Claim(int(claimed))
    with _asking:  # two who ask at once are not both given the same
        if not make_room(num_bytes):
            raise NoRoom(network)
        _claims.add(claim)
    try:
        yield claim
    except Exception as error:
        if isinstance(error, NoRoom) or not ran_out(error):
            raise
        let_go(min(IDLE))
        raise NoRoom(network) from error
    finally:
        _claims.discard(claim)


def make_room(num_bytes: float) -> bool:
    """See that so many bytes are to be had, by letting go of what nobody uses; False where that does not help."""
    if num_bytes < SMALL or fits(num_bytes):
        return True
    for idle in IDLE:
        let_go(idle)
        if fits(num_bytes):
            return True
    return False


def fits(num_bytes: float) -> bool:
    """Whether so many bytes can be taken; True where nothing is known."""
    left = room()
    return left is None or num_bytes + RESERVE <= left - sum(claim.left for claim in _claims.copy())


def let_go(idle: float) -> None:
    """Let go of everything kept that nobody has asked for in so many seconds, and give its memory back."""
    release_all(idle)
    gc.collect()  # networks and their twins hold each other
    trim()


def said_in_page(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Where a page calls it and there is no room, the page says so and ends there; elsewhere NoRoom is raised."""

    @functools.wraps(function)
    def wrapped(*arguments: Arguments.args, **options: Arguments.kwargs) -> Result:
        try:
            return function(*arguments, **options)
        except NoRoom as problem:
            if not is_page_run():
                raise
            draw(problem)
            st.stop()

    return wrapped


def draw(problem: NoRoom) -> None:
    """The sentence, and what one can do: try again, or look into a small network."""
    st.error(str(problem), icon=":material/memory:")
    with st.container(horizontal=True, key="no_room"):
        st.button("Try again", key="no_room_again", icon=":material/refresh:")  # any click draws the page anew
        for name, entry in MODELS.items():
            if isinstance(entry, Sibling) and name != problem.network:
                st.button(entry.title, key=f"no_room_{name}", on_click=take_instead, args=(problem.network, name))


def take_instead(refused: str, name: str) -> None:
    """Choose another network wherever the page stands on the refused one."""
    for picker in PICKERS:
        if st.session_state.get(picker) == refused:
            st.session_state[picker] = name
