"""From the picture to the answer: what the network is given, its scores, and the softmax that makes them shares."""

import numpy as np
import streamlit as st
from PIL import Image, ImageDraw

from cnnviz.figures.palettes import INPUT
from cnnviz.figures.softmax import softmax_table
from cnnviz.gallery import gallery_picture
from cnnviz.networks.architecture import Sibling
from cnnviz.networks.preprocess import Preprocessing, PreprocessSteps
from cnnviz.networks.zoo import MODELS
from cnnviz.ui.components.mosaic import mosaic
from cnnviz.ui.components.softmax import number, show_softmax
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.pickers.network import choose_network, untrained_label
from cnnviz.ui.pickers.picture import choose_picture
from cnnviz.ui.sharing import cached


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


lesson = read_lesson(__file__)
lesson.header()
name, model = choose_network()
left, right = st.columns([11, 9], gap="large")
with right:
    picture = choose_picture()
    steps, settings = cached.preprocessing(model, picture), model.preprocessing
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
        label=f"The network's input: {', '.join(settings.channels)}, each shifted and scaled to numbers around zero.",
        palette="diverging",
        noun="colour",
        names=settings.channels,
        height=150,
        hint="normalised, " + " × ".join(map(str, steps.normalised.shape)),
    )


def forget_address() -> None:
    """The address must not bring back the picture that a suggestion replaces."""
    st.query_params.pop("picture", None)


if name == "sat6_convnet":
    second = Suggestion("Show it a brick wall", {"picture": gallery_picture("brick")})
elif isinstance(MODELS[name], Sibling):
    second = Suggestion("Show it galaxies, which have no upright", {"picture": gallery_picture("galaxies")})
else:
    second = Suggestion("Show it galaxies, which are no class", {"picture": gallery_picture("galaxies")})
if name == "slim_resnet":
    another = Suggestion("Ask a network that knows only land", {"network": "sat6_convnet"})
else:
    another = Suggestion("Ask Slim ResNet", {"network": "slim_resnet"})
try_this(
    [
        Suggestion("Show it a cup of coffee", {"picture": gallery_picture("coffee")}),
        second,
        another,
    ],
    key="prediction",
    before=forget_address,
)
highest = table.rows[0]
st.markdown(lesson["From scores to probabilities"])
formula = r"p_i = \frac{e^{z_i - \max z}}{\sum_{k} e^{z_k - \max z}}"
numbers = rf"\frac{{{highest.exponential:.4f}}}{{{table.total:.4f}}} \approx {highest.percent:.2f}\,\%"
st.latex(rf"{formula} \qquad p_{{\text{{highest}}}} \approx {numbers}")
if not model.trained:
    st.markdown(lesson["Random weights, even shares" if highest.percent < 1 else "Random weights, one class ahead"])
elif len(settings.channels) == 4:
    st.markdown(lesson["Trained on drawn land"])
elif isinstance(MODELS[name], Sibling):
    st.markdown(lesson["Trained here"].format(classes=len(model.classes)))
else:
    st.markdown(lesson["Trained"])
st.subheader("What the network is given", anchor=False)
given = lesson["What the network is given"]
st.markdown(given.format(crop=settings.crop_size, resize=settings.resize_size))
if len(settings.channels) == 4:
    st.markdown(lesson["No near infrared"])
show_normalisation(steps, settings)
lesson.more("Why the largest score is taken off")
lesson.more("What a probability here is not")
