"""Example states of a receptive field on a picture."""

from fractions import Fraction

from cnnviz.arithmetic.receptive_field import ReceptiveField
from cnnviz.gallery import gallery_picture
from cnnviz.ui.components.field_on_picture import show_receptive_field


def draw(key: str) -> None:
    """A field of 43 × 43 pixels on 64 × 64, eight pixels apart, that reaches ten pixels into the padding."""
    field = ReceptiveField(43, 8, Fraction(-10))
    show_receptive_field(
        gallery_picture("chelsea").image, "Cat", (3, 64, 64), (8, 8), (field, field), (3, 4), key, lambda *_: None
    )


EXAMPLES = {"reaching into the padding": draw}
