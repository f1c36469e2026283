"""`kennel sample`: invented dogs that are neither too easy nor too hard."""

from pathlib import Path

import numpy
import pytest
from kennel_program import listing, results
from PIL import Image


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.jpg")}


def raw_pixels(split: Path) -> tuple[numpy.ndarray, numpy.ndarray]:
    paths = sorted(split.rglob("*.jpg"))
    pixels = [numpy.asarray(Image.open(path).convert("RGB").resize((32, 32))) for path in paths]
    labels = numpy.array([path.parent.name for path in paths])
    return numpy.array(pixels, dtype=numpy.float64).reshape(len(paths), -1), labels


def nearest_neighbour_top1(folder: Path) -> float:
    known, known_labels = raw_pixels(folder / "train")
    asked, asked_labels = raw_pixels(folder / "test")
    squares = (known**2).sum(axis=1) - 2 * asked @ known.T
    return float((known_labels[squares.argmin(axis=1)] == asked_labels).mean())


@pytest.fixture(scope="module")
def full_set(tmp_path_factory, shared_kennel) -> Path:
    folder = tmp_path_factory.mktemp("full") / "photos"
    shared_kennel.succeeds("sample", folder)
    return folder


def test_default_set_has_twelve_breeds_and_three_splits(full_set):
    counts = {
        split.name: [len(list(breed.glob("*.jpg"))) for breed in split.iterdir()]
        for split in full_set.iterdir()
    }
    assert counts == {"train": [56] * 12, "valid": [12] * 12, "test": [12] * 12}


def test_raw_pixels_do_not_tell_the_breeds_apart(full_set):
    assert nearest_neighbour_top1(full_set) < 0.5


def test_pretrained_backbone_tells_the_breeds_apart(full_set, kennel):
    assert results(kennel.train(full_set, "run"))["test"]["top1"] > 0.9


def test_same_seed_gives_the_same_bytes(photos, kennel):
    again = kennel.folder / "again"
    kennel.succeeds("sample", again, "--classes", 6, "--per-class", 20)
    assert content(again) == content(photos)


def test_other_seed_gives_other_photos_under_the_same_names(photos, kennel):
    other = kennel.folder / "other"
    kennel.succeeds("sample", other, "--classes", 6, "--per-class", 20, "--seed", 2)
    assert content(other).keys() == content(photos).keys()
    assert not set(content(other).values()) & set(content(photos).values())


def test_folder_with_something_in_it_stays_as_it_is(kennel):
    (kennel.folder / "box").mkdir()
    (kennel.folder / "box" / "letter.txt").write_text("dear")
    message = kennel.refuses("sample", "box", "--classes", 2, "--per-class", 5)
    assert "box is not empty" in message
    assert listing(kennel.folder) == {"box", "box/letter.txt"}


@pytest.mark.parametrize(
    ("option", "value"), [("--classes", 1), ("--classes", 65), ("--per-class", 4)]
)
def test_impossible_numbers_are_refused_with_their_value(kennel, option, value):
    message = kennel.refuses("sample", "box", option, value)
    assert str(value) in message
    assert listing(kennel.folder) == set()


def test_json_says_what_was_drawn(kennel):
    said = kennel.read_json("sample", "box", "--classes", 2, "--per-class", 5)
    assert said == {"folder": "box", "photos": 10, "classes": 2}
