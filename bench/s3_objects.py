"""The object store: `aws s3 sync`, many small objects, one large one, listing, a start on it."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from disk import measure_commits
from figures import column, median, median_ratio, print_table, print_target, save_results
from measured_process import BenchError
from object_bench import LARGE_MOVES, SIZES, ObjectBench
from setting import (
    AWS,
    BUILD,
    DISCARD_SERVER,
    KENNEL,
    MOTO_LOCK,
    OBJECT_LOAD,
    count_photos,
    describe_server_setting,
    prepare_moto,
    require_program,
    with_load_at_end,
)

SYNC_PER_CLIENT_MAX = 1.25
PER_MOTO_MIN = 10
DISK_SHARE_MIN = 0.6
ADDED_MIB_MAX = 64
KEYS = 100_000
LISTING_SECONDS_MAX = 3
READY_MS_MAX = 100
LARGE_ROUNDS_MAX = 3
SYNC_LABELS = {
    "discard": "a stub that keeps nothing",
    "kennel": "kennel",
    "moto": "moto",
}
MANY = tuple(f"{way}_{size.name}" for size in SIZES for way in ("put", "get"))


def run(options: argparse.Namespace, photos: Path) -> None:
    for program in (KENNEL, OBJECT_LOAD, DISCARD_SERVER):
        require_program(program)
    if not AWS.is_file():
        raise BenchError(f"{AWS} is not there: install it with `scripts/setup.sh test`")
    prepare_moto()
    if len(os.sched_getaffinity(0)) < 2:
        raise BenchError("the objects' part needs two cores: one each for server and client")
    setting = describe_server_setting(MOTO_LOCK)
    setting |= {"data": photos.name, "photos": count_photos(photos)}
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="bench-") as folder:
        content = measure(options, photos, Path(folder))
    content = {"setting": with_load_at_end(setting)} | content
    content["summary"] = summarize(content)
    print_summary(content)
    save_results(options.results, "objects", content)


def measure(options: argparse.Namespace, photos: Path, work: Path) -> dict[str, object]:
    bench = ObjectBench(work, 2 if options.quick else 5)
    content: dict[str, object] = {"disk": measure_commits(work / "sync")}
    bench.warm_up_sync(photos)
    rounds: dict[str, list[dict]] = {"sync": [], "many": [], "large": []}
    for number in range(1, options.runs + 1):
        print(f"objects: round {number}", flush=True)
        rounds["sync"].append(bench.measure_sync(photos))
        rounds["many"].append(bench.measure_many())
        if number <= LARGE_ROUNDS_MAX:
            rounds["large"].append(bench.measure_large(options.object_size))
    keys = KEYS // 20 if options.quick else KEYS
    print(f"objects: {keys} keys", flush=True)
    return content | rounds | {"keys": bench.measure_keys(keys)}


def summarize(content: dict) -> dict[str, object]:
    sync, keys = content["sync"], content["keys"]
    walls = {name: column(sync, name, "wall_seconds") for name in SYNC_LABELS}
    return {
        "sync": {
            name: {
                figure: median(column(sync, name, figure))
                for figure in ("wall_seconds", "cpu_seconds")
            }
            for name in SYNC_LABELS
        },
        "sync_per_client": median_ratio(walls["kennel"], walls["discard"]),
        "moto_sync_per_client": median_ratio(walls["moto"], walls["discard"]),
        "many": {name: summarize_many(content["many"], name) for name in MANY},
        "large": summarize_large(content["large"]),
        "keys_put_per_second": round(keys["put"]["good_per_second"]),
        "listing_seconds": median([listing["seconds"] for listing in keys["listings"]]),
        "page_p99_ms": median([listing["page"]["p99_ms"] for listing in keys["listings"]]),
        "ready_ms": median(keys["ready_ms"]),
        "idle_rss_mib": median(keys["idle_rss_mib"]),
    }


def summarize_many(rounds: list[dict], name: str) -> dict[str, object]:
    entries = [entry[name] for entry in rounds]
    figures = ("good_per_second", "good_p50_ms", "good_p99_ms", "server_cpu_us_per_request")
    rates = {subject: column(entries, subject, "good_per_second") for subject in entries[0]}
    medians = {
        subject: {figure: median(column(entries, subject, figure)) for figure in figures}
        for subject in entries[0]
    }
    return medians | {"kennel_per_moto": median_ratio(rates["kennel"], rates["moto"])}


def summarize_large(rounds: list[dict]) -> dict[str, object]:
    disk = {
        "up": column(rounds, "disk", "write_mb_per_second"),
        "down": column(rounds, "disk", "read_mb_per_second"),
    }
    summary: dict[str, object] = {
        "bytes": rounds[0]["whole_up"]["bytes"],
        "disk_write_mb_per_second": median(disk["up"]),
        "disk_read_mb_per_second": median(disk["down"]),
    }
    for name in LARGE_MOVES:
        rates = column(rounds, name, "mb_per_second")
        summary[name] = {
            "mb_per_second": median(rates),
            "per_disk": median_ratio(rates, disk[name.rpartition("_")[2]]),
            "added_mib": max(column(rounds, name, "added_mib")),
            "server_cpu_seconds": median(column(rounds, name, "server_cpu_seconds")),
        }
    return summary


def print_summary(content: dict) -> None:
    summary = content["summary"]
    print_sync(summary, len(content["sync"]))
    print_many(summary["many"], summary["large"]["disk_write_mb_per_second"])
    print_large(summary["large"])
    keys = content["keys"]["count"]
    print(f"\nA store of {keys} objects, put at {summary['keys_put_per_second']} a second")
    judged = keys >= KEYS
    print_target(
        summary["listing_seconds"] < LISTING_SECONDS_MAX if judged else None,
        f"{keys} keys listed in {summary['listing_seconds']:.2f} s (under {LISTING_SECONDS_MAX}), "
        f"p99 of a page {summary['page_p99_ms']:.0f} ms",
    )
    print_target(
        summary["ready_ms"] < READY_MS_MAX if judged else None,
        f"ready in {summary['ready_ms']:.0f} ms (under {READY_MS_MAX}), the slowest of "
        f"{len(content['keys']['ready_ms'])} starts in {max(content['keys']['ready_ms']):.0f} ms; "
        f"{summary['idle_rss_mib']:.1f} MiB when idle",
    )


def print_sync(summary: dict, rounds: int) -> None:
    rows = [(label, *summary["sync"][name].values()) for name, label in SYNC_LABELS.items()]
    header = ("aws s3 sync of the photos into", "seconds", "its CPU")
    print_table(f"Objects, {rounds} rounds", header, rows)
    print_target(
        summary["sync_per_client"] <= SYNC_PER_CLIENT_MAX,
        f"sync takes {summary['sync_per_client']:.2f} of the client's own limit (at most "
        f"{SYNC_PER_CLIENT_MAX}); moto {summary['moto_sync_per_client']:.2f}",
    )


def print_many(many: dict, disk_mb_per_second: float) -> None:
    rows = [
        (f"{name} {subject}", *many[name][subject].values())
        for name in MANY
        for subject in ("kennel", "moto")
    ]
    print_table("Many, medians", ("", "a second", "p50 ms", "p99 ms", "CPU us"), rows)
    for name in MANY:
        ratio = many[name]["kennel_per_moto"]
        print_target(
            ratio >= PER_MOTO_MIN,
            f"{name}: {ratio:.1f} times as many as moto (at least {PER_MOTO_MIN})",
        )
    print(
        f"  1 MB PUTs are {many['put_1mb']['kennel']['good_per_second']:.0f} MB/s; moto keeps them "
        f"in memory, the disk takes {disk_mb_per_second:.0f} MB/s of one file"
    )


def print_large(large: dict) -> None:
    rows = [(name, *large[name].values()) for name in LARGE_MOVES]
    rows += [
        ("the disk, written", large["disk_write_mb_per_second"], 1.0, "-", "-"),
        ("the disk, read", large["disk_read_mb_per_second"], 1.0, "-", "-"),
    ]
    header = ("", "MB/s", "of the disk", "MiB added", "server CPU s")
    print_table(f"One object of {large['bytes'] / 2**30:.2f} GiB", header, rows)
    for name in LARGE_MOVES:
        share, added = large[name]["per_disk"], large[name]["added_mib"]
        print_target(
            share >= DISK_SHARE_MIN and added <= ADDED_MIB_MAX,
            f"{name}: {100 * share:.0f} % of the disk's own speed (at least "
            f"{100 * DISK_SHARE_MIN:.0f} %), {added:.0f} MiB added (at most {ADDED_MIB_MAX})",
        )
