"""Training jobs: their start, the sandbox's cost, `fit()` beside `kennel train`, many of them."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from disk import measure_commits
from figures import column, median, median_ratio, print_table, print_target, save_results
from job_bench import STATES, JobBench
from setting import (
    BUILD,
    KENNEL,
    count_photos,
    describe_server_setting,
    require_program,
    with_load_at_end,
)

FIRST_EPOCH_ADDED_S_MAX = 0.5
SANDBOX_MS_MAX = 30
FIT_RATIO_MAX = 1.3
JOBS = 10_000
ANSWER_MS_MAX = 20
# What the server may hold for each job that has ended: nothing of it but what the allocator keeps.
FLAT_MIB_MAX = 8
AT_ONCE = 200
INSTANCES = 30
LABELS = {
    "train_cold": "kennel train, cold cache",
    "job_cold": "training job, cold cache",
    "train_warm": "kennel train, warm cache",
    "job_warm": "training job, warm cache",
}


def run(options: argparse.Namespace, photos: Path) -> None:
    require_program(KENNEL)
    setting = describe_server_setting(None)
    setting |= {"data": photos.name, "photos": count_photos(photos)}
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="bench-") as folder:
        content = measure(options, photos, Path(folder))
    content = {"setting": with_load_at_end(setting)} | content
    content["summary"] = summarize(content)
    print_summary(content)
    save_results(options.results, "jobs", content)


def measure(options: argparse.Namespace, photos: Path, work: Path) -> dict[str, object]:
    bench = JobBench(work)
    disk = measure_commits(work / "sync")
    rounds: list[dict] = []
    sandbox: dict[str, list[float]] = {"sandbox": [], "plain": []}
    at_once: list[dict] = []
    for number in range(1, options.runs + 1):
        print(f"jobs: round {number} of {options.runs}", flush=True)
        rounds.append(bench.measure_fit(photos, number))
        for name, times in bench.measure_sandbox(INSTANCES // 3).items():
            sandbox[name] += times
        at_once.append(bench.measure_at_once(AT_ONCE))
    count = JOBS // 10 if options.quick else JOBS
    print(f"jobs: {count} that have ended", flush=True)
    return {
        "disk": disk,
        "rounds": rounds,
        "sandbox_training_ms": sandbox,
        "at_once": at_once,
        "many": bench.measure_many(count),
    }


def summarize(content: dict) -> dict[str, object]:
    rounds, sandbox, many = content["rounds"], content["sandbox_training_ms"], content["many"]
    figures = ("wall_seconds", "first_epoch_seconds")
    answers = many["answers"].values()
    return {
        "medians": {
            subject: {figure: median(column(rounds, subject, figure)) for figure in figures}
            for subject in LABELS
        },
        "first_epoch_added_seconds": {state: added(rounds, state) for state in STATES},
        "fit_per_train": {
            state: median_ratio(
                column(rounds, f"job_{state}", "wall_seconds"),
                column(rounds, f"train_{state}", "wall_seconds"),
            )
            for state in STATES
        },
        "sandbox_ms": {name: median(times) for name, times in sandbox.items()},
        "sandbox_added_ms": round(median(sandbox["sandbox"]) - median(sandbox["plain"]), 3),
        "slowest_p50_ms": max(entry["p50_ms"] for entry in answers),
        "slowest_p99_ms": max(entry["p99_ms"] for entry in answers),
        "rss_added_mib": round(many["rss_mib"]["after_reads"] - many["rss_mib"]["a_tenth"], 1),
        "at_once_seconds": median([entry["seconds"] for entry in content["at_once"]]),
    }


def added(rounds: list[dict], state: str) -> float:
    """What a job's first epoch line comes later than that of `kennel train`, round by round."""
    jobs = column(rounds, f"job_{state}", "first_epoch_seconds")
    trains = column(rounds, f"train_{state}", "first_epoch_seconds")
    return median([job - train for job, train in zip(jobs, trains, strict=True)])


def print_summary(content: dict) -> None:
    summary = content["summary"]
    header = ("medians", "whole s", "first epoch s")
    rows = [(label, *summary["medians"][name].values()) for name, label in LABELS.items()]
    print_table(f"Training jobs, {len(content['rounds'])} rounds", header, rows)
    for state in STATES:
        late, ratio = summary["first_epoch_added_seconds"][state], summary["fit_per_train"][state]
        print_target(
            late < FIRST_EPOCH_ADDED_S_MAX,
            f"{state}: the first epoch line {late:.3f} s later than that of kennel train (under "
            f"{FIRST_EPOCH_ADDED_S_MAX})",
        )
        print_target(
            ratio <= FIT_RATIO_MAX,
            f"{state}: a job takes {ratio:.2f} times as long as kennel train (at most "
            f"{FIT_RATIO_MAX})",
        )
    cost, kinds = summary["sandbox_added_ms"], summary["sandbox_ms"]
    print_target(
        cost < SANDBOX_MS_MAX,
        f"the sandbox costs {cost:.1f} ms an instance ({kinds['sandbox']:.1f} beside "
        f"{kinds['plain']:.1f}, under {SANDBOX_MS_MAX})",
    )
    print_many(content["many"], summary)
    print_at_once(content["at_once"], summary["at_once_seconds"])


def print_many(many: dict, summary: dict) -> None:
    count, judged = many["count"], many["count"] >= JOBS
    rows = [(name, *entry.values()) for name, entry in many["answers"].items()]
    print_table(f"{count} jobs that have ended", ("", "p50 ms", "p99 ms", "slowest ms"), rows)
    print(f"  created and failed in {many['create_and_fail_seconds']:.1f} s")
    slowest = summary["slowest_p99_ms"]
    print_target(
        slowest < ANSWER_MS_MAX if judged else None,
        f"List and Describe among {count} jobs: p99 at most {slowest:.1f} ms (under "
        f"{ANSWER_MS_MAX})",
    )
    memory = " ".join(f"{value:.1f}" for value in many["rss_mib"].values())
    print_target(
        summary["rss_added_mib"] <= FLAT_MIB_MAX if judged else None,
        f"memory with no job, a tenth, all, after the questions: {memory} MiB (at most "
        f"{FLAT_MIB_MAX} more than with a tenth)",
    )


def print_at_once(rounds: list[dict], seconds: float) -> None:
    count = rounds[0]["count"]
    whole = all(entry["completed"] == count and entry["out_of_order"] == 0 for entry in rounds)
    print_target(
        whole,
        f"{count} jobs at once: {min(entry['completed'] for entry in rounds)} completed, "
        f"{max(entry['out_of_order'] for entry in rounds)} out of order, in {seconds:.1f} s",
    )
