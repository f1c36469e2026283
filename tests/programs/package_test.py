"""model.tar.gz: ordinary Python programs read it and agree with `kennel predict`."""

import hashlib
import json
import tarfile
from pathlib import Path

import numpy
import pytest
import torch
from kennel_program import PROJECT_PYTHON, SYSTEM_PYTHON, ask_python, package_entry, results

ENTRIES = ["kennel.json", "labels.txt", "model.pth", "graph.xml", "graph.bin"]
PHOTOS = 6


def unpacked(run: Path, target: Path) -> Path:
    with tarfile.open(run / "model.tar.gz") as archive:
        archive.extractall(target, filter="data")
    return target


def kennel_probabilities(kennel, run: Path, photos: list[Path]) -> numpy.ndarray:
    """A row a photo, in the order of the logits."""
    words = ("--precision", "f32", "--top", 100, "--json")
    lines = kennel.succeeds("predict", run / "model.tar.gz", *photos, *words).stdout.splitlines()
    answers = [
        {entry["label"]: entry["probability"] for entry in json.loads(line)["predictions"]}
        for line in lines
    ]
    return numpy.array([[answer[name] for name in results(run)["classes"]] for answer in answers])


def softmax(logits: list) -> numpy.ndarray:
    powers = numpy.exp(numpy.array(logits) - numpy.max(logits, axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def some_photos(photos: Path) -> list[Path]:
    """One of each class."""
    return [min(folder.iterdir()) for folder in sorted((photos / "test").iterdir())][:PHOTOS]


@pytest.fixture(scope="module")
def state(trained, tmp_path_factory) -> dict:
    folder = unpacked(trained, tmp_path_factory.mktemp("package"))
    return torch.load(folder / "model.pth", weights_only=True)


@pytest.fixture(scope="module")
def resnet_run(shared_kennel, few_photos, tmp_path_factory) -> Path:
    weights = tmp_path_factory.mktemp("weights") / "resnet18-random.pth"
    ask_python(SYSTEM_PYTHON, "random_resnet.py", "resnet18", weights)
    words = ("--backbone", "resnet18", "--weights", weights, "--epochs", 2, "--precision", "f32")
    return shared_kennel.train(few_photos, "resnet18", *words)


def test_entries_are_those_of_the_description(trained):
    with tarfile.open(trained / "model.tar.gz") as archive:
        members = archive.getmembers()
    assert sorted(member.name for member in members) == sorted(ENTRIES)
    assert all(member.isreg() for member in members)
    assert members[0].name == "kennel.json"


def test_content_is_stored_and_not_deflated(trained):
    content = sum(len(package_entry(trained, name)) for name in ENTRIES)
    size = (trained / "model.tar.gz").stat().st_size
    assert content < size < content * 1.001 + 20000


def test_description_tells_what_is_in_the_package(trained):
    told = json.loads(package_entry(trained, "kennel.json"))
    found = results(trained)
    assert told["format"] == 1
    assert told["backbone"] == "efficientnet-lite0"
    assert told["classes"] == found["classes"]
    assert told["metrics"] == {"valid": found["valid"], "test": found["test"]}
    assert told["provenance"]["command"] == found["command"]
    assert found["settings"].items() <= told["provenance"].items()
    assert told["transform"]["resize_shorter"] == 256
    digest = hashlib.sha256(package_entry(trained, "model.pth")).hexdigest()
    assert told["files"]["model.pth"]["sha256"] == digest


def test_labels_are_the_classes_one_a_line(trained):
    lines = package_entry(trained, "labels.txt").decode().splitlines()
    assert lines == results(trained)["classes"]


def test_state_dict_holds_backbone_and_head(state):
    shapes = {name: tuple(tensor.shape) for name, tensor in state.items() if name[:3] == "fc."}
    assert shapes == {
        "fc.0.weight": (256, 1280),
        "fc.0.bias": (256,),
        "fc.2.weight": (6, 256),
        "fc.2.bias": (6,),
    }
    assert state["_conv_stem.weight"].shape == (32, 3, 3, 3)
    assert not any(name.startswith("_fc.") for name in state)


def test_state_dict_has_two_types_of_tensors(state):
    for name, tensor in state.items():
        expected = torch.int64 if name.endswith("num_batches_tracked") else torch.float32
        assert tensor.dtype == expected, name


def test_python_and_graph_agree_with_kennel(kennel, trained, photos):
    folder = unpacked(trained, kennel.folder / "unpacked")
    chosen = some_photos(photos)
    told = ask_python(PROJECT_PYTHON, "package_oracle.py", folder, *chosen)
    ours = kennel_probabilities(kennel, trained, chosen)
    assert numpy.abs(softmax(told["python"]) - ours).max() < 1e-3
    assert numpy.allclose(told["graph"], told["python"], rtol=1e-4, atol=1e-4)


def test_resnet_loads_into_torchvision_and_agrees(kennel, resnet_run, few_photos):
    folder = unpacked(resnet_run, kennel.folder / "unpacked")
    chosen = some_photos(few_photos)
    told = ask_python(SYSTEM_PYTHON, "package_oracle.py", folder, *chosen)
    ours = kennel_probabilities(kennel, resnet_run, chosen)
    assert numpy.abs(softmax(told["python"]) - ours).max() < 1e-3


def test_resnet_is_described(resnet_run):
    told = json.loads(package_entry(resnet_run, "kennel.json"))
    assert told["backbone"] == "resnet18"
    assert told["head"]["layers"][0]["in"] == 512
    assert told["provenance"]["pretrained_weights"] == "resnet18-random.pth"
