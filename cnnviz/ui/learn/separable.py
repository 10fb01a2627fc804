"""A full convolution, and the depthwise and pointwise pair that stands in for it, in parameters and multiplications."""

import streamlit as st

from cnnviz.arithmetic.layers import Conv2d
from cnnviz.arithmetic.settings import Shape


def show_separable(layer: Conv2d, input_shape: Shape) -> None:
    """Draw both in a table: the page's layer on ``input_shape`` (channels, height, width), and one of a real size."""
    rows = []
    for channels, filters, shape in (
        (layer.in_channels, layer.out_channels, input_shape),
        (128, 128, (128, 56, 56)),
    ):
        full = Conv2d(channels, filters, layer.kernel_size, layer.stride, layer.padding)
        depthwise = Conv2d(channels, channels, layer.kernel_size, layer.stride, layer.padding, groups=channels)
        pointwise = Conv2d(channels, filters, kernel_size=1)
        between = depthwise.output_shape(shape)
        params = depthwise.num_params + pointwise.num_params
        macs = depthwise.macs(shape) + pointwise.macs(between)
        rows.append(
            f"| {channels} → {filters} on {shape[1]} × {shape[2]} | {full.num_params:,} | {params:,} "
            f"| {full.num_params / params:.1f} × | {full.macs(shape):,} | {macs:,} |"
        )
    st.markdown(
        "| channels → filters | parameters, full | depthwise + 1 × 1 | ratio | MACs, full | depthwise + 1 × 1 |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: |\n" + "\n".join(rows)
    )
