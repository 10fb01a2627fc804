"""Any activation of any network for one's own picture: its window, kernel, products, sum, and where it leads."""

import streamlit as st

from cnnviz.ui.explore.inference import infer, tell_class
from cnnviz.ui.explore.neuron.choice import choose_neuron, liveliest, strongest_cell
from cnnviz.ui.explore.neuron.moves import draw_neuron
from cnnviz.ui.explore.neuron.stepper_window import show_window
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.pickers.network import untrained_label
from cnnviz.ui.pickers.subject import choose_subject

lesson = read_lesson(__file__)
lesson.line()
model, picture = choose_subject()
with st.container():  # the place of the progress bar
    inference = infer(model, picture)
activations = inference.activations
layer, index = choose_neuron(inference)
tell_class(inference, layer, index[0])
neuron = activations.neuron(layer, index)
draw_neuron(inference, neuron)
untrained_label(model)
layers = activations.explained()
strongest = strongest_cell(activations, layer, index[0])
try_this(
    [
        Suggestion("Strongest cell of this channel", {"neuron_row": strongest[1], "neuron_column": strongest[2]}),
        Suggestion("Liveliest channel of this layer", liveliest(activations, layer)),
        Suggestion("The first layer: colours times weights", liveliest(activations, layers[0])),
        Suggestion("The score of the likeliest class", liveliest(activations, layers[-1])),
    ],
    key="neuron",
)
show_window(activations, neuron)
if not model.trained:
    st.markdown(lesson["Untrained"])
lesson.more("How it works")
lesson.more("What follows")
lesson.more("The receptive field")
lesson.more("Up and down")
