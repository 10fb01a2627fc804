"""Which network the Explore pages look into, and what to do where its weights are not on this machine."""

import uuid
from collections.abc import Sequence

import streamlit as st

from cnnviz.networks.architecture import Included, Published
from cnnviz.networks.download import Download, current, start
from cnnviz.networks.own.network import Own
from cnnviz.networks.torchvision_weights import WEIGHTS
from cnnviz.networks.weights import WeightsFile, absence, find, hub_folder, megabytes, own_folder
from cnnviz.networks.zoo import MODELS, Model, architecture
from cnnviz.ui.page.lesson import read_lesson
from cnnviz.ui.page.plain_text import as_plain_text
from cnnviz.ui.page.valid import keep_valid, tell_address
from cnnviz.ui.page.visit import address_counts, begins
from cnnviz.ui.pickers.own_network import own
from cnnviz.ui.sharing import cached

UNTRAINED = "untrained (random weights)"
POLL_SECONDS = 0.5
NETWORK_KEPT = "network kept"  # the last choice on any page
NETWORK_PASSED_OVER = "network passed over"  # which one, and which stands in for it
NETWORK_UNKNOWN = "network unknown"  # what a link asked for and nobody here has
YOURS = " (yours)"
NETWORK_WANTED = "network wanted"  # by a page that leads to another one: for the picker there


def choose_network(offered: Sequence[str] | None = None, lacks: str = "") -> Model:
    """Draw the picker of `MODELS` and the visitor's own network, or of those `offered`; the network.

    It stands on the first until somebody chooses. The choice is in the link and stays while one moves between pages.
    A button beside it says in a word what the network knows, or that it is untrained, and behind it the rest; what else
    is to be said goes below, see `show_notices`. Nothing is downloaded without a click.
    """
    names = list(offered if offered is not None else everything())
    first = names[0]
    passed_over, asked = requested_elsewhere(names), str(st.query_params.get("network", ""))
    if asked and asked not in map(title_of, everything()):
        st.session_state[NETWORK_UNKNOWN] = asked
    elif begins():
        st.session_state.pop(NETWORK_UNKNOWN, None)
    wanted = st.session_state.pop(NETWORK_WANTED, None)
    if wanted in names:
        st.session_state["network"] = wanted
    elif "network" not in st.query_params and ("network" not in st.session_state or begins()):
        # Streamlit carries the choice from page to page, but loses it where a page is left in the middle of its run,
        # and after a link's first page.
        kept = st.session_state.get(NETWORK_KEPT)
        if isinstance(kept, str) and kept in names and kept != first and not address_counts():
            st.session_state["network"] = kept
            tell_address("network", title_of(kept))
    keep_valid("network", names, first)
    name: str = st.selectbox(
        "Network",
        names,
        format_func=title_of,
        key="network",
        bind="query-params",
        width=190,
        label_visibility="collapsed",
    )
    if name != first:
        st.session_state.pop(NETWORK_UNKNOWN, None)
    st.session_state[NETWORK_KEPT] = name if name != first else None
    if passed_over is not None:
        st.session_state[NETWORK_PASSED_OVER] = passed_over, name, lacks
    model = cached.model(name)
    about_network(model)
    return model


def everything() -> list[str]:
    """All networks that this visitor can look into: those of `MODELS`, the own one, and torchvision's other ones."""
    mine = own()
    return [*MODELS, *([mine.name] if mine is not None else []), *WEIGHTS]


def title_of(name: str) -> str:
    """What a network is called in a picker."""
    entry = architecture(name)
    return f"{entry.title}{YOURS}" if isinstance(entry, Own) else entry.title


def requested_elsewhere(offered: Sequence[str]) -> str | None:
    """The network that was chosen on another page, or that a link asks for, where this page does not offer it."""
    state, known = st.session_state, everything()
    linked = {title_of(name): name for name in known}.get(st.query_params.get("network", ""))
    here = () if address_counts() else (state.get(NETWORK_WANTED), state.get("network"))
    asked = next(filter(None, (*here, linked, state.get(NETWORK_KEPT))), None)
    return asked if asked in known and asked not in offered else None


def show_notices(model: Model) -> None:
    """What is to be said about the choice: why another network stands in, or that weights are missing, and a way to
    get them. Draws nothing for a trained network that was asked for."""
    missing, stand_in, lacks = st.session_state.get(NETWORK_PASSED_OVER, ("", "", ""))
    if missing in everything() and stand_in == model.name and lacks:
        st.info(f"{title_of(missing)} {lacks}; {title_of(stand_in)} is shown in its place.", icon=":material/info:")
    else:
        st.session_state.pop(NETWORK_PASSED_OVER, None)
    unknown = str(st.session_state.get(NETWORK_UNKNOWN, ""))
    if unknown:
        why = (
            "somebody's own network, which only they can see" if unknown.endswith(YOURS) else "no network that is here"
        )
        name = as_plain_text(unknown[:80])
        st.info(f"“{name}” is {why}; {title_of(model.name)} is shown in its place.", icon=":material/info:")
    entry = architecture(model.name)
    if isinstance(entry, Published) and not model.trained:
        weights_card(model, entry)
    elif not model.trained:
        st.markdown(f":material/casino: **{title_of(model.name)} is {UNTRAINED}.** {model.untrained_because}")


def about_network(model: Model) -> None:
    """A button that says what the network knows; behind it what it cannot do, and its model card."""
    entry = architecture(model.name)
    if not model.trained:
        label = ":material/casino: untrained"
    elif isinstance(entry, Included):
        label = f":material/school: {entry.knows}"
    else:
        label = f":material/school: {len(model.classes):,} classes"
    with st.popover(label, key="about_network"):
        st.markdown(entry.scope if isinstance(entry, Included) else entry.description or "A network of your own.")
        if isinstance(entry, Included) and entry.card_path.is_file():
            card = read_lesson(str(entry.card_path))
            st.markdown(f"**{card.title}.** {card.promise}")
            for heading, body in card.slots.items():
                st.markdown(f"**{heading}**\n\n{body}")
        if entry.paper:
            st.caption(entry.paper)


def untrained_label(model: Model) -> None:
    """Say beside an output that random weights made it; draws nothing for a trained network."""
    if not model.trained:
        st.badge(UNTRAINED, icon=":material/casino:", color="orange")


def weights_card(model: Model, entry: Published) -> None:
    """One line: what is missing, and a way to get it; while it is fetched, how far it is."""
    download = current(entry.weights)
    polls = download is not None and download.progress().running
    st.fragment(_draw_card, run_every=POLL_SECONDS if polls else None)(model, entry)


def _draw_card(model: Model, entry: Published) -> None:
    if cached.model(model.name).trained:
        st.rerun()  # it has arrived: the page is drawn again with the trained network
    download = current(entry.weights)
    if download is not None and download.progress().running:
        _draw_progress(download)
    else:
        _draw_offer(model, entry, download)


def _draw_offer(model: Model, entry: Published, download: Download | None) -> None:
    file = entry.weights
    # The reason is for those who asked; whoever comes later is offered the download as if it were new.
    failed = bool(_follower(file)) and download is not None and download.progress().state == "failed"
    if st.session_state.pop(_polling_key(file), False):
        st.rerun()  # it ended without the file: draw the page again, so that the card asks no more
    with st.container(horizontal=True, vertical_alignment="center", key="weights_card"):
        if failed and download is not None:
            st.markdown(f":material/error: **{entry.title} is {UNTRAINED}.** {download.progress().error}")
        else:
            reason = absence(file) if find(file) is None else model.untrained_because
            st.markdown(f":material/casino: **{entry.title} is {UNTRAINED}.** {reason}")
        label = "Retry" if failed else f"Download {megabytes(file.approx_size)}"
        if st.button(label, key="weights_download", icon=":material/download:"):
            start(file).progress(_follower(file, asks=True))
            st.rerun()
        with st.popover("By hand", icon=":material/folder_open:"):
            _draw_by_hand(file)


def _draw_progress(download: Download) -> None:
    st.session_state[_polling_key(download.file)] = True
    progress = download.progress(_follower(download.file))
    with st.container(horizontal=True, vertical_alignment="center", key="weights_card"):
        # First the button: behind a text that grows it would move away under a finger.
        if st.button("Stop", key="weights_stop", icon=":material/stop:"):
            if not download.stop(_follower(download.file)):
                st.toast("Someone else on this server waits for the same file, so it goes on.")
            st.session_state.pop(_follower_key(download.file), None)
            st.rerun()
        st.progress(progress.fraction, text=progress.sentence())


def _draw_by_hand(file: WeightsFile) -> None:
    st.markdown(
        f"On a machine with internet, fetch `{file.url}` ({megabytes(file.approx_size)}). Put it, under the same name, "
        f"into `{own_folder()}` or torch hub's folder `{hub_folder()}`.\n\n"
        "It is checked against the number in its name before it is used. Until then the network answers with random "
        "weights: its shapes and its arithmetic are right, what it sees means nothing."
    )
    if st.button("Look again", key="weights_look_again", icon=":material/refresh:"):
        st.rerun()


def _follower(file: WeightsFile, asks: bool = False) -> str:
    """This session's name at the download; empty for one that only looks on, and so keeps nothing going."""
    if asks:
        st.session_state[_follower_key(file)] = uuid.uuid4().hex
    return str(st.session_state.get(_follower_key(file), ""))


def _follower_key(file: WeightsFile) -> str:
    return f"asked for {file.name}"


def _polling_key(file: WeightsFile) -> str:
    return f"polling {file.name}"
