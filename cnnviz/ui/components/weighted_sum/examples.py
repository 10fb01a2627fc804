"""Example states of a weighted sum."""

from cnnviz.networks.class_score import class_score
from cnnviz.ui.components.one_neuron.examples import activations
from cnnviz.ui.components.weighted_sum import show_terms

EXAMPLES = {
    "a score whose values are means of maps": lambda key: show_terms(
        class_score(activations(), 0), "the score", "the score of class 0", key, lambda _: None
    )
}
