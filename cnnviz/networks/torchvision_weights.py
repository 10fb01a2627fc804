"""The weights of torchvision's other convolutional networks: the file of each, its size, and how it wants a picture.

For those of `MODELS` the zoo says it itself. Left out: transformers, which have no feature maps to look at; GoogLeNet
and Inception-v3, whose published weights shift their input by numbers that no layer shows; and RegNet-Y 128 GF, whose
weights have 2.5 GB. Names, sizes and settings are those of torchvision 0.29, IMAGENET1K_V1; a test compares them.
"""

from functools import cache
from typing import NamedTuple

from cnnviz.networks.architecture import Published
from cnnviz.networks.preprocess import IMAGENET, Preprocessing
from cnnviz.networks.torchvision_networks import TORCHVISION
from cnnviz.networks.weights import WeightsFile


class PublishedWeights(NamedTuple):
    """`enum` is torchvision's name for the weights; `mebibytes` the size of the file."""

    enum: str
    file_name: str
    mebibytes: float
    preprocessing: Preprocessing


def _weights(
    kind: str,
    file_name: str,
    mebibytes: float,
    resize_size: int = 256,
    crop_size: int = 224,
    bicubic: bool = False,
    centred: bool = False,
) -> PublishedWeights:
    mean, std = ((0.5,) * 3, (0.5,) * 3) if centred else (IMAGENET.mean, IMAGENET.std)
    settings = Preprocessing(resize_size, crop_size, mean, std, bicubic)
    return PublishedWeights(f"{kind}_Weights.IMAGENET1K_V1", file_name, mebibytes, settings)


WEIGHTS: dict[str, PublishedWeights] = {
    "vgg11": _weights("VGG11", "vgg11-8a719046.pth", 506.84),
    "vgg11_bn": _weights("VGG11_BN", "vgg11_bn-6002323d.pth", 506.881),
    "vgg13": _weights("VGG13", "vgg13-19584684.pth", 507.545),
    "vgg13_bn": _weights("VGG13_BN", "vgg13_bn-abd245e5.pth", 507.59),
    "vgg16_bn": _weights("VGG16_BN", "vgg16_bn-6c64b313.pth", 527.866),
    "vgg19": _weights("VGG19", "vgg19-dcbb9e9d.pth", 548.051),
    "vgg19_bn": _weights("VGG19_BN", "vgg19_bn-c79401a0.pth", 548.143),
    "resnet34": _weights("ResNet34", "resnet34-b627a593.pth", 83.275),
    "resnet101": _weights("ResNet101", "resnet101-63fe2227.pth", 170.511),
    "resnet152": _weights("ResNet152", "resnet152-394f9c45.pth", 230.434),
    "resnext50_32x4d": _weights("ResNeXt50_32X4D", "resnext50_32x4d-7cdf4587.pth", 95.789),
    "resnext101_32x8d": _weights("ResNeXt101_32X8D", "resnext101_32x8d-8ba56ff5.pth", 339.586),
    "resnext101_64x4d": _weights("ResNeXt101_64X4D", "resnext101_64x4d-173b62eb.pth", 319.318, 232, 224),
    "wide_resnet50_2": _weights("Wide_ResNet50_2", "wide_resnet50_2-95faca4d.pth", 131.82),
    "wide_resnet101_2": _weights("Wide_ResNet101_2", "wide_resnet101_2-32ee1156.pth", 242.896),
    "squeezenet1_0": _weights("SqueezeNet1_0", "squeezenet1_0-b66bff10.pth", 4.778),
    "densenet121": _weights("DenseNet121", "densenet121-a639ec97.pth", 30.845),
    "densenet161": _weights("DenseNet161", "densenet161-8d451a50.pth", 110.369),
    "densenet169": _weights("DenseNet169", "densenet169-b2777c0a.pth", 54.708),
    "densenet201": _weights("DenseNet201", "densenet201-c1103571.pth", 77.373),
    "mobilenet_v2": _weights("MobileNet_V2", "mobilenet_v2-b0353104.pth", 13.555),
    "mobilenet_v3_small": _weights("MobileNet_V3_Small", "mobilenet_v3_small-047dcff4.pth", 9.829),
    "mobilenet_v3_large": _weights("MobileNet_V3_Large", "mobilenet_v3_large-8738ca79.pth", 21.114),
    "mnasnet0_5": _weights("MNASNet0_5", "mnasnet0.5_top1_67.823-3ffadce67e.pth", 8.591),
    "mnasnet0_75": _weights("MNASNet0_75", "mnasnet0_75-7090bc5f.pth", 12.303, 232, 224),
    "mnasnet1_0": _weights("MNASNet1_0", "mnasnet1.0_top1_73.512-f206786ef8.pth", 16.915),
    "mnasnet1_3": _weights("MNASNet1_3", "mnasnet1_3-a4c69d6f.pth", 24.246, 232, 224),
    "shufflenet_v2_x0_5": _weights("ShuffleNet_V2_X0_5", "shufflenetv2_x0.5-f707e7126e.pth", 5.282),
    "shufflenet_v2_x1_0": _weights("ShuffleNet_V2_X1_0", "shufflenetv2_x1-5666bf0f80.pth", 8.791),
    "shufflenet_v2_x1_5": _weights("ShuffleNet_V2_X1_5", "shufflenetv2_x1_5-3c479a10.pth", 13.557, 232, 224),
    "shufflenet_v2_x2_0": _weights("ShuffleNet_V2_X2_0", "shufflenetv2_x2_0-8be3c8ee.pth", 28.433, 232, 224),
    "efficientnet_b0": _weights("EfficientNet_B0", "efficientnet_b0_rwightman-7f5810bc.pth", 20.451, bicubic=True),
    "efficientnet_b1": _weights(
        "EfficientNet_B1", "efficientnet_b1_rwightman-bac287d4.pth", 30.134, 256, 240, bicubic=True
    ),
    "efficientnet_b2": _weights(
        "EfficientNet_B2", "efficientnet_b2_rwightman-c35c1473.pth", 35.174, 288, 288, bicubic=True
    ),
    "efficientnet_b3": _weights(
        "EfficientNet_B3", "efficientnet_b3_rwightman-b3899882.pth", 47.184, 320, 300, bicubic=True
    ),
    "efficientnet_b4": _weights(
        "EfficientNet_B4", "efficientnet_b4_rwightman-23ab8bcd.pth", 74.489, 384, 380, bicubic=True
    ),
    "efficientnet_b5": _weights(
        "EfficientNet_B5", "efficientnet_b5_lukemelas-1a07897c.pth", 116.864, 456, 456, bicubic=True
    ),
    "efficientnet_b6": _weights(
        "EfficientNet_B6", "efficientnet_b6_lukemelas-24a108a5.pth", 165.362, 528, 528, bicubic=True
    ),
    "efficientnet_b7": _weights(
        "EfficientNet_B7", "efficientnet_b7_lukemelas-c5b4e57e.pth", 254.675, 600, 600, bicubic=True
    ),
    "efficientnet_v2_s": _weights("EfficientNet_V2_S", "efficientnet_v2_s-dd5fe13b.pth", 82.704, 384, 384),
    "efficientnet_v2_m": _weights("EfficientNet_V2_M", "efficientnet_v2_m-dc08266a.pth", 208.01, 480, 480),
    "efficientnet_v2_l": _weights(
        "EfficientNet_V2_L", "efficientnet_v2_l-59c71312.pth", 454.573, 480, 480, bicubic=True, centred=True
    ),
    "regnet_x_400mf": _weights("RegNet_X_400MF", "regnet_x_400mf-adf1edd5.pth", 21.258),
    "regnet_x_800mf": _weights("RegNet_X_800MF", "regnet_x_800mf-ad17e45c.pth", 27.945),
    "regnet_x_1_6gf": _weights("RegNet_X_1_6GF", "regnet_x_1_6gf-e3633e7f.pth", 35.339),
    "regnet_x_3_2gf": _weights("RegNet_X_3_2GF", "regnet_x_3_2gf-f342aeae.pth", 58.756),
    "regnet_x_8gf": _weights("RegNet_X_8GF", "regnet_x_8gf-03ceed89.pth", 151.456),
    "regnet_x_16gf": _weights("RegNet_X_16GF", "regnet_x_16gf-2007eb11.pth", 207.627),
    "regnet_x_32gf": _weights("RegNet_X_32GF", "regnet_x_32gf-9d47f8d0.pth", 412.039),
    "regnet_y_400mf": _weights("RegNet_Y_400MF", "regnet_y_400mf-c65dace8.pth", 16.806),
    "regnet_y_800mf": _weights("RegNet_Y_800MF", "regnet_y_800mf-1b27b58c.pth", 24.774),
    "regnet_y_1_6gf": _weights("RegNet_Y_1_6GF", "regnet_y_1_6gf-b11a554e.pth", 43.152),
    "regnet_y_3_2gf": _weights("RegNet_Y_3_2GF", "regnet_y_3_2gf-b5a9779c.pth", 74.567),
    "regnet_y_8gf": _weights("RegNet_Y_8GF", "regnet_y_8gf-d0d0e4a8.pth", 150.701),
    "regnet_y_16gf": _weights("RegNet_Y_16GF", "regnet_y_16gf-9e6ed7dd.pth", 319.49),
    "regnet_y_32gf": _weights("RegNet_Y_32GF", "regnet_y_32gf-4dee3f7a.pth", 554.076),
    "convnext_tiny": _weights("ConvNeXt_Tiny", "convnext_tiny-983f1562.pth", 109.119, 236, 224),
    "convnext_small": _weights("ConvNeXt_Small", "convnext_small-0c510722.pth", 191.703, 230, 224),
    "convnext_base": _weights("ConvNeXt_Base", "convnext_base-6075fbad.pth", 338.064, 232, 224),
    "convnext_large": _weights("ConvNeXt_Large", "convnext_large-ea097f82.pth", 754.537, 232, 224),
}


@cache
def published(name: str) -> Published | None:
    """The entry of one of these networks, as `MODELS` has its own; None for any other name.

    >>> entry = published("resnet34")
    >>> entry.title, entry.weights.sha256_prefix, published("vit_b_16")
    ('ResNet-34', 'b627a593', None)
    """
    if name not in WEIGHTS:
        return None
    known, weights = TORCHVISION[name], WEIGHTS[name]
    return Published(
        title=known.title,
        year=0,
        paper="",
        description=known.description,
        builder=name,
        notable_layers=(),
        preprocessing=weights.preprocessing,
        has_residual_blocks=known.family in ("ResNet", "ResNeXt", "Wide ResNet"),
        weights_enum=weights.enum,
        weights=WeightsFile(
            name=weights.file_name,
            url=f"https://download.pytorch.org/models/{weights.file_name}",
            approx_size=round(weights.mebibytes * 2**20),
        ),
    )
