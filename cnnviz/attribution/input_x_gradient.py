"""Input × gradient: what each pixel brings, as if the network were linear around this picture.

Shrikumar, Greenside, Shcherbina, Kundaje 2016: Not Just a Black Box, arXiv:1605.01713. x · ∂S_c / ∂x, added up over the
colours, where x is the normalised picture: the mean colour is zero and brings nothing. captum.attr.InputXGradient.

For a network of convolutions, ReLUs and max-poolings without biases the values add up to the score; with biases what is
missing is theirs.

What it cannot tell: anything about pixels of the mean colour, however much they matter; and as with any gradient, what
happens farther away than a small step.
"""

from collections.abc import Iterator

from cnnviz.attribution.question import Method, Partial, Question, array_of


def steps(question: Question) -> Iterator[Partial]:
    """One gradient."""
    yield Partial(array_of(question.image * question.gradients(question.image)), 1, 1)


INPUT_X_GRADIENT = Method("Input × gradient", steps, signed=True)
