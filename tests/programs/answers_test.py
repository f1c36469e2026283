"""`kennel evaluate`, `predict` and `compare`: what they answer."""

import json
import shutil
from pathlib import Path

import pytest
from kennel_program import results


@pytest.fixture
def package(trained) -> Path:
    return trained / "model.tar.gz"


@pytest.fixture
def photo(photos) -> Path:
    return min((photos / "test").rglob("*.jpg"))


@pytest.mark.parametrize("split", ["valid", "test"])
def test_evaluate_finds_what_training_found(kennel, photos, trained, package, split):
    words = ("evaluate", package, photos, "--split", split, "--precision", "f32")
    found, known = kennel.read_json(*words), results(trained)[split]
    assert found["split"] == split
    assert (found["photos"], found["top1"], found["top5"]) == (18, known["top1"], known["top5"])
    assert found["loss"] == pytest.approx(known["loss"], abs=1e-3)
    assert found["calibration_error"] == pytest.approx(known["calibration_error"], abs=1e-3)


def test_evaluation_adds_up(kennel, photos, package):
    found = kennel.read_json("evaluate", package, photos, "--split", "all")
    names = [entry["class"] for entry in found["classes"]]
    assert found["photos"] == 120
    assert len(found["confusion"]) == len(names) ** 2
    assert sum(found["confusion"]) == 120
    diagonal = found["confusion"][:: len(names) + 1]
    assert sum(diagonal) / 120 == pytest.approx(found["top1"])
    for entry, right in zip(found["classes"], diagonal, strict=True):
        assert entry["photos"] == 20
        assert entry["recall"] == pytest.approx(right / 20)


@pytest.mark.parametrize(
    ("split", "count"), [("auto", 18), ("train", 84), ("valid", 18), ("all", 120)]
)
def test_split_says_which_photos(kennel, photos, package, split, count):
    said = kennel.succeeds("evaluate", package, photos, "--split", split).stdout
    assert said.startswith(f"{count} photos of ")


def test_flat_folder_is_evaluated_whole(kennel, photos, package):
    found = kennel.read_json("evaluate", package, photos / "train")
    assert (found["split"], found["photos"]) == ("all", 84)


def test_some_of_the_classes_are_enough(kennel, photos, package):
    some = sorted((photos / "test").iterdir())[1:4:2]
    for folder in some:
        shutil.copytree(folder, kennel.folder / "some" / folder.name)
    found = kennel.read_json("evaluate", package, "some")
    present = [entry["class"] for entry in found["classes"] if entry["photos"] > 0]
    assert present == [folder.name for folder in some]


def test_evaluation_is_legible(kennel, photos, trained, package):
    said = kennel.succeeds("evaluate", package, photos, "--precision", "f32").stdout
    assert f"top-1 {results(trained)['test']['top1']:.4f}" in said
    for name in results(trained)["classes"]:
        assert name in said


def test_class_that_the_package_does_not_know_is_named(kennel, photos, package):
    shutil.copytree(photos / "test", kennel.folder / "more")
    min((kennel.folder / "more").iterdir()).rename(kennel.folder / "more" / "Stranger")
    message = kennel.refuses("evaluate", package, "more")
    assert "does not know 1 of the 6 classes in the folder: Stranger" in message
    assert "005.Fawn_saddler and 1 more" in message


def test_split_that_is_not_there_is_named(kennel, photos, package):
    assert "valid" in kennel.refuses("evaluate", package, photos / "test", "--split", "valid")


def test_unreadable_photo_is_left_out_of_an_evaluation(kennel, photos, package):
    shutil.copytree(photos / "test", kennel.folder / "data")
    bad = min((kennel.folder / "data").rglob("*.jpg"))
    bad.write_bytes(b"")
    done = kennel.succeeds("evaluate", package, "data", "--json")
    found = json.loads(done.stdout)
    assert found["photos"] == 17
    assert found["left_out"][0]["path"].endswith(bad.name)
    assert bad.name in done.stderr
    assert bad.name in kennel.refuses("evaluate", package, "data", "--strict")


def test_report_is_written_where_it_is_asked_for(kennel, photos, trained, package):
    said = kennel.succeeds("evaluate", package, photos, "--report", "page.html").stdout
    page = (kennel.folder / "page.html").read_text()
    assert "page.html" in said
    assert page.startswith("<!doctype html>") or page.startswith("<!DOCTYPE html>")
    for name in results(trained)["classes"]:
        assert name in page


def test_quiet_evaluation_writes_its_report_only(kennel, photos, package):
    done = kennel.succeeds("evaluate", package, photos, "--quiet", "--report", "page.html")
    assert (done.stdout, done.stderr) == ("", "")
    assert (kennel.folder / "page.html").exists()


def test_prediction_is_a_label_with_its_probability(kennel, package, photo, trained):
    found = kennel.read_json("predict", package, photo, "--top", 6)
    assert found["photo"] == str(photo)
    chances = [entry["probability"] for entry in found["predictions"]]
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) == pytest.approx(1, abs=1e-5)
    labels = {entry["label"] for entry in found["predictions"]}
    assert labels == set(results(trained)["classes"])


def test_training_photos_are_recognized(kennel, photos, package):
    chosen = [min(folder.iterdir()) for folder in sorted((photos / "train").iterdir())]
    lines = kennel.succeeds("predict", package, *chosen, "--json").stdout.splitlines()
    answers = [json.loads(line) for line in lines]
    assert [answer["photo"] for answer in answers] == [str(path) for path in chosen]
    first = [answer["predictions"][0]["label"] for answer in answers]
    assert first == [path.parent.name for path in chosen]


@pytest.mark.parametrize("top", [1, 3])
def test_top_says_how_many(kennel, package, photo, top):
    name, *lines = kennel.succeeds("predict", package, photo, "--top", top).stdout.splitlines()
    assert name == str(photo)
    assert len(lines) == top
    assert all(" %  0" in line for line in lines)


def test_one_unreadable_photo_spoils_no_other(kennel, package, photo):
    (kennel.folder / "text.jpg").write_text("a dog")
    words = ("predict", package, "text.jpg", photo, "gone.jpg")
    done = kennel(*words)
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == str(photo)
    assert "text.jpg: not an image" in done.stderr
    assert "gone.jpg" in done.stderr
    answers = [json.loads(line) for line in kennel(*words, "--json").stdout.splitlines()]
    assert {answer["photo"]: sorted(answer)[0] for answer in answers} == {
        "text.jpg": "error",
        str(photo): "photo",
        "gone.jpg": "error",
    }


def test_photo_of_every_format_gets_the_same_label(kennel, package, photos):
    from PIL import Image

    source = min((photos / "train").rglob("*.jpg"))
    names = ["photo.png", "photo.bmp", "photo.webp", "photo.gif", "no_extension"]
    for name in names:
        kind = Path(name).suffix[1:] or "PNG"
        Image.open(source).save(kennel.folder / name, kind)
    lines = kennel.succeeds("predict", package, *names, "--json").stdout.splitlines()
    labels = {json.loads(line)["predictions"][0]["label"] for line in lines}
    assert labels == {source.parent.name}


def test_compare_sets_runs_side_by_side(kennel, photos, trained):
    other = kennel.train(photos, "other", "--epochs", 2, "--precision", "f32", "--hidden", 32)
    said = kennel.succeeds("compare", trained, other).stdout
    rows = {line[:24].strip(): line for line in said.splitlines()}
    assert str(trained) in said.splitlines()[0]
    assert str(other) in said.splitlines()[0]
    assert f"{results(trained)['test']['top1']:.4f}" in rows["test top-1"]
    assert rows["hidden *"].split()[-2:] == ["256", "32"]
    assert rows["epochs *"].split()[-2:] == ["8", "2"]
    assert rows["backbone"].split()[-2:] == ["efficientnet-lite0"] * 2


def test_compare_as_json(kennel, trained):
    found = kennel.read_json("compare", trained, trained)
    assert [entry["run"] for entry in found] == [str(trained)] * 2
    assert found[0]["settings"] == results(trained)["settings"]
    assert found[0]["timings"] == results(trained)["timings"]


def test_compare_names_what_is_no_run(kennel, trained, photos):
    assert f"{photos} is no finished run" in kennel.refuses("compare", trained, photos)


def test_compare_names_a_damaged_run(kennel, trained):
    (kennel.folder / "run").mkdir()
    (kennel.folder / "run" / "results.json").write_text('{"valid": ')
    assert "run/results.json is damaged" in kennel.refuses("compare", trained, "run")


@pytest.mark.parametrize("text", ['{"valid": 5}', '{"settings": []}', '{"valid": {"top1": []}}'])
def test_compare_survives_results_of_another_shape(kennel, trained, text):
    (kennel.folder / "run").mkdir()
    (kennel.folder / "run" / "results.json").write_text(text)
    done = kennel("compare", trained, "run")
    assert done.returncode in (0, 1)
    assert "[json" not in done.stderr
