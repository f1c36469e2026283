"""The front door: signed requests a second, their latency, overload, start and memory."""

from __future__ import annotations

import argparse
import http.client
import os
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from disk import measure_commits
from figures import column, median, median_ratio, print_table, print_target, save_results
from measured_process import BenchError
from pinned_server import Kennel, Moto, PinnedServer, run_load
from setting import (
    BUILD,
    KENNEL,
    MOTO_LOCK,
    SIGNED_LOAD,
    describe_server_setting,
    prepare_moto,
    require_program,
    with_load_at_end,
)

SIGNED_PER_SECOND_MIN = 5000
READY_MS_MAX = 100
IDLE_RSS_MIB_MAX = 40
GOOD_SHARE_MIN = 0.9
REFUSED_P99_MS_MAX = 50
HEALTH_MS_MAX = 100
STARTS = 10
# Each has one request in flight; the front door takes 2,048 on at a time.
OVERLOAD_CONNECTIONS = 3000
LABELS = {
    "kennel_64": "kennel, 64 connections",
    "moto_64": "moto, 64 connections",
    "kennel_200": "kennel, 200 connections",
}


def run(options: argparse.Namespace, _data: Path | None) -> None:
    require_program(KENNEL)
    require_program(SIGNED_LOAD)
    prepare_moto()
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise BenchError("the front door's part needs two cores: one each for server and client")
    setting = describe_server_setting(MOTO_LOCK)
    bench = Bench(cores[0], cores[1], 2 if options.quick else 5)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="bench-") as folder:
        work = Path(folder)
        disk = measure_commits(work / "sync")
        start = bench.measure_start(work)
        rounds = [bench.measure_round(work, number) for number in range(1, options.runs + 1)]
        many = bench.measure_many(work, 5 if options.quick else 20)
        overload = [bench.measure_overload(work) for _ in range(min(options.runs, 3))]
    content = {
        "setting": with_load_at_end(setting),
        "disk": disk,
        "summary": summarize(rounds, start, many, overload),
        "start": start,
        "rounds": rounds,
        "many_connections": many,
        "overload": overload,
    }
    print_summary(content)
    save_results(options.results, "frontdoor", content)


class Bench:
    def __init__(self, server_core: int, client_core: int, seconds: float):
        self.server_core = server_core
        self.client_core = client_core
        self.seconds = seconds
        self._servers = 0

    def kennel(self, work: Path) -> Kennel:
        self._servers += 1
        return Kennel(work / f"data-{self._servers}", self.server_core)

    def load(self, server: PinnedServer, *options: object) -> dict:
        return run_load(SIGNED_LOAD, server, self.client_core, *options)

    def load_at(self, server: PinnedServer, connections: int, *options: object) -> dict:
        words = ("--connections", connections, "--seconds", self.seconds, *options)
        return self.load(server, *words)

    def measure_start(self, work: Path) -> dict[str, object]:
        """Exec to the ready line: into an empty folder, and again into the one it left."""
        first, again, idle_rss = [], [], []
        for number in range(STARTS):
            data = work / f"start-{number}"
            with Kennel(data, self.server_core) as server:
                first.append(round(server.ready_ms, 1))
            with Kennel(data, self.server_core) as server:
                again.append(round(server.ready_ms, 1))
                time.sleep(1)
                idle_rss.append(server.rss_mib())
        return {"first_ms": first, "again_ms": again, "idle_rss_mib": idle_rss}

    def measure_round(self, work: Path, number: int) -> dict[str, dict]:
        print(f"front door: round {number}", flush=True)
        with self.kennel(work) as server:
            kennel_64 = self.load_at(server, 64)
        with Moto(work / "moto.log", self.server_core) as server:
            moto_64 = self.load_at(server, 64, "--batch", 60_000)
        with self.kennel(work) as server:
            kennel_200 = self.load_at(server, 200)
        return {
            name: flatten(report)
            for name, report in zip(LABELS, (kennel_64, moto_64, kennel_200), strict=True)
        }

    def measure_many(self, work: Path, seconds: float) -> dict[str, object]:
        """1,000 idle connections beside 200 that are active."""
        print("front door: 1,000 idle and 200 active connections", flush=True)
        with self.kennel(work) as server:
            before = server.rss_mib()
            words = ("--connections", 200, "--idle", 1000, "--seconds", seconds)
            report = self.load(server, *words)
            time.sleep(1)
            return report | {"rss_before_mib": before, "rss_after_mib": server.rss_mib()}

    def measure_overload(self, work: Path) -> dict[str, object]:
        """The peak of a closed loop, then four times as many, whatever the answers do."""
        print("front door: overload", flush=True)
        with self.kennel(work) as server:
            peak = max(self.load_at(server, count)["good_per_second"] for count in (64, 200))
            with health_watched(server.port) as health:
                rate = ("--rate", round(4 * peak), "--warmup", 2)
                report = self.load_at(server, OVERLOAD_CONNECTIONS, *rate)
            return report | {
                "peak_per_second": peak,
                "good_share": report["good_per_second"] / peak,
                "health_ms": sorted(health),
            }


def flatten(report: dict) -> dict:
    """The good answers' latencies beside the rest, where the medians find them."""
    return report | {f"good_{name}": value for name, value in report["good"].items()}


@contextmanager
def health_watched(port: int):
    """Asks /-/health over a new connection every 50 ms; yields the milliseconds, in the end."""
    times: list[float] = []
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            start = time.perf_counter()
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/-/health")
            healthy = connection.getresponse().status == 200
            connection.close()
            elapsed = 1e3 * (time.perf_counter() - start)
            times.append(round(elapsed if healthy else 1e9, 2))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield times
    finally:
        ended.set()
        watcher.join()


def summarize(rounds: list[dict], start: dict, many: dict, overload: list[dict]) -> dict:
    names = (
        "good_per_second",
        "good_p50_ms",
        "good_p90_ms",
        "good_p99_ms",
        "server_cpu_us_per_request",
    )
    rates = {name: column(rounds, name, "good_per_second") for name in LABELS}
    return {
        "medians": {
            subject: {name: median(column(rounds, subject, name)) for name in names}
            for subject in LABELS
        },
        "kennel_per_moto": median_ratio(rates["kennel_64"], rates["moto_64"]),
        "first_ready_ms": median(start["first_ms"]),
        "ready_ms": median(start["again_ms"]),
        "idle_rss_mib": median(start["idle_rss_mib"]),
        "many_server_errors": server_errors(many),
        "many_p99_ms": round(many["good"]["p99_ms"], 1),
        "overload_good_share": median([entry["good_share"] for entry in overload]),
        "overload_refused_p99_ms": median([entry["refused"]["p99_ms"] for entry in overload]),
        "overload_health_p50_ms": median([median(entry["health_ms"]) for entry in overload]),
        "overload_health_max_ms": median([max(entry["health_ms"]) for entry in overload]),
    }


def server_errors(report: dict) -> int:
    by_status = report["refused"].get("by_status", {})
    return sum(count for status, count in by_status.items() if status.startswith("5"))


def print_summary(content: dict) -> None:
    summary, many = content["summary"], content["many_connections"]
    header = ("GetCallerIdentity, medians", "a second", "p50 ms", "p90 ms", "p99 ms", "CPU us")
    rows = [(LABELS[name], *figures.values()) for name, figures in summary["medians"].items()]
    print_table(f"Front door, {len(content['rounds'])} rounds", header, rows)
    print(f"  {summary['kennel_per_moto']:.0f} times as many as moto; {content['disk']}")
    best = max(summary["medians"][name]["good_per_second"] for name in ("kennel_64", "kennel_200"))
    print_target(
        best >= SIGNED_PER_SECOND_MIN,
        f"{best:.0f} signed requests a second (at least {SIGNED_PER_SECOND_MIN})",
    )
    print_target(
        summary["many_server_errors"] == 0 and many["idle_lost"] == 0 and many["broken"] == 0,
        f"1,000 idle + 200 active: {many['good_per_second']:.0f} a second, p99 "
        f"{summary['many_p99_ms']} ms, {summary['many_server_errors']} server errors, memory "
        f"{many['rss_before_mib']} to {many['rss_after_mib']} MiB",
    )
    print_target(
        summary["ready_ms"] < READY_MS_MAX,
        f"ready in {summary['ready_ms']:.0f} ms (under {READY_MS_MAX}), "
        f"the first time in {summary['first_ready_ms']:.0f} ms",
    )
    print_target(
        summary["idle_rss_mib"] < IDLE_RSS_MIB_MAX,
        f"idle memory {summary['idle_rss_mib']:.1f} MiB (under {IDLE_RSS_MIB_MAX})",
    )
    print_overload(summary)


def print_overload(summary: dict) -> None:
    share, refused = summary["overload_good_share"], summary["overload_refused_p99_ms"]
    health = summary["overload_health_max_ms"]
    print_target(
        share >= GOOD_SHARE_MIN,
        f"overload: good answers {100 * share:.0f} % of the peak (at least "
        f"{100 * GOOD_SHARE_MIN:.0f} %)",
    )
    print_target(
        refused < REFUSED_P99_MS_MAX,
        f"overload: p99 of the refusals {refused:.0f} ms (under {REFUSED_P99_MS_MAX})",
    )
    print_target(
        health < HEALTH_MS_MAX,
        f"overload: health p50 {summary['overload_health_p50_ms']:.0f} ms, slowest {health:.0f} ms "
        f"(under {HEALTH_MS_MAX})",
    )
