"""`kennel quantize`: packages that compute in 8-bit integers, and what they answer."""

import hashlib
import io
import json
import shutil
import tarfile
from pathlib import Path

import numpy
import pytest
import torch
from kennel_program import PROJECT_PYTHON, ask_python, package_entry
from PIL import Image

CHECKED = 36  # photos in valid and test of the six classes


@pytest.fixture(scope="module")
def trained(trained, tmp_path_factory) -> Path:
    """A copy of the shared run: packages are written beside its own."""
    return shutil.copytree(trained, tmp_path_factory.mktemp("quantize") / "trained")


@pytest.fixture(scope="module")
def told(shared_kennel, trained, photos) -> dict:
    """What --json says; the package lies beside that of the run, as the default has it."""
    package = trained / "model.tar.gz"
    return shared_kennel.read_json("quantize", package, "--calibrate", photos, "--photos", 60)


@pytest.fixture
def quantized(told) -> Path:
    return Path(told["package"])


def probabilities(kennel, package: Path, photos: list[Path], precision: str) -> numpy.ndarray:
    """A row a photo, in the order of the classes' names."""
    words = ("--precision", precision, "--top", 100, "--json")
    answers = []
    for line in kennel.succeeds("predict", package, *photos, *words).stdout.splitlines():
        found = {entry["label"]: entry["probability"] for entry in json.loads(line)["predictions"]}
        answers.append([found[name] for name in sorted(found)])
    return numpy.array(answers)


def test_package_lies_beside_the_one_it_came_from(told, trained):
    assert told["package"] == str(trained / "model-int8.tar.gz")
    assert (trained / "model.tar.gz").exists()


def test_answers_stay_what_they_were(told):
    assert told["held"]
    assert told["photos"] == CHECKED
    assert told["differing"] <= 1
    assert told["top1_int8"] >= told["top1_f32"] - 1 / CHECKED
    assert (told["calibration_photos"], told["layers"]) == (60, 58)


def test_speed_is_told_of_each_precision(told):
    assert {"f32", "int8"} <= told["images_per_second"].keys()
    assert all(images > 0 for images in told["images_per_second"].values())


def test_quantized_package_tells_how_it_was_made(told, quantized, trained, photos):
    description = json.loads(package_entry(trained, "kennel.json", quantized.name))
    found = description.pop("quantization")
    assert found["activations"]["image"] == pytest.approx([-127 / 128, 1], abs=0.01)
    assert all(low <= 0 <= high for low, high in found["activations"].values())
    assert found["kept"] == told["kept"]
    assert found["calibration"]["data"] == str(photos)
    assert found["check"]["photos"] == CHECKED
    assert description == json.loads(package_entry(trained, "kennel.json"))


def test_weights_are_those_of_the_package_it_came_from(quantized, trained):
    weights = package_entry(trained, "model.pth", quantized.name)
    assert weights == package_entry(trained, "model.pth")


def test_predict_and_evaluate_compute_in_int8(kennel, told, quantized, photos):
    some = sorted((photos / "test").rglob("*.jpg"))[::3]
    exact = probabilities(kennel, quantized, some, "f32")
    int8 = probabilities(kennel, quantized, some, "int8")
    assert 0 < numpy.abs(int8 - exact).max() < 0.25
    words = ("evaluate", quantized, photos, "--split", "test", "--precision", "int8")
    assert kennel.read_json(*words)["top1"] >= told["top1_f32"] - 2 / CHECKED


def test_graph_computes_in_8_bits_too(kennel, quantized, photos):
    folder = kennel.folder / "unpacked"
    shutil.unpack_archive(quantized, folder, filter="data")
    assert "FakeQuantize" in (folder / "graph.xml").read_text()
    some = sorted((photos / "test").rglob("*.jpg"))[:4]
    logits = numpy.array(ask_python(PROJECT_PYTHON, "package_oracle.py", folder, *some)["graph"])
    ours = probabilities(kennel, quantized, some, "int8")
    assert (logits.argmax(axis=1) == ours.argmax(axis=1)).all()


def test_quantizing_again_gives_the_same_ranges(kennel, quantized, trained, photos):
    words = ("--calibrate", photos, "--photos", 60, "--output", "again.tar.gz", "--threads", 1)
    said = kennel.succeeds("quantize", quantized, *words).stdout
    assert "again.tar.gz" in said
    shutil.copy(kennel.folder / "again.tar.gz", trained / "again.tar.gz")
    first, second = (
        json.loads(package_entry(trained, "kennel.json", name))["quantization"]["activations"]
        for name in (quantized.name, "again.tar.gz")
    )
    assert first == second


def test_folder_of_photos_is_enough(kennel, trained, photos):
    (kennel.folder / "plain").mkdir()
    for photo in sorted((photos / "train").rglob("*.jpg"))[::3]:
        shutil.copy(photo, kennel.folder / "plain" / f"{photo.parent.name}-{photo.name}")
    package = trained / "model.tar.gz"
    words = ("quantize", package, "--calibrate", "plain", "--output", "plain.tar.gz")
    said = kennel.succeeds(*words).stdout
    assert "calibrated on 14 photos" in said
    assert "whose classes are not known" in said
    assert "differ" in said


@pytest.fixture
def dark_photos(kennel, few_photos) -> Path:
    """The few photos with a training set that is black: ranges that fit nothing else."""
    folder = kennel.folder / "dark"
    shutil.copytree(few_photos, folder)
    for photo in (folder / "train").rglob("*.jpg"):
        Image.new("RGB", (256, 256)).save(photo)
    return folder


def test_layers_that_hurt_stay_in_floating_point(kennel, few_trained, dark_photos):
    words = ("--calibrate", dark_photos, "--output", "dark.tar.gz", "--json")
    told = json.loads(kennel.succeeds("quantize", few_trained / "model.tar.gz", *words).stdout)
    assert told["all_in_8_bits"]["differing"] > told["differing"]
    assert 0 < len(told["kept"]) <= told["layers"] / 2
    assert told["held"]


@pytest.fixture
def alike_photos(kennel, few_photos) -> Path:
    """Two classes whose photos to check on differ in noise only."""
    folder, random = kennel.folder / "alike", numpy.random.default_rng(1)
    first, second = sorted((few_photos / "train").iterdir())[:2]
    pixels = numpy.asarray(Image.open(min(first.iterdir()))).astype(int)
    for name in (first.name, second.name):
        shutil.copytree(few_photos / "train" / name, folder / "train" / name)
        for split in ("valid", "test"):
            (folder / split / name).mkdir(parents=True)
            for number in range(12):
                noisy = numpy.clip(pixels + random.integers(-2, 3, pixels.shape), 0, 255)
                path = folder / split / name / f"{number}.png"
                Image.fromarray(noisy.astype(numpy.uint8)).save(path)
    return folder


def with_bias(run: Path, change: numpy.ndarray, target: Path) -> Path:
    """The run's package with something added to its logits."""
    names = ("kennel.json", "labels.txt", "model.pth")
    parts = {name: package_entry(run, name) for name in names}
    weights = torch.load(io.BytesIO(parts["model.pth"]), weights_only=True)
    weights["fc.2.bias"] += torch.from_numpy(change).float()
    written = io.BytesIO()
    torch.save(weights, written)
    parts["model.pth"] = written.getvalue()
    description = json.loads(parts["kennel.json"])
    digest = hashlib.sha256(parts["model.pth"]).hexdigest()
    description["files"]["model.pth"]["sha256"] = digest
    parts["kennel.json"] = json.dumps(description).encode()
    with tarfile.open(target, "w:gz", compresslevel=0) as archive:
        for name, content in parts.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return target


@pytest.fixture
def undecided(kennel, few_trained, alike_photos) -> Path:
    """A package that takes one half of the photos for the one class and half for the other."""
    asked = sorted((alike_photos / "valid").rglob("*.png"))
    found = numpy.log(probabilities(kennel, few_trained / "model.tar.gz", asked, "f32"))
    lead = numpy.median(found[:, 0] - found[:, 1])
    change = numpy.array([-lead / 2, lead / 2, -1000])
    return with_bias(few_trained, change, kennel.folder / "undecided.tar.gz")


def test_int8_that_answers_worse_is_refused(kennel, undecided, alike_photos):
    content = undecided.read_bytes()
    message = kennel.refuses("quantize", undecided, "--calibrate", alike_photos)
    assert "int8 is refused: top-1 goes from" in message
    assert "of 48 answers differ, even with" in message
    assert "stays as it is" in message
    assert undecided.read_bytes() == content
    assert not (kennel.folder / "undecided-int8.tar.gz").exists()


def test_package_stays_what_it_is(kennel, trained, photos):
    package = trained / "model.tar.gz"
    content = package.read_bytes()
    words = ("quantize", package, "--calibrate", photos, "--output", package)
    assert "choose another --output" in kennel.refuses(*words)
    assert package.read_bytes() == content


def test_folder_that_is_not_there_is_said_at_once(kennel, trained, photos):
    words = ("--calibrate", photos, "--output", "nowhere/int8.tar.gz")
    assert "there is no folder" in kennel.refuses("quantize", trained / "model.tar.gz", *words)


def test_int8_needs_a_quantized_package(kennel, trained, photos):
    photo = next((photos / "test").rglob("*.jpg"))
    package = trained / "model.tar.gz"
    message = kennel.refuses("predict", package, photo, "--precision", "int8")
    assert "kennel quantize" in message
    assert "kennel quantize" in kennel.refuses("evaluate", package, photos, "--precision", "int8")


def test_training_knows_no_int8(kennel, photos):
    assert kennel("train", photos, "--precision", "int8").returncode == 2


def test_foreign_classes_are_named(kennel, few_trained, photos):
    message = kennel.refuses("quantize", few_trained / "model.tar.gz", "--calibrate", photos)
    assert "does not know" in message
