"""The kernels of a convolution: all its filters beside one another, and one of them enlarged."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.arithmetic.settings import counted
from cnnviz.figures.palettes import KERNEL
from cnnviz.figures.tiles import Scale
from cnnviz.networks.zoo import Model, architecture
from cnnviz.ui.components.mosaic import Palette, mosaic
from cnnviz.ui.explore.colour_range import choose_range
from cnnviz.ui.explore.take_along import take_along, weights_lines
from cnnviz.ui.page.valid import keep_valid, whole_number

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Filters:
    """A convolution `layer` of the network, at `path`, looked at in one of its input channels, and in which colours.

    Filters of three input channels are shown whole, as small colour pictures.
    """

    model: Model
    path: str
    layer: "nn.Conv2d"
    input_channel: int
    scale: Scale

    @property
    def weights(self) -> np.ndarray:
        """(C_out, C_in / groups, kh, kw)."""
        weights: np.ndarray = self.layer.weight.detach().numpy()
        return weights

    @property
    def sees_colours(self) -> bool:
        """Whether it reads three channels, as of a picture."""
        return reads_colours(self.layer)

    @property
    def palette(self) -> Palette:
        """Colours for what reads colours, signed values for the rest."""
        return "rgb" if self.sees_colours else "diverging"

    @property
    def ends(self) -> tuple[float, float] | None:
        """The range of the colours of the filter that is enlarged: with one range for all that of all filters."""
        if self.scale == "each":
            return None
        shown = self.weights if self.sees_colours else self.weights[:, self.input_channel]
        return float(shown.min()), float(shown.max())

    def kernels(self, chosen: int) -> np.ndarray:
        """The kernels of one filter that are shown: (3, kh, kw) of one that reads colours, else (1, kh, kw)."""
        weights: np.ndarray = self.weights[chosen]
        return weights if self.sees_colours else weights[self.input_channel][None]

    def names(self, chosen: int) -> list[str]:
        """What each of these kernels meets."""
        channels = self.model.preprocessing.channels
        if self.sees_colours:
            return list(channels)
        if self.weights.shape[1] == len(channels):
            return [f"filter {chosen}, {channels[self.input_channel]}"]
        return [f"filter {chosen}, input channel {self.input_channel}"]


def reads_colours(layer: "nn.Conv2d") -> bool:
    """Whether each filter has three kernels, one for each colour of a picture."""
    return layer.weight.shape[1] == 3


def choose_filters(model: Model) -> Filters:
    """Draw which convolution is shown, in which input channel, and in which colours."""
    convolutions = {path: layer for path, layer in model.module.named_modules() if type(layer).__name__ == "Conv2d"}
    keep_valid("convolution", convolutions, next(iter(convolutions)))
    path = st.selectbox(
        "Convolution",
        list(convolutions),
        format_func=lambda name: f"{name} Conv2d",
        key="convolution",
        bind="query-params",
        width=210,
    )
    layer = convolutions[path]
    input_channel = 0
    if not reads_colours(layer):
        count = layer.weight.shape[1]
        hint = f"Each filter has one kernel for each of its {count} input channels."
        input_channel = whole_number("Input channel", count, "input_channel", width=130, help=hint, default=0) or 0
    return Filters(model, path, layer, input_channel, choose_range())


def choose_filter(filters: Filters) -> int:
    """Draw which filter is enlarged."""
    hint = "Or click one in the mosaic."
    return whole_number("Filter", len(filters.weights), "filter", width=140, help=hint, default=0) or 0


def enlarge(chosen: int) -> None:
    """A filter of the mosaic was clicked."""
    st.session_state["filter"] = chosen


def show_filters(filters: Filters, chosen: int, height: int) -> None:
    """All filters as a mosaic, `height` pixels high."""
    weights = filters.weights
    num_filters, _, kernel_height, kernel_width = weights.shape
    mosaic(
        weights if filters.sees_colours else weights[:, filters.input_channel],
        key="filters_mosaic",
        label=f"{num_filters} filters of {kernel_height} × {kernel_width} weights of {filters.path} in "
        f"{architecture(filters.model.name).title}.",
        palette=filters.palette,
        scale=filters.scale,
        selected=chosen,
        noun="filter",
        height=height - 30 if filters.sees_colours else height,  # three numbers need a line for themselves
        accent=KERNEL,
        hint="Point at a weight; click a filter to enlarge it.",
        on_select=enlarge,
    )


def show_filter(filters: Filters, chosen: int, height: int) -> None:
    """One filter enlarged, each weight to be read."""
    kernels, names = filters.kernels(chosen), filters.names(chosen)
    mosaic(
        kernels[None] if filters.sees_colours else kernels,
        key="filter_enlarged",
        label=f"The weights of filter {chosen}: {', '.join(names)}.",
        palette=filters.palette,
        ends=filters.ends,
        names=[f"filter {chosen} in colour", *names] if filters.sees_colours else names,
        height=height - 30,  # the title over each tile
        hint="Blue is negative, red positive.",
    )


def show_all_kernels(filters: Filters, chosen: int) -> None:
    """Draw all kernels of one deeper filter, behind an expander; a click shows that input channel everywhere."""
    if filters.sees_colours:
        return
    kernels = filters.weights[chosen]
    with st.expander(f"All {counted(len(kernels), 'kernel')} of filter {chosen}", icon=":material/grid_view:"):
        mosaic(
            kernels,
            key="filter_kernels",
            label=f"The kernels of filter {chosen} of {filters.path}, one for each input channel.",
            palette=filters.palette,
            scale=filters.scale,
            selected=filters.input_channel,
            noun="input channel",
            height=300,
            accent=KERNEL,
            hint="Click a kernel to see all filters in that input channel.",
            on_select=meet,
        )


def meet(input_channel: int) -> None:
    """A kernel was clicked: its input channel is shown."""
    st.session_state["input_channel"] = float(input_channel)


def count_sentence(filters: Filters, chosen: int, no_bias: str) -> str:
    """The shape of the weight, the parameters counted, and the bias; `no_bias` is said where there is none."""
    num_filters, num_inputs, kernel_height, kernel_width = filters.weights.shape
    layer = filters.layer
    per_filter = f"{kernel_height}·{kernel_width}·{num_inputs}"
    count = f"({per_filter} + 1)·{num_filters}" if layer.bias is not None else f"{per_filter}·{num_filters}"
    num_params = sum(parameter.numel() for parameter in layer.parameters())
    bias = no_bias
    if layer.bias is not None:
        value = f"{layer.bias.detach()[chosen].item():.4f}".replace("-", "−")
        bias = f"Filter {chosen} adds the bias `{value}`."
    return (
        f"**{filters.path}** holds a weight of shape (filters, input channels of each, height, width) = "
        f"**{filters.weights.shape}**. "
        f"Its parameters: `{count} = {num_params:,}`. {bias}"
    )


def offer_download(filters: Filters, chosen: int) -> None:
    """Draw the button behind which the weights are: as numbers, and as lines of PyTorch."""
    weights = filters.weights
    name = f"{filters.model.name}_{filters.path}_weight"
    take_along(
        weights, weights[chosen].reshape(-1, weights.shape[-1]), name, weights_lines(filters.model, filters.path)
    )


def deeper_filter(filters: Filters) -> dict[str, str]:
    """The convolution that is shown, or where that reads colours the next one: its name, its network, its kernels."""
    modules = [(path, one) for path, one in filters.model.module.named_modules() if type(one).__name__ == "Conv2d"]
    paths = [path for path, _ in modules]
    path, layer = modules[min(paths.index(filters.path) + filters.sees_colours, len(modules) - 1)]
    title = architecture(filters.model.name).title
    return {"layer": path, "title": title, "count": counted(layer.weight.shape[1], "kernel")}


def show_numbers(filters: Filters, chosen: int) -> None:
    """The weights of one filter as tables."""
    for kernel, name in zip(filters.kernels(chosen), filters.names(chosen), strict=True):
        st.caption(name)
        st.dataframe(kernel.astype(float).round(4))
