"""Example states of the regions on a picture."""

from cnnviz.gallery import gallery_picture
from cnnviz.ui.components.picture_regions import choose_regions

PICTURE = gallery_picture("chelsea").image

EXAMPLES = {
    "none yet": lambda key: choose_regions(PICTURE, (), lambda _: None, key),
    "two regions": lambda key: choose_regions(
        PICTURE, ((0.1, 0.2, 0.4, 0.5), (0.5, 0.5, 0.9, 0.75)), lambda _: None, key
    ),
}
