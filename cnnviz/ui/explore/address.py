"""What an address says of a picture: where a page leads to another one, and where a suggestion brings a picture."""

import streamlit as st

from cnnviz.images import Picture


def picture_address(picture: Picture) -> dict[str, str]:
    """The part of an address that opens a page with this picture; {} for one that no link can carry."""
    return {"picture": picture.gallery_key} if picture.gallery_key is not None else {}


def forget_picture() -> None:
    """The address must not bring back the picture that a suggestion replaces."""
    st.query_params.pop("picture", None)
