"""The multiply-accumulates of torchvision's networks, counted by this app and by fvcore: one network of each family.

Run with ``python -m benchmarks.bench_macs``. Both count convolutions, linear layers and products of matrices once for
each multiplication, and agree on them in every family but two, of which the differences are printed by kind: fvcore
does not look into the attention of a ViT, which torch does in one call, and finds 1,072 more in 177 million of MaxViT's
products. Normalisations and adaptive poolings, which fvcore counts besides, are printed too.
"""

import importlib
import logging
import warnings
from collections import Counter

import torch

from cnnviz.networks.light_torchvision import import_torchvision
from cnnviz.networks.survey import survey
from cnnviz.networks.torchvision_networks import FAMILIES, TORCHVISION

KINDS = {  # fvcore's operators, under the kinds of layers here that do the same
    "conv": ("Conv2d", "ConvTranspose2d"),
    "linear": ("Linear",),
    "matmul": ("MatMul", "Einsum", "ScaledDotProductAttention", "MultiheadAttention"),
}
OPERATORS = {"addmm": "linear", "bmm": "matmul", "einsum": "matmul", "baddbmm": "matmul"}


def ours(name: str) -> Counter[str]:
    """Multiply-accumulates by kind, as the table has them."""
    entry, counts = TORCHVISION[name], Counter[str]()
    module = import_torchvision().get_model_builder(name)(weights=None, **dict(entry.options)).eval()
    for row in survey(module, entry.input_shape).trace(entry.input_shape):
        kind = type(row.layer.layer if hasattr(row.layer, "layer") else row.layer).__name__
        counts[next((known for known, kinds in KINDS.items() if kind in kinds), kind)] += row.macs
    return +counts


def fvcores(name: str) -> Counter[str]:
    """fvcore's "flops", which are multiply-accumulates, by operator; it runs the network once."""
    entry, counts = TORCHVISION[name], Counter[str]()
    module = import_torchvision().get_model_builder(name)(weights=None, **dict(entry.options)).eval()
    torch.backends.mha.set_fastpath_enabled(False)
    with torch.no_grad():
        analysis = importlib.import_module("fvcore.nn").FlopCountAnalysis(module, torch.zeros(1, *entry.input_shape))
        analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
        for operator, count in analysis.by_operator().items():
            counts[OPERATORS.get(operator, operator)] += int(count)
    return +counts


def compared(name: str) -> float:
    """What is counted here ÷ what fvcore counts of convolutions, dense layers and products; differences are printed."""
    here, there = ours(name), fvcores(name)
    same = [kind for kind in here | there if here[kind] == there[kind]]
    differing = {kind: (here[kind], there[kind]) for kind in sorted(here | there) if kind not in same}
    words = "; ".join(f"{kind} {us:,} here, {them:,} there" for kind, (us, them) in differing.items()) or "the same"
    print(f"  {name}: {sum(here.values()):,} MACs; {words}", flush=True)
    return sum(here.values()) / max(1, sum(there[kind] for kind in KINDS))


def run() -> list[tuple[str, float, str]]:
    """Rows of (what was compared, ratio, goal)."""
    try:
        importlib.import_module("fvcore.nn")
    except ImportError:
        print("  fvcore is not installed: not compared")
        return []
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            smallest = [networks[0][1] for _, networks in FAMILIES.values()]
            return [(f"MACs of {name}: here ÷ fvcore", compared(name), "1") for name in smallest]
    finally:
        logging.disable(logging.NOTSET)


if __name__ == "__main__":
    for what, ratio, goal in run():
        print(f"{what}: {ratio:.4f} ({goal})")
