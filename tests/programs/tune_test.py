"""`kennel tune`: what it leaves, how it goes on after a kill, and what it refuses."""

import csv
import json
import shlex
import signal
from collections import Counter
from pathlib import Path

import pytest
from kennel_program import Kennel, results, signal_when

SHORT = ("--epochs", 6, "--precision", "f32")
COMMAND = "for i in 1 2 3; do echo loss: $(awk 'BEGIN { print ({x} - 1) ^ 2 + 1 / '$i' }'); done"


@pytest.fixture(scope="module")
def tuned(shared_kennel, photos) -> Path:
    """A search with one trial at a time. Not to be changed."""
    folder = shared_kennel.folder / "tuned"
    words = ("--trials", 8, "--parallel", 1, "--output", folder, *SHORT)
    shared_kennel.succeeds("tune", photos, *words)
    return folder


def read_trials(folder: Path) -> list[dict]:
    with (folder / "trials.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def read_search(folder: Path) -> dict:
    return json.loads((folder / "tuning.json").read_text())


def without_times(trials: list[dict]) -> list[dict]:
    return [trial | {"seconds": None} for trial in trials]


def test_a_search_leaves_its_trials_a_page_and_the_best_model(tuned):
    names = {path.name for path in tuned.iterdir()}
    assert names == {"best", "trials.csv", "trials.jsonl", "tuning.html", "tuning.json"}
    trials = read_trials(tuned)
    assert [trial["trial"] for trial in trials] == [str(number) for number in range(1, 9)]
    assert {trial["state"] for trial in trials} <= {"completed", "stopped"}
    search = read_search(tuned)
    assert search["ending"] == "all trials"
    best = min(trials, key=lambda trial: float(trial["objective"]))
    assert search["best"] == int(best["trial"])
    for trial in trials:
        assert bool(trial["reason"]) == (trial["state"] == "stopped")


def test_the_first_trial_is_what_kennel_train_does(tuned, kennel, photos):
    run = kennel.train(photos, "plain", *SHORT)
    losses = [epoch["valid_loss"] for epoch in results(run)["epochs"]]
    assert read_search(tuned)["trials"][0]["epochs"] == pytest.approx(losses)


def test_its_command_makes_the_best_model_again(tuned, kennel):
    words = shlex.split(read_search(tuned)["reproduce"])
    assert words[:2] == ["kennel", "train"]
    kennel.succeeds(*words[1:], "--output", kennel.folder / "again")
    again, best = results(kennel.folder / "again"), results(tuned / "best")
    assert again["valid"] == best["valid"]
    assert again["test"] == best["test"]


def test_the_best_model_names_photos(tuned, kennel, photos):
    photo = next((photos / "test").glob("*/*.jpg"))
    done = kennel.succeeds("predict", tuned / "best" / "model.tar.gz", photo)
    assert photo.parent.name in done.stdout


@pytest.mark.parametrize("strategy", ["random", "grid", "hyperband", "asha"])
def test_every_strategy_ends_with_a_model(kennel, photos, strategy):
    folder = kennel.folder / "search"
    words = ("--range", "learning_rate=1e-4:1e-1:log", "--range", "optimizer=adam,adamw")
    command = ("tune", photos, "--strategy", strategy, "--trials", 8, "--output", folder)
    kennel.succeeds(*command, *words, *SHORT)
    assert (folder / "best" / "model.tar.gz").exists()
    states = Counter(trial["state"] for trial in read_trials(folder))
    assert states["completed"] >= 1
    assert ("paused" in states) == (strategy in ("hyperband", "asha"))


def kill_after(kennel: Kennel, command: tuple, events: int) -> None:
    """With nothing said but events; the search may have ended before."""
    seen = 0

    def due(event: dict) -> bool:
        nonlocal seen
        seen += event["event"].startswith("trial_")
        return seen >= events

    signal_when(kennel.start(*command, "--json"), due, signal.SIGKILL)


@pytest.mark.parametrize("strategy", ["bayesian", "asha"])
def test_a_search_that_was_killed_goes_on_as_if_nothing_had_been(kennel, photos, strategy):
    words = ("--trials", 6, "--parallel", 1, "--strategy", strategy, *SHORT)
    whole = kennel.folder / "whole"
    kennel.succeeds("tune", photos, "--output", whole, *words)
    broken = kennel.folder / "broken"
    command = ("tune", photos, "--output", broken, *words)
    kill_after(kennel, command, 3)
    for events in (7, 5, 11):
        kill_after(kennel, (*command, "--resume"), events)
    kennel.succeeds(*command, "--resume")
    assert without_times(read_trials(broken)) == without_times(read_trials(whole))


def test_no_trial_runs_twice(kennel):
    """Each trial of a command leaves a mark when it begins and when it ends."""
    folder, marks = kennel.folder / "search", kennel.folder / "marks"
    mark = f"echo {{trial}} begins >> {marks}; echo loss: {{x}}; sleep 0.05; "
    words = ("--command", mark + f"echo {{trial}} ends >> {marks}", "--metric", "loss: ([0-9.]+)")
    command = ("tune", *words, "--range", "x=0:1.0", "--trials", 10, "--output", folder)
    kill_after(kennel, command, 8)
    kill_after(kennel, (*command, "--resume"), 9)
    kennel.succeeds(*command, "--resume")
    counts = Counter(marks.read_text().splitlines())
    assert all(counts[f"{trial} ends"] == 1 for trial in range(1, 11))
    assert sum(count for line, count in counts.items() if line.endswith("begins")) <= 12


def test_a_command_is_tuned_by_what_it_prints(kennel):
    folder = kennel.folder / "search"
    words = ("--command", COMMAND, "--metric", "loss: ([0-9.]+)", "--range", "x=-5.0:5.0")
    kennel.succeeds("tune", *words, "--trials", 15, "--output", folder)
    search = read_search(folder)
    best = search["trials"][search["best"] - 1]
    assert abs(best["values"]["x"] - 1) < 0.5
    assert len(best["epochs"]) == 3
    assert f"({best['values']['x']} - 1)" in search["reproduce"]


def test_a_trial_that_fails_is_told_and_the_search_goes_on(kennel):
    folder = kennel.folder / "search"
    command = "test {x} -lt 4 || { echo too large; exit 7; }; echo loss: {x}"
    words = ("--command", command, "--metric", "loss: ([0-9.]+)", "--range", "x=1:6")
    kennel.succeeds("tune", *words, "--strategy", "grid", "--trials", 6, "--output", folder)
    trials = read_trials(folder)
    assert [trial["state"] for trial in trials] == ["completed"] * 3 + ["failed"] * 3
    assert {trial["reason"] for trial in trials[3:]} == {"exit code 7: too large"}


def test_a_search_that_came_to_its_end_begins_nothing_more(kennel):
    folder = kennel.folder / "search"
    words = ("--command", "echo loss: {x}", "--metric", "loss: ([0-9.]+)", "--range", "x=0:1.0")
    command = ("tune", *words, "--target", 2, "--trials", 50, "--output", folder)
    kennel.succeeds(*command)
    before = read_trials(folder)
    kennel.succeeds(*command, "--resume")
    assert read_trials(folder) == before
    assert read_search(folder)["ending"] == "target"


def test_another_command_is_another_search(kennel):
    folder = kennel.folder / "search"
    words = ("--metric", "loss: ([0-9.]+)", "--range", "x=0:1.0", "--trials", 2)
    command = ("tune", *words, "--output", folder)
    kennel.succeeds(*command, "--command", "echo loss: {x}")
    refused = kennel.refuses(*command, "--command", "echo loss: 1{x}", "--resume")
    assert "of differ" in refused


@pytest.mark.parametrize("strategy", ["asha", "hyperband"])
def test_a_command_that_tells_one_value_however_many_epochs(kennel, strategy):
    folder = kennel.folder / "search"
    words = ("--metric", "loss: ([0-9.]+)", "--range", "x=0:1.0", "--epochs", 9, "--output", folder)
    command = ("tune", "--command", "echo loss: {x}; : {epochs}", "--strategy", strategy, *words)
    kennel.succeeds(*command, "--trials", 12)
    assert len(read_trials(folder)) == 12
    assert "completed" in {trial["state"] for trial in read_trials(folder)}
    kennel.succeeds(*command, "--trials", 10, "--resume")


def test_without_any_value_there_is_no_success(kennel):
    folder = kennel.folder / "search"
    words = ("--command", "echo {x}", "--metric", "loss: ([0-9.]+)", "--range", "x=0:1.0")
    done = kennel("tune", *words, "--trials", 3, "--output", folder)
    assert done.returncode == 1
    assert {trial["state"] for trial in read_trials(folder)} == {"failed"}


def test_warm_start_learns_from_an_earlier_search(kennel, tuned, photos):
    folder = kennel.folder / "warm"
    words = ("--range", "learning_rate=1.5e-3:3e-3:log", "--warm-start", tuned, "--trials", 2)
    done = kennel.succeeds("tune", photos, *words, "--output", folder, *SHORT)
    assert "learning_rate has another range now" in done.stderr
    assert read_search(folder)["ending"] == "all trials"


REFUSED = {
    "no photos": ((), "say which photos"),
    "a parameter that there is not": (("DIR", "--range", "speed=1:2"), "no parameter speed"),
    "a range that is none": (("DIR", "--range", "dropout"), "has no name"),
    "a range that no training takes": (("DIR", "--range", "dropout=0:2"), "dropout"),
    "whole numbers wanted": (("DIR", "--range", "hidden=1.5:64"), "whole"),
    "an objective that there is not": (("DIR", "--objective", "luck"), "no objective"),
    "a grid beyond its trials": (
        ("DIR", "--strategy", "grid", "--trials", "1", "--range", "optimizer=adam,sgd"),
        "the grid has 2 points",
    ),
    "a command without ranges": (("--command", "true", "--metric", "(.*)"), "say what to tune"),
    "a command that forgets one": (
        ("--command", "true", "--metric", "(.*)", "--range", "x=1:2"),
        "never says {x}",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused(kennel, photos, case):
    words, says = REFUSED[case]
    message = kennel.refuses("tune", *(photos if word == "DIR" else word for word in words))
    assert says in message
    assert not (kennel.folder / "runs").exists()


def test_another_search_is_not_gone_on_with(kennel, tuned, photos):
    words = ("tune", photos, "--output", tuned, "--trials", 8, *SHORT)
    assert "holds a run already" in kennel.refuses(*words)
    assert "strategy differ" in kennel.refuses(*words, "--resume", "--strategy", "random")
