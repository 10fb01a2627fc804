"""What to change when settings do not fit: the nearest values that do, ready to be offered as a click."""

from collections.abc import Callable, Iterable, Mapping
from math import gcd

from cnnviz.arithmetic.settings import MAX_NUMBER
from cnnviz.arithmetic.shapes import nearest_fits

MINIMA = {"padding": 0}  # everything else counts from 1
SIZES = ("height", "width")

Settings = Mapping[str, float]  # what was asked, whole or not
Whole = Mapping[str, int]
Repair = dict[str, int]


def repairs(settings: Settings, fits: Callable[[Settings], bool], *, pooling: bool = False) -> list[Repair]:
    """The smallest changes with which the settings fit: for each setting its nearest value, all others kept.

    Numbers that no layer takes (fractions, zero, huge ones) are first brought to the nearest that one takes, together.
    An empty list means that the settings fit already, or that no single change is enough.

    >>> settings = {"height": 5, "width": 5, "kernel_size": 7, "stride": 1, "padding": 0, "dilation": 1}
    >>> fits = lambda s: s["kernel_size"] <= min(s["height"], s["width"]) + 2 * s["padding"]
    >>> repairs(settings, fits)
    [{'kernel_size': 5}, {'padding': 1}, {'height': 7, 'width': 7}]
    """
    if fits(settings):
        return []
    bounded = {name: min(max(round(value), MINIMA.get(name, 1)), MAX_NUMBER) for name, value in settings.items()}
    must_change = {name: value for name, value in bounded.items() if value != settings[name]}
    if fits(bounded):
        return [must_change]
    found: dict[tuple[str, ...], tuple[int, Repair]] = {}
    for change in candidates(bounded, pooling):
        if not fits({**bounded, **change}):
            continue
        distance = max(abs(value - bounded[name]) for name, value in change.items())
        names = tuple(change)
        if names not in found or distance < found[names][0]:
            found[names] = distance, {**must_change, **change}
    # a number that was out of bounds had better be the one that changes, not be met halfway by the others
    left_over = {names: len(set(must_change) - set(names)) for names in found}
    return [repair for names, (_, repair) in found.items() if left_over[names] == min(left_over.values())]


def candidates(settings: Whole, pooling: bool) -> Iterable[Repair]:
    """Changes worth trying, from what usually is wrong: the kernel's reach, the padding, the groups."""
    if "kernel_size" in settings:
        yield from window_candidates(settings, pooling)
    if "groups" in settings:
        yield from group_candidates(settings)


def window_candidates(settings: Whole, pooling: bool) -> Iterable[Repair]:
    """Kernels, paddings, dilations and sizes with which the window fits on both axes."""
    kernel_size, padding = settings["kernel_size"], settings["padding"]
    dilation = settings.get("dilation", 1)
    offers: dict[str, set[int]] = {}
    grown = {}
    for axis in SIZES:
        for fit in nearest_fits(settings[axis], kernel_size, padding, dilation, pooling=pooling):
            if fit.setting == "size":
                grown[axis] = fit.value
            else:
                offers.setdefault(fit.setting, set()).add(fit.value)
    if pooling and padding > kernel_size // 2:
        offers.setdefault("kernel_size", set()).add(2 * padding)
        offers.setdefault("padding", set()).add(kernel_size // 2)
    for name, values in offers.items():
        for value in sorted(values):
            yield {name: value}
    if grown:
        yield grown


def group_candidates(settings: Whole) -> Iterable[Repair]:
    """Groups that divide the channels, or channels that the groups divide."""
    groups = settings["groups"]
    common = gcd(settings["in_channels"], settings["out_channels"])
    for value in {
        divisor
        for small in range(1, min(common, 1000) + 1)
        if common % small == 0
        for divisor in (small, common // small)
    }:
        yield {"groups": value}
    for name in ("in_channels", "out_channels"):
        below = settings[name] // groups * groups
        for value in (below, below + groups):
            if value >= groups:
                yield {name: value}
