"""Example states of the thumbnails."""

from cnnviz.gallery import GALLERY, gallery_picture
from cnnviz.ui.components.thumbnails import thumbnails

PICTURES = {name: gallery_picture(name) for name in list(GALLERY)[:4]}

EXAMPLES = {"four photographs, one chosen": lambda key: thumbnails(PICTURES, "coffee", lambda _: None, key)}
