"""How far a map can be trusted: the sanity check, deletion and insertion, and the picture covered square by square."""

from dataclasses import replace

import streamlit as st
from PIL import Image

from cnnviz.attribution import METHODS
from cnnviz.attribution.reading import colour_limit, no_evidence
from cnnviz.attribution.sanity import STAGES, UNCHANGED_BY_ALL, UNCHANGED_BY_HALF, Stage
from cnnviz.figures.attribution import curve_chart, likeness_chart
from cnnviz.networks.activations import number
from cnnviz.ui import cached
from cnnviz.ui.attribution.asking import Asked, curves_work, map_work, sanity_work
from cnnviz.ui.attribution.map import Shown
from cnnviz.ui.lesson import Lesson
from cnnviz.ui.overlay import Layer, show_overlay
from cnnviz.ui.shared_work import draw_standing, followed
from cnnviz.ui.walk import show_walk

NO_CHECK, SANITY, CURVES, WALK = "None", "Sanity check", "Take it away", "Square by square"
CHECKS = (SANITY, CURVES, WALK)
CHART = {"displayModeBar": False}


def choose_check() -> str:
    """Draw which check is shown under the map; none of them is computed before it is asked for."""
    chosen = st.segmented_control("Can it be trusted?", CHECKS, key="attribution_check", bind="query-params")
    return chosen or NO_CHECK


def show_check(check: str, asked: Asked, shown: Shown, seen: Image.Image, lesson: Lesson, class_name: str) -> bool:
    """Draw a check; whether it was still running when it was drawn."""
    if check == NO_CHECK:
        return False
    st.markdown(lesson[check])
    if check == SANITY:
        return show_sanity(asked, seen, lesson)
    if check == CURVES:
        return show_curves(asked, shown, class_name)
    return show_squares(asked, seen, class_name)


def show_sanity(asked: Asked, seen: Image.Image, lesson: Lesson) -> bool:
    """The maps of a network that forgets, how alike they are to the first, and what follows."""
    key, work = sanity_work(asked)
    made, running = followed(key, work)
    stages: tuple[Stage, ...] = made or ()
    draw_standing(key, work, len(stages), STAGES + 1 if not stages else planned(stages[0]), "Maps", "sanity")
    if stages:
        show_overlay([stage_layer(stage, asked) for stage in stages], seen, key="sanity_maps", height=190)
        names = [stage.layer or "none" for stage in stages]
        st.plotly_chart(
            likeness_chart(names, [stage.likeness for stage in stages], [flagged_from(stage) for stage in stages]),
            width="stretch",
            key="sanity_likeness",
            config=CHART,
            alt="; ".join(f"{name}: {stage.likeness:.2f}" for name, stage in zip(names, stages, strict=True)),
        )
    if work.state == "finished" and stages:
        if any(stage.is_unchanged for stage in stages):
            st.warning(lesson["Flagged"], icon=":material/flag:")
        else:
            st.success(lesson["Passed"], icon=":material/check:")
    return running


def planned(first: Stage) -> int:
    """How many maps the check makes."""
    return 1 + min(STAGES, first.layers)


def flagged_from(stage: Stage) -> float | None:
    """From which likeness on a stage is flagged."""
    if stage.randomised == stage.layers:
        return UNCHANGED_BY_ALL
    return UNCHANGED_BY_HALF if 2 * stage.randomised >= stage.layers else None


def stage_layer(stage: Stage, asked: Asked) -> Layer:
    """One map of the check over the picture, on a scale of its own: random networks answer larger or smaller."""
    title = f"{stage.layer} … last: random" if stage.layer else "as it was learnt"
    absent = no_evidence(stage.attribution, stage.score)
    return Layer(
        stage.attribution,
        title,
        METHODS[asked.method].signed,
        colour_limit(stage.attribution) or 1.0,
        note=f"likeness {number(round(stage.likeness, 2))}" if stage.layer else "",
        absent=absent,
        alt=f"{title}: {absent or f'likeness {stage.likeness:.2f} with the first map'}.",
    )


def show_curves(asked: Asked, shown: Shown, class_name: str) -> bool:
    """Deletion and insertion beside each other, with the areas under the curves."""
    if not shown.is_whole or shown.attribution is None:
        st.caption("As soon as the map is whole.")
        return shown.running
    key, work = curves_work(asked, shown.attribution)
    found, running = followed(key, work)
    draw_standing(key, work, found.done if found else 0, found.total if found else 1, "Shares", "curves")
    if found is not None:
        for column, (by_map, by_chance, taken_away) in zip(
            st.columns(2, gap="large"),
            ((found.deletion, found.random_deletion, True), (found.insertion, found.random_insertion, False)),
            strict=True,
        ):
            with column:
                st.plotly_chart(
                    curve_chart(by_map.shares, by_map.probabilities, by_chance.probabilities, class_name, taken_away),
                    width="stretch",
                    key=f"curves_{taken_away}",
                    config=CHART,
                    alt=area_words(by_map.area, by_chance.area, taken_away),
                )
                st.caption(area_words(by_map.area, by_chance.area, taken_away))
    return running


def area_words(by_map: float, by_chance: float, taken_away: bool) -> str:
    """The two areas, and what they say.

    >>> area_words(0.12, 0.6, taken_away=True)
    'Area under the curve: 0.12, in random order 0.60. Taken away in its order the class is lost sooner than by chance.'
    """
    told = f"Area under the curve: {by_map:.2f}, in random order {by_chance:.2f}. "
    better = by_map < by_chance if taken_away else by_map > by_chance
    if taken_away:
        return told + f"Taken away in its order the class is lost {'sooner' if better else 'no sooner'} than by chance."
    return told + f"Put back in its order the class is found {'sooner' if better else 'no sooner'} than by chance."


def show_squares(asked: Asked, seen: Image.Image, class_name: str) -> bool:
    """The grey square on its walk; the same work as the method Occlusion's own map."""
    grey = cached.model(asked.network).preprocessing.mean
    question = replace(asked, method="occlusion", layer="", regions=())
    key, work = map_work(question)
    partial, running = followed(key, work)
    done, total = (partial.done, partial.total) if partial else (0, METHODS["occlusion"].evaluations[0])
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
