"""The chart of the lecture's methods: every row, on the right axis, told apart without colour."""

import pytest

from cnnviz.arithmetic.lecture.state_of_the_art import RESULTS, Result, finding
from cnnviz.figures.accuracy_chart import GRID, INK, MEASURES, SERIES, accuracy_chart, frontier, hover_words


def marks(figure):
    """(parameters, accuracy) of every mark."""
    return sorted(pair for trace in figure.data for pair in zip(trace.x, trace.y, strict=True))


def test_row_21_the_table_has_29_methods_11_of_them_with_extra_data():
    assert len(RESULTS) == 29
    assert sum(method.extra_data for method in RESULTS) == 11
    assert len({method.name for method in RESULTS}) == 29


@pytest.mark.parametrize(("measure", "count"), [("top1", 29), ("top5", 27), ("real", 12)])
def test_every_row_that_has_the_measure_is_a_mark(measure, count):
    expected = sorted(
        (method.millions, getattr(method, measure)) for method in RESULTS if getattr(method, measure) is not None
    )
    assert marks(accuracy_chart(RESULTS, measure)) == expected
    assert len(expected) == count


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("dark", [False, True])
def test_extra_data_is_marked_by_shape_and_by_colour(measure, dark):
    plain, extra = accuracy_chart(RESULTS, measure, dark).data
    assert plain.marker.symbol != extra.marker.symbol
    assert plain.marker.color != extra.marker.color
    assert (plain.name, extra.name) == ("ImageNet only", "with extra data")


def test_parameters_are_on_a_logarithmic_axis_that_holds_every_mark():
    axis = accuracy_chart(RESULTS, "top1").layout.xaxis
    assert axis.type == "log"
    low, high = (10**end for end in axis.range)
    assert low < min(method.millions for method in RESULTS)
    assert high > max(method.millions for method in RESULTS)


def test_pointing_at_a_mark_shows_its_whole_row_and_what_the_lecture_leaves_out():
    figure = accuracy_chart(RESULTS, "top1")
    words = [words for trace in figure.data for words in trace.customdata]
    assert len(words) == 29
    vit = next(text for text in words if "ViT-H" in text)
    assert "632M parameters, with extra data" in vit
    assert "88.55 %" in vit
    assert "Top-5 accuracy: not given" in vit
    assert "90.72 %" in vit
    assert all(trace.hovertemplate == "%{customdata}<extra></extra>" for trace in figure.data)


def test_a_method_stands_on_the_frontier_when_nothing_as_small_beats_it():
    methods = [Result("a", 10, False, 70.0), Result("b", 10, True, 72.0), Result("c", 20, False, 71.0)]
    assert [method.name for method in frontier(methods, "top1")] == ["b"]


def test_only_the_frontier_is_named_on_the_chart():
    figure = accuracy_chart(RESULTS, "top1")
    named = {text for trace in figure.data for text in trace.text if text}
    assert named == {method.name for method in frontier(RESULTS, "top1")}
    assert "Meta Pseudo Labels (L2)" in named


def test_hover_words_are_lines_of_html_without_a_sign_of_their_own():
    assert not any(sign in method.name for method in RESULTS for sign in "<>&")
    assert hover_words(RESULTS[0]).startswith("<b>ResNet-50</b><br>26M parameters, ImageNet only")


@pytest.mark.parametrize("measure", MEASURES)
def test_the_finding_names_the_best_of_each_kind(measure):
    for extra in (False, True):
        best = max(
            (method for method in RESULTS if method.extra_data == extra and method.accuracy(measure) is not None),
            key=lambda method: method.accuracy(measure) or 0.0,
        )
        assert f"{best.name} ({best.millions}M parameters) at {best.accuracy(measure):g} %" in finding(measure)


def luminance(colour):
    """Relative luminance of a hex colour (WCAG 2)."""
    channels = [part / 255 for part in bytes.fromhex(colour.removeprefix("#"))]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("theme", "ground"), [("light", "#ffffff"), ("dark", "#14171c")])
def test_marks_and_words_stand_out_from_their_ground(theme, ground):
    assert contrast(INK[theme], ground) >= 7
    assert all(contrast(colour[theme], ground) >= 3 for _, _, _, colour in SERIES)
    assert contrast(GRID[theme], ground) < 3
