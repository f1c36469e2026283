"""Other libraries on the functions of search_regret.cpp: one line of JSON a seed.

    python search_peers.py optuna|botorch FUNCTION TRIALS SEED...

Optuna's default sampler (TPE), and BoTorch's default model and acquisition (SingleTaskGP,
qLogNoisyExpectedImprovement) after 2 d points of Sobol's sequence.
"""

from __future__ import annotations

import itertools
import json
import math
import sys
import warnings
from collections.abc import Callable

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


def branin(at: list[float]) -> float:
    x, y = at
    bow = y - 5.1 / (4 * math.pi**2) * x * x + 5 / math.pi * x - 6
    return bow * bow + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def hartmann6(at: list[float]) -> float:
    return float(-(ALPHA * np.exp(-(A * (np.array(at) - P) ** 2).sum(1))).sum())


def rosenbrock(at: list[float]) -> float:
    pairs = itertools.pairwise(at)
    return sum(100 * (y - x * x) ** 2 + (1 - x) ** 2 for x, y in pairs)


def mixed(kind: str, rate: float, size: int, dropout: float) -> float:
    place = KINDS.index(kind)
    return (
        OFFSETS[place]
        + (math.log10(rate) + 1 + 0.9 * place) ** 2
        + 0.15 * (math.log2(size) - 5 + place) ** 2
        + 4 * (dropout - 0.1 - 0.15 * place) ** 2
    )


BOXES: dict[str, tuple[Callable[[list[float]], float], list[tuple[float, float]]]] = {
    "branin": (branin, [(-5, 10), (0, 15)]),
    "hartmann6": (hartmann6, [(0, 1)] * 6),
    "rosenbrock": (rosenbrock, [(-2, 2)] * 4),
}


def optuna_losses(function: str, trials: int, seed: int) -> list[float]:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)

    def objective(trial: optuna.Trial) -> float:
        if function == "mixed":
            return mixed(
                trial.suggest_categorical("kind", list(KINDS)),
                trial.suggest_float("rate", 1e-5, 1, log=True),
                trial.suggest_int("size", 8, 256, log=True),
                trial.suggest_float("dropout", 0, 0.8),
            )
        loss, box = BOXES[function]
        return loss([trial.suggest_float(f"x{i}", *ends) for i, ends in enumerate(box)])

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(objective, n_trials=trials)
    return [trial.value for trial in study.trials]


def botorch_losses(function: str, trials: int, seed: int) -> list[float]:
    import torch
    from botorch.acquisition import qLogNoisyExpectedImprovement
    from botorch.fit import fit_gpytorch_mll
    from botorch.models import SingleTaskGP
    from botorch.optim import optimize_acqf
    from gpytorch.mlls import ExactMarginalLogLikelihood

    torch.manual_seed(seed)
    torch.set_default_dtype(torch.double)
    loss, box = BOXES[function]
    low, high = (torch.tensor([ends[side] for ends in box]) for side in (0, 1))
    sobol = torch.quasirandom.SobolEngine(len(box), scramble=True, seed=seed)
    points = sobol.draw(2 * len(box)).double()
    losses = [loss((low + (high - low) * point).tolist()) for point in points]
    unit = torch.stack([torch.zeros(len(box)), torch.ones(len(box))])
    while len(losses) < trials:
        model = SingleTaskGP(points, -torch.tensor(losses).unsqueeze(-1))
        fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model))
        gain = qLogNoisyExpectedImprovement(model, points, prune_baseline=True)
        point, _ = optimize_acqf(gain, bounds=unit, q=1, num_restarts=10, raw_samples=256)
        points = torch.cat([points, point])
        losses.append(loss((low + (high - low) * point[0]).tolist()))
    return losses


PLAYERS = {"optuna": optuna_losses, "botorch": botorch_losses}


def main() -> None:
    player, function, trials, *seeds = sys.argv[1:]
    for seed in map(int, seeds):
        losses = PLAYERS[player](function, int(trials), seed)
        best = np.minimum.accumulate(losses).tolist()
        print(json.dumps({"seed": seed, "best": best}), flush=True)


if __name__ == "__main__":
    main()
