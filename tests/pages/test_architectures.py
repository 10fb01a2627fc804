"""The page of architectures as a visitor meets it: every network, by link and by click, with and without torch."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.arithmetic.network.architectures import ARCHITECTURES, fitting_sides
from cnnviz.arithmetic.network.memory import has_blocks, memory_shares, num_values
from cnnviz.networks.torchvision_networks import FAMILIES, TORCHVISION, built_module, torchvision_network
from cnnviz.ui.compute.architecture_choice import GROUPS, PREFIX, label
from cnnviz.ui.compute.lecture_tables import DIFFERENT

ROOT = Path(__file__).parents[2]
PAGE = str(ROOT / "pages" / "compute" / "architectures.py")
LECTURE, METHODS = "The lecture", "State of the art"


def open_page(**link):
    """The page as it opens from a link with these parameters."""
    page = AppTest.from_file(PAGE, default_timeout=60)
    for name, value in link.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def metrics(page):
    assert not page.exception
    return {metric.label.split("]")[-1].strip() or metric.label: metric.value for metric in page.metric}


def bars(page):
    return json.loads(page.get("bidi_component")[-1].proto.json)


def text(page):
    return "\n".join(markdown.value for markdown in page.markdown)


def click(page, words):
    next(button for button in page.button if button.label == words).click()
    page.run()
    assert not page.exception
    return page


def test_it_opens_on_vgg_16_with_its_bars():
    page = open_page()
    assert metrics(page) == {
        "gives": ":green[1,000]",
        "Memory": "61.0 MB",
        "Parameters": "138,357,544",
        "MACs": "15,470,264,320",
    }
    assert (
        bars(page)["finding"]
        == "Half of the memory is in the first 5 of 22 lines, half of the parameters in the last 3."
    )
    assert bars(page)["total"] == {"values": "15,237,608", "params": "138,357,544"}


# every network is surveyed in tests/networks/test_survey.py; of each family the first is opened
OPENED = [*ARCHITECTURES, *(PREFIX + networks[0][1] for _, networks in FAMILIES.values())]


@pytest.mark.parametrize("key", OPENED)
def test_every_architecture_opens_by_link_with_its_bars_and_its_words(key):
    network = ARCHITECTURES[key].network if key in ARCHITECTURES else torchvision_network(key.removeprefix(PREFIX))
    page = open_page(architecture=label(key))
    assert page.selectbox(key="architecture").value == key
    assert metrics(page)["Parameters"] == bars(page)["total"]["params"] == f"{network.num_params:,}"
    beside = open_page(architecture=label(key), look=LECTURE)
    assert "lecture" in text(beside)


def test_a_heading_in_the_list_takes_the_first_network_of_its_family():
    page = open_page()
    page.selectbox(key="architecture").select("family ResNet").run()
    assert page.selectbox(key="architecture").value == "torchvision resnet18"
    assert metrics(page)["Parameters"] == "11,689,512"
    assert metrics(open_page(architecture=label("family VGG")))["Parameters"] == "132,863,336"


def test_the_list_has_every_network_once_under_its_family():
    headed = [key for group in GROUPS.values() for key in group]
    assert sorted(headed) == sorted([*ARCHITECTURES, *(PREFIX + builder for builder in TORCHVISION)])


@pytest.mark.parametrize("builder", [name for name, entry in TORCHVISION.items() if entry.options])
def test_without_their_training_heads_they_have_torchs_parameters(builder):
    module = built_module(builder, **dict(TORCHVISION[builder].options))
    assert torchvision_network(builder).num_params == sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize("builder", ["vgg16", "resnet18", "resnet34", "resnet50", "resnet101", "resnet152"])
def test_the_lectures_networks_are_torchvisions_layer_by_layer(builder):
    ours = [row for row in ARCHITECTURES[builder].network.trace((3, 224, 224)) if row.num_params]
    theirs = [row for row in torchvision_network(builder).trace((3, 224, 224)) if row.num_params]
    assert sorted((row.output_shape, row.num_params, row.macs) for row in ours) == sorted(
        (row.output_shape, row.num_params, row.macs) for row in theirs
    )


def test_row_16_torchvisions_alexnet_is_a_later_variant_of_61_100_840():
    rows = torchvision_network("alexnet").trace((3, 224, 224))
    assert (sum(row.num_params for row in rows), round(sum(row.macs for row in rows) / 1e9, 3)) == (61_100_840, 0.714)
    page = open_page(architecture="torchvision: AlexNet", look=LECTURE)
    assert "| parameters | 62,378,344 | 61,100,840 | :red[**≠**] |" in text(page)
    assert "64 first filters instead of 96" in text(page)


@pytest.mark.parametrize("builder", TORCHVISION)
def test_the_blocks_of_torchvisions_networks_add_up_and_stand_once_each(builder):
    entry = TORCHVISION[builder]
    rows = torchvision_network(builder).trace(entry.input_shape)
    lines = memory_shares(rows, entry.input_shape, blocks=True)
    assert num_values(lines) == num_values(memory_shares(rows, entry.input_shape))
    assert len({line.name for line in lines}) == len(lines) <= 60


@pytest.mark.parametrize("key", ["alexnet", "vgg16", "vgg16-unpadded", "convnet", "sat6-convnet"])
def test_the_slider_offers_only_sizes_that_fit(key):
    architecture = ARCHITECTURES[key]
    sides = fitting_sides(architecture.network, architecture.input_shape)
    page = open_page(architecture=label(key))
    slider = page.slider(key="size")
    assert (slider.min, slider.max, slider.value) == (sides[0], sides[-1], architecture.input_shape[-1])
    for side in (sides[0], sides[-1]):
        page.slider(key="size").set_value(side).run()
        assert metrics(page)["Parameters"] == f"{architecture.network.num_params:,}"


def test_a_larger_picture_takes_more_memory_and_work_and_no_more_parameters():
    small, large = (metrics(open_page(architecture="ResNet-50", size=size)) for size in ("224", "448"))
    assert small["Parameters"] == large["Parameters"] == "25,557,032"
    dense = 2048 * 1000  # the last layer sees one averaged value per channel, whatever the size
    assert small["MACs"] == "4,089,184,256"
    assert large["MACs"] == f"{4 * (4_089_184_256 - dense) + dense:,}"
    assert (small["Memory"], large["Memory"]) == ("68.0 MB", "272 MB")


def test_what_happens_at_other_sizes_is_said_in_words():
    words = text(open_page(architecture="AlexNet (lecture)"))
    assert "With 3 × 226 × 226 it stops at fc6: Linear was made for 9,216 features and got 6,400" in words
    assert "With 3 × 259 × 259 it stops at fc6: Linear was made for 9,216 features and got 12,544" in words
    assert "larger pictures fit as well" in text(open_page(architecture="ResNet-18"))


def test_a_single_size_that_fits_needs_no_slider():
    page = open_page(architecture="Sat6MLP")
    assert len(page.slider) == 0
    assert "Pixels a side: **28**, and no other size fits." in text(page)


def test_another_architecture_starts_on_its_own_picture():
    page = open_page(architecture="ResNet-50", size="300")
    assert page.slider(key="size").value == 300
    for key, side in (("alexnet", 227), ("sat6-mlp", None), ("resnet18", 224), ("sat6-convnet", 32)):
        page.selectbox(key="architecture").select(key).run()
        assert [slider.value for slider in page.slider] == ([side] if side else [])


def test_counting_relus_changes_the_bars_and_their_sum():
    page = open_page()
    page.toggle(key="every").set_value(True).run()
    assert bars(page)["total"]["values"] == "28,793,320"
    assert "relu1_1" in [line["name"] for line in bars(page)["lines"]]


def test_blocks_open_into_their_layers():
    page = open_page(architecture="ResNet-18")
    assert "layer1.0" in [line["name"] for line in bars(page)["lines"]]
    page.toggle(key="layers").set_value(True).run()
    assert "layer1.0.conv1" in [line["name"] for line in bars(page)["lines"]]
    assert page.toggle(key="layers").disabled is False
    assert not has_blocks(ARCHITECTURES["vgg16"].network.trace((3, 224, 224)))
    assert open_page().toggle(key="layers").disabled is True


def test_row_19_training_takes_parameters_twice_with_sgd_four_times_with_adam_and_values_twice():
    words = text(open_page())
    assert "parameters **553 MB**, with plain SGD **1.11 GB**, with Adam **2.21 GB**" in words
    assert "picture **61.0 MB**, with a gradient for each **122 MB**" in words


def test_the_table_of_vgg_16_stands_beside_the_computed_one():
    words = text(open_page(look=LECTURE))
    assert "| CONV3‑64 | 3.2M | 3,211,264 | :green[**=**] |" in words
    assert "| CONV3‑64 | 1,728 | 1,728 | :green[**=**] |" in words
    assert "| activations, all rows | 24M | 15,237,608 | :red[**≠**] |" in words
    assert "| memory of the activations, 4 bytes each | 93 MB | 61.0 MB | :red[**≠**] |" in words


def test_the_listing_stands_beside_what_was_meant():
    page = open_page(architecture="VGG-16 (unpadded listing)", look=LECTURE)
    assert "512×1×1, 37,694,248 parameters" in text(page)
    assert "512×7×7, 138,357,544 parameters" in text(page)
    assert ["border_mode='same'" in code.value for code in page.code] == [False, True]


def test_at_another_size_the_table_says_which_size_it_is_for():
    page = open_page(size="240", look=LECTURE)
    assert "computed is 3×240×240" in page.info[0].value
    assert text(page).count(DIFFERENT) > text(open_page(look=LECTURE)).count(DIFFERENT)


def test_sat6_conv_net_says_both_misfits_with_their_repairs():
    page = open_page(architecture="Sat6ConvNet", look=LECTURE)
    first, second = (error.value for error in page.error)
    assert "**1** conv1" in first
    assert "change in_channels to 4" in first
    assert "**2** fc3" in second
    assert "change in_features to 256" in second
    assert "takes 4×28×28, gives 4 scores" in page.success[0].value


@pytest.mark.parametrize(
    ("measure", "words"),
    [("Top-1 accuracy", "90.2 %"), ("Top-5 accuracy", "98.8 %"), ("ReaL precision@1", "91.12 %")],
)
def test_the_chart_has_its_finding_as_alternative_text(measure, words):
    page = open_page(look=METHODS, accuracy=measure)
    chart = page.get("plotly_chart")[0].proto
    assert words in chart.alt
    assert any(chart.alt == caption.value for caption in page.caption)
    assert "| ViT-H | 632M | with extra data | 88.55 | – | 90.72 |" in text(page)


def test_the_chart_is_drawn_only_where_it_is_looked_at():
    for tab in ("Layer by layer", LECTURE):
        assert not open_page(look=tab).get("plotly_chart")


@pytest.mark.parametrize(
    ("words", "key", "heading"),
    [
        ("Where do VGG-16’s parameters sit?", "vgg16", ""),
        ("Why 55 × 55?", "alexnet", "= 54.25"),
        ("Read the Keras listing", "vgg16-unpadded", "512×1×1"),
        ("Give Sat6ConvNet a SAT-6 patch", "sat6-convnet", "4 × 28 × 28"),
    ],
)
def test_try_this_sets_the_state_from_any_other(words, key, heading):
    page = click(open_page(architecture="Sat6MLP", look=METHODS), words)
    assert page.selectbox(key="architecture").value == key
    assert page.slider(key="size").value == ARCHITECTURES[key].input_shape[-1]
    assert heading in text(page)


def test_try_this_leads_to_the_chart():
    assert click(open_page(), "What does extra data bring?").get("plotly_chart")


@pytest.mark.parametrize(
    "junk", ["", "abc", "nan", "-1", "1e400", "[]", "99999999999999999999", "torchvision: nothing"]
)
@pytest.mark.parametrize("name", ["architecture", "size", "look", "every", "layers"])
def test_junk_in_a_link_gives_the_page_as_it_opens(name, junk):
    assert metrics(open_page(**{name: junk}))["Parameters"] == "138,357,544"


@pytest.mark.parametrize("junk", ["", "abc"])
def test_a_link_without_a_measure_shows_the_first(junk):
    assert "90.2 %" in open_page(look=METHODS, accuracy=junk).get("plotly_chart")[0].proto.alt


def test_the_page_does_without_torch_until_one_of_torchvisions_is_chosen():
    script = (
        "import sys; from streamlit.testing.v1 import AppTest; "
        f"page = AppTest.from_file({PAGE!r}, default_timeout=60).run(); "
        "page.selectbox(key='architecture').select('resnet50').run(); "
        "assert page.metric; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0
