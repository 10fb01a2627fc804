"""The picture made to excite a unit, while it is being made: Start, Stop, further, and how it is climbed."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeVar

import streamlit as st

from cnnviz.networks.activations import number
from cnnviz.networks.feature_visualization import STEPS, Ascent, AscentStep, Goal
from cnnviz.networks.memory import FORWARD
from cnnviz.networks.zoo import Model
from cnnviz.ui.components.unit_tiles import show_ascent
from cnnviz.ui.page.plain_text import as_plain_text
from cnnviz.ui.page.valid import keep_valid, whole_number
from cnnviz.ui.pickers.network import untrained_label
from cnnviz.ui.sharing import cached
from cnnviz.ui.sharing.background_work import Work, draw_anew, remaining

if TYPE_CHECKING:
    from torch import nn

CLIMBS = "seek_climbs"  # in the session
MAX_CLIMBS = 8  # kept in a session, 2 MB each
MAX_STEPS = 1024
BETWEEN = 0.25  # seconds between two pictures that are shown; the steps in between cost no report
OBJECTIVES: dict[str, Literal["channel", "unit"]] = {"Whole channel": "channel", "Middle unit": "unit"}
SEEDS = 1000
Result = TypeVar("Result")
Key = tuple[str, str, Goal]  # the network, its weights, what is climbed


@dataclass
class Climb:
    """One ascent of this session: the reports so far, the step it is to end at, and the work that computes it."""

    ascent: Ascent
    work: Work[AscentStep]
    target: int = STEPS
    values: list[tuple[int, float]] = field(default_factory=list)

    def further(self, model: Model) -> None:
        """Go on for as many steps again."""
        self.target = min(MAX_STEPS, self.target + STEPS)
        self.work = work_of(model, self.ascent, self.values, self.target)
        self.work.start()


def work_of(model: Model, ascent: Ascent, values: list[tuple[int, float]], target: int) -> Work[AscentStep]:
    """The climb up to a step, as far as there is memory for it. It does not hold on to the model that is given."""
    room, name = cached.room_to_compute(model, FORWARD), model.name

    def climb() -> Iterator[AscentStep]:
        with room:
            yield from reports(ascent, values, target, lambda: cached.model(name).module)

    return Work(climb())


def reports(
    ascent: Ascent, values: list[tuple[int, float]], target: int, network: "Callable[[], nn.Module]"
) -> Iterator[AscentStep]:
    """Climb up to a step; the last report after each, a new one several times a second. `values` grows with them.

    `network` is asked for anew at each step: between two, and while the climb rests, it may leave the memory.
    """

    def on_network(does: Callable[[], Result]) -> Result:
        module = network()  # held while it is worked with
        ascent.climb_on(module)
        return does()

    report = on_network(ascent.report)
    if not values:
        values.append((report.step, report.value))
    yield report
    shown = time.monotonic()
    while ascent.step < target:
        on_network(ascent.climb)
        if time.monotonic() - shown > BETWEEN or ascent.step == target:
            report = on_network(ascent.report)
            values.append((report.step, report.value))
            shown = time.monotonic()
        yield report


def choose_goal(layer: str, channel: int) -> Goal:
    """Draw how the unit is climbed, folded away; each setting is in the address.

    In an expander: what stands in a popover that is closed does not hear that a suggestion has set it.
    """
    with st.expander("How it is climbed", icon=":material/tune:"):
        keep_valid("seek_objective", OBJECTIVES, next(iter(OBJECTIVES)))
        objective = st.segmented_control(
            "What grows",
            list(OBJECTIVES),
            default=next(iter(OBJECTIVES)),
            required=True,
            key="seek_objective",
            bind="query-params",
            help="The mean of the channel's map, or the value in its middle alone.",
        )
        frequencies = st.toggle(
            "As frequencies",
            True,
            key="seek_frequencies",
            bind="query-params",
            help="The picture is a sum of waves, long ones first; off: every pixel by itself.",
        )
        shaken = st.toggle(
            "Shaken",
            True,
            key="seek_shaken",
            bind="query-params",
            help="At each step the network sees it a little shifted, turned and scaled.",
        )
        seed = whole_number("Start from noise number", SEEDS, "seek_seed", width=200, default=0)
    return Goal(layer, channel, OBJECTIVES.get(str(objective), "channel"), frequencies, shaken, seed or 0)


def show_climb(model: Model, goal: Goal) -> bool:
    """The buttons, the picture and its curve; whether it was running when it was drawn."""
    climbs: dict[Key, Climb] = st.session_state.setdefault(CLIMBS, {})
    key = (model.name, cached.state_of(model), goal)
    for other, climb in list(climbs.items()):
        if other != key:
            climb.work.stop()
        if other[:2] != key[:2]:
            del climbs[other]
    return draw_climb(model, goal, climbs.get(key))


def draw_climb(model: Model, goal: Goal, climb: Climb | None) -> bool:
    """How far it is, and whether it was running."""
    runs = climb is not None and climb.work.runs  # asked once: it may end while this is drawn
    report = climb.work.look() if climb is not None else None
    draw_buttons(model, goal, climb, runs)
    target = climb.target if climb is not None else STEPS
    unit = f"channel {goal.channel} of {goal.layer}"
    show_ascent(
        report.picture if report is not None else None,
        f"The picture after {report.step} steps of exciting {unit}." if report is not None else "",
        f"Nothing yet. Start climbs {STEPS} steps up from grey noise, and you watch.",
        [point for point in climb.values if point[0] <= report.step]
        if climb is not None and report is not None
        else [],
        target,
        key="seek_ascent",
    )
    untrained_label(model)
    draw_standing(goal, climb, report, runs)
    if len(model.preprocessing.mean) > 3:
        st.caption("Red, green and blue are drawn; near infrared is climbed with them, unseen.")
    return runs


def draw_buttons(model: Model, goal: Goal, climb: Climb | None, runs: bool) -> None:
    """Start, or further, and Stop: always both, the one that is not meant now is disabled."""
    ended = climb is not None and climb.work.state == "finished"
    with st.container(horizontal=True):
        title = f"{STEPS} steps more" if ended else "Go on" if climb is not None and not runs else "Start"
        at_the_end = climb is not None and climb.target >= MAX_STEPS and ended
        if st.button(
            title, key="seek_start", type="primary", icon=":material/play_arrow:", disabled=runs or at_the_end
        ):
            start(model, goal, climb)
            draw_anew()
        if st.button("Stop", key="seek_stop", icon=":material/stop:", disabled=not runs) and climb is not None:
            climb.work.stop()
            draw_anew()


def start(model: Model, goal: Goal, climb: Climb | None) -> None:
    """Begin, go on where it was stopped, or climb further; one that failed begins anew."""
    if climb is not None and climb.work.state == "finished":
        climb.further(model)
    elif climb is not None and climb.work.state == "stopped":
        climb.work.start()
    else:
        climbs: dict[Key, Climb] = st.session_state[CLIMBS]
        ascent, values = Ascent(model.module, goal, model.preprocessing), list[tuple[int, float]]()
        begun = Climb(ascent, work_of(model, ascent, values, STEPS), STEPS, values)
        climbs[(model.name, cached.state_of(model), goal)] = begun
        begun.work.start()
        while len(climbs) > MAX_CLIMBS:
            climbs.pop(next(iter(climbs))).work.stop()


def draw_standing(goal: Goal, climb: Climb | None, report: AscentStep | None, runs: bool) -> None:
    """One line: the step, the objective, the time left; or what went wrong."""
    if climb is not None and climb.work.state == "failed":
        st.error(as_plain_text(climb.work.problem), icon=":material/error:")
        return
    what = "mean of the map" if goal.objective == "channel" else "value in its middle"
    if climb is None or report is None or not climb.values:
        st.caption(f"The {what} is what grows: the layer's own value, before any ReLU.")
        return
    done, began = report.step, climb.values[0][1]
    text = (
        f"Step {done} of {climb.target}. The {what}: **{number(climb.values[-1][1])}**, for the noise {number(began)}."
    )
    if climb.work.runs and climb.work.seconds > 2 and done:
        text += f" {remaining(climb.work.seconds / max(1, done) * (climb.target - done))} left."
    st.caption(text)
