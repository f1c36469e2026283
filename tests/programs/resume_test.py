"""Interrupting a run, with and without warning, and going on with it."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from kennel_program import is_epoch, outcome, package_entry, results, signal_when

EPOCHS = 1200  # some two seconds: long enough for a checkpoint on the way
SETTINGS = ("--epochs", EPOCHS, "--hidden", 32, "--dropout", 0.2, "--precision", "f32")
FINISHED_FILES = {"checkpoint.pth", "metrics.csv", "model.tar.gz", "report.html", "results.json"}


@pytest.fixture(scope="module")
def undisturbed(shared_kennel, photos) -> Path:
    return shared_kennel.train(photos, "undisturbed", *SETTINGS)


def names_in(run: Path) -> set[str]:
    return {path.name for path in run.iterdir()}


def epochs_after_checkpoint(run: Path, count: int) -> Callable[[dict], bool]:
    """True some epochs after a checkpoint was written, so that these must be repeated."""
    seen = 0

    def due(event: dict) -> bool:
        nonlocal seen
        seen += event["event"] == "epoch" and (run / "checkpoint.pth").exists()
        return seen > count or is_epoch(EPOCHS)(event)

    return due


MOMENTS = {
    "after the first epoch": lambda run: is_epoch(1),
    "long after a checkpoint": lambda run: epochs_after_checkpoint(run, 100),
    "after the last epoch": lambda run: is_epoch(EPOCHS),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_run_goes_on_to_the_same_weights(kennel, photos, undisturbed, moment):
    run = kennel.folder / "run"
    command = ("train", photos, "--output", run, *SETTINGS)
    process = kennel.start(*command, "--json")
    code = signal_when(process, MOMENTS[moment](run), signal.SIGKILL)
    # On a busy machine the last files may be faster than the signal.
    assert code == -signal.SIGKILL or moment == "after the last epoch"
    assert not (run / "results.json").exists() or names_in(run) >= FINISHED_FILES

    kennel.succeeds(*command, "--resume")
    assert package_entry(run, "model.pth") == package_entry(undisturbed, "model.pth")
    assert outcome(run) == outcome(undisturbed)
    assert len(results(run)["epochs"]) == EPOCHS
    assert names_in(run) == FINISHED_FILES


def test_resume_clears_what_a_kill_left_half_written(kennel, photos):
    run = kennel.folder / "run"
    command = ("train", photos, "--output", run, "--epochs", 3, "--quiet")
    kennel.succeeds(*command)
    (run / "model.tar.gz.1-0.part").write_bytes(b"half a package")
    kennel.succeeds(*command, "--resume")
    assert names_in(run) == FINISHED_FILES


def test_interrupted_run_keeps_the_best_so_far_and_goes_on(kennel, photos, undisturbed):
    run = kennel.folder / "run"
    command = ("train", photos, "--output", run, *SETTINGS)
    process = kennel.start(*command, "--json")
    assert signal_when(process, is_epoch(40), signal.SIGINT) == 130

    stopped = results(run)
    assert stopped["ending"] == "interrupted"
    assert 40 <= len(stopped["epochs"]) < EPOCHS
    assert "interrupted" in (run / "report.html").read_text()
    photo = next((photos / "test").rglob("*.jpg"))
    assert len(kennel.read_json("predict", run / "model.tar.gz", photo)["predictions"]) == 5

    kennel.succeeds(*command, "--resume")
    assert results(run)["ending"] == "finished"
    assert package_entry(run, "model.pth") == package_entry(undisturbed, "model.pth")


def test_termination_is_an_interrupt(kennel, photos):
    process = kennel.start("train", photos, "--output", "run", *SETTINGS, "--json")
    assert signal_when(process, is_epoch(40), signal.SIGTERM) == 130
    assert results(kennel.folder / "run")["ending"] == "interrupted"


def test_interrupt_during_extraction_keeps_the_features_so_far(cold_kennel, photos):
    command = ("train", photos, "--epochs", 2, "--threads", 1)
    process = cold_kennel.start(*command, "--json")
    code = signal_when(process, lambda event: event["event"] == "extraction", signal.SIGINT)
    assert code == 130
    assert not list(cold_kennel.folder.rglob("*.tar.gz"))
    features = next(e for e in cold_kennel.events(*command) if e["event"] == "features")
    assert features["cached"] > 0


def test_kill_during_extraction_leaves_a_usable_cache(cold_kennel, photos, trained):
    command = ("train", photos, "--output", "run", "--epochs", 8, "--precision", "f32")
    process = cold_kennel.start(*command, "--json")
    assert signal_when(process, lambda e: e.get("done", 0) > 40, signal.SIGKILL) < 0
    cold_kennel.succeeds(*command)
    assert outcome(cold_kennel.folder / "run") == outcome(trained)


def test_resume_without_a_name_finds_the_unfinished_run(kennel, photos):
    command = ("train", photos, "--epochs", 400)
    process = kennel.start(*command, "--json")
    signal_when(process, is_epoch(5), signal.SIGKILL)
    kennel.succeeds(*command, "--resume")
    assert [path.name for path in (kennel.folder / "runs").iterdir()] == ["photos-001"]
    assert len(results(kennel.folder / "runs" / "photos-001")["epochs"]) == 400


def test_resume_of_a_finished_run_tells_it_again_and_changes_no_weights(kennel, photos):
    command = ("train", photos, "--output", "run", "--epochs", 4)
    kennel.succeeds(*command)
    before = package_entry(kennel.folder / "run", "model.pth")
    epochs = [e["epoch"] for e in kennel.events(*command, "--resume") if e["event"] == "epoch"]
    assert epochs == [1, 2, 3, 4]
    assert package_entry(kennel.folder / "run", "model.pth") == before


def test_resume_without_any_run_says_so(kennel, photos):
    assert "there is no run to resume" in kennel.refuses("train", photos, "--resume")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--learning-rate", 0.5), "learning_rate (was 0.002, is 0.5)"),
        (("--seed", 5), "seed (was 1, is 5)"),
        (("--hidden", 16), "hidden (was 256, is 16)"),
        (("--optimizer", "sgd"), 'optimizer (was "adamw", is "sgd")'),
        (("--precision", "bf16"), 'precision (was "f32", is "bf16")'),
    ],
)
def test_resume_with_other_settings_is_refused_by_name(kennel, photos, trained, words, named):
    before = (trained / "results.json").read_bytes()
    settings = {"--epochs": 8, "--precision": "f32"} | {words[0]: words[1]}
    flat = [word for pair in settings.items() for word in pair]
    message = kennel.refuses("train", photos, "--output", trained, "--resume", *flat)
    assert named in message
    assert (trained / "results.json").read_bytes() == before


def test_resume_on_other_photos_is_refused(kennel, photos, trained):
    other = kennel.folder / "other"
    kennel.succeeds("sample", other, "--classes", 6, "--per-class", 5)
    command = ("train", other, "--output", trained, "--epochs", 8, "--precision", "f32")
    assert "data (was" in kennel.refuses(*command, "--resume")


def test_damaged_checkpoint_is_named(kennel, photos):
    run = kennel.train(photos, "run", "--epochs", 2)
    checkpoint = run / "checkpoint.pth"
    checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    message = kennel.refuses("train", photos, "--output", run, "--epochs", 2, "--resume")
    assert "checkpoint.pth" in message
