"""`kennel train`: the run folder and what is said on the way."""

import csv
import os
import re
import subprocess

import pytest
from kennel_program import events_of, listing, outcome, package_entry, results

FILES = {"checkpoint.pth", "metrics.csv", "model.tar.gz", "report.html", "results.json"}
COLUMNS = "epoch,learning_rate,train_loss,train_top1,valid_loss,valid_top1,seconds"
SCORES = {"top1", "top5", "loss", "calibration_error", "photos"}
SETTINGS = {
    "backbone": "efficientnet-lite0",
    "batch_size": 16,
    "dropout": 0.25,
    "epochs": 5,
    "fraction": 0.5,
    "hidden": 32,
    "label_smoothing": 0.1,
    "learning_rate": 0.01,
    "optimizer": "sgd",
    "patience": 4,
    "precision": "f32",
    "schedule": "constant",
    "seed": 7,
    "weight_decay": 0.001,
}


def to_words(settings: dict) -> list:
    return [
        word
        for name, value in settings.items()
        for word in (f"--{name.replace('_', '-')}", str(value))
    ]


def test_run_folder_holds_five_files(trained):
    assert listing(trained) == FILES


def test_results_hold_the_fields_of_their_description(trained, photos):
    found = results(trained)
    assert set(found) == {
        *("valid", "test", "settings", "classes", "photos", "ending", "best_epoch", "epochs"),
        *("timings", "notes", "kennel", "command", "data"),
    }
    assert set(found["valid"]) == set(found["test"]) == SCORES
    assert found["classes"] == sorted(path.name for path in (photos / "train").iterdir())
    assert found["data"] == str(photos)
    assert found["command"].startswith(f"kennel train {photos}")
    assert found["ending"] == "finished"


def test_results_count_the_photos_that_took_part(trained):
    counts = results(trained)["photos"]
    assert counts["left_out"] == []
    assert (counts["train"], counts["valid"], counts["test"]) == (84, 18, 18)


def test_best_epoch_is_the_first_of_the_best_by_top1_then_loss(trained):
    found = results(trained)
    best = min(found["epochs"], key=lambda epoch: (-epoch["valid_top1"], epoch["valid_loss"]))
    assert found["best_epoch"] == best["epoch"]
    assert found["valid"]["top1"] == best["valid_top1"]
    assert found["valid"]["loss"] == pytest.approx(best["valid_loss"])


def test_phases_last_no_longer_than_the_whole(trained):
    timings = results(trained)["timings"]
    whole = timings.pop("total")
    parts = set(timings) - {"train_cpu", "decode_work", "infer_work"}
    assert all(seconds >= 0 for seconds in timings.values())
    assert 0 < sum(timings[part] for part in parts) <= whole


def test_every_setting_reaches_the_results(kennel, photos):
    found = results(kennel.train(photos, "run", *to_words(SETTINGS)))
    assert found["settings"] == SETTINGS
    assert found["photos"]["train"] == 6 * 7


@pytest.mark.parametrize("words", [("--seed", 2), ("--optimizer", "adam")])
def test_setting_changes_what_comes_out(kennel, photos, trained, words):
    other = results(kennel.train(photos, "run", "--epochs", 8, "--precision", "f32", *words))
    assert other["valid"]["loss"] != results(trained)["valid"]["loss"]


def test_patience_ends_a_run_early(kennel, photos):
    run = kennel.train(photos, "run", "--epochs", 500, "--patience", 3, "--learning-rate", 0.05)
    found = results(run)
    assert found["ending"] == "patience"
    assert len(found["epochs"]) == found["best_epoch"] + 3


def test_metrics_have_one_line_an_epoch(trained):
    text = (trained / "metrics.csv").read_text()
    assert text.splitlines()[0] == COLUMNS
    for line, epoch in zip(csv.DictReader(text.splitlines()), range(1, 9), strict=True):
        known = results(trained)["epochs"][epoch - 1]
        assert int(line["epoch"]) == epoch
        for column in COLUMNS.split(",")[1:]:
            assert float(line[column]) == pytest.approx(known[column], abs=1e-3)


def test_report_needs_no_network_and_names_every_class(trained):
    page = (trained / "report.html").read_text()
    assert not re.search(r'(src|href)\s*=\s*["\']?https?:', page)
    for name in results(trained)["classes"]:
        assert name in page


def test_json_is_one_event_a_line_in_the_order_of_the_work(cold_kennel, few_photos):
    events = cold_kennel.events("train", few_photos, "--epochs", 3)
    names = [event["event"] for event in events]
    percents = names.count("extraction")
    assert 1 < percents <= 101
    expected = ["dataset", *["extraction"] * percents, "features", *["epoch"] * 3, "end"]
    assert names == expected


def test_events_hold_the_fields_of_their_description(cold_kennel, few_photos):
    events = {e.pop("event"): e for e in cold_kennel.events("train", few_photos, "--epochs", 2)}
    assert sum(events["dataset"]["photos"].values()) == 30
    assert events["dataset"]["photos"].keys() == {"train", "valid", "test"}
    assert len(events["dataset"]["classes"]) == 3
    assert events["extraction"] == {"done": 30, "total": 30}
    assert events["features"].keys() == {"photos", "cached", "seconds"}
    assert events["epoch"].keys() == {*COLUMNS.split(","), "epochs", "best"}
    assert events["end"].keys() == {
        *("valid", "test", "ending", "best_epoch", "package", "report", "seconds")
    }


def test_events_come_while_the_work_goes_on(kennel, photos):
    process = kennel.start("train", photos, "--epochs", 100000, "--json")
    first = next(event for event in events_of(process) if event["event"] == "epoch")
    running = process.poll() is None
    process.kill()
    process.communicate()
    assert first["epoch"] == 1
    assert running


def test_plain_lines_elsewhere_than_on_a_terminal(cold_kennel, few_photos):
    done = cold_kennel.succeeds("train", few_photos, "--epochs", 3)
    assert "\r" not in done.stdout + done.stderr
    assert "\033" not in done.stdout + done.stderr
    assert done.stderr == ""
    assert re.findall(r"^epoch +(\d+)/3 ", done.stdout, re.MULTILINE) == ["1", "2", "3"]
    assert "runs/few-001/model.tar.gz" in done.stdout


def read_terminal(cold_kennel, *words) -> str:
    """What a person would see on standard error."""
    ours, theirs = os.openpty()
    process = cold_kennel.start(*words, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    seen = b""
    try:
        while chunk := os.read(ours, 65536):
            seen += chunk
    except OSError:
        pass  # Linux's way to say that the other end was closed
    os.close(ours)
    assert process.wait() == 0
    return seen.decode()


def test_bar_with_rate_and_time_left_on_a_terminal(cold_kennel, photos):
    seen = read_terminal(cold_kennel, "train", photos, "--epochs", 1)
    assert re.search(r"\r.*\[#+-+\]  \d+/120 photos  \d+/s  \d+:\d\d left", seen)
    assert seen.endswith("\r\033[K"), "the bar was left standing"


def test_quiet_says_nothing_even_on_a_terminal(cold_kennel, few_photos):
    assert read_terminal(cold_kennel, "train", few_photos, "--epochs", 1, "--quiet") == ""
    done = cold_kennel.succeeds("train", few_photos, "--epochs", 1, "--quiet")
    assert (done.stdout, done.stderr) == ("", "")


def test_runs_are_numbered(kennel, photos):
    for _ in range(2):
        kennel.succeeds("train", photos, "--epochs", 1)
    runs = {path.name for path in (kennel.folder / "runs").iterdir()}
    assert runs == {"photos-001", "photos-002"}


def test_run_that_is_there_is_not_overwritten(kennel, photos, trained):
    before = (trained / "results.json").read_bytes()
    message = kennel.refuses("train", photos, "--output", trained, "--epochs", 1)
    assert f"{trained} holds a run already" in message
    assert "--resume" in message
    assert (trained / "results.json").read_bytes() == before


def test_folder_with_something_else_is_not_filled(kennel, photos):
    (kennel.folder / "box").mkdir()
    (kennel.folder / "box" / "letter.txt").write_text("dear")
    assert "box is not empty" in kennel.refuses("train", photos, "--output", "box")
    assert listing(kennel.folder) == {"box", "box/letter.txt"}


def test_same_seed_gives_the_same_weights(kennel, photos, trained):
    again = kennel.train(photos, "again", "--epochs", 8, "--precision", "f32")
    assert package_entry(again, "model.pth") == package_entry(trained, "model.pth")
    assert outcome(again) == outcome(trained)
