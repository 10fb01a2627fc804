"""From the picture to the answer: what the network is given, its scores, and the softmax that makes them shares."""

import numpy as np
import streamlit as st
from PIL import Image, ImageDraw

from cnnviz.figures.palettes import INPUT
from cnnviz.figures.softmax import softmax_table
from cnnviz.gallery import gallery_picture
from cnnviz.networks.preprocess import PreprocessSteps
from cnnviz.ui import cached
from cnnviz.ui.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.mosaic import mosaic
from cnnviz.ui.network import choose_network, untrained_label
from cnnviz.ui.picture import choose_picture
from cnnviz.ui.softmax import number, show_softmax

COLOURS = ("red", "green", "blue")


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
    return f"{picture.width} × {picture.height}"


def show_pictures(steps: PreprocessSteps) -> None:
    """Original, resized and cropped side by side; `normalised` follows as three maps of signed numbers."""
    original, resized, cropped = st.columns(3, gap="small")
    original.image(framed(steps.picture, steps.box_on_picture), alt="The picture, the part the network sees framed.")
    original.caption(f"original, {size(steps.picture)}")
    resized.image(framed(steps.resized, steps.crop_box), alt="The picture made smaller, the cut framed.")
    resized.caption(f"resized, {size(steps.resized)}")
    cropped.image(steps.cropped, alt="The square the network sees.")
    cropped.caption(f"cropped, {size(steps.cropped)}")


def show_normalisation(steps: PreprocessSteps, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
    """The three divisions for the pixel in the middle, with the numbers put in."""
    row, column = steps.cropped.height // 2, steps.cropped.width // 2
    pixel = np.asarray(steps.cropped)[row, column]
    lines = [
        f"{colour:<6}({value}/255 − {mean[channel]}) / {std[channel]} "
        f"≈ {number(float(steps.normalised[channel, row, column]))}"
        for channel, (colour, value) in enumerate(zip(COLOURS, pixel, strict=True))
    ]
    st.markdown(f"The pixel in row {row}, column {column}, rounded to four decimals:")
    st.code("\n".join(lines), language=None)


lesson = read_lesson(__file__)
lesson.header()
name, model = choose_network()
left, right = st.columns([11, 9], gap="large")
with right:
    picture = choose_picture()
    steps = cached.preprocessing(model, picture)
    show_pictures(steps)
with left:
    answer = cached.forward_pass(name, picture)
    table = softmax_table(answer.scores, model.classes)
    untrained_label(model)
    show_softmax(table, key="prediction_softmax")
with right:
    mosaic(
        steps.normalised,
        key="prediction_input",
        label="The network's input: red, green and blue, each shifted and scaled to numbers around zero.",
        palette="diverging",
        noun="colour",
        names=COLOURS,
        height=150,
        hint="normalised, 3 × 224 × 224",
    )


def forget_address() -> None:
    """The address must not bring back the picture that a suggestion replaces."""
    st.query_params.pop("picture", None)


try_this(
    [
        Suggestion("Show it a cup of coffee", {"picture": gallery_picture("coffee")}),
        Suggestion("Show it galaxies, which are no class", {"picture": gallery_picture("galaxies")}),
        Suggestion("Ask ResNet-18", {"network": "resnet18"}),
    ],
    key="prediction",
    before=forget_address,
)
highest = table.rows[0]
st.markdown(lesson["From scores to probabilities"])
formula = r"p_i = \frac{e^{z_i - \max z}}{\sum_{k} e^{z_k - \max z}}"
numbers = rf"\frac{{{highest.exponential:.4f}}}{{{table.total:.4f}}} \approx {highest.percent:.2f}\,\%"
st.latex(rf"{formula} \qquad p_{{\text{{highest}}}} \approx {numbers}")
untrained = "Random weights, even shares" if highest.percent < 1 else "Random weights, one class ahead"
st.markdown(lesson["Trained"] if model.trained else lesson[untrained])
st.subheader("What the network is given", anchor=False)
st.markdown(lesson["What the network is given"])
show_normalisation(steps, model.preprocessing.mean, model.preprocessing.std)
lesson.more("Why the largest score is taken off")
lesson.more("What a probability here is not")
