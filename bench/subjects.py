"""What is compared: kennel, and the usual script in its forms. One call is one whole process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from measured_process import BenchError, MeasuredRun, run_measured
from setting import KENNEL, PEER_PYTHON, USUAL_SCRIPT

THREADS = 2
# kennel's default, and the script's.
EPOCHS = 15
SHARED_SETTINGS = (
    "batch_size",
    "learning_rate",
    "optimizer",
    "weight_decay",
    "schedule",
    "label_smoothing",
    "dropout",
    "hidden",
    "epochs",
)


@dataclass(frozen=True)
class TrainedRun:
    process: MeasuredRun
    # kennel's results.json, or the script's line of JSON.
    report: dict

    def pooled_top1(self) -> float:
        if "pooled_top1" in self.report:
            return self.report["pooled_top1"]
        sizes = {split: self.report["photos"][split] for split in ("valid", "test")}
        hits = sum(self.report[split]["top1"] * size for split, size in sizes.items())
        return hits / sum(sizes.values())


def require_same_settings(kennel: TrainedRun, usual: TrainedRun) -> None:
    """A comparison of unlike trainings says nothing: defaults that drifted apart end the bench."""
    ours, theirs = kennel.report["settings"], usual.report["settings"]
    for name in SHARED_SETTINGS:
        if ours[name] != theirs[name]:
            raise BenchError(
                f"{name} is {ours[name]} in kennel and {theirs[name]} in {USUAL_SCRIPT.name}: "
                "give both the same default"
            )


def run_kennel(
    data: Path, output: Path, cache: Path, seed: int = 1, epochs: int | None = None
) -> TrainedRun:
    """From photos to model.tar.gz; without `epochs`, kennel's defaults in everything."""
    command: list[str | Path] = [KENNEL, "train", data, "--output", output, "--quiet"]
    command += ["--threads", str(THREADS), "--seed", str(seed)]
    if epochs is not None:
        command += ["--epochs", str(epochs)]
    process = run_measured(command, {"KENNEL_CACHE": str(cache)})
    if not (output / "model.tar.gz").is_file():
        raise BenchError(f"kennel train ended well but left no {output / 'model.tar.gz'}")
    return TrainedRun(process, json.loads((output / "results.json").read_text()))


def run_usual_script(
    data: Path, output: Path, *options: str, seed: int = 1, epochs: int = EPOCHS
) -> TrainedRun:
    command: list[str | Path] = [PEER_PYTHON, USUAL_SCRIPT, data, "--output", output]
    command += ["--threads", str(THREADS), "--seed", str(seed), "--epochs", str(epochs), *options]
    process = run_measured(command)
    return TrainedRun(process, process.last_json())
