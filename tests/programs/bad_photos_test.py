"""Folders and photos that nobody would wish for: a clear answer, and nothing left lying about."""

import re
import shutil
import struct
import zlib
from pathlib import Path

import pytest
from kennel_program import Kennel, listing, package_entry, results

LAYOUT = "DIR/<class>/<photo>"


def png_chunk(kind: bytes, payload: bytes) -> bytes:
    checksum = zlib.crc32(kind + payload)
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", checksum)


def huge_png() -> bytes:
    """50,000 x 50,000 pixels, says its header."""
    header = struct.pack(">IIBBBBB", 50000, 50000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks)


BAD_PHOTOS = {
    "0-byte file": b"",
    "text": b"A dog, a good one.\n" * 50,
    "page": b"<!DOCTYPE html><title>404</title>",
    "50,000 x 50,000 PNG": huge_png(),
    "PNG without pixels": huge_png()[:33],
    "zeros": bytes(5000),
}


@pytest.fixture
def data(kennel, photos) -> Path:
    """Two breeds without splits, 6 photos each, to be spoilt."""
    for breed in sorted((photos / "train").iterdir())[:2]:
        target = kennel.folder / "data" / breed.name[4:]
        target.mkdir(parents=True)
        for photo in sorted(breed.iterdir())[:6]:
            shutil.copy(photo, target)
    return kennel.folder / "data"


def classes_of(data: Path) -> list[Path]:
    return sorted(data.iterdir())


def refuses_without_a_trace(kennel: Kennel, data: Path | str, *words) -> str:
    before = listing(kennel.folder)
    message = kennel.refuses("train", data, "--output", "run", *(words or ("--epochs", 2)))
    assert listing(kennel.folder) == before
    return message


def test_refused_first_run_leaves_no_folder_of_runs(kennel):
    kennel.refuses("train", "nowhere")
    assert listing(kennel.folder) == set()


def test_missing_folder(kennel):
    assert "there is no folder nowhere" in refuses_without_a_trace(kennel, "nowhere")


def test_file_instead_of_a_folder(kennel):
    (kennel.folder / "file").write_text("dear")
    assert "file is a file" in refuses_without_a_trace(kennel, "file")


def test_empty_folder(kennel):
    (kennel.folder / "empty").mkdir()
    message = refuses_without_a_trace(kennel, "empty")
    assert "empty holds no photos" in message
    assert LAYOUT in message


def test_folder_of_empty_classes(kennel):
    for name in "ab":
        (kennel.folder / "data" / name).mkdir(parents=True)
    assert "2 class folders without a single photo" in refuses_without_a_trace(kennel, "data")


def test_photos_without_class_folders(kennel, data):
    message = refuses_without_a_trace(kennel, classes_of(data)[0])
    assert "holds 6 files and no class folders" in message


def test_one_class(kennel, data):
    shutil.rmtree(classes_of(data)[1])
    message = refuses_without_a_trace(kennel, data)
    assert f"one class only ('{classes_of(data)[0].name}')" in message


def test_class_with_one_photo(kennel, data):
    lonely = classes_of(data)[0]
    for photo in sorted(lonely.iterdir())[1:]:
        photo.unlink()
    message = refuses_without_a_trace(kennel, data)
    assert f"the class '{lonely.name}' has 1 photo" in message


def test_class_that_only_valid_has(kennel, data):
    for split in ("train", "valid"):
        shutil.copytree(data, kennel.folder / "split" / split)
    shutil.copytree(classes_of(data)[0], kennel.folder / "split" / "valid" / "Stranger")
    assert "'Stranger'" in refuses_without_a_trace(kennel, "split")


def test_missing_valid_split_is_split_off(kennel, data):
    for split in ("train", "test"):
        shutil.copytree(data, kennel.folder / "split" / split)
    done = kennel.succeeds("train", "split", "--output", "run", "--epochs", 2)
    assert "note: no valid split given: 2 photos split off from train, 10 left" in done.stderr
    found = results(kennel.folder / "run")
    counts = [found["photos"][split] for split in ("train", "valid", "test")]
    assert counts == [10, 2, 12]
    assert found["notes"][0] in done.stderr


def test_missing_test_split_leaves_the_model_untested(kennel, data):
    for split in ("train", "valid"):
        shutil.copytree(data, kennel.folder / "split" / split)
    done = kennel.succeeds("train", "split", "--output", "run", "--epochs", 2)
    assert "note: no test split given" in done.stderr
    assert results(kennel.folder / "run")["test"] is None


def spoil(data: Path) -> set[str]:
    """Adds a bad photo of every kind; their names."""
    folder, other = classes_of(data)
    for kind, content in BAD_PHOTOS.items():
        (folder / f"{kind}.jpg").write_bytes(content)
    (folder / "link that leads nowhere.jpg").symlink_to("gone.jpg")
    (folder / "folder.jpg.d").mkdir()
    (folder / "truncated.jpg").write_bytes(min(other.iterdir()).read_bytes()[:2000])
    return {f"{kind}.jpg" for kind in [*BAD_PHOTOS, "link that leads nowhere", "truncated"]}


def test_bad_photos_are_left_out_by_name_with_the_reason(kennel, data):
    names = spoil(data)
    done = kennel.succeeds("train", data, "--output", "run", "--epochs", 2)
    found = results(kennel.folder / "run")
    reasons = {Path(entry["path"]).name: entry["reason"] for entry in found["photos"]["left_out"]}
    assert reasons.keys() == names
    assert "No such file" in reasons["link that leads nowhere.jpg"]
    assert "empty" in reasons["0-byte file.jpg"]
    assert re.search("50,?000 ?x ?50,?000", reasons["50,000 x 50,000 PNG.jpg"])
    for entry in found["photos"]["left_out"]:
        note = f"left out {entry['path']}: {entry['reason']}"
        assert f"note: {note}" in done.stderr
        assert note in found["notes"]
    counts = [found["photos"][split] for split in ("train", "valid", "test")]
    assert sum(counts) == 12


@pytest.mark.parametrize("kind", ["0-byte file", "text"])
def test_strict_stops_at_a_bad_photo(kennel, data, kind):
    (classes_of(data)[0] / "bad.jpg").write_bytes(BAD_PHOTOS[kind])
    assert "bad.jpg" in refuses_without_a_trace(kennel, data, "--strict")


def test_strict_lets_good_photos_pass(kennel, data):
    kennel.succeeds("train", data, "--output", "run", "--epochs", 2, "--strict")


def test_class_of_bad_photos_only(kennel, data):
    spoilt = classes_of(data)[0]
    for photo in spoilt.iterdir():
        photo.write_bytes(b"")
    message = refuses_without_a_trace(kennel, data)
    assert f'no photo of class "{spoilt.name}" in train could be read' in message


NAMES = ["Große Schweizer 😀", 'it\'s a "dog" & more', "<script>alert(1)<!--", "a,b;c\\d %s{}"]


def test_class_names_of_every_kind_reach_all_files(kennel, data):
    for folder, name in zip(classes_of(data), NAMES, strict=False):
        shutil.copytree(folder, kennel.folder / "odd" / name)
        shutil.copytree(folder, kennel.folder / "odd" / NAMES[NAMES.index(name) + 2])
    run = kennel.train(kennel.folder / "odd", "run", "--epochs", 2)
    assert results(run)["classes"] == sorted(NAMES, key=str.encode)
    assert package_entry(run, "labels.txt").decode().splitlines() == results(run)["classes"]
    photo = min(classes_of(data)[0].iterdir())
    said = kennel.read_json("predict", run / "model.tar.gz", photo)
    assert sorted(entry["label"] for entry in said["predictions"]) == sorted(NAMES)


def test_names_cannot_break_out_of_the_report(kennel, data):
    classes_of(data)[0].rename(data / "<script>alert(1)<!--")
    trap = kennel.folder / "<" / "script><img src=x onerror=alert(2)>"
    shutil.copytree(data, trap)
    page = (kennel.train(trap, "run", "--epochs", 2) / "report.html").read_text()
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
    assert page.count("</script") == page.count("<script")


def test_class_name_with_a_line_break(kennel, data):
    classes_of(data)[0].rename(data / "two\nlines")
    assert "two" in refuses_without_a_trace(kennel, data)


def test_class_name_that_is_no_text(kennel, data):
    classes_of(data)[0].rename(Path(str(data) + "/bad\udcff"))
    assert "UTF-8" in refuses_without_a_trace(kennel, data)


@pytest.mark.parametrize(
    ("option", "value"),
    [("--epochs", 0), ("--batch-size", 0), ("--hidden", -1), ("--fraction", 2), ("--dropout", 1.5)],
)
def test_impossible_setting_is_refused_by_name(kennel, data, option, value):
    message = refuses_without_a_trace(kennel, data, option, value)
    assert f"{option} is {value}" in message


def test_training_that_diverges_is_stopped(kennel, data):
    message = kennel.refuses("train", data, "--output", "run", "--learning-rate", 1e30)
    assert "lower --learning-rate" in message
    assert not (kennel.folder / "run").exists()
