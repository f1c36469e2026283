"""Search quality: the best value after each trial, on known functions and on the photos."""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from figures import median, print_table, print_target, save_results
from measured_process import BenchError
from setting import (
    BUILD,
    HEAD_LOSSES,
    KENNEL,
    ROOT,
    SEARCH_LOCK,
    SEARCH_REGRET,
    count_photos,
    describe_server_setting,
    prepare_search_peers,
    require_program,
)

PEERS = ROOT / "bench/search_peers.py"
TRIALS = 30
SEEDS = 20
LATE_TRIALS = 200
PROPOSAL_MS_MAX = 100
P_MAX = 0.05
# BoTorch's default model takes numbers only.
PLAYED = {
    "branin": ("kennel", "random", "optuna", "botorch"),
    "hartmann6": ("kennel", "random", "optuna", "botorch"),
    "rosenbrock": ("kennel", "random", "optuna", "botorch"),
    "mixed": ("kennel", "random", "optuna"),
}
ONE_THREAD = {"OMP_NUM_THREADS": "1"}  # players run side by side
STRATEGIES = {"kennel": "bayesian", "random": "random"}


def run(options: argparse.Namespace, data: Path) -> None:
    require_program(SEARCH_REGRET)
    require_program(HEAD_LOSSES)
    peer = prepare_search_peers()
    setting = describe_server_setting(SEARCH_LOCK)
    setting |= {"data": data.name, "photos": count_photos(data)}
    seeds = range(1, (3 if options.quick else SEEDS) + 1)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="bench-") as folder:
        results = play_all(data, Path(folder), seeds, peer)
    summary = {
        "ends": {function: ends(played) for function, played in results.items()},
        "p_worse": worse_than_peers(results, peer),
        "proposal_ms_at_200": late_proposal_ms(),
    }
    print_summary(summary, len(seeds))
    content = {"setting": setting, "summary": summary, "curves": curves(results)}
    save_results(options.results, "search", content | {"seeds": len(seeds), "trials": TRIALS})


def play_all(
    data: Path, work: Path, seeds: range, peer: Path
) -> dict[str, dict[str, list[list[float]]]]:
    """The best after each trial, a list for each seed. How fast a player is changes nothing."""
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        playing = {
            function: {
                player: pool.submit(play, player, function, seeds, peer) for player in players
            }
            for function, players in PLAYED.items()
        }
        playing["photos"] = {
            player: pool.submit(play_on_photos, player, data, work, seeds, peer)
            for player in ("kennel", "random", "optuna", "botorch")
        }
        return {
            function: {player: future.result() for player, future in players.items()}
            for function, players in playing.items()
        }


def play(player: str, function: str, seeds: range, peer: Path) -> list[list[float]]:
    print(f"search: {function}, {player}", flush=True)
    if player in STRATEGIES:
        command = [SEARCH_REGRET, function, STRATEGIES[player], TRIALS, *seeds]
    else:
        command = [peer, PEERS, player, function, TRIALS, *seeds]
    return [line["best"] for line in lines_of(command)]


def play_on_photos(
    player: str, data: Path, work: Path, seeds: range, peer: Path
) -> list[list[float]]:
    """The lowest valid loss: `kennel tune`, and others that ask its trainer."""
    print(f"search: photos, {player}", flush=True)
    cache = {"KENNEL_CACHE": str(work / "cache")}
    if player in STRATEGIES:
        return [tune(data, work, STRATEGIES[player], seed, cache) for seed in seeds]
    command = [peer, PEERS, player, "photos", TRIALS, *seeds]
    lines = lines_of([*command, "--trainer", HEAD_LOSSES, "--data", data], cache)
    return [line["best"] for line in lines]


def tune(data: Path, work: Path, strategy: str, seed: int, cache: dict) -> list[float]:
    output = work / f"{strategy}-{seed}"
    command = [KENNEL, "tune", data, "--output", output, "--strategy", strategy, "--seed", seed]
    numbers = ["--trials", TRIALS, "--parallel", 1, "--early-stopping", "off", "--quiet"]
    run_whole([*command, *numbers], cache)
    trials = json.loads((output / "tuning.json").read_text())["trials"]
    objectives = (trial["objective"] for trial in trials)  # null: that training failed
    return list(itertools.accumulate((math.inf if one is None else one for one in objectives), min))


def lines_of(command: list, environment: dict | None = None) -> list[dict]:
    return [json.loads(line) for line in run_whole(command, environment).splitlines()]


def run_whole(command: list, environment: dict | None = None) -> str:
    """What it printed."""
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        env=os.environ | ONE_THREAD | (environment or {}),
    )
    if done.returncode != 0:
        raise BenchError(f"{command[0]} failed: {done.stderr[-2000:]}")
    return done.stdout


def ends(played: dict[str, list[list[float]]]) -> dict[str, dict[str, float]]:
    return {player: quartiles([best[-1] for best in runs]) for player, runs in played.items()}


def quartiles(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    quarter = len(ordered) // 4
    return {
        "median": median(ordered),
        "first_quartile": ordered[quarter],
        "third_quartile": ordered[-1 - quarter],
        "worst": ordered[-1],
    }


def worse_than_peers(results: dict, peer: Path) -> dict[str, dict[str, float]]:
    """One-sided Mann-Whitney tests: how likely kennel is as good as a peer, and looks so bad."""
    script = (
        "import json, sys; from scipy.stats import mannwhitneyu; "
        "ours, theirs = json.load(sys.stdin); "
        "print(mannwhitneyu(ours, theirs, alternative='greater').pvalue)"
    )
    tests: dict[str, dict[str, float]] = {}
    for function, played in results.items():
        ours = [best[-1] for best in played["kennel"]]
        for player in played.keys() - STRATEGIES.keys():
            theirs = [best[-1] for best in played[player]]
            done = subprocess.run(
                [peer, "-c", script],
                input=json.dumps([ours, theirs]),
                capture_output=True,
                text=True,
            )
            tests.setdefault(function, {})[player] = float(done.stdout)
    return tests


def late_proposal_ms() -> float:
    """The slowest proposal up to the 200th trial, on six parameters; the median of three seeds."""
    return median(
        [
            line["slowest_ms"]
            for line in lines_of([SEARCH_REGRET, "hartmann6", "bayesian", LATE_TRIALS, 1, 2, 3])
        ]
    )


def curves(results: dict) -> dict[str, dict[str, list[float]]]:
    """The median over the seeds, after each trial."""
    return {
        function: {
            player: [median(list(values)) for values in zip(*runs, strict=True)]
            for player, runs in played.items()
        }
        for function, played in results.items()
    }


def print_summary(summary: dict, seeds: int) -> None:
    header = ("lowest after 30 trials", "median", "1st quartile", "3rd quartile", "worst")
    rows = [
        (f"{function}, {player}", *figures.values())
        for function, players in summary["ends"].items()
        for player, figures in players.items()
    ]
    print_table(f"Search, {seeds} seeds", header, rows)
    for function, tests in summary["p_worse"].items():
        for player, probability in tests.items():
            print_target(
                probability > P_MAX,
                f"{function}: not worse than {player} (p = {probability:.3f}, above {P_MAX})",
            )
    slowest = summary["proposal_ms_at_200"]
    print_target(
        slowest < PROPOSAL_MS_MAX,
        f"slowest proposal of {LATE_TRIALS} trials: {slowest:.0f} ms (under {PROPOSAL_MS_MAX})",
    )
