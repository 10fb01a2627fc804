"""A visitor's file of weights: read without executing anything of it, within bounds, or refused in a sentence.

Two formats: safetensors, and the state dict of torch.save in its format since 2020, an archive, of which torch reads
tensors and plain containers only (`weights_only=True`). The older format and whole models are pickles that would have
to be executed; they are refused. torch's own messages are never shown: they tell how to switch the protection off.
"""

import io
import pickletools
import re
import zipfile
from collections.abc import Mapping
from typing import Any

import torch
from safetensors.torch import load as load_safetensors

from cnnviz.networks.memory import refuse_lack_of_memory
from cnnviz.networks.own.network import MOST_BYTES
from cnnviz.networks.refusal import Refusal

MOST_VALUES = 60_000_000  # an own network's parameters, and what training keeps beside them
MOST_TENSORS = 20_000
MOST_HEADER = 10_000_000  # bytes of names and shapes: of the largest networks less than one
INSIDE = ("state_dict", "model_state_dict", "model", "net", "network", "weights")  # where checkpoints keep the weights

OLD = (
    "This file is a pickle, as torch.save wrote it before 2020 or with a whole model in it; reading it could run "
    "anything. Save the weights alone, with a newer PyTorch: torch.save(net.state_dict(), 'weights.pt')."
)
NEITHER = "This is no file of weights that can be read here: give a .safetensors, or a .pt made of net.state_dict()."
OTHER_THINGS = (
    "This file holds other things than tensors, such as a whole model, or is damaged; only weights are read. "
    "Save them so: torch.save(net.state_dict(), 'weights.pt')."
)
# what the pickle of a state dict names, as "module name"
TENSORS = re.compile(
    r"collections OrderedDict|torch\._utils _rebuild_(tensor_v2|parameter)|torch (\w+Storage|Size|device)"
    r"|torch\.serialization _get_layout|torch\.storage \w+Storage"
)
DAMAGED = "This file of weights is damaged, or ends too early. Save it anew."


def read_weights(data: bytes) -> dict[str, torch.Tensor]:
    """The tensors of a file by their names, in float32 where they are numbers with a fraction.

    Refusal, in a sentence, for anything that is not a table of weights, and for values that are not finite.
    """
    if len(data) > MOST_BYTES:
        raise Refusal(f"The file has {len(data) / 1e6:.0f} MB; {MOST_BYTES / 1e6:.0f} MB can be read.")
    if data[8:9] == b"{":  # behind the length of its header, whose first byte may be that of a pickle
        table = _of_safetensors(data)
    elif data[:2] == b"PK":
        table = _of_archive(data)
    else:
        raise Refusal(OLD if data[:1] == b"\x80" else NEITHER)
    tensors = {str(name): value for name, value in table.items() if isinstance(value, torch.Tensor)}
    if not tensors:
        raise Refusal("There are no weights in this file: it holds no tensors under names.")
    if len(tensors) > MOST_TENSORS or any(len(name) > 300 for name in tensors):
        raise Refusal("This file holds more tensors, or longer names, than a network has.")
    # A tensor may claim to be larger than the file: a view that repeats one value.
    if sum(value.numel() for value in tensors.values()) > MOST_VALUES:
        raise Refusal(f"The file holds more than {MOST_VALUES:,} values, which is too large for an own network.")
    return {name: _plain(name, value) for name, value in tensors.items()}


def _of_safetensors(data: bytes) -> Mapping[str, Any]:
    header = int.from_bytes(data[:8], "little")
    if header > min(MOST_HEADER, len(data) - 8):
        raise Refusal(DAMAGED)
    try:
        return load_safetensors(data)
    except Exception as error:  # a damaged file raises several things, none of them a sentence
        refuse_lack_of_memory(error)
        raise Refusal(DAMAGED) from error


def _of_archive(data: bytes) -> Mapping[str, Any]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except Exception as error:
        raise Refusal(DAMAGED) from error
    packed = any(entry.compress_type != zipfile.ZIP_STORED for entry in entries)
    if packed or len(entries) > MOST_TENSORS + 10 or sum(entry.file_size for entry in entries) > len(data):
        raise Refusal("This archive was not written by torch.save: its parts are packed, or more than it can hold.")
    pickles = [entry for entry in entries if entry.filename.endswith("data.pkl")]
    if len(pickles) != 1 or any(entry.filename.endswith("constants.pkl") for entry in entries):
        raise Refusal("This is not a file of weights alone. Save them so: torch.save(net.state_dict(), 'weights.pt').")
    if pickles[0].file_size > MOST_HEADER:
        raise Refusal("This file holds more names than a network has.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            only_tensors = _names_only_tensors(archive.read(pickles[0]))
        found = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True) if only_tensors else None
    except Exception as error:  # nearly anything; torch's own words are not for visitors
        refuse_lack_of_memory(error)
        raise Refusal(OTHER_THINGS) from error
    if found is None:
        raise Refusal(OTHER_THINGS)
    return _state_dict(found)


def _names_only_tensors(pickled: bytes) -> bool:
    """Whether a pickle calls nothing but what tensors are made with: torch alone would let it ask for much memory."""
    for opcode, argument, _ in pickletools.genops(pickled):
        if opcode.name == "GLOBAL" and not TENSORS.fullmatch(str(argument)):
            return False
        if opcode.name in ("STACK_GLOBAL", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "EXT1", "EXT2", "EXT4", "BYTEARRAY8"):
            return False
    return True


def _state_dict(found: object) -> Mapping[str, Any]:
    """The table of weights: what was saved, or the part of a checkpoint that holds it."""
    if not isinstance(found, dict):
        raise Refusal("This file holds no table of weights. Save one so: torch.save(net.state_dict(), 'weights.pt').")
    if not any(isinstance(value, torch.Tensor) for value in found.values()):
        for name in INSIDE:
            if isinstance(found.get(name), dict):
                return _state_dict(found[name])
    return found


def _plain(name: str, value: torch.Tensor) -> torch.Tensor:
    if value.layout != torch.strided or value.is_quantized or value.is_complex() or value.is_meta:
        raise Refusal(f"{name} is not a plain table of numbers (it is sparse, quantised or complex).")
    if not value.is_floating_point():
        return value.detach().clone()
    plain = value.detach().to(torch.float32).contiguous()
    if not bool(torch.isfinite(plain).all()):
        raise Refusal(f"{name} holds values that are no numbers (NaN) or infinite: the training went wrong there.")
    return plain
