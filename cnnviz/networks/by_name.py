"""torchvision's networks by their name, as the reader takes them: read_network(text, models=by_name).

The module is made on torch's meta device, so no weight is drawn or downloaded; torch is imported when the first network
is asked for. What a text changes of such a network (net.fc = ..., net.classifier[6] = ...) is followed like the rest.
"""

from threading import Lock
from typing import Any

from cnnviz.arithmetic.reader.values import ForeignModule, Value
from cnnviz.networks.torchvision_networks import NAMES, built_module

MADE_IN_OTHER_LIBRARIES = {  # names of timm for what torchvision has too
    "efficientnet_b0": "efficientnet_b0", "mobilenetv2_100": "mobilenet_v2", "vit_base_patch16_224": "vit_b_16",
    "vit_base_patch32_224": "vit_b_32", "vit_large_patch16_224": "vit_l_16", "densenet121": "densenet121",
    "inception_v3": "inception_v3", "vgg16": "vgg16", "resnet50": "resnet50",
}  # fmt: skip

_making = Lock()


def by_name(name: str, settings: dict[str, Any], line: int) -> Value:
    """The network of a name with these settings (num_classes), as a value of the reader; None for an unknown name.

    >>> by_name("resnet18", {"num_classes": 10}, 1).children["fc"].layer
    Linear(in_features=512, out_features=10, bias=True)
    """
    known = MADE_IN_OTHER_LIBRARIES.get(name.partition(".")[0], name.partition(".")[0])
    if known not in NAMES:
        return None
    allowed = {
        key: value for key, value in settings.items() if key in ("num_classes", "aux_logits") and isinstance(value, int)
    }
    if not 1 <= allowed.get("num_classes", 1) <= 10**6:
        return None
    from cnnviz.networks.survey import tree_of

    with _making:
        module = built_module(known, **allowed)
    tree = tree_of(module, line)
    assert isinstance(tree, ForeignModule)
    return tree
