"""Training: seconds, CPU and memory from photos on disk to a model on disk."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from figures import column, median, median_ratio, print_table, print_target, save_results
from setting import BUILD, KENNEL, describe_setting, prepare_peer, require_program
from subjects import EPOCHS, TrainedRun, require_same_settings, run_kennel, run_usual_script

COLD, WARM, USUAL, CACHED = "kennel_cold", "kennel_warm", "usual_script", "usual_cached_features"
LABELS = {
    COLD: "kennel train, cold cache",
    WARM: "kennel train, warm cache",
    USUAL: "usual script, 1 epoch and test",
    CACHED: "usual script, cached features",
}
EPOCH_SHARE_MAX = 0.2
WARM_TRAINING_CPU_SECONDS_MAX = 1.0


def run(options: argparse.Namespace, data: Path) -> None:
    require_program(KENNEL)
    prepare_peer()
    setting = describe_setting(data)
    rounds = []
    for number in range(1, options.runs + 1):
        print(f"training: round {number} of {options.runs}", flush=True)
        with tempfile.TemporaryDirectory(dir=BUILD, prefix="bench-") as folder:
            rounds.append(measure_round(data, Path(folder)))
    summary = summarize(rounds)
    print_summary(rounds, summary)
    save_results(
        options.results, "training", {"setting": setting, "summary": summary, "rounds": rounds}
    )


def measure_round(data: Path, work: Path) -> dict[str, dict]:
    """Each subject once, in turn; kennel finds an empty cache first, then the one it filled."""
    usual = run_usual_script(data, work / "usual.pth", epochs=1)
    cold = run_kennel(data, work / "cold", work / "cache")
    cached = run_usual_script(data, work / "cached.pth", "--cached-features")
    warm = run_kennel(data, work / "warm", work / "cache")
    require_same_settings(cold, cached)
    return {
        USUAL: usual.process.figures() | epoch_figures(usual),
        COLD: cold.process.figures() | kennel_figures(cold),
        CACHED: cached.process.figures() | {"extract_seconds": cached.report["extract_seconds"]},
        WARM: warm.process.figures() | kennel_figures(warm),
    }


def epoch_figures(usual: TrainedRun) -> dict[str, float]:
    (epoch,) = usual.report["epochs"]
    train, valid = epoch["train_seconds"], epoch["valid_seconds"]
    return {"train_pass_seconds": train, "epoch_seconds": train + valid}


def kennel_figures(kennel: TrainedRun) -> dict[str, object]:
    return {"timings": kennel.report.get("timings", {})}


def summarize(rounds: list[dict]) -> dict[str, object]:
    cold = column(rounds, COLD, "wall_seconds")
    epochs = column(rounds, USUAL, "epoch_seconds")
    whole_script = [seconds * EPOCHS for seconds in epochs]
    return {
        "medians": {subject: subject_medians(rounds, subject) for subject in LABELS},
        "usual_epoch_seconds": median(epochs),
        "usual_train_pass_seconds": median(column(rounds, USUAL, "train_pass_seconds")),
        "usual_whole_seconds_by_multiplying": median(whole_script),
        "cold_per_epoch": median_ratio(cold, epochs),
        "cold_per_train_pass": median_ratio(cold, column(rounds, USUAL, "train_pass_seconds")),
        "whole_script_per_cold": median_ratio(whole_script, cold),
        "whole_script_per_warm": median_ratio(whole_script, column(rounds, WARM, "wall_seconds")),
        "cached_script_per_cold": median_ratio(column(rounds, CACHED, "wall_seconds"), cold),
        "memory_script_per_cold": median_ratio(
            column(rounds, USUAL, "peak_rss_mib"), column(rounds, COLD, "peak_rss_mib")
        ),
        "warm_training_cpu_seconds": warm_training_cpu_seconds(rounds),
    }


def subject_medians(rounds: list[dict], subject: str) -> dict[str, float]:
    figures = ("wall_seconds", "cpu_seconds", "peak_rss_mib")
    return {figure: median(column(rounds, subject, figure)) for figure in figures}


def warm_training_cpu_seconds(rounds: list[dict]) -> float | None:
    """None when kennel does not report it."""
    values = [entry[WARM]["timings"].get("train_cpu") for entry in rounds]
    return None if None in values else median(values)


def print_summary(rounds: list[dict], summary: dict) -> None:
    header = ("whole process, median", "wall s", "CPU s", "peak MiB", "wall s of each run")
    rows = [
        (label, *summary["medians"][subject].values(), raw_walls(rounds, subject))
        for subject, label in LABELS.items()
    ]
    print_table(f"Training, {len(rounds)} rounds", header, rows)
    print(f"  one epoch of the usual script: {summary['usual_epoch_seconds']:.1f} s")
    print(
        f"  its {EPOCHS} epochs (epoch x {EPOCHS}, not run): "
        f"{summary['usual_whole_seconds_by_multiplying']:.0f} s = "
        f"{summary['whole_script_per_cold']:.0f} x kennel cold, "
        f"{summary['whole_script_per_warm']:.0f} x kennel warm"
    )
    print(f"  with cached features: {summary['cached_script_per_cold']:.1f} x kennel cold")
    print_targets(summary)


def raw_walls(rounds: list[dict], subject: str) -> str:
    return " ".join(f"{seconds:.2f}" for seconds in column(rounds, subject, "wall_seconds"))


def print_targets(summary: dict) -> None:
    share = summary["cold_per_epoch"]
    print_target(
        share < EPOCH_SHARE_MAX,
        f"cold cache, photos to model.tar.gz: {share:.3f} of one epoch (under {EPOCH_SHARE_MAX})",
    )
    seconds = summary["warm_training_cpu_seconds"]
    text = "not reported by kennel" if seconds is None else f"{seconds:.2f} s"
    print_target(
        None if seconds is None else seconds < WARM_TRAINING_CPU_SECONDS_MAX,
        f"warm cache, CPU of the training itself: {text} (under {WARM_TRAINING_CPU_SECONDS_MAX} s)",
    )
