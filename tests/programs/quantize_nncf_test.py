"""int8 against NNCF, OpenVINO's own quantizer: as near to f32 on the same photos, or nearer."""

import json
import os
import tarfile
from pathlib import Path

import numpy
import pytest
from kennel_program import PROJECT_PYTHON, SOURCE, ask_python

SHARED = Path(os.environ.get("KENNEL_SHARED", SOURCE.parent / "shared"))
DOGS = SHARED / "data" / "dogs"
PHOTOS = 60  # to calibrate on


def centred(logits: numpy.ndarray) -> numpy.ndarray:
    """Logits without what softmax takes out of them anyway."""
    return logits - logits.mean(axis=1, keepdims=True)


def kennel_logits(kennel, package: Path, photos: list[Path], precision: str) -> numpy.ndarray:
    words = ("--precision", precision, "--top", 100, "--json")
    rows = []
    for line in kennel.succeeds("predict", package, *photos, *words).stdout.splitlines():
        found = {entry["label"]: entry["probability"] for entry in json.loads(line)["predictions"]}
        rows.append([found[name] for name in sorted(found)])
    return centred(numpy.log(numpy.maximum(rows, 1e-30)))


def nncf_logits(kennel, run: Path, known: list[Path], asked: list[Path]) -> dict:
    folder = kennel.folder / "unpacked"
    with tarfile.open(run / "model.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    for name, photos in (("known", known), ("asked", asked)):
        (kennel.folder / name).write_text("\n".join(map(str, photos)))
    lists = (kennel.folder / "known", kennel.folder / "asked")
    return ask_python(PROJECT_PYTHON, "nncf_oracle.py", folder, *lists)


def compare(kennel, run: Path, photos: Path) -> None:
    package = kennel.folder / "int8.tar.gz"
    words = ("--calibrate", photos, "--photos", PHOTOS, "--output", package, "--quiet")
    kennel.succeeds("quantize", run / "model.tar.gz", *words)
    known = sorted((photos / "train").rglob("*.jpg"))
    known = known[:: max(1, len(known) // PHOTOS)][:PHOTOS]
    asked = sorted((photos / "valid").rglob("*.jpg")) + sorted((photos / "test").rglob("*.jpg"))
    exact = kennel_logits(kennel, package, asked, "f32")
    ours = kennel_logits(kennel, package, asked, "int8")
    theirs = {
        name: centred(numpy.array(rows))
        for name, rows in nncf_logits(kennel, run, known, asked).items()
    }
    our_error = numpy.sqrt(((ours - exact) ** 2).mean())
    their_error = numpy.sqrt(((theirs["int8"] - theirs["f32"]) ** 2).mean())
    assert our_error <= 1.2 * their_error
    our_answers = (ours.argmax(axis=1) != exact.argmax(axis=1)).sum()
    their_answers = (theirs["int8"].argmax(axis=1) != theirs["f32"].argmax(axis=1)).sum()
    assert our_answers <= their_answers + max(1, len(asked) // 100)


def test_int8_is_as_near_as_that_of_nncf(kennel, trained, photos):
    compare(kennel, trained, photos)


@pytest.mark.skipif(not DOGS.is_dir(), reason=f"needs ../shared: there is no {DOGS}")
def test_int8_is_as_near_as_that_of_nncf_on_real_dogs(kennel):
    compare(kennel, kennel.train(DOGS, "run"), DOGS)


@pytest.mark.skipif(not DOGS.is_dir(), reason=f"needs ../shared: there is no {DOGS}")
def test_int8_costs_real_dogs_nothing_that_matters(kennel):
    run = kennel.train(DOGS, "run")
    told = kennel.read_json("quantize", run / "model.tar.gz", "--calibrate", DOGS)
    assert (told["photos"], told["calibration_photos"]) == (320, 300)
    assert told["held"]
    assert told["differing"] <= 0.02 * 320
    assert told["top1_int8"] >= told["top1_f32"] - 0.005
    assert told["kept"] == []
