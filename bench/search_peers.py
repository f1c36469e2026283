"""Other libraries on the functions of search_regret.cpp: one line of JSON a seed.

    python search_peers.py optuna|botorch FUNCTION TRIALS SEED...
    python search_peers.py optuna|botorch photos TRIALS SEED... --trainer HEAD_LOSSES --data DIR

Optuna's default sampler (TPE), and BoTorch's default model and acquisition (SingleTaskGP,
qLogNoisyExpectedImprovement) after 2 d points of Sobol's sequence. On photos the first trial of
all is what `kennel train` does by itself, as it is in `kennel tune`.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import subprocess
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

warnings.filterwarnings("ignore")

ALPHA = np.array([1.0, 1.2, 3.0, 3.2])
A = np.array(
    [
        [10, 3, 17, 3.5, 1.7, 8],
        [0.05, 10, 17, 0.1, 8, 14],
        [3, 3.5, 1.7, 10, 17, 8],
        [17, 8, 0.05, 10, 0.1, 14],
    ]
)
P = np.array(
    [
        [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
        [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
        [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
        [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ]
)
KINDS = "abcd"
OFFSETS = (0.6, 0.3, 0, 0.45)


@dataclass(frozen=True)
class Range:
    low: float
    high: float
    log: bool = False
    whole: bool = False

    def value(self, at: float) -> float:
        """Of a place between 0 and 1."""
        low, high = (math.log(end) if self.log else end for end in (self.low, self.high))
        value = low + (high - low) * at
        value = min(max(math.exp(value) if self.log else value, self.low), self.high)
        return round(value) if self.whole else value

    def place(self, value: float) -> float:
        low, high, inner = (
            math.log(one) if self.log else one for one in (self.low, self.high, value)
        )
        return (inner - low) / (high - low)


@dataclass(frozen=True)
class Problem:
    loss: Callable[..., float]
    ranges: dict[str, Range | list[str]]
    first: dict[str, float] | None = None


def branin(**at: float) -> float:
    x, y = at.values()
    bow = y - 5.1 / (4 * math.pi**2) * x * x + 5 / math.pi * x - 6
    return bow * bow + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def hartmann6(**at: float) -> float:
    return float(-(ALPHA * np.exp(-(A * (np.array([*at.values()]) - P) ** 2).sum(1))).sum())


def rosenbrock(**at: float) -> float:
    pairs = itertools.pairwise(at.values())
    return sum(100 * (y - x * x) ** 2 + (1 - x) ** 2 for x, y in pairs)


def mixed(kind: str, rate: float, size: int, dropout: float) -> float:
    place = KINDS.index(kind)
    return (
        OFFSETS[place]
        + (math.log10(rate) + 1 + 0.9 * place) ** 2
        + 0.15 * (math.log2(size) - 5 + place) ** 2
        + 4 * (dropout - 0.1 - 0.15 * place) ** 2
    )


def cube(dimensions: int, low: float, high: float) -> dict[str, Range | list[str]]:
    return {f"x{place}": Range(low, high) for place in range(dimensions)}


FUNCTIONS = {
    "branin": Problem(branin, {"x0": Range(-5, 10), "x1": Range(0, 15)}),
    "hartmann6": Problem(hartmann6, cube(6, 0, 1)),
    "rosenbrock": Problem(rosenbrock, cube(4, -2, 2)),
    "mixed": Problem(
        mixed,
        {
            "kind": list(KINDS),
            "rate": Range(1e-5, 1, log=True),
            "size": Range(8, 256, log=True, whole=True),
            "dropout": Range(0, 0.8),
        },
    ),
}

# What `kennel tune` tunes by itself, and what `kennel train` does by itself.
HEAD_RANGES: dict[str, Range | list[str]] = {
    "learning_rate": Range(1e-4, 3e-2, log=True),
    "batch_size": Range(16, 128, log=True, whole=True),
    "weight_decay": Range(1e-4, 0.3, log=True),
    "dropout": Range(0, 0.6),
    "label_smoothing": Range(0, 0.2),
    "hidden": Range(64, 512, log=True, whole=True),
}
HEAD_DEFAULTS = {
    "learning_rate": 2e-3,
    "batch_size": 32,
    "weight_decay": 0.01,
    "dropout": 0,
    "label_smoothing": 0,
    "hidden": 256,
}


class HeadLosses:
    """kennel's own trainer, asked for one setting after the other."""

    def __init__(self, trainer: Path, data: Path, seed: int) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="head-losses-")
        self.process = subprocess.Popen(
            [trainer, data, str(seed), self.folder.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def __call__(self, **values: float) -> float:
        self.process.stdin.write(json.dumps(values) + "\n")
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()
        self.folder.cleanup()


def optuna_losses(problem: Problem, trials: int, seed: int) -> list[float]:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)

    def suggest(trial: optuna.Trial, name: str, values: Range | list[str]) -> float | str:
        if not isinstance(values, Range):
            return trial.suggest_categorical(name, values)
        draw = trial.suggest_int if values.whole else trial.suggest_float
        return draw(name, values.low, values.high, log=values.log)

    def objective(trial: optuna.Trial) -> float:
        return problem.loss(**{name: suggest(trial, name, problem.ranges[name]) for name in names})

    names = list(problem.ranges)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    if problem.first:
        study.enqueue_trial(problem.first)
    study.optimize(objective, n_trials=trials)
    return [trial.value for trial in study.trials]


def botorch_losses(problem: Problem, trials: int, seed: int) -> list[float]:
    import torch
    from botorch.acquisition import qLogNoisyExpectedImprovement
    from botorch.fit import fit_gpytorch_mll
    from botorch.models import SingleTaskGP
    from botorch.optim import optimize_acqf
    from gpytorch.mlls import ExactMarginalLogLikelihood

    torch.manual_seed(seed)
    torch.set_default_dtype(torch.double)
    ranges: dict[str, Range] = problem.ranges

    def loss(point: torch.Tensor) -> float:
        places = zip(ranges.items(), point.tolist(), strict=True)
        return problem.loss(**{name: values.value(at) for (name, values), at in places})

    sobol = torch.quasirandom.SobolEngine(len(ranges), scramble=True, seed=seed)
    points = sobol.draw(2 * len(ranges)).double()
    if problem.first:
        first = [values.place(problem.first[name]) for name, values in ranges.items()]
        points[0] = torch.tensor(first)
    losses = [loss(point) for point in points]
    unit = torch.stack([torch.zeros(len(ranges)), torch.ones(len(ranges))])
    while len(losses) < trials:
        model = SingleTaskGP(points, -torch.tensor(losses).unsqueeze(-1))
        fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model))
        gain = qLogNoisyExpectedImprovement(model, points, prune_baseline=True)
        point, _ = optimize_acqf(gain, bounds=unit, q=1, num_restarts=10, raw_samples=256)
        points = torch.cat([points, point])
        losses.append(loss(point[0]))
    return losses


PLAYERS = {"optuna": optuna_losses, "botorch": botorch_losses}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("player", choices=PLAYERS)
    parser.add_argument("function", choices=[*FUNCTIONS, "photos"])
    parser.add_argument("trials", type=int)
    parser.add_argument("seeds", type=int, nargs="+")
    parser.add_argument("--trainer", type=Path)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    play = PLAYERS[options.player]
    for seed in options.seeds:
        if options.function == "photos":
            trainer = HeadLosses(options.trainer, options.data, seed)
            losses = play(Problem(trainer, HEAD_RANGES, HEAD_DEFAULTS), options.trials, seed)
            trainer.close()
        else:
            losses = play(FUNCTIONS[options.function], options.trials, seed)
        best = np.minimum.accumulate(losses).tolist()
        print(json.dumps({"seed": seed, "best": best}), flush=True)


if __name__ == "__main__":
    main()
