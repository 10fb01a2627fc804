"""The set of pictures in which patches are looked for: the gallery, or up to 200 of one's own."""

from collections.abc import Sequence

import streamlit as st
from streamlit.typing import UploadedFile

from cnnviz.gallery import GALLERY, gallery_picture
from cnnviz.images import MAX_BYTES, ImageError, Picture, display_name, read_picture
from cnnviz.networks.preprocess import preprocess_steps
from cnnviz.ui.page.plain_text import as_plain_text
from cnnviz.ui.pickers.picture import FILE_TYPES
from cnnviz.ui.server.streamlit_uploads import forget_upload
from cnnviz.ui.sharing.background_work import draw_anew
from cnnviz.ui.sharing.memory import make_room
from cnnviz.ui.sharing.waiting_uploads import MAX_WAITING

GALLERY_SET, OWN_SET = "Gallery", "Your pictures"
MAX_OWN = 200
MAX_TOLD = 8  # refused files that are named one by one
OWN, REFUSED, TURN = "seek_own", "seek_refused", "seek_turn"  # in the session


def choose_set() -> tuple[Picture, ...]:
    """Draw the choice between the two sets, and for one's own what adds to it; the pictures, empty before any came.

    Own pictures live in the session's memory only, made smaller: 200 photos from a phone would fill it otherwise.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = st.segmented_control(
            "Look in", (GALLERY_SET, OWN_SET), default=GALLERY_SET, required=True, key="seek_set",
            label_visibility="collapsed",
        )  # fmt: skip
        if chosen != OWN_SET:
            return tuple(gallery_picture(key) for key in GALLERY)
        own: tuple[Picture, ...] = st.session_state.setdefault(OWN, ())
        with st.popover(f"Add to {len(own)}" if own else "Add", icon=":material/add_photo_alternate:"):
            draw_uploader(own)
    draw_refused()
    pictures: tuple[Picture, ...] = st.session_state[OWN]  # with what has just been added
    return pictures


def draw_uploader(own: tuple[Picture, ...]) -> None:
    """Take files: read each at once, say so where one cannot be read, and free its bytes."""
    # After each batch the widget gives way to a new, empty one, so that the old one holds no bytes.
    turn = st.session_state.setdefault(TURN, 0)
    sent = st.file_uploader(
        "Pictures of your own",
        FILE_TYPES,
        accept_multiple_files=True,
        key=f"seek_sent_{turn}",
        max_upload_size=MAX_BYTES // 1024**2,
        width=420,
    )
    st.caption(
        f"Up to {MAX_OWN} pictures of {MAX_BYTES // 1024**2} MB, {MAX_WAITING // 1_000_000} MB at a time. They stay in "
        "this session's memory and are never written to disk; of what a network answers only numbers are kept."
    )
    if own and st.button("Remove all", icon=":material/delete:", key="seek_remove"):
        st.session_state[OWN], st.session_state[REFUSED] = (), ()
        draw_anew()
    if sent:
        take(sent)
        st.session_state[TURN] = turn + 1
        draw_anew()


def take(sent: Sequence[UploadedFile]) -> None:
    """Read the files one by one, with a bar; those that cannot be read are left out and named."""
    bar = st.progress(0.0)
    own, refused = list(st.session_state[OWN]), []
    known = {picture.sha256 for picture in own}
    for number, file in enumerate(sent):
        name = display_name(file.name)
        bar.progress(number / len(sent), f"Reading {as_plain_text(name)}")
        if len(own) >= MAX_OWN:
            refused.append(f"{len(sent) - number} more are left out: {MAX_OWN} pictures are the most.")
            break
        try:
            picture = smaller(read_picture(file.getvalue(), file.name, make_room))
        except ImageError as error:
            refused.append(f"{name}: {error}")
        else:
            if picture.sha256 not in known:
                own.append(picture)
            known.add(picture.sha256)
    for file in sent:
        forget_upload(file)
    st.session_state[OWN], st.session_state[REFUSED] = tuple(own), tuple(refused)


def smaller(picture: Picture) -> Picture:
    """The picture with its shorter side at 256 pixels, where that has fewer pixels.

    That is the first step of what the networks for ImageNet are given, so they see the same; smaller networks see
    nearly the same.
    """
    reduced = preprocess_steps(picture.image).resized
    if reduced.width * reduced.height >= picture.image.width * picture.image.height:
        return picture
    return picture.reduced_to(reduced, "Made smaller to be kept with many others.")


def draw_refused() -> None:
    """What could not be read the last time, by name."""
    refused: tuple[str, ...] = st.session_state.get(REFUSED, ())
    if not refused:
        return
    lines = [as_plain_text(line) for line in refused[:MAX_TOLD]]
    if len(refused) > MAX_TOLD:
        lines.append(f"And {len(refused) - MAX_TOLD} others.")
    st.error("\n\n".join(lines), icon=":material/error:")
    if st.button("Close", key="seek_refused_close", icon=":material/close:"):
        del st.session_state[REFUSED]
        draw_anew()
