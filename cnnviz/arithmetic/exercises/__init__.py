"""Questions with answers, known mistakes, hints and derivations, made from a seed. The door to all of them.

A new kind is one file of this folder (see `exercise.py` for what a kind states), one entry in KINDS and one in a topic
(`topics.py`): pages, exports and tests read the tables.
"""

from typing import Any

from cnnviz.arithmetic.exercises.activation_memory import ACTIVATION_MEMORY
from cnnviz.arithmetic.exercises.average_pooling import AVERAGE_POOLING
from cnnviz.arithmetic.exercises.batch_norm import BATCH_NORM
from cnnviz.arithmetic.exercises.chain_shapes import CHAIN_SHAPES
from cnnviz.arithmetic.exercises.estimate import ESTIMATE
from cnnviz.arithmetic.exercises.exercise import (
    LEVELS,
    Exercise,
    ExerciseError,
    Kind,
    Verdict,
    drawn,
    posed,
)
from cnnviz.arithmetic.exercises.fewest_params import FEWEST_PARAMS
from cnnviz.arithmetic.exercises.field_of_chain import FIELD_OF_CHAIN
from cnnviz.arithmetic.exercises.layer_matrix import LAYER_MATRIX
from cnnviz.arithmetic.exercises.macs import MACS
from cnnviz.arithmetic.exercises.max_pooling import MAX_POOLING
from cnnviz.arithmetic.exercises.misfit import MISFIT
from cnnviz.arithmetic.exercises.network_params import NETWORK_PARAMS
from cnnviz.arithmetic.exercises.neuron_sum import NEURON_SUM
from cnnviz.arithmetic.exercises.num_params import NUM_PARAMS
from cnnviz.arithmetic.exercises.output_map import OUTPUT_MAP
from cnnviz.arithmetic.exercises.output_size import OUTPUT_SIZE
from cnnviz.arithmetic.exercises.output_value import OUTPUT_VALUE
from cnnviz.arithmetic.exercises.pooling_size import POOLING_SIZE
from cnnviz.arithmetic.exercises.read_kernel import READ_KERNEL
from cnnviz.arithmetic.exercises.receptive_field import RECEPTIVE_FIELD
from cnnviz.arithmetic.exercises.residual_sum import RESIDUAL_SUM
from cnnviz.arithmetic.exercises.setting_for_size import SETTING_FOR_SIZE
from cnnviz.arithmetic.exercises.softmax import SOFTMAX
from cnnviz.arithmetic.exercises.topics import TOPICS, Topic, topic_of
from cnnviz.arithmetic.exercises.transposed_convolution import TRANSPOSED_CONVOLUTION
from cnnviz.arithmetic.exercises.transposed_size import TRANSPOSED_SIZE
from cnnviz.arithmetic.exercises.true_convolution import TRUE_CONVOLUTION

KINDS: dict[str, Kind[Any]] = {
    "output_size": OUTPUT_SIZE,
    "pooling_size": POOLING_SIZE,
    "transposed_size": TRANSPOSED_SIZE,
    "setting_for_size": SETTING_FOR_SIZE,
    "num_params": NUM_PARAMS,
    "network_params": NETWORK_PARAMS,
    "macs": MACS,
    "activation_memory": ACTIVATION_MEMORY,
    "receptive_field": RECEPTIVE_FIELD,
    "field_of_chain": FIELD_OF_CHAIN,
    "output_value": OUTPUT_VALUE,
    "output_map": OUTPUT_MAP,
    "true_convolution": TRUE_CONVOLUTION,
    "neuron_sum": NEURON_SUM,
    "max_pooling": MAX_POOLING,
    "average_pooling": AVERAGE_POOLING,
    "transposed_convolution": TRANSPOSED_CONVOLUTION,
    "layer_matrix": LAYER_MATRIX,
    "softmax": SOFTMAX,
    "residual_sum": RESIDUAL_SUM,
    "batch_norm": BATCH_NORM,
    "chain_shapes": CHAIN_SHAPES,
    "misfit": MISFIT,
    "fewest_params": FEWEST_PARAMS,
    "read_kernel": READ_KERNEL,
    "estimate": ESTIMATE,
}


def exercise(kind: str, seed: int | str = 0, level: int = 1) -> Exercise:
    """The question of this kind, level and seed: the same on every machine, at every time.

    ExerciseError, in a sentence, for a kind or a level that there is not.

    >>> made = exercise("output_size", seed=7, level=2)
    >>> made.answer, made.check("1 024").right, made.check(made.solution).right
    (37, False, True)
    """
    if kind not in KINDS:
        raise ExerciseError(f"There is no such kind of question; there are {', '.join(KINDS)}.")
    return drawn(KINDS[kind], kind, seed, level)


def exercise_about(kind: str, case: Any) -> Exercise:
    """The question about a case that was not drawn, such as what a page shows now, with the mistakes one can tell."""
    if kind not in KINDS:
        raise ExerciseError(f"There is no such kind of question; there are {', '.join(KINDS)}.")
    made = posed(KINDS[kind], case, kind)
    assert made is not None  # only a strict one may be none
    return made


__all__ = [
    "KINDS",
    "LEVELS",
    "TOPICS",
    "Exercise",
    "ExerciseError",
    "Kind",
    "Topic",
    "Verdict",
    "exercise",
    "exercise_about",
    "topic_of",
]
