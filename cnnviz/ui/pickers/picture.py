"""The one control by which every page gets its picture: from the gallery, from a file, or from the camera."""

from typing import Final

import streamlit as st
from streamlit.typing import UploadedFile

from cnnviz.gallery import DEFAULT_KEY, GALLERY, gallery_picture
from cnnviz.images import (
    MAX_BYTES,
    MAX_JPEG_PIXELS,
    MAX_PIXELS,
    ImageError,
    Picture,
    display_name,
    fit_for_keeping,
    read_picture,
)
from cnnviz.ui.components.thumbnails import thumbnails
from cnnviz.ui.page.plain_text import as_plain_text
from cnnviz.ui.page.visit import address_counts
from cnnviz.ui.server.streamlit_uploads import forget_upload
from cnnviz.ui.sharing import cached
from cnnviz.ui.sharing.memory import make_room
from cnnviz.ui.sharing.own_pictures import NAME, found_again, keep_findable, own_name

# "image/*" lets through what cannot be read (HEIC, SVG ...), so that people are told why instead of only "not allowed".
# HEIC is not named on purpose: phones then convert it to JPEG by themselves. The endings help where the system does
# not know the kind of a file.
FILE_TYPES: Final = ["image/*", "png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "avif"]


def choose_picture() -> Picture:
    """Draw the control, a row of one line, and return the picture all pages share; the first one is the gallery's cat.

    A choice stays while one moves between pages. It is also in the address (`?picture=coffee`), so that a link opens
    with it; one's own (`?picture=own-…`) is found again by one's own browser alone. A file that cannot be read is
    answered with its `ImageError` sentence, and the picture before it stays. Call it once on a page, before what needs
    the picture: a new choice runs the page again.
    """
    _follow_address()
    _draw_row()
    picture: Picture = st.session_state["picture"]
    return picture


def _follow_address() -> None:
    """Make the session's picture the one the address asks for, and the address tell the session's picture."""
    asked = st.query_params.get("picture", DEFAULT_KEY if address_counts() else None)
    held: Picture | None = st.session_state.get("picture")
    if asked is not None and (held is None or asked != _name(held)):
        try:
            held = _linked(asked)
        except ImageError as error:
            st.session_state["picture_refusal"] = str(error)
    _keep(held or gallery_picture(DEFAULT_KEY))


def _name(picture: Picture) -> str:
    """What the address calls a picture."""
    return picture.gallery_key or own_name(picture)


def _linked(name: str) -> Picture:
    """The picture that an address names; ImageError with a sentence where it is not to be had."""
    if NAME.fullmatch(name) is None:
        return gallery_picture(display_name(name))
    picture = found_again(name)
    if picture is None:
        raise ImageError(
            "The picture of this address is somebody's own. It is kept for the browser that sent it alone, in memory, "
            "and only while its page is open. If it is yours, choose it once more."
        )
    return picture


def _keep(picture: Picture) -> None:
    """Hold the picture for this session and put it into the address; the cat needs no mention there."""
    before: Picture | None = st.session_state.get("picture")
    if before is not None and before != picture and before.gallery_key is None:
        cached.forget_answers(before)
    st.session_state["picture"] = picture
    if picture.gallery_key is None:
        keep_findable(picture)
    name = _name(picture)
    if name == DEFAULT_KEY:
        st.query_params.pop("picture", None)
    elif st.query_params.get("picture") != name:
        st.query_params["picture"] = name


# A fragment: opening the choices or sending a wrong file leaves the rest of the page as it is.
@st.fragment
def _draw_row() -> None:
    if st.session_state.pop("picture_is_new", False):
        st.rerun()
    picture: Picture = st.session_state["picture"]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="picture_row"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content", wrap=False):
            st.image(picture.thumbnail, width=48, output_format="JPEG", alt=_alternative_text(picture))
            with st.container(gap=None):
                width, height = picture.original_size
                original = "" if picture.original_size == picture.image.size else "Original "
                st.markdown(f"**{as_plain_text(picture.name)}**")
                own = () if picture.gallery_key else ("A link does not carry it.",)
                st.caption(" ".join((f"{original}{width} × {height} pixels.", *picture.notes, *own)))
        choices = st.popover(
            "Change picture", icon=":material/image:", key="picture_choices", on_change=_forget_refusal
        )
    if choices.open:
        with choices:
            _draw_choices(picture)
    else:
        _draw_refusal()


def _draw_choices(picture: Picture) -> None:
    """Three ways to a picture: a file, the gallery, and the camera, which is asked for only by who wants it."""
    _draw_refusal()
    # After each file the widget gives way to a new, empty one: see _take.
    key = f"picture_sent_{st.session_state.setdefault('picture_turn', 0)}"
    st.file_uploader(
        "A picture of your own",
        FILE_TYPES,
        key=key,
        on_change=_take,
        args=(key,),
        max_upload_size=MAX_BYTES // 1024**2,
        width=500,
    )
    megapixels = f"{MAX_PIXELS // 10**6} megapixels (JPEG: {MAX_JPEG_PIXELS // 10**6})"
    # Streamlit tells why it refuses a file only to who points at it, and tells Python nothing.
    st.caption(
        f"Up to {MAX_BYTES // 1024**2} MB and {megapixels}. A file that turns red, with an exclamation mark, is "
        "larger or no picture and was not sent: make it smaller, or save it as JPEG. What you send is kept in "
        "memory only.",
        width=500,
    )
    pictures = {key: gallery_picture(key) for key in GALLERY}
    thumbnails(pictures, picture.gallery_key, _choose_from_gallery, key="picture_gallery")
    if st.toggle("Take a photo with the camera", key="picture_camera", on_change=_forget_refusal):
        # No wider than this, so that the button below the live picture is in sight on a laptop.
        st.camera_input(
            "A photo from the camera",
            key=f"{key}_camera",
            on_change=_take,
            args=(f"{key}_camera", "Camera photo"),
            resolution="720p",
            width=400,
        )


def _draw_refusal() -> None:
    if "picture_refusal" in st.session_state:
        st.error(as_plain_text(st.session_state["picture_refusal"]), icon=":material/error:")


def _choose_from_gallery(key: str) -> None:
    _show(gallery_picture(key))


def _take(key: str, name: str | None = None) -> None:
    """Read what was sent through the widget `key`. Taking a file away again changes nothing: the last picture stays.

    A click that was made before the browser had drawn the new widget brings the old one's file once more: it has been
    read and let go, and stands in the session as a `DeletedFile`.
    """
    sent = st.session_state.get(key)
    if not isinstance(sent, UploadedFile):
        return
    try:
        _show(fit_for_keeping(read_picture(sent.getvalue(), name or sent.name, make_room)))
    except ImageError as error:
        st.session_state["picture_refusal"] = str(error)
    # The next run draws a new widget, so that the same file can be sent again and the old one holds no bytes.
    st.session_state["picture_turn"] += 1
    forget_upload(sent)


def _show(picture: Picture) -> None:
    """Keep a new picture, close the choices, and have the whole page drawn with it."""
    _keep(picture)
    _forget_refusal()
    st.session_state["picture_choices"] = False
    st.session_state["picture_is_new"] = True


def _forget_refusal() -> None:
    st.session_state.pop("picture_refusal", None)


def _alternative_text(picture: Picture) -> str:
    if picture.gallery_key is not None:
        return GALLERY[picture.gallery_key].shows
    return f"The picture you chose, {picture.name}."
