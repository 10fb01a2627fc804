"""Files of weights from outside: what is read, and what is answered in a sentence without executing anything."""

import io
import pickle
import zipfile

import pytest
import torch
from safetensors.torch import save as save_safetensors
from torch import nn

from cnnviz.networks.own.fitting import fill, fits_of
from cnnviz.networks.own.weights_files import read_weights
from cnnviz.networks.refusal import Refusal

NET = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(16, 5))
STATE = {name: value.clone() for name, value in NET.state_dict().items()}


def saved(what, **options):
    """As torch.save writes it."""
    stream = io.BytesIO()
    torch.save(what, stream, **options)
    return stream.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        save_safetensors(STATE),
        saved(STATE),
        saved({"state_dict": STATE, "epoch": 7}),
        saved({"epoch": 7, "model": {"module." + name: value for name, value in STATE.items()}}),
        saved({name: value.half() if value.is_floating_point() else value for name, value in STATE.items()}),
    ],
    ids=["safetensors", "state dict", "checkpoint", "DataParallel", "half precision"],
)
def test_usual_files_are_read(data):
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(16, 5))
    assert all(fit.fits for fit in fill(module, read_weights(data)))
    for name, value in module.state_dict().items():
        torch.testing.assert_close(value, STATE[name], atol=2e-3, rtol=1e-3)


class Evil:
    """What a pickle could run."""

    def __reduce__(self):
        return print, ("executed",)


def packed(data):
    """The archive with its parts packed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as other:
        for entry in archive.infolist():
            other.writestr(entry.filename, archive.read(entry))
    return stream.getvalue()


def bomb():
    """A small archive that unpacks to a gigabyte."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("archive/data.pkl", "w") as part:
        for _ in range(64):
            part.write(bytes(2**24))
    return stream.getvalue()


def much_memory():
    """An archive of a kilobyte whose pickle asks for 500 MB: torch's own protection lets it."""
    pickled = b"\x80\x02cbuiltins\nbytearray\nJ" + (500_000_000).to_bytes(4, "little") + b"\x85R."
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in (("data.pkl", pickled), ("version", b"3\n"), ("byteorder", b"little")):
            archive.writestr(f"archive/{name}", content)
    return stream.getvalue()


@pytest.mark.parametrize("length", range(1, 60))
def test_a_safetensors_file_is_known_whatever_the_length_of_its_header(length):
    name = "w" * length
    assert torch.equal(read_weights(save_safetensors({name: torch.ones(2)}))[name], torch.ones(2))


HOSTILE = {
    "empty": (b"", "no file of weights"),
    "text": (b"hello, these are my weights", "no file of weights"),
    "a pickle": (pickle.dumps(Evil()), "a pickle"),
    "a pickle within": (saved({"weight": Evil()}), "other things than tensors"),
    "a whole model": (saved(NET), "other things than tensors"),
    "the old format": (saved(STATE, _use_new_zipfile_serialization=False), "before 2020"),
    "packed": (packed(saved(STATE)), "not written by torch.save"),
    "a zip bomb": (bomb(), "not written by torch.save"),
    "cut short": (saved(STATE)[:-200], "damaged"),
    "safetensors cut short": (save_safetensors(STATE)[:-40], "damaged"),
    "a header of 10 GB": ((10**10).to_bytes(8, "little") + b'{"a": 1}', "damaged"),
    "a header that is none": ((8).to_bytes(8, "little") + b"{}}}}}}}", "damaged"),
    "a list": (saved([torch.zeros(2)]), "no table of weights"),
    "no tensors": (saved({"epoch": 3}), "no tensors"),
    "not a number": (saved({"fc.weight": torch.tensor([1.0, float("nan")])}), "fc.weight holds values that are no"),
    "endless": (saved({"fc.weight": torch.tensor([float("inf")])}), "infinite"),
    "one value repeated": (saved({"w": torch.zeros(1).expand(10**9)}), "more than 60,000,000 values"),
    "complex": (saved({"w": torch.zeros(2, dtype=torch.complex64)}), "not a plain table"),
    "sparse": (saved({"w": torch.eye(3).to_sparse()}), "other things than tensors"),
    "a name for half a gigabyte": (much_memory(), "other things than tensors"),
    "names with paths": (saved({"../../etc/passwd": torch.zeros(2)}), "missing in the file"),
    "a long name": (saved({"w" * 400: torch.zeros(2)}), "longer names"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "said"), HOSTILE.values(), ids=HOSTILE)
def test_other_files_are_answered_in_a_sentence(data, said, capsys):
    module = nn.Linear(2, 2)
    before = module.weight.clone()
    with pytest.raises(Refusal, match=said) as refused:
        fill(module, read_weights(data))
    assert "weights_only" not in str(refused.value)
    assert len(str(refused.value)) < 400
    assert torch.equal(module.weight, before)
    assert capsys.readouterr().out == ""


def test_what_does_not_fit_is_named_with_both_shapes():
    other = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(16, 10))
    with pytest.raises(
        Refusal, match=r"3\.weight is \(5, 16\) in the file; the text says \(10, 16\)\. 3\.bias is \(5,\)"
    ):
        fill(other, STATE)


def test_a_table_says_what_is_missing_and_what_is_only_in_the_file():
    said = [fit.sentence for fit in fits_of(nn.Linear(2, 2), {"weight": torch.zeros(2, 2), "scale": torch.zeros(3)})]
    assert said == ["", "bias (2,) is missing in the file.", "scale (3,) is only in the file, and not used."]
