"""A question with its answer, known mistakes, hints and derivation; what a kind of question is; how it is judged."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

from cnnviz.arithmetic.derivations.lines import Derivation
from cnnviz.arithmetic.exercises.addresses import Address
from cnnviz.arithmetic.exercises.forms import Form, Value
from cnnviz.arithmetic.exercises.reading import AnswerError
from cnnviz.arithmetic.exercises.stream import Stream

Case = TypeVar("Case")

LEVELS = (1, 2, 3)
MAX_DRAWS = 500  # questions thrown away, because a mistake would give the right answer, before a kind counts as broken


class ExerciseError(ValueError):
    """A kind, level or seed that there is not; its message is a sentence."""


@dataclass(frozen=True)
class Mistake(Generic[Case]):
    """A wrong way to the answer: what it gives in a case, None where it cannot be made, and what to say to who did."""

    sentence: str
    answer: Callable[[Case], Value | None]


class Known(NamedTuple):
    """What a mistake gives in one exercise, and its sentence."""

    answer: Value
    sentence: str


class Verdict(NamedTuple):
    """How an answer was judged. One that was not understood costs no try; `mistake` is the name of a known one."""

    right: bool
    understood: bool
    feedback: str
    mistake: str = ""


@dataclass(frozen=True)
class Problem:
    """What is asked about a case, in Markdown with LaTeX between $, and its answer.

    `look` says of a wrong answer, read as `form` reads, what else there is to say.
    """

    question: str
    answer: Value
    form: Form
    look: Callable[[Any], str] | None = None


@dataclass(frozen=True)
class Explained:
    """How one gets there: three hints, each further than the one before, and none gives the answer away; every line of
    the way; the page that shows this very case.
    """

    hints: tuple[str, str, str]
    derivation: Derivation
    address: Address


@dataclass(frozen=True)
class Kind(Generic[Case]):
    """One kind of question, on three levels.

    `draw` makes a case from the stream of a seed, or None where what it drew makes no good one; `ask` and `explain`
    take any case, also one that comes from elsewhere. `levels` says in a few words what each level asks. `signed`
    kinds may have answers below zero. A question shows at least `least` known mistakes.
    """

    title: str
    levels: tuple[str, str, str]
    draw: Callable[[Stream, int], Case | None]
    ask: Callable[[Case], Problem]
    explain: Callable[[Case], Explained]
    mistakes: Mapping[str, Mistake[Case]]
    signed: bool = False
    least: int = 2


@dataclass(frozen=True)
class Exercise:
    """A question that can be answered. `case` is what it is about, `problem` what it asks, `known` are its mistakes."""

    kind: str
    level: int
    seed: int | str
    case: Any
    problem: Problem
    known: Mapping[str, Known]
    explain: Callable[[Any], Explained] = field(compare=False, repr=False)

    @cached_property
    def explained(self) -> Explained:
        """Hints, derivation and address, worked out when they are first asked for."""
        return self.explain(self.case)

    @property
    def question(self) -> str:
        """Markdown, with LaTeX between $; options with their letters."""
        return self.problem.question + self.problem.form.listed()

    @property
    def answer(self) -> Value:
        """An int, a Fraction, a shape, rows of numbers, or the letter of an option."""
        return self.problem.answer

    @property
    def mistakes(self) -> dict[str, Value]:
        """What each known mistake gives."""
        return {name: known.answer for name, known in self.known.items()}

    @property
    def hints(self) -> tuple[str, str, str]:
        """Three, each further than the one before."""
        return self.explained.hints

    @property
    def derivation(self) -> Derivation:
        """How the answer comes about, line by line."""
        return self.explained.derivation

    @property
    def address(self) -> Address:
        """The page that shows this very case."""
        return self.explained.address

    @property
    def solution(self) -> str:
        """The right answer as it is written in a sentence."""
        return self.problem.form.shown(self.problem.answer)

    @property
    def name(self) -> str:
        """Kind, level and seed, by which it is made again."""
        return f"{self.kind}-{self.level}-{self.seed}"

    def check(self, text: str) -> Verdict:
        """Judge what somebody typed. Never raises."""
        form, answer = self.problem.form, self.problem.answer
        try:
            readings = form.read(str(text))
        except AnswerError as problem:
            return Verdict(False, False, str(problem))
        if any(form.same(typed, answer) for typed in readings):
            return Verdict(True, True, f"Right: {self.solution}.")
        for typed in readings:
            for name, known in self.known.items():
                if form.narrowed().same(typed, known.answer):
                    return Verdict(False, True, known.sentence, name)
        typed = readings[0]
        more = form.nearly(typed, answer) if self.problem.look is None else self.problem.look(typed)
        return Verdict(False, True, f"{form.shown(typed)} is not the answer. {more}".strip())


def posed(
    kind: Kind[Case], case: Case, name: str, level: int = 1, seed: int | str = "", *, strict: bool = False
) -> Exercise | None:
    """The exercise about a case.

    A mistake that gives the right answer, or that of another mistake, cannot be told: it is left out, and when `strict`
    the case with it. None then, and where a strict one shows fewer mistakes than its kind wants.
    """
    problem, known = kind.ask(case), dict[str, Known]()
    near = problem.form.narrowed().same
    for mistake, described in kind.mistakes.items():
        wrong = described.answer(case)
        if wrong is None:
            continue
        told = not any(near(wrong, other.answer) or near(other.answer, wrong) for other in known.values())
        if told and not problem.form.same(wrong, problem.answer):
            known[mistake] = Known(wrong, described.sentence)
        elif strict:
            return None
    if strict and len(known) < kind.least:
        return None
    return Exercise(name, level, seed, case, problem, known, kind.explain)


def drawn(kind: Kind[Case], name: str, seed: int | str, level: int) -> Exercise:
    """The first sound exercise of the seed's stream."""
    if level not in LEVELS or isinstance(level, bool):
        raise ExerciseError("The level is 1, 2 or 3.")
    stream = Stream(f"{name} {level} {seed}")
    for _ in range(MAX_DRAWS):
        case = kind.draw(stream, level)
        exercise = None if case is None else posed(kind, case, name, level, seed, strict=True)
        if exercise is not None:
            return exercise
    raise ExerciseError(f"No question of the kind {name} was found for this seed; take another.")
