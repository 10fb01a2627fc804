"""The one place where what the visitors share meets torch: networks, and what they answered to a picture.

Importing this file does not import torch; the functions do, when they are first called.
"""

import gc
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from cnnviz.networks.memory import FORWARD, activation_bytes, loading_bytes
from cnnviz.networks.own.network import Own
from cnnviz.networks.preprocess import Preprocessing, PreprocessSteps, preprocess_steps
from cnnviz.networks.zoo import MODELS, Model, architecture, load_model, weights_path
from cnnviz.ui.sharing.bounded_cache import BoundedCache
from cnnviz.ui.sharing.inference_queue import InferenceQueue
from cnnviz.ui.sharing.loaded_networks import LoadedNetworks
from cnnviz.ui.sharing.memory import Claim, room_for, said_in_page

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image
    from streamlit.delta_generator import DeltaGenerator

    from cnnviz.arithmetic.network import Network
    from cnnviz.images import Picture
    from cnnviz.networks.activations import Activations
    from cnnviz.networks.feature_maps import ForwardPass
    from cnnviz.networks.residual import Off, ResidualBlock
    from cnnviz.networks.without_channels import How

Answer = TypeVar("Answer")

IDLE_SECONDS = 600.0  # after which a network that nobody looks into leaves the memory, and work that took long
ANSWER_IDLE_SECONDS = 180.0  # after which an answer to a picture does: it is given again in a second

# Read by OpenMP when torch is loaded: threads that wait for each other then sleep. By default they spin, and where
# other programs keep the processors busy a step of a small network takes five to twenty times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

KEPT_BYTES = 600_000_000  # of feature maps; a picture's way through VGG-16 is 116 MB
KEPT_REPLACED_BYTES = 150_000_000  # of maps behind a path that is switched off; of ResNet-50 up to 100 MB
KEPT_SENT_BYTES = 15_000_000  # of deconvolutions, 0.6 MB each
SHORT = 0.4  # seconds of work that need no progress bar
QUIET = 3.0  # seconds without a page being drawn, in which a browser has painted the last one
LONGEST_WAIT = 20.0  # seconds until torch is imported all the same

_drawn: deque[float] = deque([0.0], maxlen=1)  # when a page was drawn last


def warm() -> None:
    """Have torch imported in the background, once per process, as soon as no page was drawn for a moment.

    The import takes seconds in which it hardly lets anybody else compute: beside it the first visitor's front page
    would come in pieces. A page that needs torch imports it at once. Called by app.py on every run; returns at once.
    """
    _drawn.append(time.monotonic())
    _warmer()


@st.cache_resource(show_spinner=False)
def _warmer() -> threading.Thread:
    thread = threading.Thread(target=_import_torch, name="warm torch", daemon=True)
    thread.start()
    return thread


def _import_torch() -> None:
    began = time.monotonic()
    while time.monotonic() - _drawn[-1] < QUIET and time.monotonic() - began < LONGEST_WAIT:
        time.sleep(0.1)
    import cnnviz.attribution
    import cnnviz.networks.feature_maps  # noqa: F401
    from cnnviz.networks.light_torchvision import import_torchvision

    import_torchvision()
    _set_threads()
    # Whoever collects garbage need not look through torch's million objects each time: they stay. That takes 0.2 s, in
    # which no visitor's page is drawn.
    gc.collect()
    gc.freeze()


def _set_threads() -> None:
    """As many as $CNNVIZ_TORCH_THREADS says; on a busy machine one can be faster than two."""
    threads = os.environ.get("CNNVIZ_TORCH_THREADS", "")
    if threads.isdecimal() and int(threads) > 0:
        import torch

        torch.set_num_threads(int(threads))


@said_in_page
def model(name: str) -> Model:
    """The network `name` of `MODELS`, shared by all sessions: leave no trace on it.

    Trained as soon as its weights are on this machine; nothing is downloaded here. Raises ValueError for a name that
    is not in `MODELS`.
    """
    entry = architecture(name)
    path = None if isinstance(entry, Own) else weights_path(entry)
    changed = _changed(path)
    # keyed by the weights that were found, so that a later download is picked up
    return _networks.get((name, path, changed), lambda: _load(name, path))


def _load(name: str, path: Path | None) -> Model:
    taken = loading_bytes(architecture(name), path)
    with st.spinner("Loading the network"), room_for(taken, name, claimed=taken):
        return load_model(name, download=False)


_networks = LoadedNetworks(IDLE_SECONDS)


def state_of(network: Model) -> str:
    """Which weights a network has, as a text to keep its answers under: the file, and when it was written."""
    changed = _changed(network.weights_path)
    return f"{network.weights_path} {changed}" if changed else "untrained"


def _changed(path: Path | None) -> int:
    """When a file was written last; 0 where there is none, or none any more."""
    try:
        return path.stat().st_mtime_ns if path is not None else 0
    except OSError:
        return 0


def room_to_compute(network: Model, times: float, more: float = 0, claimed: float = 0) -> AbstractContextManager[Claim]:
    """Room for so many times the values of all layers, and `more` bytes; see `memory.room_for`."""
    return room_for(times * activation_bytes(*surveyed(network)) + more, network.name, claimed)


def answer_key(network: Model, picture: "Picture") -> tuple[str, str, str]:
    """What an answer depends on: the network, its weights, the picture."""
    return network.name, state_of(network), picture.sha256


def preprocessing(network: Model, picture: "Picture") -> PreprocessSteps:
    """How the picture becomes the network's input, stage by stage; worked out once for a picture."""
    return _preprocessing(picture.sha256, network.preprocessing, picture.image)


@st.cache_resource(show_spinner=False, max_entries=4)
def _preprocessing(sha256: str, settings: Preprocessing, _image: "Image.Image") -> PreprocessSteps:
    """Keyed by the picture's bytes: Streamlit would hash a large picture from a sample of its pixels."""
    return preprocess_steps(_image, settings)


@said_in_page
def forward_pass(name: str, picture: "Picture") -> "ForwardPass":
    """Every feature map and the scores of the network `name` for the picture; one inference serves all pages.

    Computed one at a time in the process. While it waits or computes, a progress bar in the page says so; a script
    that was overtaken by a newer click ends there.
    """
    network = model(name)

    def compute(bar: "DeltaGenerator") -> "ForwardPass":
        return _compute(network, picture, lambda part, text: bar.progress(part, text))

    return _answered(_passes, answer_key(network, picture), compute)


def _answered(store: BoundedCache[Answer], key: Hashable, compute: "Callable[[DeltaGenerator], Answer]") -> Answer:
    """The answer that is kept under this key, or `compute` in this script's turn, kept for the next who asks.

    While it waits a progress bar in the page says how many come before; `compute` is given the bar to say the rest.
    """
    kept = store.get(key)
    if kept is not None:
        return kept
    bar = st.empty()
    try:
        with inference_queue.turn(urgent=True, on_wait=lambda before: bar.progress(0.0, waiting_words(before))):
            kept = store.get(key)  # whoever was before may have computed the same
            if kept is None:
                kept = compute(bar)
                store.put(key, kept)
            return kept
    finally:
        bar.empty()


def activations(name: str, picture: "Picture") -> "Activations":
    """Every value of the network `name` for the picture, and how they hang together; see `networks.activations`."""
    from cnnviz.networks.activations import Activations

    network, answer = model(name), forward_pass(name, picture)
    image = preprocessing(network, picture).normalised
    return Activations(_surveyed(name, image.shape), network.module, image, answer)


def surveyed(network: Model) -> "tuple[Network, tuple[int, int, int]]":
    """The network as a graph, and the shape (C, H, W) of its input; worked out once."""
    settings = network.preprocessing
    shape = (len(settings.mean), settings.crop_size, settings.crop_size)
    return _surveyed(network.name, shape), shape


@said_in_page
def deconvolved(name: str, picture: "Picture", layer: str, index: tuple[int, int, int]) -> "np.ndarray":
    """One unit's activation sent back to the picture, (C, H, W), read-only; see `networks.deconvolution`.

    The last ones are kept. Where it takes long a progress bar in the page says so, as in `forward_pass`.
    """
    from cnnviz.networks.deconvolution import deconvolution

    network, found = model(name), activations(name, picture)

    def compute(bar: "DeltaGenerator") -> "np.ndarray":
        began = time.monotonic()

        def on_layer(passed: str) -> None:
            if time.monotonic() - began > SHORT:
                bar.progress(0.5, f"On its way back to the picture: {passed}")

        with room_to_compute(network, FORWARD):
            sent = deconvolution(found, layer, index, on_layer)
        sent.flags.writeable = False
        return sent

    return _answered(_sent, (name, state_of(network), picture.sha256, layer, *index), compute)


@st.cache_resource(show_spinner=False, max_entries=2 * len(MODELS))
def _surveyed(name: str, shape: tuple[int, int, int]) -> "Network":
    from cnnviz.networks.survey import survey

    return survey(model(name).module, shape)


@said_in_page
def switched_off(name: str, picture: "Picture", block: "ResidualBlock", off: "Off") -> "Activations":
    """The picture's way with one path of a residual block switched off; the last ones are kept."""
    from cnnviz.networks.residual import switched_off

    return (
        _anew(name, picture, (block, off), lambda whole: switched_off(whole, block, off))
        if off
        else (activations(name, picture))
    )


@said_in_page
def without_channels(name: str, picture: "Picture", layer: str, channels: tuple[int, ...], how: "How") -> "Activations":
    """The picture's way without some channels of a layer; the last ones are kept. See `networks.without_channels`."""
    from cnnviz.networks.without_channels import without_channels

    return _anew(name, picture, (layer, channels, how), lambda whole: without_channels(whole, layer, channels, how))


def _anew(
    name: str, picture: "Picture", changed: Hashable, change: "Callable[[Activations], Activations]"
) -> "Activations":
    """The picture's way with something changed; only what lies behind it is computed, and kept under `changed`."""
    whole, network = activations(name, picture), model(name)

    def compute(_bar: "DeltaGenerator") -> "tuple[np.ndarray, Mapping[str, np.ndarray]]":
        with room_to_compute(network, FORWARD), st.spinner("The rest of the network is computed anew"):
            other = change(whole)
        return other.answer.scores, other.replaced

    scores, arrays = _answered(_replaced, (*answer_key(network, picture), changed), compute)
    # All else is the whole network's, which may leave the memory meanwhile.
    return replace(whole, answer=replace(whole.answer, scores=scores), replaced=arrays)


def _compute(network: Model, picture: "Picture", show: Callable[[float, str], object]) -> "ForwardPass":
    from cnnviz.networks.feature_maps import forward, layer_table

    _set_threads()
    layers = len(layer_table(network.module))
    title = architecture(network.name).title
    done = 0

    def on_layer(layer: str) -> None:
        nonlocal done
        done += 1
        show(min(1.0, done / layers), f"{title} looks at the picture: {layer}")

    with room_to_compute(network, FORWARD):
        return forward(network.module, network.preprocess(picture.image), on_layer=on_layer)


def forget_answers(picture: "Picture") -> None:
    """Let go of what networks answered to a picture that its visitor has put away; who has the same asks anew."""
    for store in (_passes, _replaced, _sent):
        store.drop_where(lambda key: isinstance(key, tuple) and picture.sha256 in key)


inference_queue = InferenceQueue()  # who computes with torch, in the whole process


def waiting_words(before: int) -> str:
    """What is said to whoever waits.

    >>> waiting_words(1), waiting_words(3)
    ('Somebody else is being computed for; then it is your turn.', '3 before you.')
    """
    return "Somebody else is being computed for; then it is your turn." if before <= 1 else f"{before} before you."


def _bytes_of(answer: "ForwardPass") -> int:
    return sum(array.nbytes for array in answer.feature_maps.values())


# Not `st.cache_resource`: that counts entries, whose sizes differ tenfold between networks, lets nothing go when nobody
# asks any more, and would neither let the progress bar be drawn while it computes nor let one session's wait be told.
_passes: "BoundedCache[ForwardPass]" = BoundedCache(ANSWER_IDLE_SECONDS, KEPT_BYTES, _bytes_of)
_replaced: "BoundedCache[tuple[np.ndarray, Mapping[str, np.ndarray]]]" = BoundedCache(
    ANSWER_IDLE_SECONDS, KEPT_REPLACED_BYTES, lambda kept: sum(array.nbytes for array in kept[1].values())
)
_sent: "BoundedCache[np.ndarray]" = BoundedCache(ANSWER_IDLE_SECONDS, KEPT_SENT_BYTES, lambda array: array.nbytes)
