"""Tuning: a whole search, from photos to the best package, beside the usual script."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from figures import column, median, median_ratio, print_table, print_target, save_results
from measured_process import BenchError, MeasuredRun, run_measured
from setting import BUILD, KENNEL, describe_setting, prepare_peer, require_program
from subjects import run_usual_script

TRIALS, TRIAL_EPOCHS = 20, 10
FEW = 2  # trials, and epochs of each: both sides are run whole
TIMES_MIN, FEW_TIMES_MIN = 500, 30
# Random search against those that give epochs to the better ones.
RANDOM_TRIALS, HALVING_TRIALS, FULL_EPOCHS = 30, 120, 15
HALVING = ("asha", "hyperband")
EPOCH_SHARE_MAX = 1 / 3


def run(options: argparse.Namespace, data: Path) -> None:
    require_program(KENNEL)
    prepare_peer()
    setting = describe_setting(data)
    rounds = []
    for number in range(1, min(options.runs, 3) + 1):
        print(f"tuning: round {number}", flush=True)
        with tempfile.TemporaryDirectory(dir=BUILD, prefix="bench-") as folder:
            rounds.append(measure_round(data, Path(folder)))
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="bench-") as folder:
        halving = [measure_halving(data, Path(folder), seed) for seed in range(1, options.runs + 1)]
    summary = summarize(rounds) | {
        f"{strategy}_epoch_share": median([one[strategy] for one in halving])
        for strategy in HALVING
    }
    print_summary(rounds, summary)
    content = {"setting": setting, "summary": summary, "rounds": rounds, "halving": halving}
    save_results(options.results, "tuning", content)


def measure_halving(data: Path, work: Path, seed: int) -> dict[str, float]:
    """Epochs until a strategy has what random search ends with, per epochs of all that search."""
    print(f"tuning: rungs, seed {seed}", flush=True)
    random = objectives(data, work, "random", RANDOM_TRIALS, seed)
    goal = min(random)
    shares = {}
    for strategy in HALVING:
        found = objectives(data, work, strategy, HALVING_TRIALS, seed)
        reached = [place for place, value in enumerate(found, 1) if value <= goal]
        # One that never got there is counted as twice as long.
        shares[strategy] = (reached[0] if reached else 2 * len(random)) / len(random)
    return shares


def objectives(data: Path, work: Path, strategy: str, trials: int, seed: int) -> list[float]:
    """Of every epoch of a search, in the order in which they came."""
    output = work / f"{strategy}-{seed}"
    command = [KENNEL, "tune", data, "--output", output, "--strategy", strategy, "--quiet"]
    numbers = ["--trials", trials, "--seed", seed, "--parallel", 1, "--epochs", FULL_EPOCHS]
    words = [str(word) for word in (*command, *numbers, "--early-stopping", "off")]
    run_measured(words, {"KENNEL_CACHE": str(work / "cache")})
    lines = (output / "trials.jsonl").read_text().splitlines()
    events = [json.loads(line) for line in lines]
    return [event["value"] for event in events if event.get("value") is not None]


def measure_round(data: Path, work: Path) -> dict[str, dict]:
    """Each in turn, kennel with an empty cache both times."""
    few_script = [
        run_usual_script(data, work / f"usual{trial}.pth", epochs=FEW, seed=trial + 1)
        for trial in range(FEW)
    ]
    few, _ = tune(data, work / "few", FEW, FEW)
    cached = run_usual_script(data, work / "cached.pth", "--cached-features", epochs=TRIAL_EPOCHS)
    many, results = tune(data, work / "many", TRIALS, TRIAL_EPOCHS)
    epochs = [epoch for run in few_script for epoch in run.report["epochs"]]
    seconds = [epoch["train_seconds"] + epoch["valid_seconds"] for epoch in epochs]
    return {
        "kennel": many.figures() | {"test_top1": test_top1(work / "many")},
        "kennel_few": few.figures(),
        "script": {
            "epoch_seconds": median(seconds),
            "few_seconds": sum(run.process.figures()["wall_seconds"] for run in few_script),
        },
        "cached": {
            "extract_seconds": cached.report["extract_seconds"],
            "wall_seconds": cached.process.figures()["wall_seconds"],
            "test_top1": cached.report.get("test_top1"),
        },
        "search": {"best": results["best"], "seconds": results["seconds"]},
    }


def tune(data: Path, output: Path, trials: int, epochs: int) -> tuple[MeasuredRun, dict]:
    """All trials have all their epochs: early stopping would be another search."""
    command = [KENNEL, "tune", data, "--output", output, "--trials", trials, "--epochs", epochs]
    words = [str(word) for word in (*command, "--early-stopping", "off", "--quiet")]
    process = run_measured(words, {"KENNEL_CACHE": str(output.parent / f"cache-{trials}")})
    if not (output / "best/model.tar.gz").is_file():
        raise BenchError(f"kennel tune left no {output / 'best/model.tar.gz'}")
    return process, json.loads((output / "tuning.json").read_text())


def test_top1(output: Path) -> float:
    return json.loads((output / "best/results.json").read_text())["test"]["top1"]


def summarize(rounds: list[dict]) -> dict[str, float]:
    kennel = column(rounds, "kennel", "wall_seconds")
    script = [
        seconds * TRIALS * TRIAL_EPOCHS for seconds in column(rounds, "script", "epoch_seconds")
    ]
    # The features once, then the head in each trial.
    cached = [
        one["cached"]["wall_seconds"]
        + (TRIALS - 1) * (one["cached"]["wall_seconds"] - one["cached"]["extract_seconds"])
        for one in rounds
    ]
    few = column(rounds, "kennel_few", "wall_seconds")
    return {
        "kennel_seconds": median(kennel),
        "kennel_few_seconds": median(few),
        "script_seconds_by_multiplying": median(script),
        "script_few_seconds": median(column(rounds, "script", "few_seconds")),
        "cached_script_seconds_by_multiplying": median(cached),
        "script_per_kennel": median_ratio(script, kennel),
        "script_per_kennel_few": median_ratio(column(rounds, "script", "few_seconds"), few),
        "cached_script_per_kennel": median_ratio(cached, kennel),
        "kennel_test_top1": median(column(rounds, "kennel", "test_top1")),
    }


def print_summary(rounds: list[dict], summary: dict) -> None:
    rows = [
        ("kennel tune, 20 trials of 10 epochs", summary["kennel_seconds"]),
        ("the usual script (epoch x 200, not run)", summary["script_seconds_by_multiplying"]),
        ("the same, features cached (x 20)", summary["cached_script_seconds_by_multiplying"]),
        ("kennel tune, 2 trials of 2 epochs", summary["kennel_few_seconds"]),
        ("the usual script, 2 trials of 2 epochs", summary["script_few_seconds"]),
    ]
    print_table(f"Tuning, {len(rounds)} rounds", ("whole processes, median", "wall s"), rows)
    print(f"  features cached by the script: {summary['cached_script_per_kennel']:.1f} x kennel")
    print(f"  test top-1 of the best model: {summary['kennel_test_top1']:.4f}")
    times, few = summary["script_per_kennel"], summary["script_per_kennel_few"]
    print_target(times >= TIMES_MIN, f"20 x 10: {times:.0f} x (at least {TIMES_MIN} x)")
    print_target(few >= FEW_TIMES_MIN, f"2 x 2, both run: {few:.0f} x (at least {FEW_TIMES_MIN} x)")
    for strategy in HALVING:
        share = summary[f"{strategy}_epoch_share"]
        print_target(
            share <= EPOCH_SHARE_MAX,
            f"{strategy}: as good as random search after {share:.2f} of its epochs (at most 0.33)",
        )
