"""What made the score: printed terms and cells add up to torch's score; the class is in the link, whatever it says."""

import re
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnnviz.gallery import gallery_picture
from cnnviz.images import Picture
from cnnviz.networks.refusal import Refusal
from cnnviz.networks.zoo import MODELS
from cnnviz.ui.pickers.class_index import class_labels, most_likely
from cnnviz.ui.pickers.network import UNTRAINED
from cnnviz.ui.sharing import cached
from tests.pages.test_explore import EXPLORE, canvas, data_of, opened, words

torch.set_num_threads(1)

LEAD = "Its lead over the best other"
NETWORKS = [name for name in MODELS if name not in ("vgg16", "resnet50")]


def scores_of(network: str, picture: str = "chelsea") -> np.ndarray:
    model = cached.model(network)
    with torch.inference_mode():
        return np.asarray(model.module(model.preprocess(gallery_picture(picture).image))[0].double().numpy())


def exact(text: str) -> Decimal:
    return Decimal(text.replace("−", "-"))


def total_of(app: AppTest) -> float:
    return float(exact(data_of(app, "class_terms")["total"]))


def chosen_in(app: AppTest) -> str:
    """The class that the page says it explains."""
    found = re.search("“(.+)”", data_of(app, "class_terms")["totalName"].split(" less ")[0])
    assert found is not None
    return found.group(1)


def paragraph(app: AppTest, holds: str) -> str:
    """The one piece of text with these words in it."""
    (found,) = [str(element.value) for element in app.markdown if holds in element.value]
    return found


def expect_terms_add_up(data: dict[str, Any]) -> None:
    lines = [*data["terms"], *data["lines"]]
    assert sum((exact(line["sum"]) for line in lines), Decimal(0)) == exact(data["total"])
    for term in data["terms"]:
        digits = 10.0 ** -len(term["sum"].split(".")[1])
        product = float(exact(term["weight"])) * float(exact(term["value"]))
        assert product == pytest.approx(float(exact(term["sum"])), abs=4 * digits, rel=1e-4)
        assert (term["share"] < 0) == (exact(term["sum"]) < 0)


@pytest.mark.parametrize("network", NETWORKS)
def test_the_printed_terms_add_up_to_torchs_score(network: str) -> None:
    scores = scores_of(network)
    for index in (int(scores.argmax()), int(scores.argmin())):
        app = opened("class_score", network=MODELS[network].title, **{"class": str(index)})
        data = data_of(app, "class_terms")
        expect_terms_add_up(data)
        assert float(exact(data["total"])) == pytest.approx(scores[index], abs=1e-4)
        assert chosen_in(app) == cached.model(network).classes[index]
        assert "The network itself computed" in data["agreement"]


@pytest.mark.parametrize("explained", [None, LEAD])
@pytest.mark.parametrize("network", ["slim_resnet", "resnet18"])
def test_the_printed_cells_and_the_bias_add_up_to_the_score(network: str, explained: str | None) -> None:
    address = {"class_explain": explained} if explained else {}
    app = opened("class_score", network=MODELS[network].title, **address)
    line = paragraph(app, " cells + ")
    together, bias, total = (exact(text.strip("()")) for text in re.findall(r"\*\*([^a-z]+?)\*\*", line))
    assert together + bias == total
    header, values = canvas(app, "class_map")
    assert header["palette"] == "diverging"
    places = header["decimals"]
    assert sum((Decimal(f"{value:.{places}f}") for value in values.ravel()), Decimal(0)) == together
    digits = len(data_of(app, "class_terms")["total"].split(".")[1])
    assert float(total) == pytest.approx(total_of(app), abs=10.0 ** -min(places, digits))


def test_of_a_network_with_a_map_for_each_class_the_cells_alone_are_the_score() -> None:
    scores = scores_of("squeezenet1_1")
    app = opened("class_score", network="SqueezeNet 1.1")
    expect_terms_add_up(data_of(app, "class_terms"))
    header, values = canvas(app, "class_map")
    assert values.min() >= 0
    total = exact(paragraph(app, " cells: ").split("**")[1])
    assert sum((Decimal(f"{value:.{header['decimals']}f}") for value in values.ravel()), Decimal(0)) == total
    assert float(total) == pytest.approx(scores.max(), abs=1e-4)
    assert "a ReLU cuts what is below" in words(app)
    assert "Here it cuts" in words(app)


def test_a_lead_of_two_maps_that_are_cut_is_the_difference_of_two_printed_sums() -> None:
    activations = cached.activations("squeezenet1_1", gallery_picture("chelsea"))
    cut = (activations["classifier.2"] == 0).any(axis=(1, 2))
    index = int(np.flatnonzero(cut & (activations.answer.scores > 0))[0])
    app = opened("class_score", network="SqueezeNet 1.1", class_explain=LEAD, **{"class": str(index)})
    first, second = data_of(app, "class_terms"), data_of(app, "class_terms_other")
    for data in (first, second):
        expect_terms_add_up(data)
    assert first["totalName"] != second["totalName"]
    line = paragraph(app, ", “").replace("(", "").replace(")", "")
    printed = exact(line.split("**")[1])
    assert exact(first["total"]) - exact(second["total"]) == printed
    assert float(printed) == pytest.approx(
        scores_of("squeezenet1_1")[index] - scores_of("squeezenet1_1").max(), abs=2e-4
    )
    _, values = canvas(app, "class_map")
    assert float(values.sum()) == pytest.approx(float(printed), abs=1e-3)


def test_a_class_of_which_the_relu_leaves_nothing_is_told_so() -> None:
    model, black = cached.model("squeezenet1_1"), Image.new("RGB", (64, 64), "black")
    silent = np.flatnonzero(model.module(model.preprocess(black))[0].numpy() == 0)
    app = AppTest.from_file(EXPLORE / "class_score.py", default_timeout=120)
    app.session_state["picture"] = Picture(black, "black", "black.png")
    app.query_params["class"] = str(silent[0])
    app.run()
    assert not app.exception
    assert total_of(app) == 0
    assert f"the score of {len(silent)} of the 1,000 classes" in words(app)


def test_a_network_that_ends_otherwise_is_answered_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise Refusal("The scores of this network come from 7 (Softmax), which cannot be taken apart here.")

    monkeypatch.setattr("cnnviz.ui.explore.class_score.query.class_score", refused)
    app = opened("class_score")
    assert app.info[0].value == "The scores of this network come from 7 (Softmax), which cannot be taken apart here."
    assert "Its probability" in words(app)
    assert not [element for element in app.get("bidi_component") if element.proto.id.endswith("-class_terms")]


def test_the_lead_is_the_difference_of_two_scores() -> None:
    scores = scores_of("slim_resnet")
    first, second = most_likely(scores, 2)
    app = opened("class_score", network="Slim ResNet", class_explain=LEAD)
    expect_terms_add_up(data_of(app, "class_terms"))
    assert total_of(app) == pytest.approx(scores[first] - scores[second], abs=1e-4)
    behind = opened("class_score", network="Slim ResNet", class_explain=LEAD, **{"class": str(second)})
    assert total_of(behind) == pytest.approx(scores[second] - scores[first], abs=1e-4)


def test_the_probability_is_torchs() -> None:
    scores = torch.tensor(scores_of("slim_vgg"))
    index = int(scores.argsort(descending=True)[1])
    app = opened("class_score", network="Slim VGG", **{"class": str(index)})
    found = re.search(r"\*\*([\d.]+) %\*\*", paragraph(app, "**Its probability.**"))
    assert found is not None
    assert float(found.group(1)) == pytest.approx(100 * float(torch.softmax(scores, 0)[index]), abs=0.006)


def test_a_network_with_dense_layers_says_why_it_has_no_map() -> None:
    app = opened("class_score", network="Slim AlexNet")
    assert "Why is there no map here?" in words(app)
    assert "Grad-CAM" in words(app)
    _, values = canvas(app, "class_terms_map")
    assert float(np.nansum(values)) == pytest.approx(
        total_of(app) - float(exact(data_of(app, "class_terms")["lines"][-1]["sum"])), abs=1e-3
    )


@pytest.mark.parametrize(
    "junk", ["inf", "-1", "cat", "99999999999999999999", "1e400", "", "37", "2.5", "<script>", "nan", "٣"]
)
def test_a_link_that_asks_for_no_class_opens_the_likeliest(junk: str) -> None:
    app = opened("class_score", network="Slim ResNet", class_explain=junk, **{"class": junk})
    assert chosen_in(app) == "Cat, upright"
    assert "class" not in app.query_params
    assert total_of(app) == pytest.approx(scores_of("slim_resnet").max(), abs=1e-4)


def test_it_follows_the_picture_until_somebody_chooses() -> None:
    app = opened("class_score", network="Slim ResNet")
    assert chosen_in(app) == "Cat, upright"
    app.query_params["picture"] = "coffee"
    app.run()
    assert chosen_in(app) == "Coffee, upright"
    app.selectbox(key="class_named").select(12).run()
    assert app.query_params["class"] == "12"
    app.query_params["picture"] = "galaxies"
    app.run()
    assert chosen_in(app) == cached.model("slim_resnet").classes[12]
    app.selectbox(key="class_named").set_value(None).run()
    assert "class" not in app.query_params
    assert chosen_in(app) == "Galaxies"


def test_a_network_with_other_classes_lets_go_of_the_choice_and_one_with_the_same_keeps_it() -> None:
    app = opened("class_score", network="Slim ResNet", **{"class": "3"})
    app.selectbox(key="network").set_value("slim_alexnet").run()
    assert app.query_params["class"] == "3"
    app.selectbox(key="network").set_value("sat6_convnet").run()
    assert not app.exception
    assert "class" not in app.query_params
    assert chosen_in(app) == cached.model("sat6_convnet").classes[int(scores_of("sat6_convnet").argmax())]


def test_every_class_of_imagenet_can_be_found_by_a_name_of_its_own() -> None:
    assert len(set(class_labels(cached.model("resnet18").classes))) == 1000
    app = opened("class_score", network="ResNet-18", **{"class": "517"})
    assert len(app.selectbox(key="class_named").options) == 1000
    assert app.selectbox(key="class_named").value == 517
    assert chosen_in(app) == "crane"


@pytest.mark.parametrize("network", ["AlexNet", "ResNet-18"])
def test_an_untrained_network_is_called_so_beside_map_and_terms(network: str) -> None:
    app = opened("class_score", network=network)
    badges = [element.value for element in app.markdown if "badge[" in element.value and UNTRAINED in element.value]
    assert len(badges) == 2


def test_every_suggestion_leads_somewhere() -> None:
    app = opened("class_score", network="Slim ResNet", picture="rocket", **{"class": "5"})
    seen = set()
    for number in range(4):
        app.button(key=f"class_score_{number}").click().run()
        assert not app.exception
        data = data_of(app, "class_terms")
        expect_terms_add_up(data)
        seen.add(data["id"])
    assert len(seen) == 4
    assert app.session_state["picture"].name == "Coffee"


def test_the_rival_of_a_class_can_be_chosen() -> None:
    app = opened("class_score", network="Slim ResNet", class_explain="Its lead over the best other")
    model = cached.model("slim_resnet")
    scores = cached.forward_pass("slim_resnet", gallery_picture("chelsea")).scores
    order = np.argsort(-scores, kind="stable")
    rival = int(order[4])
    app.selectbox(key="class_rival").set_value(rival).run()
    assert not app.exception
    said = words(app) + " ".join(element.proto.json for element in app.get("bidi_component"))
    assert class_labels(model.classes)[rival] in said
    address = {"class_explain": "Its lead over the best other", "class_rival": class_labels(model.classes)[rival]}
    assert opened("class_score", network="Slim ResNet", **address).selectbox(key="class_rival").value == rival
