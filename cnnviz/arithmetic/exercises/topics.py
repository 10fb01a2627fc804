"""Topics for whoever practises: which kinds belong together, and what each topic stands on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """A group of kinds, the easiest first, and the topics that one should know before."""

    title: str
    kinds: tuple[str, ...]
    stands_on: tuple[str, ...] = ()


TOPICS = {
    "values": Topic("What a window computes", ("neuron_sum", "output_value", "output_map", "read_kernel")),
    "sizes": Topic("How large the output is", ("output_size", "pooling_size", "setting_for_size")),
    "pooling": Topic("Pooling", ("max_pooling", "average_pooling"), ("values", "sizes")),
    "convolution_and_relatives": Topic(
        "Convolution and its relatives",
        ("true_convolution", "transposed_convolution", "transposed_size", "layer_matrix"),
        ("values", "sizes"),
    ),
    "counts": Topic("What a layer costs", ("num_params", "macs", "activation_memory", "estimate"), ("sizes",)),
    "fields": Topic("What a value sees", ("receptive_field", "field_of_chain"), ("sizes",)),
    "networks": Topic(
        "Whole networks", ("chain_shapes", "misfit", "network_params", "fewest_params"), ("sizes", "counts")
    ),
    "inside_networks": Topic("Inside a network", ("batch_norm", "residual_sum", "softmax"), ("values",)),
}


def topic_of(kind: str) -> str:
    """The topic that a kind belongs to.

    >>> topic_of("macs")
    'counts'
    """
    return next(name for name, topic in TOPICS.items() if kind in topic.kinds)
