"""The canonical cases on the pages: the heading each stands under, its sizes in words, and the state that shows it."""

from cnnviz.arithmetic.layers import AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d
from cnnviz.arithmetic.lecture.cases import GUIDE, LECTURE, ROUNDING, Case
from cnnviz.arithmetic.matrix import write_matrix
from cnnviz.arithmetic.settings import pair

State = dict[str, str | int | bool]

CONVOLUTION, STRIDES, POOLING = "convolution", "stride_and_padding", "pooling"
GROUPS = ("Convolution", "Transposed convolution", "With numbers", "The lecture", "Rounding up: ceil_mode")


def group_of(case: Case) -> str:
    """Under which heading a case stands.

    >>> from cnnviz.arithmetic.lecture.cases import CASES
    >>> group_of(CASES["dilation"]), group_of(CASES["numerical_max_pooling"])
    ('Convolution', 'With numbers')
    """
    if case.source == GUIDE:
        return GROUPS[2] if case.expected else GROUPS[1 if isinstance(case.layer, ConvTranspose2d) else 0]
    return {LECTURE: GROUPS[3], ROUNDING: GROUPS[4]}[case.source]


def sizes_of(case: Case) -> str:
    """The sizes and settings in a few words.

    >>> from cnnviz.arithmetic.lecture.cases import CASES
    >>> sizes_of(CASES["no_padding_strides"])
    '5 × 5, 3 × 3, stride 2 → 2 × 2'
    """
    layer, words = case.layer, []
    usual = {"padding": 0, "dilation": 1, "output_padding": 0, "ceil_mode": False}
    stride = layer.strides[0] if isinstance(layer, MaxPool2d | AvgPool2d) else layer.stride
    if stride != 1:
        words.append(f"stride {stride}")
    for name, default in usual.items():
        value = getattr(layer, name, default)
        if value != default:
            words.append(name if value is True else f"{name} {value}")
    if case.flip:
        words.append("flipped")
    kernel, size, output = pair(layer.kernel_size)[0], case.input_size, case.output_size
    return ", ".join([f"{size} × {size}", f"{kernel} × {kernel}", *words]) + f" → {output} × {output}"


def states_of(case: Case) -> dict[str, State]:
    """The pages that can show a case, the one where it lives first, and the state that shows it there."""
    layer = case.layer
    if isinstance(layer, MaxPool2d | AvgPool2d):
        return {POOLING: pooling_state(case, layer)}
    if isinstance(layer, ConvTranspose2d):
        return {STRIDES: stride_state(case, layer)}
    if case.flip:
        return {CONVOLUTION: convolution_state(case, layer)}
    return {STRIDES: stride_state(case, layer), CONVOLUTION: convolution_state(case, layer)}


def stride_state(case: Case, layer: Conv2d | ConvTranspose2d) -> State:
    """The state of the page Stride and padding. Numbers that are not published are that page's own examples."""
    transposed = isinstance(layer, ConvTranspose2d)
    state: State = {
        "sp_layer": "Transposed convolution" if transposed else "Convolution",
        "sp_axes": False,
        "sp_size": case.input_size,
        "sp_kernel": pair(layer.kernel_size)[0],
        "sp_stride": pair(layer.stride)[0],
        "sp_dilation": pair(layer.dilation)[0],
        "sp_input": "",
        "sp_weights": "",
    }
    assert isinstance(layer.padding, int)  # as all of the catalogue
    state["sp_padding"] = layer.padding
    if isinstance(layer, ConvTranspose2d):
        return state | {"sp_output_padding": pair(layer.output_padding)[0]}
    return state | {"sp_pad": "number", "sp_mode": "zeros"}


def convolution_state(case: Case, layer: Conv2d) -> State:
    """The state of the page Convolution."""
    assert isinstance(layer.padding, int)
    assert case.weights is not None
    return {
        "show": "Numbers",
        "along": "2-D",
        "input": write_matrix(case.numbers),
        "weights": write_matrix(case.weights),
        "stride": pair(layer.stride)[0],
        "padding": layer.padding,
        "padding_mode": "zeros",
        "dilation": pair(layer.dilation)[0],
        "bias": "0",
        "relu": False,
        "flip": case.flip,
    }


def pooling_state(case: Case, layer: MaxPool2d | AvgPool2d) -> State:
    """The state of the page Pooling."""
    assert isinstance(layer.padding, int)
    return {
        "pool_kind": "max" if isinstance(layer, MaxPool2d) else "average",
        "pool_along": "2-D",
        "pool_size": case.input_size,
        "pool_input": "" if case.input is None else write_matrix(case.numbers),
        "pool_kernel": pair(layer.kernel_size)[0],
        "pool_stride": layer.strides[0],
        "pool_padding": layer.padding,
        "pool_ceil": layer.ceil_mode,
        "pool_dilation": 1,
        "pool_counted": True,
        "pool_divisor": "0",
    }


def address_of(state: State) -> dict[str, str]:
    """A state as an address carries it.

    >>> address_of({"flip": True, "stride": 2, "along": "2-D"})
    {'flip': 'true', 'stride': '2', 'along': '2-D'}
    """
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in state.items()}
