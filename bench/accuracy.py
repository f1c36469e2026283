"""Accuracy: top-1 on valid and test pooled, mean over seeds, kennel against the usual script."""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

from figures import print_table, print_target, save_results
from setting import BUILD, KENNEL, describe_setting, prepare_peer, require_program
from subjects import TrainedRun, require_same_settings, run_kennel, run_usual_script

LABELS = {
    "kennel": "kennel train",
    "usual_script": "usual script",
    "usual_cached_features": "usual script, cached features",
}
POINTS_BEHIND_MAX = 1.0


def run(options: argparse.Namespace, data: Path) -> None:
    require_program(KENNEL)
    prepare_peer()
    setting = describe_setting(data)
    rounds = []
    for seed in range(1, options.seeds + 1):
        print(f"accuracy: seed {seed} of {options.seeds}, {options.epochs} epochs", flush=True)
        whole = options.script_seeds is None or seed <= options.script_seeds
        with tempfile.TemporaryDirectory(dir=BUILD, prefix="bench-") as folder:
            rounds.append(measure_seed(data, Path(folder), seed, options.epochs, whole))
    means = {subject: mean_top1(rounds, subject) for subject in LABELS if has(rounds, subject)}
    print_summary(rounds, means)
    content = {"setting": setting, "epochs": options.epochs, "means": means, "seeds": rounds}
    save_results(options.results, "accuracy", content)


def measure_seed(
    data: Path, work: Path, seed: int, epochs: int, whole_script: bool
) -> dict[str, float]:
    subjects: dict[str, Callable[[], TrainedRun]] = {
        "kennel": lambda: run_kennel(data, work / "run", work / "cache", seed, epochs),
        "usual_script": lambda: run_usual_script(data, work / "a.pth", seed=seed, epochs=epochs),
        "usual_cached_features": lambda: run_usual_script(
            data, work / "b.pth", "--cached-features", seed=seed, epochs=epochs
        ),
    }
    if not whole_script:
        del subjects["usual_script"]
    trained = {name: measure() for name, measure in subjects.items()}
    require_same_settings(trained["kennel"], trained["usual_cached_features"])
    return {name: round(run.pooled_top1(), 5) for name, run in trained.items()}


def has(rounds: list[dict[str, float]], subject: str) -> bool:
    return any(subject in entry for entry in rounds)


def mean_top1(rounds: list[dict[str, float]], subject: str) -> float:
    return round(statistics.mean(entry[subject] for entry in rounds if subject in entry), 5)


def print_summary(rounds: list[dict[str, float]], means: dict[str, float]) -> None:
    header = (
        "top-1, valid and test pooled",
        "mean",
        *(f"seed {n + 1}" for n in range(len(rounds))),
    )
    rows = [
        (LABELS[subject], means[subject], *(entry.get(subject, "-") for entry in rounds))
        for subject in means
    ]
    print_table("Accuracy", header, rows)
    for subject in means.keys() - {"kennel"}:
        ahead = 100 * (means["kennel"] - means[subject])
        print_target(
            ahead >= -POINTS_BEHIND_MAX,
            f"kennel is {ahead:+.2f} points from the {LABELS[subject]} "
            f"(not under -{POINTS_BEHIND_MAX})",
        )
