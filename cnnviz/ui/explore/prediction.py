"""From the picture to the network's input, stage by stage, and from the scores to the highest probability."""

import numpy as np
import streamlit as st
from PIL import Image, ImageDraw

from cnnviz.figures.palettes import INPUT
from cnnviz.figures.softmax import SoftmaxTable
from cnnviz.gallery import gallery_picture
from cnnviz.networks.architecture import Sibling
from cnnviz.networks.preprocess import Preprocessing, PreprocessSteps
from cnnviz.networks.zoo import Model, architecture
from cnnviz.ui.components.mosaic import mosaic
from cnnviz.ui.components.softmax import number
from cnnviz.ui.page.lesson import Lesson, Suggestion


def show_pictures(steps: PreprocessSteps) -> None:
    """Original, resized and cropped side by side; `show_input` is what follows."""
    original, resized, cropped = st.columns(3, gap="small")
    original.image(framed(steps.picture, steps.box_on_picture), alt="The picture, the part the network sees framed.")
    original.caption(f"original, {size(steps.picture)}")
    resized.image(framed(steps.resized, steps.crop_box), alt="The picture made smaller, the cut framed.")
    resized.caption(f"resized, {size(steps.resized)}")
    cropped.image(steps.cropped, alt="The square the network sees.")
    cropped.caption(f"cropped, {size(steps.cropped)}")


def framed(picture: Image.Image, box: tuple[float, float, float, float]) -> Image.Image:
    """The picture, no larger than it is shown, with the part that is kept in a frame of the input's colour."""
    small = picture.copy()
    small.thumbnail((480, 480))
    across, down = small.width / picture.width, small.height / picture.height
    left, top = int(box[0] * across), int(box[1] * down)
    right, bottom = max(left, int(box[2] * across) - 1), max(top, int(box[3] * down) - 1)  # a line is one pixel wide
    ImageDraw.Draw(small).rectangle((left, top, right, bottom), outline=INPUT, width=max(2, small.width // 40))
    return small


def size(picture: Image.Image) -> str:
    """Width × height."""
    return f"{picture.width} × {picture.height}"


def show_input(steps: PreprocessSteps, settings: Preprocessing) -> None:
    """The network's input: a map of signed numbers for each channel."""
    mosaic(
        steps.normalised,
        key="prediction_input",
        label=f"The network's input: {', '.join(settings.channels)}, each shifted and scaled to numbers around zero.",
        palette="diverging",
        noun="colour",
        names=settings.channels,
        height=150,
        hint="normalised, " + " × ".join(map(str, steps.normalised.shape)),
    )


def show_normalisation(steps: PreprocessSteps, settings: Preprocessing) -> None:
    """The division of each channel for the pixel in the middle, with the numbers put in."""
    row, column = steps.cropped.height // 2, steps.cropped.width // 2
    red, green, blue = np.asarray(steps.cropped)[row, column]
    values = [f"{red}/255", f"{green}/255", f"{blue}/255", f"({red} + {green} + {blue})/3/255"]
    width = max(map(len, settings.channels)) + 1
    lines = [
        f"{channel:<{width}}({values[place]} − {settings.mean[place]}) / {settings.std[place]} "
        f"≈ {number(float(steps.normalised[place, row, column]))}"
        for place, channel in enumerate(settings.channels)
    ]
    st.markdown(f"The pixel in row {row}, column {column}, rounded to four decimals:")
    st.code("\n".join(lines), language=None)


def softmax_formulas(table: SoftmaxTable) -> tuple[str, str]:
    """The softmax as LaTeX, and the same with the numbers of the likeliest class put in: two lines, for a phone."""
    highest = table.rows[0]
    formula = r"p_i = \frac{e^{z_i - \max z}}{\sum_{k} e^{z_k - \max z}}"
    numbers = rf"\frac{{{highest.exponential:.4f}}}{{{table.total:.4f}}} \approx {highest.percent:.2f}\,\%"
    return formula, rf"p_{{\text{{highest}}}} \approx {numbers}"


def suggestions(name: str) -> list[Suggestion]:
    """What to try with this network: a class it knows, a picture that is none of its classes, another network."""
    if name == "sat6_convnet":
        unknown = Suggestion("Show it a brick wall", {"picture": gallery_picture("brick")})
    elif isinstance(architecture(name), Sibling):
        unknown = Suggestion("Show it galaxies, which have no upright", {"picture": gallery_picture("galaxies")})
    else:
        unknown = Suggestion("Show it galaxies, which are no class", {"picture": gallery_picture("galaxies")})
    if name == "slim_resnet":
        another = Suggestion("Ask a network that knows only land", {"network": "sat6_convnet"})
    elif isinstance(architecture(name), Sibling):
        another = Suggestion("Ask SqueezeNet 1.1", {"network": "squeezenet1_1"})
    else:
        another = Suggestion("Ask a network that knows ten photographs", {"network": "slim_resnet"})
    return [Suggestion("Show it a cup of coffee", {"picture": gallery_picture("coffee")}), unknown, another]


def what_it_learnt(model: Model, table: SoftmaxTable, lesson: Lesson) -> str:
    """What the answer is worth: on what the network was trained, or that it was not."""
    if not model.trained:
        return lesson["Random weights, even shares" if table.rows[0].percent < 1 else "Random weights, one class ahead"]
    if len(model.preprocessing.channels) == 4:
        return lesson["Trained on drawn land"]
    if isinstance(architecture(model.name), Sibling):
        return lesson["Trained here"].format(classes=len(model.classes))
    return lesson["Trained"]
