"""Taking an array of an Explore page along: as a picture, as numbers, as the lines of PyTorch that give the same."""

import csv
import io
import re
from collections.abc import Callable

import numpy as np
import streamlit as st

from cnnviz.networks.architecture import Sibling
from cnnviz.networks.own.network import Own
from cnnviz.networks.zoo import Model, architecture

REPEATED = re.compile(r"(.+)_(\d+)")  # the second run of a layer has its maps under "relu_1"


def take_along(
    array: np.ndarray, table: np.ndarray, name: str, code: str, png: Callable[[], bytes] | None = None
) -> None:
    """Draw a button, and behind it the files and the lines. `table` (rows, columns) is what goes into the CSV."""
    with st.popover("Take it along", icon=":material/download:", key="take_along"):
        with st.container(horizontal=True, gap="small"):
            if png is not None:
                download("PNG", png, f"{name}.png", "image/png")
            download("NPY", lambda: as_npy(array), f"{name}.npy", "application/octet-stream")
            download("CSV", lambda: as_csv(table), f"{name}.csv", "text/csv")
        shape = " × ".join(map(str, array.shape))
        st.caption(
            f"NPY: all {shape} values, for numpy.load. CSV: {table.shape[0]} × {table.shape[1]}, what is enlarged."
        )
        if code:
            st.markdown("The same array in PyTorch:")
            st.code(code, language="python")


def download(label: str, content: Callable[[], bytes], file_name: str, mime: str) -> None:
    """One button; what it gives is made when it is asked for."""
    st.download_button(
        label, content, file_name, mime, icon=":material/download:", key=f"take_{label}", on_click="ignore"
    )


def as_npy(array: np.ndarray) -> bytes:
    """The array as numpy.save writes it: shape, type and values.

    >>> np.load(io.BytesIO(as_npy(np.eye(2)))).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def as_csv(table: np.ndarray) -> bytes:
    """A table (rows, columns) as comma-separated values, each with as many digits as tell it from its neighbours.

    >>> as_csv(np.array([[0.1, -2.0]], dtype=np.float32))
    b'0.1,-2.0\\n'
    """
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([[str(value) for value in row] for row in table])
    return stream.getvalue().encode()


def loading_lines(model: Model, picture: bool = True) -> list[str]:
    """Lines that load the network, and a picture as it wants it, as `module` and `image`."""
    entry = architecture(model.name)
    lines = [
        "import torch",
        *(["from PIL import Image"] if picture else []),
        "from cnnviz.networks.zoo import load_model",
    ]
    if isinstance(entry, Own):
        settings = model.preprocessing
        lines = ["import torch", *(["from PIL import Image", "from torchvision import transforms"] if picture else [])]
        lines += ["", "module = net.eval()  # your own network, with its weights"]
        if picture:
            grey = "transforms.Grayscale(), " if len(settings.mean) == 1 else ""
            lines += [
                f"steps = [transforms.Resize({settings.resize_size}), transforms.CenterCrop({settings.crop_size}),",
                f"         {grey}transforms.ToTensor(),",
                f"         transforms.Normalize({settings.mean}, {settings.std})]",
                'image = transforms.Compose(steps)(Image.open("picture.jpg").convert("RGB"))[None]',
            ]
        return lines
    lines += ["", f'model = load_model("{model.name}")' + ("" if isinstance(entry, Sibling) else "  # torchvision's")]
    lines += ["module = model.module"]
    if picture:
        lines += ['image = model.preprocess(Image.open("picture.jpg"))']
    return lines


def maps_lines(model: Model, layer: str) -> str:
    """Lines that give the maps of a layer, (C, H, W), as they were before any in-place ReLU behind it.

    None for what an own network does with a function: in the visitor's module no layer has that name.
    """
    own = isinstance(architecture(model.name), Own)
    if own and (len(model.preprocessing.mean) == 4 or not learns(model, layer)):
        return ""
    run, module_name = 0, layer
    repeated = REPEATED.fullmatch(layer)
    if repeated and layer not in dict(model.module.named_modules()):
        module_name, run = repeated[1], int(repeated[2])
    return "\n".join(
        [
            *loading_lines(model),
            "",
            "outputs = []",
            f'layer = module.get_submodule("{module_name}")',
            "layer.register_forward_hook(lambda layer, given, output: outputs.append(output.clone()))",
            "with torch.no_grad():",
            "    scores = module(image)",
            f"maps = outputs[{run}][0].numpy()",
        ]
    )


def learns(model: Model, layer: str) -> bool:
    """Whether a layer of this name holds weights: in an own network those are the visitor's own layers."""
    return any(True for name, _ in model.module.named_parameters() if name.startswith(f"{layer}."))


def weights_lines(model: Model, layer: str) -> str:
    """Lines that give the weight of a layer."""
    lines = [*loading_lines(model, picture=False), "", f'weights = module.get_submodule("{layer}").weight']
    return "\n".join([*lines, "weights = weights.detach().numpy()"])


def attribution_lines(model: Model, method: str, class_index: int, evaluations: int = 0, layer: str = "") -> str:
    """Lines that give the map of a method for a class, (H, W).

    None for an own network: a softmax at its end, or maps in place of scores, are not the module's that is asked here.
    """
    if isinstance(architecture(model.name), Own):
        return ""
    lines = loading_lines(model)
    lines.insert(lines.index(""), "from cnnviz.attribution import METHODS")
    settings = f", evaluations={evaluations}" if evaluations else ""
    settings += f', layer="{layer}"' if layer else ""
    return "\n".join([*lines, "", f'attribution = METHODS["{method}"](module, image, {class_index}{settings})'])
