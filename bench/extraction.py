"""Feature extraction: photos on disk to features, against the ceiling of this machine."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from figures import median, print_table, print_target, save_results
from measured_process import BenchError, run_measured
from setting import EXTRACTION_BENCH, describe_setting, require_program

FIGURES = (
    "decode_ms_per_photo",
    "infer_ms_per_photo",
    "pipeline_photos_per_second",
    "ceiling_photos_per_second",
    "fraction",
)
FRACTION_MIN = 0.85


def run(options: argparse.Namespace, data: Path) -> None:
    setting = describe_setting(data)
    print("extraction: decoding alone, the network alone, both together", flush=True)
    process = run_measured([require_program(EXTRACTION_BENCH), data])
    repetitions = parse_repetitions(process.output)
    medians = {figure: median([entry[figure] for entry in repetitions]) for figure in FIGURES}
    print_summary(repetitions, medians)
    save_results(
        options.results,
        "extraction",
        {
            "setting": setting,
            "process": process.figures(),
            "medians": medians,
            "repetitions": repetitions,
        },
    )


def parse_repetitions(output: str) -> list[dict[str, float]]:
    repetitions = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    if not repetitions:
        raise BenchError(f"{EXTRACTION_BENCH.name} printed no figures: {output[-500:]!r}")
    return repetitions


def print_summary(repetitions: list[dict], medians: dict[str, float]) -> None:
    header = ("figure", "median", "of each repetition")
    rows = [
        (figure, medians[figure], " ".join(f"{entry[figure]:.3f}" for entry in repetitions))
        for figure in FIGURES
    ]
    print_table(f"Extraction, {len(repetitions)} repetitions", header, rows)
    print_target(
        medians["fraction"] >= FRACTION_MIN,
        f"{100 * medians['fraction']:.1f} % of the ceiling (at least {100 * FRACTION_MIN:.0f} %)",
    )
