"""How far a map can be trusted: the sanity check, deletion and insertion, and the picture covered square by square."""

from dataclasses import replace

import streamlit as st
from PIL import Image

from cnnviz.attribution import METHODS
from cnnviz.attribution.curves import Curve, Curves
from cnnviz.attribution.question import Partial
from cnnviz.attribution.reading import colour_limit, no_evidence
from cnnviz.attribution.sanity import Check, Stage
from cnnviz.figures.attribution import curve_chart, likeness_chart
from cnnviz.ui.components.map_overlay import Layer, show_overlay
from cnnviz.ui.components.occlusion_walk import show_walk
from cnnviz.ui.explore.attribution.map import Shown
from cnnviz.ui.explore.attribution.query import Query, curves_work, map_work, sanity_work
from cnnviz.ui.page.lesson import Lesson
from cnnviz.ui.pickers.network import untrained_label
from cnnviz.ui.sharing import cached
from cnnviz.ui.sharing.shared_work import draw_standing, followed

NO_CHECK, SANITY, CURVES, WALK = "None", "Sanity check", "Take it away", "Square by square"
CHECKS = (SANITY, CURVES, WALK)
CHART = {"displayModeBar": False}
MARGIN = 0.02  # two areas that differ by less are called alike
LIKELY = 0.05  # a class with less than this probability has nothing to lose


def choose_check() -> str:
    """Draw which check is shown under the map; none of them is computed before it is asked for."""
    chosen = st.segmented_control("Can it be trusted?", CHECKS, key="attribution_check", bind="query-params")
    return chosen or NO_CHECK


def show_check(
    check: str, query: Query, shown: Shown, seen: Image.Image, lesson: Lesson, class_name: str, score: float
) -> bool:
    """Draw a check; whether it was still running when it was drawn."""
    if check == NO_CHECK:
        return False
    st.markdown(lesson[check])
    if check == SANITY:
        return show_sanity(query, seen, lesson)
    if check == CURVES:
        return show_curves(query, shown, lesson, class_name, score)
    return show_squares(query, seen, class_name)


def show_sanity(query: Query, seen: Image.Image, lesson: Lesson) -> bool:
    """The maps of a network that forgets, how alike they are to the first, and what follows."""
    model = cached.model(query.network)
    if not model.trained:
        st.info(lesson["Nothing to forget"], icon=":material/casino:")
        return False
    key, work = sanity_work(query)
    found, running = followed(key, work, "sanity")
    check: Check = found or Check((), 1)
    draw_standing(key, work, len(check.stages), check.total, "Maps", "sanity")
    if check.stages:
        if query.coarse() != query:
            st.caption(lesson["First looks"])
        show_overlay([stage_layer(stage, query) for stage in check.stages], seen, key="sanity_maps", height=190)
        untrained_label(model)
        names = [stage.layer or "none" for stage in check.stages]
        st.plotly_chart(
            likeness_chart(
                names,
                [stage.likeness for stage in check.stages],
                [stage.flagged_from for stage in check.stages],
                [(min(stage.likenesses), max(stage.likenesses)) for stage in check.stages],
            ),
            width="stretch",
            key="sanity_likeness",
            config=CHART,
            alt="; ".join(f"{name}: {stage.likeness:.2f}" for name, stage in zip(names, check.stages, strict=True)),
        )
        st.caption(lesson["Likeness"])
    if work.state == "finished" and check.stages:
        verdict(check.stages, lesson)
    return running


def verdict(stages: tuple[Stage, ...], lesson: Lesson) -> None:
    """What the check says of the method, for this picture and class."""
    if no_evidence(stages[0].attribution, stages[0].score):
        st.info(lesson["Nothing to compare"], icon=":material/info:")
    elif any(stage.is_unchanged for stage in stages):
        st.warning(lesson["Flagged"], icon=":material/flag:")
    else:
        st.success(lesson["Passed"], icon=":material/check:")


def stage_layer(stage: Stage, query: Query) -> Layer:
    """One map of the check over the picture, on a scale of its own: random networks answer larger or smaller."""
    count = f"{stage.randomised} of {stage.layers} layers"
    title = f"{stage.layer} to the last" if stage.layer else "as it was learnt"
    absent = no_evidence(stage.attribution, stage.score)
    alike = "" if absent or not stage.layer else f"likeness {stage.likeness:.2f}".replace("-", "−")
    return Layer(
        stage.attribution,
        title,
        METHODS[query.method].signed,
        colour_limit(stage.attribution) or 1.0,
        note=", ".join(filter(None, (f"{count} at random" if stage.layer else "", alike))),
        absent=absent,
        alt=f"{title}, {count} at random: {absent or alike or 'the first map'}.",
    )


def show_curves(query: Query, shown: Shown, lesson: Lesson, class_name: str, score: float) -> bool:
    """Deletion and insertion beside each other, with the areas under the curves."""
    if not shown.is_whole or shown.attribution is None:
        st.caption("As soon as the map is whole.")
        return shown.running
    if no_evidence(shown.attribution, score):
        st.info(lesson["No order"], icon=":material/info:")
        return False
    key, work = curves_work(query, shown.attribution)
    found, running = followed(key, work, "curves")
    curves: Curves | None = found
    draw_standing(key, work, curves.done if curves else 0, curves.total if curves else 1, "Shares", "curves")
    if curves is not None:
        if curves.deletion.probabilities[0] < LIKELY:
            percent = 100 * curves.deletion.probabilities[0]
            st.info(lesson["Little to lose"].format(percent=f"{percent:.2g}"), icon=":material/info:")
        left, right = st.columns(2, gap="large")
        with left:
            draw_curves(curves.deletion, curves.random_deletion, curves.central_deletion, class_name, True)
        with right:
            draw_curves(curves.insertion, curves.random_insertion, curves.central_insertion, class_name, False)
    return running


def draw_curves(by_map: Curve, by_chance: Curve, by_middle: Curve, class_name: str, taken_away: bool) -> None:
    """One of the two charts, and what it says."""
    words = area_words(by_map.area, by_chance.area, by_middle.area, taken_away)
    st.plotly_chart(
        curve_chart(
            by_map.fractions,
            by_map.probabilities,
            by_chance.probabilities,
            by_middle.probabilities,
            class_name,
            taken_away,
        ),
        width="stretch",
        key=f"curves_{taken_away}",
        config=CHART,
        alt=words,
    )
    st.caption(words)


def area_words(by_map: float, by_chance: float, by_middle: float, taken_away: bool) -> str:
    """The areas, and what they say; areas that differ by less than `MARGIN` are called alike.

    >>> print(area_words(0.12, 0.6, 0.13, taken_away=True))
    Area under the curve: 0.12; in random order 0.60, from the middle 0.13. In the map's order the class is lost \
sooner than in random order, about as soon as from the middle.
    """
    what = "lost" if taken_away else "found"
    compared = [
        f"{sooner(by_map, other, taken_away)} {name}"
        for other, name in ((by_chance, "in random order"), (by_middle, "from the middle"))
    ]
    return (
        f"Area under the curve: {by_map:.2f}; in random order {by_chance:.2f}, from the middle {by_middle:.2f}. "
        f"In the map's order the class is {what} {compared[0]}, {compared[1]}."
    )


def sooner(by_map: float, other: float, taken_away: bool) -> str:
    """How two areas compare."""
    gain = other - by_map if taken_away else by_map - other
    return "about as soon as" if abs(gain) < MARGIN else "sooner than" if gain > 0 else "later than"


def show_squares(query: Query, seen: Image.Image, class_name: str) -> bool:
    """The grey square on its walk; the same work as the method Occlusion's own map."""
    grey = cached.model(query.network).preprocessing.mean
    squares = query.evaluations if query.method == "occlusion" else METHODS["occlusion"].evaluations[0]
    key, work = map_work(replace(query, method="occlusion", layer="", regions=(), evaluations=squares))
    found, running = followed(key, work, "squares")
    partial: Partial | None = found
    done, total = (partial.done, partial.total) if partial else (0, squares)
    draw_standing(key, work, done, total, "Squares", "squares")
    if partial is not None and partial.uncovered is not None:
        score, probability = partial.uncovered
        show_walk(
            seen,
            partial.windows,
            score,
            probability,
            class_name,
            key="occlusion_walk",
            running=running,
            total=total,
            grey=grey,
        )
    return running
