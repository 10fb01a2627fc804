"""What a layer is: its shape, parameters, multiply-accumulates, receptive field, code and derivations.

The door to all layers. A new kind is one class in one file of this folder (see `layer.py` for what it states) and one
entry here: reader, survey, builder, calculator, drawings and tests read the table.
"""

from cnnviz.arithmetic.layers.adaptive_pooling import AdaptiveAvgPool2d, AdaptiveMaxPool2d
from cnnviz.arithmetic.layers.convolution import Conv2d
from cnnviz.arithmetic.layers.layer import Function, Layer
from cnnviz.arithmetic.layers.linear import Linear
from cnnviz.arithmetic.layers.lp_pooling import LPPool2d
from cnnviz.arithmetic.layers.meeting import Add, Concat, Meeting
from cnnviz.arithmetic.layers.normalization import BatchNorm1d, BatchNorm2d
from cnnviz.arithmetic.layers.one_dimensional import AvgPool1d, Conv1d, MaxPool1d
from cnnviz.arithmetic.layers.pixel_shuffle import PixelShuffle
from cnnviz.arithmetic.layers.pointwise import POINTWISE, Dropout, LogSoftmax, Pointwise, ReLU, Softmax
from cnnviz.arithmetic.layers.pooling import AvgPool2d, MaxPool2d
from cnnviz.arithmetic.layers.reshaping import Flatten, View, ZeroPad2d
from cnnviz.arithmetic.layers.transposed_convolution import ConvTranspose2d
from cnnviz.arithmetic.settings import ShapeError

# Every kind of layer that is a module of torch.nn, by its name there; what only is called (x + y, torch.cat, x.view).
KINDS: dict[str, type[Layer]] = {
    "Conv2d": Conv2d,
    "ConvTranspose2d": ConvTranspose2d,
    "MaxPool2d": MaxPool2d,
    "AvgPool2d": AvgPool2d,
    "LPPool2d": LPPool2d,
    "AdaptiveAvgPool2d": AdaptiveAvgPool2d,
    "AdaptiveMaxPool2d": AdaptiveMaxPool2d,
    "PixelShuffle": PixelShuffle,
    "Linear": Linear,
    "Flatten": Flatten,
    "ReLU": ReLU,
    "BatchNorm2d": BatchNorm2d,
    "BatchNorm1d": BatchNorm1d,
    "Dropout": Dropout,
    "Softmax": Softmax,
    "LogSoftmax": LogSoftmax,
    "ZeroPad2d": ZeroPad2d,
    "Conv1d": Conv1d,
    "MaxPool1d": MaxPool1d,
    "AvgPool1d": AvgPool1d,
}
FUNCTIONS: tuple[type[Layer], ...] = (Add, Concat, View)

__all__ = [
    "FUNCTIONS",
    "KINDS",
    "POINTWISE",
    "AdaptiveAvgPool2d",
    "AdaptiveMaxPool2d",
    "Add",
    "AvgPool1d",
    "AvgPool2d",
    "BatchNorm1d",
    "BatchNorm2d",
    "Concat",
    "Conv1d",
    "Conv2d",
    "ConvTranspose2d",
    "Dropout",
    "Flatten",
    "Function",
    "LPPool2d",
    "Layer",
    "Linear",
    "LogSoftmax",
    "MaxPool1d",
    "MaxPool2d",
    "Meeting",
    "PixelShuffle",
    "Pointwise",
    "ReLU",
    "ShapeError",
    "Softmax",
    "View",
    "ZeroPad2d",
]
