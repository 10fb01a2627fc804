"""The layers of Keras along sequences and over volumes, as layers of torch."""

from cnnviz.arithmetic.layers import (
    AvgPool1d,
    AvgPool3d,
    ConstantPad3d,
    Conv1d,
    Conv3d,
    ConvTranspose1d,
    MaxPool1d,
    MaxPool3d,
    Permute,
    Slice,
    ZeroPad1d,
)
from cnnviz.arithmetic.layers.keras_only import KerasRecurrent
from cnnviz.arithmetic.reader.keras_settings import Layers, is_same
from cnnviz.arithmetic.reader.values import Value
from cnnviz.arithmetic.settings import (
    Shape,
    ShapeError,
    number_or_triple,
    read_volume_shape,
    triple,
    whole_number,
)


def along_sequence(settings: dict[str, Value], shape: Shape, transposed: bool = False) -> Layers:
    """Conv1D and Conv1DTranspose, over (channels, steps)."""
    if len(shape) != 2:
        raise ShapeError(f"Conv1D takes a sequence (steps, features), not {shape}.")
    channels, steps = shape
    kernel, stride, dilation = (one(settings, name, usual) for name, usual in (
        ("kernel_size", None), ("strides", 1), ("dilation_rate", 1)
    ))  # fmt: skip
    bias, filters = settings.get("use_bias", True) is not False, settings["filters"]
    if transposed:
        beyond = dilation * (kernel - 1) + 1 - stride
        cut = max(0, beyond) if is_same(settings) else 0
        padding = -(-cut // 2)
        extra = 2 * padding - cut + max(0, -beyond)
        return [("", ConvTranspose1d(channels, filters, kernel, stride, padding, extra, bias=bias, dilation=dilation))]
    groups = settings.get("groups", 1)
    layers: Layers = []
    padding = 0
    if settings.get("padding") == "causal":
        layers = [("_pad", ZeroPad1d((dilation * (kernel - 1), 0)))]
    elif is_same(settings):
        total = max(0, (-(-steps // stride) - 1) * stride + dilation * (kernel - 1) + 1 - steps)
        padding = total // 2
        if total % 2:
            layers, padding = [("_pad", ZeroPad1d((total // 2, total - total // 2)))], 0
    return [*layers, ("", Conv1d(channels, filters, kernel, stride, padding, dilation, groups, bias))]


def one(settings: dict[str, Value], name: str, usual: int | None) -> int:
    """A setting along a sequence: one number, also in a tuple of its own."""
    value = settings.get(name, usual)
    if isinstance(value, tuple) and len(value) == 1:
        value = value[0]
    return whole_number(name, value)


def pooling_along_sequence(settings: dict[str, Value], shape: Shape, average: bool = False) -> Layers:
    """MaxPooling1D and AveragePooling1D."""
    if len(shape) != 2:
        raise ShapeError(f"Pooling along a sequence takes (steps, features), not {shape}.")
    kernel = one(settings, "pool_size", 2)
    stride = kernel if settings.get("strides") is None else one(settings, "strides", None)
    if is_same(settings):
        total = max(0, (-(-shape[1] // stride) - 1) * stride + kernel - shape[1])
        if total:
            kind = AvgPool1d if average else MaxPool1d
            return [("_pad", ZeroPad1d((total // 2, total - total // 2))), ("", kind(kernel, stride))]
    return [("", AvgPool1d(kernel, stride) if average else MaxPool1d(kernel, stride))]


def volume(settings: dict[str, Value], shape: Shape, kind: str) -> Layers:
    """Conv3D and the poolings of volumes."""
    channels, *sizes = read_volume_shape(kind, shape)
    name = "kernel_size" if kind == "Conv3D" else "pool_size"
    kernel = number_or_triple(name, settings.get(name, 2))
    usual = 1 if kind == "Conv3D" else kernel
    stride = number_or_triple("strides", settings.get("strides") or usual)
    layers: Layers = []
    padding: Value = 0
    if is_same(settings):
        totals = [
            max(0, (-(-size // step) - 1) * step + length - size)
            for size, step, length in zip(sizes, triple(stride), triple(kernel), strict=True)
        ]
        if any(total % 2 for total in totals):
            sides = [side for total in reversed(totals) for side in (total // 2, total - total // 2)]
            layers = [("_pad", ConstantPad3d(tuple(sides), 0.0))]
        else:
            padding = (totals[0] // 2, totals[1] // 2, totals[2] // 2)
    if kind == "Conv3D":
        bias = settings.get("use_bias", True) is not False
        return [*layers, ("", Conv3d(channels, settings["filters"], kernel, stride, padding, bias=bias))]
    return [*layers, ("", AvgPool3d(kernel, stride, padding) if kind[0] == "A" else MaxPool3d(kernel, stride, padding))]


def recurrent(settings: dict[str, Value], shape: Shape, kind: str, both: bool = False) -> Layers:
    """LSTM, GRU and SimpleRNN; without return_sequences the last step alone."""
    if len(shape) != 2:
        raise ShapeError(f"{kind} takes a sequence (steps, features), not {shape}.")
    cells = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}
    units = whole_number("units", settings["units"])
    bias = settings.get("use_bias", True) is not False
    extra = 2 if kind == "GRU" and settings.get("reset_after", True) is not False else 1
    layer = KerasRecurrent(kind, shape[1], units, cells[kind], extra if bias else 0, both)
    layers: Layers = [("", layer)]
    if settings.get("return_sequences") is True:
        return layers
    return [*layers, ("_last", Slice((-1,)))]


def permutation(settings: dict[str, Value], shape: Shape) -> Layers:
    """Permute, which counts axes from 1, with the channels last."""
    dims = settings["dims"]
    if len(shape) > 2:
        raise ShapeError("Permute is read of sequences (steps, features).")
    return [("", Permute((0, *dims)))]
