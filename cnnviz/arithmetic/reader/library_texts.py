"""Layers of torchvision, timm and einops that are made of others, each as a text of our own that the reader reads."""

import ast
from functools import lru_cache

DROP_PATH = """
class {name}(nn.Module):
    def __init__(self, *settings, **named):
        super().__init__()

    def forward(self, x):
        return x
"""
SQUEEZE_EXCITATION = """
class SqueezeExcitation(nn.Module):
    def __init__(self, input_channels, squeeze_channels, activation=nn.ReLU, scale_activation=nn.Sigmoid):
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(input_channels, squeeze_channels, 1)
        self.fc2 = nn.Conv2d(squeeze_channels, input_channels, 1)
        self.activation = activation()
        self.scale_activation = scale_activation()

    def forward(self, x):
        scale = self.activation(self.fc1(self.avgpool(x)))
        return self.scale_activation(self.fc2(scale)) * x
"""
PERMUTE = """
class Permute(nn.Module):
    def __init__(self, dims):
        super().__init__()
        self.dims = dims

    def forward(self, x):
        return torch.permute(x, self.dims)
"""
CONV_NORM = """
class {name}(nn.Sequential):
    def __init__(self, in_channels, out_channels, kernel_size=3, stride=1, padding=None, groups=1,
                 norm_layer=nn.BatchNorm{axes}d, activation_layer=nn.ReLU, dilation=1, inplace=True, bias=None):
        if padding is None:
            if isinstance(kernel_size, int):
                padding = (kernel_size - 1) // 2 * dilation
            else:
                padding = tuple((k - 1) // 2 * dilation for k in kernel_size)
        if bias is None:
            bias = norm_layer is None
        layers = [nn.Conv{axes}d(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias)]
        if norm_layer is not None:
            layers.append(norm_layer(out_channels))
        if activation_layer is not None:
            layers.append(activation_layer())
        super().__init__(*layers)
        self.out_channels = out_channels
"""
MLP = """
class MLP(nn.Sequential):
    def __init__(self, in_channels, hidden_channels, norm_layer=None, activation_layer=nn.ReLU, inplace=None, bias=True,
                 dropout=0.0):
        layers = []
        for hidden in hidden_channels[:-1]:
            layers.append(nn.Linear(in_channels, hidden, bias=bias))
            if norm_layer is not None:
                layers.append(norm_layer(hidden))
            layers.append(activation_layer())
            layers.append(nn.Dropout(dropout))
            in_channels = hidden
        layers.append(nn.Linear(in_channels, hidden_channels[-1], bias=bias))
        layers.append(nn.Dropout(dropout))
        super().__init__(*layers)
"""
TIMM_MLP = """
class Mlp(nn.Module):
    def __init__(self, in_features, hidden_features=None, out_features=None, act_layer=nn.GELU, drop=0.0, bias=True,
                 **more):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden_features or in_features, bias=bias)
        self.act = act_layer()
        self.drop1 = nn.Dropout(drop)
        self.fc2 = nn.Linear(hidden_features or in_features, out_features or in_features, bias=bias)
        self.drop2 = nn.Dropout(drop)

    def forward(self, x):
        return self.drop2(self.fc2(self.drop1(self.act(self.fc1(x)))))
"""
PATCH_EMBED = """
class PatchEmbed(nn.Module):
    def __init__(self, img_size=224, patch_size=16, in_chans=3, embed_dim=768, **more):
        super().__init__()
        self.num_patches = (img_size // patch_size) ** 2
        self.proj = nn.Conv2d(in_chans, embed_dim, kernel_size=patch_size, stride=patch_size)

    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2)
"""
FROZEN_NORM = """
class FrozenBatchNorm2d(nn.Module):
    def __init__(self, num_features, eps=1e-5):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features, affine=False)

    def forward(self, x):
        return self.norm(x)
"""
REARRANGE = """
class {name}(nn.Module):
    def __init__(self, pattern, *more, **sizes):
        super().__init__()
        self.pattern = pattern
        self.more = more
        self.sizes = sizes

    def forward(self, x):
        return einops.{function}(x, self.pattern, *self.more, **self.sizes)
"""
# name -> the text that defines it
WRITTEN: dict[str, str] = {
    "SqueezeExcitation": SQUEEZE_EXCITATION,
    "Permute": PERMUTE,
    "MLP": MLP,
    "Mlp": TIMM_MLP,
    "PatchEmbed": PATCH_EMBED,
    "FrozenBatchNorm2d": FROZEN_NORM,
    "Rearrange": REARRANGE.format(name="Rearrange", function="rearrange"),
    "Reduce": REARRANGE.format(name="Reduce", function="reduce"),
    **{name: DROP_PATH.format(name=name) for name in ("StochasticDepth", "DropPath", "DropBlock2d", "DropBlock3d")},
    **{
        name: CONV_NORM.format(name=name, axes=axes)
        for name, axes in (("Conv2dNormActivation", 2), ("ConvNormActivation", 2), ("Conv3dNormActivation", 3))
    },
}


@lru_cache
def parsed(text: str) -> ast.Module:
    """The syntax tree of one of the texts."""
    return ast.parse(text)
