"""Memory: the four ImageNet networks in one process, and two hundred visits of the Explore pages.

Run with ``python -m benchmarks memory``, in a process of its own. Random weights take more than trained ones, which are
mapped from their files. Linux only: it reads /proc.
"""

import gc
import os
import subprocess
import sys
from pathlib import Path

VISITS = 200
GOAL_NETWORKS, GOAL_GROWTH = "≤ 1", "≤ 1"
ALLOWED_NETWORKS, ALLOWED_GROWTH = 1600.0, 50.0  # MB
PAGES = ("feature_maps", "one_neuron", "residual_block", "whole_network", "filters")


def megabytes() -> float:
    """What this process holds of the machine's memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def own_megabytes() -> float:
    """The same without what is mapped from files, such as torch's libraries, which the system may drop and share."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("RssAnon:")[1].split()[0]) / 1000


def networks() -> str:
    """MB with all four loaded, and after each has also run once."""
    from PIL import Image

    from cnnviz.networks.feature_maps import forward
    from cnnviz.networks.zoo import MODELS, load_model

    kept = []
    for name in ("alexnet", "vgg16", "resnet18", "resnet50"):
        model = load_model(name, download=False)
        assert name in MODELS
        kept.append(model)
    loaded = megabytes()
    for model in kept:
        forward(model.module, model.preprocess(Image.new("RGB", (256, 256))), layers=[])
    return f"{loaded} {megabytes()} {own_megabytes()}"


def growth() -> float:
    """MB that two hundred visits, each a session of its own, add to what twenty have taken."""
    from streamlit.testing.v1 import AppTest

    root = Path(__file__).parents[1]
    after_first = 0.0
    for visit in range(VISITS + 20):
        page = root / "pages" / "explore" / f"{PAGES[visit % len(PAGES)]}.py"
        app = AppTest.from_file(page, default_timeout=120)
        app.query_params["picture"] = ("chelsea", "coffee", "brick")[visit % 3]
        app.run()
        assert not app.exception
        if visit == 19:
            gc.collect()
            after_first = megabytes()
    gc.collect()
    return megabytes() - after_first


def run() -> list[tuple[str, float, str]]:
    """Rows of (what was measured against what is allowed, ratio, goal); each in a process of its own."""
    found = {}
    for what in ("networks", "growth"):
        code = f"from benchmarks.bench_memory import {what}; print({what}())"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=1200, check=True)
        found[what] = [float(word) for word in done.stdout.split("\n")[-2].split()]
    loaded, ran, own = found["networks"]
    print(
        f"  four networks: {loaded:.0f} MB loaded, {ran:.0f} MB after a run of each "
        f"({own:.0f} MB of it not mapped from files); "
        f"{VISITS} visits: {found['growth'][0]:+.0f} MB"
    )
    return [
        ("four ImageNet networks loaded ÷ 1.6 GB", loaded / ALLOWED_NETWORKS, GOAL_NETWORKS),
        (f"growth over {VISITS} visits ÷ 50 MB", found["growth"][0] / ALLOWED_GROWTH, GOAL_GROWTH),
    ]
