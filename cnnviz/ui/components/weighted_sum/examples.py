"""Example states of a weighted sum."""

from cnnviz.networks.class_score import ClassScore, class_score
from cnnviz.ui.components.one_neuron.examples import activations
from cnnviz.ui.components.weighted_sum import show_terms


def score() -> ClassScore:
    """The score of class 0 of the example network, whose last layer reads the means of maps."""
    found = class_score(activations(), 0)
    assert isinstance(found, ClassScore)
    return found


EXAMPLES = {
    "a score whose values are means of maps": lambda key: show_terms(
        score(), "the score", "the score of class 0", key, lambda _: None
    )
}
