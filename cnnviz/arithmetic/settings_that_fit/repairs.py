"""What to change when settings do not fit: the nearest values that do, ready to be offered as a click."""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain, product
from math import gcd

from cnnviz.arithmetic.settings import MAX_NUMBER
from cnnviz.arithmetic.shapes import nearest_fits, transposed_output_size

FRACTIONS = ("norm_type",)  # take any number above 0
FROM_ZERO = ("padding", "padding_width", "output_padding", "output_padding_width", "divisor_override")
SIZES = ("height", "width")
ON_WIDTH = "_width"  # a setting of this ending serves the width, the one without it then the height only

Setting = float | str  # a number as it was typed, whole or not, or a word such as padding 'same'
Settings = Mapping[str, Setting]
Repair = dict[str, float | str]
Bounded = Mapping[str, float | str]


def repairs(
    settings: Settings, fits: Callable[[Settings], bool], *, pooling: bool = False, more: Iterable[Repair] = ()
) -> list[Repair]:
    """The smallest changes with which the settings fit: for each setting its nearest value, all others kept.

    Numbers that no layer takes (fractions, zero, huge ones) are first brought to the nearest that one takes, together.
    A setting with an ending of its own for the width (kernel_size_width) differs by axis; both then change together.
    `more` are changes that the layer itself knows of. An empty list means that the settings fit already, or that no
    single change is enough.

    >>> settings = {"height": 5, "width": 5, "kernel_size": 7, "stride": 1, "padding": 0, "dilation": 1}
    >>> fits = lambda s: s["kernel_size"] <= min(s["height"], s["width"]) + 2 * s["padding"]
    >>> repairs(settings, fits)
    [{'kernel_size': 5}, {'padding': 1}, {'height': 7, 'width': 7}]
    """
    if fits(settings):
        return []
    bounded = {name: in_bounds(name, value) for name, value in settings.items()}
    must_change = {name: value for name, value in bounded.items() if value != settings[name]}
    if fits(bounded):
        return [must_change]
    found: dict[tuple[str, ...], tuple[int, Repair]] = {}
    for change in chain(candidates(bounded, pooling), more):
        if not fits({**bounded, **change}):
            continue
        distance = max(steps(bounded.get(name, value), value) for name, value in change.items())
        names = tuple(change)
        if names not in found or distance < found[names][0]:
            found[names] = distance, {**must_change, **change}
    # a number that was out of bounds had better be the one that changes, not be met halfway by the others
    left_over = {names: len(set(must_change) - set(names)) for names in found}
    return [repair for names, (_, repair) in found.items() if left_over[names] == min(left_over.values())]


def in_bounds(name: str, value: Setting) -> float | str:
    """The nearest value that a layer could take; words stay."""
    if isinstance(value, str) or (name in FRACTIONS and value > 0):
        return value
    return min(max(round(value), 0 if name in FROM_ZERO else 1), MAX_NUMBER)


def steps(before: float | str, after: float | str) -> int:
    """How far a setting moves; from or to a word it is one step."""
    return abs(after - before) if isinstance(before, int) and isinstance(after, int) else 1


def candidates(settings: Bounded, pooling: bool) -> Iterable[Repair]:
    """Changes worth trying, from what usually is wrong: the kernel's reach, the padding, the groups."""
    if "output_padding" in settings:
        yield from transposed_candidates(settings)
    elif "kernel_size" in settings:
        yield from window_candidates(settings, pooling)
        yield from word_candidates(settings)
    if "groups" in settings:
        yield from group_candidates(settings)


def window_candidates(settings: Bounded, pooling: bool) -> Iterable[Repair]:
    """Kernels, paddings, dilations and sizes with which the window fits on both axes."""
    if settings.get("padding") == "same":
        return  # it always is as much as the kernel needs
    offers: dict[str, dict[str, set[int]]] = {}  # setting -> its name on the axis -> values
    grown: Repair = {}
    for axis in SIZES:
        kernel_size, padding = number_on(axis, "kernel_size", settings), number_on(axis, "padding", settings)
        dilation = number_on(axis, "dilation", settings, 1)
        for fit in nearest_fits(whole(settings[axis]), kernel_size, padding, dilation, pooling=pooling):
            if fit.setting == "size":
                grown[axis] = fit.value
            else:
                put(offers, fit.setting, axis, fit.value, settings)
        if pooling and padding > kernel_size // 2:
            put(offers, "kernel_size", axis, 2 * padding, settings)
            put(offers, "padding", axis, kernel_size // 2, settings)
    for by_name in offers.values():
        for values in product(*(sorted(values) for values in by_name.values())):
            yield dict(zip(by_name, values, strict=True))
    if grown:
        yield grown


def transposed_candidates(settings: Bounded) -> Iterable[Repair]:
    """Less output_padding or a larger stride; less padding or a larger kernel, where the padding eats all."""
    offers: dict[str, dict[str, set[int]]] = {}
    for axis in SIZES:
        kernel_size, stride, padding, extra, dilation = (
            number_on(axis, name, settings)
            for name in ("kernel_size", "stride", "padding", "output_padding", "dilation")
        )
        if extra >= max(stride, dilation):
            put(offers, "output_padding", axis, max(stride, dilation) - 1, settings)
            put(offers, "stride", axis, extra + 1, settings)
        size = transposed_output_size(whole(settings[axis]), kernel_size, stride, padding, extra, dilation)
        if size < 1:
            put(offers, "padding", axis, max(0, (size + 2 * padding - 1) // 2), settings)
            put(offers, "kernel_size", axis, kernel_size + -(-(1 - size) // dilation), settings)
    for by_name in offers.values():
        for values in product(*(sorted(values) for values in by_name.values())):
            yield dict(zip(by_name, values, strict=True))


def word_candidates(settings: Bounded) -> Iterable[Repair]:
    """Where 'same' meets a stride, or a padding_mode has too little to take values from."""
    if settings.get("padding") == "same":
        yield {name: 1 for name in ("stride", "stride" + ON_WIDTH) if name in settings}
        names = ["", ON_WIDTH] if "kernel_size" + ON_WIDTH in settings else [""]
        yield {"padding" + end: whole(settings["kernel_size" + end]) // 2 for end in names}
    mode = settings.get("padding_mode", "zeros")
    if mode != "zeros":
        if not isinstance(settings["padding"], str):
            offers: dict[str, dict[str, set[int]]] = {}
            for axis in SIZES:
                largest = whole(settings[axis]) - (mode == "reflect")
                put(offers, "padding", axis, min(largest, number_on(axis, "padding", settings)), settings)
            for values in product(*(sorted(values) for values in offers["padding"].values())):
                yield dict(zip(offers["padding"], values, strict=True))
        yield {"padding_mode": "zeros"}


def put(offers: dict[str, dict[str, set[int]]], setting: str, axis: str, value: int, settings: Bounded) -> None:
    """Note an offer under the name that the setting has on this axis."""
    offers.setdefault(setting, {}).setdefault(name_on(axis, setting, settings), set()).add(value)


def name_on(axis: str, setting: str, settings: Bounded) -> str:
    """What the setting is called on this axis: on the width it may have a name of its own.

    >>> name_on("width", "stride", {"stride": 1}), name_on("width", "stride", {"stride": 1, "stride_width": 2})
    ('stride', 'stride_width')
    """
    return setting + ON_WIDTH if axis == "width" and setting + ON_WIDTH in settings else setting


def number_on(axis: str, setting: str, settings: Bounded, default: int = 0) -> int:
    """The setting on this axis; padding 'valid' is none."""
    value = settings.get(name_on(axis, setting, settings), default)
    return 0 if value == "valid" else whole(value)


def whole(value: float | str) -> int:
    """A setting that is known to be a number."""
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no whole number, and one was meant.")
    return value


def group_candidates(settings: Bounded) -> Iterable[Repair]:
    """Groups that divide the channels, or channels that the groups divide."""
    groups = whole(settings["groups"])
    common = gcd(whole(settings["in_channels"]), whole(settings["out_channels"]))
    for value in {
        divisor
        for small in range(1, min(common, 1000) + 1)
        if common % small == 0
        for divisor in (small, common // small)
    }:
        yield {"groups": value}
    for name in ("in_channels", "out_channels"):
        below = whole(settings[name]) // groups * groups
        for value in (below, below + groups):
            if value >= groups:
                yield {name: value}
