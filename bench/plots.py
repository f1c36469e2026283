"""Draws the pictures of docs/benchmarks.md from bench/results/*.json.

    python3 bench/plots.py

It makes an environment of its own in build/bench-plots-venv, and goes on in there.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys

from setting import BUILD, ROOT, prepare_environment

RESULTS = ROOT / "bench/results"
IMAGES = ROOT / "docs/images"
LOCK = ROOT / "bench/requirements-plots.lock"
# What a search could reach at best; unknown for photos.
LOWEST = {"branin": 0.397887, "hartmann6": -3.32237, "rosenbrock": 0, "mixed": 0}
PLAYERS = {
    "kennel": ("kennel", "#c2410c", 2.4),
    "optuna": ("Optuna (TPE)", "#2563eb", 1.4),
    "botorch": ("BoTorch", "#059669", 1.4),
    "random": ("random", "#9ca3af", 1.4),
}
TITLES = {
    "branin": "Branin, 2 parameters",
    "hartmann6": "Hartmann, 6 parameters",
    "rosenbrock": "Rosenbrock, 4 parameters",
    "mixed": "mixed, one of 4 with categories",
    "photos": "photos, 6 hyperparameters",
}


def main() -> None:
    if importlib.util.find_spec("matplotlib") is None:
        python = prepare_environment(BUILD / "bench-plots-venv", LOCK)
        os.execv(python, [python, __file__, *sys.argv[1:]])
    IMAGES.mkdir(parents=True, exist_ok=True)
    for part, draw in DRAWINGS.items():
        path = RESULTS / f"{part}.json"
        if path.is_file():
            draw(json.loads(path.read_text()))


def draw_search(content: dict) -> None:
    from matplotlib import pyplot, rcParams

    rcParams["svg.hashsalt"] = "kennel"
    curves = content["curves"]
    figure, axes = pyplot.subplots(2, 3, figsize=(12, 7), layout="constrained")
    for (function, played), place in zip(curves.items(), axes.flat, strict=False):
        lowest = LOWEST.get(function)
        for player, (label, colour, width) in PLAYERS.items():
            if player in played:
                values = [value - (lowest or 0) for value in played[player]]
                trials = range(1, len(values) + 1)
                place.plot(trials, values, label=label, color=colour, linewidth=width)
        place.set_title(TITLES[function])
        place.set_xlabel("trials")
        place.set_ylabel("best valid loss" if lowest is None else "above the lowest value")
        if lowest is not None:
            place.set_yscale("log")
        place.grid(alpha=0.25)
    for place in axes.flat[len(curves) :]:
        place.axis("off")
    axes.flat[0].legend()
    figure.suptitle(f"The best so far, medians of {content['seeds']} seeds")
    save(figure, "search-regret")


def save(figure, name: str) -> None:
    path = IMAGES / f"{name}.svg"
    # No date and no random ids: the same figures are the same file.
    figure.savefig(path, metadata={"Date": None})
    print(path)


DRAWINGS = {"search": draw_search}

if __name__ == "__main__":
    os.environ.setdefault("MPLBACKEND", "svg")
    main()
