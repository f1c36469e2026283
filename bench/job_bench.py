"""The measurements of the jobs' part: each starts the servers that it needs."""

from __future__ import annotations

import itertools
import random
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from job_client import PROCESS, UNKNOWN, JobClient, connect, last_moment, stage_seconds
from measured_process import BenchError
from pinned_server import Kennel
from setting import KENNEL, every_core
from subjects import THREADS

CLIENTS = 8
JOBS_AT_ONCE = 20
STATES = ("cold", "warm")
ASKED = 300
PAGE = 100
FILTERS = {
    "first_page": {},
    "by_name": {"SortBy": "Name", "SortOrder": "Ascending"},
    "by_status": {"SortBy": "Status"},
    "by_creation": {"SortBy": "CreationTime", "SortOrder": "Ascending"},
    "failed": {"StatusEquals": "Failed"},
    "none_in_progress": {"StatusEquals": "InProgress"},
    "name_contains": {"NameContains": "-77"},
    "name_contains_none": {"NameContains": "nowhere"},
}


class JobBench:
    def __init__(self, work: Path):
        self.work = work
        self._servers = 0

    def kennel(self, *options: str) -> Kennel:
        """Its feature cache is its own, and empty."""
        self._servers += 1
        data = self.work / f"data-{self._servers}"
        environment = {"KENNEL_CACHE": str(data.with_suffix(".cache"))}
        return Kennel(data, every_core(), *options, environment=environment)

    def measure_fit(self, photos: Path, number: int) -> dict[str, dict]:
        """`kennel train` and a job in turn: with empty caches, then with those that they filled."""
        round_folder = self.work / f"fit-{number}"
        with self.kennel() as server:
            client = connect(server)
            client.upload(photos)
            figures = {}
            for state in STATES:
                output = round_folder / state
                figures[f"train_{state}"] = train(photos, output, round_folder / "cache")
                figures[f"job_{state}"] = fit(client, f"fit-{state}")
        return figures

    def measure_sandbox(self, count: int) -> dict[str, list[float]]:
        """Milliseconds of Training of a job of /bin/true, with a sandbox and without, in turn."""
        times: dict[str, list[float]] = {"sandbox": [], "plain": []}
        with self.kennel() as sandboxed, self.kennel("--no-sandbox") as plain:
            clients = {"sandbox": connect(sandboxed), "plain": connect(plain)}
            for number in range(-1, count):
                for name, client in clients.items():
                    client.create(f"true-{number + 1}", PROCESS)
                    described = client.completed(f"true-{number + 1}")
                    if number >= 0:  # the first warms up
                        times[name].append(round(1e3 * stage_seconds(described)["training"], 3))
        return times

    def measure_many(self, count: int) -> dict[str, object]:
        """So many jobs that have ended: their image is unknown, so each fails at once."""
        with self.kennel() as server:
            client = connect(server)
            memory = {"none": server.rss_mib()}
            start = time.perf_counter()
            submit(server, 0, count // 10, UNKNOWN)
            await_failed(client)
            memory["a_tenth"] = server.rss_mib()
            submit(server, count // 10, count, UNKNOWN)
            await_failed(client)
            seconds = time.perf_counter() - start
            memory["all"] = server.rss_mib()
            failed = len(client.list_all(StatusEquals="Failed"))
            if failed != count:
                raise BenchError(f"{failed} of {count} jobs have failed; all should")
            answers = ask(client, count)
            memory["after_reads"] = server.rss_mib()
            return {
                "count": count,
                "create_and_fail_seconds": round(seconds, 2),
                "rss_mib": memory,
                "answers": answers,
            }

    def measure_at_once(self, count: int) -> dict[str, object]:
        """So many jobs of /bin/true, whose requests come on many connections at once."""
        with self.kennel() as server:
            client = connect(server)
            answered = submit(server, 0, count, PROCESS, JOBS_AT_ONCE)
            listed = client.list_all(SortBy="CreationTime", SortOrder="Ascending")
            described = [client.completed(entry["TrainingJobName"]) for entry in listed]
        starts = [entry["TrainingStartTime"] for entry in described]
        created = [entry["CreationTime"] for entry in described]
        ended = max(last_moment(entry) for entry in described)
        return {
            "count": count,
            "completed": len({entry["TrainingJobName"] for entry in described}),
            "out_of_order": count_out_of_order(described, answered),
            # Those too whose requests were under way at the same time: there is no first of them.
            "starts_not_by_creation_time": sum(
                later < earlier for earlier, later in itertools.pairwise(starts)
            ),
            "submit_seconds": round(max(created) - min(created), 3),
            "seconds": round(ended - min(created), 3),
        }


def train(photos: Path, output: Path, cache: Path) -> dict[str, float]:
    """The whole process, and when its first epoch was told."""
    command = ["env", f"KENNEL_CACHE={cache}", KENNEL, "train", photos, "--output", output]
    command += ["--threads", THREADS, "--seed", 1]
    first_epoch = None
    start = time.perf_counter()
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE) as process:
        for line in process.stdout:
            if first_epoch is None and line.startswith(b"epoch "):
                first_epoch = time.perf_counter() - start
    wall = time.perf_counter() - start
    if process.returncode != 0 or first_epoch is None:
        raise BenchError(f"kennel train ended with {process.returncode}")
    return {"wall_seconds": round(wall, 3), "first_epoch_seconds": round(first_epoch, 3)}


def fit(client: JobClient, name: str) -> dict[str, object]:
    described = client.train(name)
    created = described["CreationTime"]
    return {
        "wall_seconds": round(last_moment(described) - created, 3),
        "first_epoch_seconds": round(client.first_epoch(name) - created, 3),
        "stages": stage_seconds(described),
    }


def submit(
    server: Kennel, begin: int, end: int, algorithm: dict, clients: int = CLIENTS
) -> dict[str, float]:
    """Each client creates every n-th one. When each was answered, by this machine's clock."""
    ready = threading.Barrier(clients)
    answered: dict[str, float] = {}

    def create(first: int) -> None:
        client = JobClient(server)
        ready.wait()
        for number in range(begin + first, end, clients):
            name = f"job-{number:06}"
            client.create(name, algorithm)
            answered[name] = time.time()

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(create, range(clients)))
    return answered


def count_out_of_order(described: list[dict], answered: dict[str, float]) -> int:
    """Pairs in which the second was made once the first was answered, and yet started before it."""
    return sum(
        answered[first["TrainingJobName"]] < second["CreationTime"]
        and second["TrainingStartTime"] < first["TrainingStartTime"]
        for first, second in itertools.permutations(described, 2)
    )


def await_failed(client: JobClient) -> None:
    """Those that run are few at any time, so the list of them is short."""
    while listed := client.list(StatusEquals="InProgress")["TrainingJobSummaries"]:
        client.ended(listed[0]["TrainingJobName"])


def ask(client: JobClient, count: int) -> dict[str, dict[str, float]]:
    """Each question many times, in turn."""
    draw = random.Random(1)
    middle = middle_page(client, count)
    times: dict[str, list[float]] = {name: [] for name in ("describe", "middle_page", *FILTERS)}
    for _ in range(ASKED):
        client.describe(f"job-{draw.randrange(count):06}")
        times["describe"].append(client.last_ms)
        client.list(MaxResults=PAGE, NextToken=middle)
        times["middle_page"].append(client.last_ms)
        for name, query in FILTERS.items():
            client.list(MaxResults=PAGE, **query)
            times[name].append(client.last_ms)
    return {name: percentiles(values) for name, values in times.items()}


def middle_page(client: JobClient, count: int) -> str:
    """The token of the page in the middle; on the way all are counted that come before."""
    found = client.list(MaxResults=PAGE)
    for _ in range(count // PAGE // 2 - 1):
        found = client.list(MaxResults=PAGE, NextToken=found["NextToken"])
    return found["NextToken"]


def percentiles(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "p50_ms": round(ordered[len(ordered) // 2], 3),
        "p99_ms": round(ordered[int(0.99 * len(ordered))], 3),
        "max_ms": round(ordered[-1], 3),
    }
