"""Raw figures to medians, ratios, a table for people and a file for later."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from pathlib import Path


def median(values: Sequence[float]) -> float:
    return round(statistics.median(values), 4)


def median_ratio(numerators: Sequence[float], denominators: Sequence[float]) -> float:
    """The median of the ratios pair by pair: what one round measured side by side."""
    pairs = zip(numerators, denominators, strict=True)
    return median([numerator / denominator for numerator, denominator in pairs])


def column(rounds: Sequence[dict], subject: str, figure: str) -> list[float]:
    return [entry[subject][figure] for entry in rounds]


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    cells = [[to_text(cell) for cell in row] for row in [header, *rows]]
    widths = [max(len(row[index]) for row in cells) for index in range(len(header))]
    print(f"\n{title}")
    for row in cells:
        label, *others = row
        padded = [text.rjust(width) for text, width in zip(others, widths[1:], strict=True)]
        print("  " + "  ".join([label.ljust(widths[0]), *padded]))


def to_text(cell: object) -> str:
    return f"{cell:.3f}" if isinstance(cell, float) else str(cell)


def print_target(holds: bool | None, text: str) -> None:
    verdict = {True: "reached", False: "MISSED", None: "not judged"}[holds]
    print(f"  target {verdict}: {text}")


def save_results(folder: Path, name: str, content: dict[str, object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps(content, indent=2) + "\n")
    print(f"  figures: {path}", flush=True)
