"""The layers of Keras under their names of all times, with their arguments in order."""

import re
from typing import Any

from cnnviz.arithmetic.reader.arguments import bind, setting
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import (
    Arguments,
    Class,
    Dotted,
    Function,
    KerasLayer,
    KerasTensor,
    Opaque,
    Tensor,
    Value,
)

OTHER_NAMES = {
    **{f"Convolution{axes}D": f"Conv{axes}D" for axes in (1, 2, 3)},
    "SeparableConvolution2D": "SeparableConv2D",
    "Convolution2DTranspose": "Conv2DTranspose",
    "Deconvolution2D": "Conv2DTranspose",
    **{f"MaxPool{axes}D": f"MaxPooling{axes}D" for axes in (1, 2, 3)},
    **{f"AvgPool{axes}D": f"AveragePooling{axes}D" for axes in (1, 2, 3)},
    **{f"GlobalAvgPool{axes}D": f"GlobalAveragePooling{axes}D" for axes in (1, 2, 3)},
    **{f"GlobalMaxPool{axes}D": f"GlobalMaxPooling{axes}D" for axes in (1, 2, 3)},
    "InputLayer": "Input",
    "CuDNNLSTM": "LSTM",
    "CuDNNGRU": "GRU",
}
WINDOW = ("kernel_size", "strides", "padding", "data_format", "dilation_rate")
CONVOLUTION = (2, ("filters", *WINDOW, "groups", "activation", "use_bias"))
TRANSPOSED = (2, ("filters", *WINDOW[:3], "output_padding", "data_format", "dilation_rate", "activation", "use_bias"))
POOLING = (0, ("pool_size", "strides", "padding", "data_format"))
GLOBAL = (0, ("data_format", "keepdims"))
RECURRENT = (
    1,
    (
        "units",
        "activation",
        "recurrent_activation",
        "use_bias",
        "return_sequences",
        "return_state",
        "dropout",
        "recurrent_dropout",
        "go_backwards",
        "stateful",
        "unroll",
        "reset_after",
    ),
)
ANYTHING: tuple[int, tuple[str, ...]] = (0, ("first", "second", "third"))
PARAMETERS: dict[str, tuple[int, tuple[str, ...]]] = {  # how many must be given, and all, in their order
    "Conv1D": CONVOLUTION,
    "Conv2D": CONVOLUTION,
    "Conv3D": CONVOLUTION,
    "SeparableConv1D": (2, ("filters", *WINDOW, "depth_multiplier", "activation", "use_bias")),
    "SeparableConv2D": (2, ("filters", *WINDOW, "depth_multiplier", "activation", "use_bias")),
    "Conv1DTranspose": TRANSPOSED,
    "Conv2DTranspose": TRANSPOSED,
    "DepthwiseConv2D": (
        1,
        (
            "kernel_size",
            "strides",
            "padding",
            "depth_multiplier",
            "data_format",
            "dilation_rate",
            "activation",
            "use_bias",
        ),
    ),
    **{f"{kind}Pooling{axes}D": POOLING for kind in ("Max", "Average") for axes in (1, 2, 3)},
    **{f"Global{kind}Pooling{axes}D": GLOBAL for kind in ("Max", "Average") for axes in (1, 2, 3)},
    "Dense": (1, ("units", "activation", "use_bias")),
    "Flatten": (0, ("data_format",)),
    "Dropout": (1, ("rate",)),
    **{f"SpatialDropout{axes}D": (1, ("rate",)) for axes in (1, 2, 3)},
    "AlphaDropout": (1, ("rate",)),
    "GaussianNoise": (1, ("stddev",)),
    "GaussianDropout": (1, ("rate",)),
    "Activation": (1, ("activation",)),
    "BatchNormalization": (0, ("axis", "momentum", "epsilon", "center", "scale")),
    "LayerNormalization": (0, ("axis", "epsilon", "center", "scale")),
    "GroupNormalization": (0, ("groups", "axis", "epsilon", "center", "scale")),
    "UnitNormalization": (0, ("axis",)),
    "ZeroPadding1D": (0, ("padding",)),
    "ZeroPadding2D": (0, ("padding", "data_format")),
    "Cropping2D": (0, ("cropping", "data_format")),
    "Reshape": (1, ("target_shape",)),
    "Permute": (1, ("dims",)),
    "RepeatVector": (1, ("n",)),
    "ReLU": (0, ("max_value", "negative_slope", "threshold")),
    "LeakyReLU": (0, ("negative_slope",)),
    "PReLU": (0, ("alpha_initializer", "alpha_regularizer", "alpha_constraint", "shared_axes")),
    "ThresholdedReLU": (0, ("theta",)),
    "ELU": (0, ("alpha",)),
    "Softmax": (0, ("axis",)),
    "Rescaling": (1, ("scale", "offset")),
    "Resizing": (2, ("height", "width", "interpolation")),
    "CenterCrop": (2, ("height", "width")),
    "RandomCrop": (2, ("height", "width")),
    "Normalization": (0, ("axis", "mean", "variance", "invert")),
    **dict.fromkeys(
        (
            "RandomFlip",
            "RandomRotation",
            "RandomZoom",
            "RandomContrast",
            "RandomTranslation",
            "RandomHeight",
            "RandomWidth",
            "RandomBrightness",
            "ActivityRegularization",
            "Masking",
            "Identity",
            "RandomErasing",
            "CutMix",
        ),
        ANYTHING,
    ),
    "Lambda": (1, ("function", "output_shape")),
    "UpSampling1D": (0, ("size",)),
    "UpSampling2D": (0, ("size", "data_format", "interpolation")),
    "UpSampling3D": (0, ("size", "data_format")),
    "Embedding": (
        2,
        (
            "input_dim",
            "output_dim",
            "embeddings_initializer",
            "embeddings_regularizer",
            "activity_regularizer",
            "embeddings_constraint",
            "mask_zero",
            "input_length",
        ),
    ),
    "LSTM": RECURRENT,
    "GRU": RECURRENT,
    "SimpleRNN": RECURRENT,
    "MultiHeadAttention": (2, ("num_heads", "key_dim", "value_dim", "dropout", "use_bias")),
    "Bidirectional": (1, ("layer", "merge_mode")),
    "TimeDistributed": (1, ("layer",)),
    **dict.fromkeys(("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"), (0, ())),
    "Concatenate": (0, ("axis",)),
    "Input": (0, ("shape", "batch_size", "dtype", "sparse", "tensor", "ragged", "batch_shape")),
}
MEETINGS = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate")
OLD_ARGUMENTS = {
    "nb_filter": "filters",
    "subsample": "strides",
    "border_mode": "padding",
    "dim_ordering": "data_format",
    "bias": "use_bias",
    "output_dim": "units",
    "p": "rate",
    "atrous_rate": "dilation_rate",
    "alpha": "negative_slope",
    "filter_length": "kernel_size",
    "subsample_length": "strides",
    "pool_length": "pool_size",
}
# what any layer may be given beside its own arguments, and what of it says nothing about shapes
ALWAYS = ("input_shape", "batch_input_shape", "input_dim", "name", "trainable", "batch_size")
WITHOUT_EFFECT = re.compile(
    r".*_(?:initializer|regularizer|constraint)|W_\w+|b_\w+|init|weights|dtype|noise_shape|seed|mode|autocast|synchronized|"
    r"renorm\w*|virtual_batch_size|fused|implementation|input_length|time_major|kernel_regularizer|crop_to_aspect_ratio|"
    r"fill_\w+|factor|height_factor|width_factor|inner_init|dropout_[UW]|attention_axes|sparse|unit_forget_bias"
)
LAYER_NAMES = (*PARAMETERS, *OTHER_NAMES)


def settings_of(written: str, name: str, given: Arguments) -> dict[str, Value]:
    """The arguments of a layer by their current names."""
    positional, named = list(given.positional), dict(given.named)
    if written == "Convolution2D" and len(positional) >= 3 and all(isinstance(size, int) for size in positional[1:3]):
        positional[1:3] = [tuple(positional[1:3])]  # the old way: filters, rows, columns
    if "nb_row" in named and "nb_col" in named:
        named["kernel_size"] = (named.pop("nb_row"), named.pop("nb_col"))
    required, parameters = PARAMETERS[name]
    if parameters == ANYTHING[1]:
        named = {key: value for key, value in named.items() if key in ALWAYS}
        positional = []
    renamed = {}
    for key, value in named.items():
        current = key if key in parameters else OLD_ARGUMENTS.get(key, key)
        if current in (*parameters, *ALWAYS) or not WITHOUT_EFFECT.fullmatch(key):
            renamed[current] = value
    bound = bind(written, (*parameters, *ALWAYS), required, Arguments(given.line, positional, renamed))
    if len(positional) > len(parameters):
        raise ReadError(
            f"{written} takes {len(parameters)} arguments at most, and {len(positional)} are given.", given.line
        )
    return {key: read_setting(written, key, value, given.line) for key, value in bound.items()}


def read_setting(layer: str, key: str, value: Value, line: int) -> Value:
    """A number, a word, a list of them, a layer, or the name of an activation."""
    if key in ("activation", "recurrent_activation", "function", "layer", "tensor", "output_shape", "mean", "variance"):
        return value
    no_setting = isinstance(value, Dotted | KerasLayer | Function | Class | Opaque | KerasTensor | Tensor)
    if no_setting and (
        key.endswith(("initializer", "regularizer", "constraint", "dtype")) or isinstance(value, Dotted)
    ):
        return None
    return setting(layer, key, value, line)


def snake(name: str) -> str:
    """The name that Keras gives a layer of this kind.

    >>> snake("MaxPooling2D"), snake("Conv2DTranspose"), snake("Dense")
    ('max_pooling2d', 'conv2d_transpose', 'dense')
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=.)(?=[A-Z][a-z])", "_", name).lower()


def base_name(layer: Any) -> str:
    """The name of a layer in a network: the one it was given, else that of its kind."""
    base = layer.settings.get("name")
    return re.sub("[^A-Za-z0-9_]", "_", base)[:60] if isinstance(base, str) and base else snake(layer.kind)
