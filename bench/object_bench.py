"""The measurements of the object store's part: each starts the servers that it needs."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from disk import forget_pages, measure_sequential
from measured_process import BenchError, MeasuredRun, run_measured
from pinned_server import Discard, Kennel, Moto, PinnedServer, run_load
from setting import AWS, OBJECT_LOAD

BUCKET = "bench"
SPLITS = ("train", "valid", "test")
STARTS = 10
LISTINGS = 3
PAGE_KEYS = 1000
TINY_BYTES = 64
PART_BYTES = 64 << 20
PART_CONNECTIONS = 8
# Beside the object itself: the disk's own file, and what else lies there.
FREE_BYTES_MIN = 2 << 30


@dataclass(frozen=True)
class ObjectSize:
    """One of the two sizes of small objects, and how many requests are signed ahead a second."""

    name: str
    size: int
    connections: int
    kennel_put_max: int
    kennel_get_max: int
    moto_max: int


SIZES = (
    ObjectSize("10kb", 10_000, 64, 12_000, 25_000, 2_000),
    ObjectSize("1mb", 1_000_000, 16, 1_500, 4_000, 800),
)
# The ways in which the large object goes up, and, where that is another way, comes down again.
PARTS = ("--part-size", PART_BYTES, "--connections", PART_CONNECTIONS)
LARGE_UP: dict[str, tuple[object, ...]] = {
    "whole": (),
    "whole_hashed": ("--hashed",),
    "parts": PARTS,
}
LARGE_DOWN: dict[str, tuple[object, ...]] = {"whole": (), "parts": PARTS}
LARGE_MOVES = tuple(f"{way}_up" for way in LARGE_UP) + tuple(f"{way}_down" for way in LARGE_DOWN)


class ObjectBench:
    def __init__(self, work: Path, seconds: float):
        self.work = work
        self.seconds = seconds
        self.server_core, self.client_core, *_ = sorted(os.sched_getaffinity(0))
        self.all_cores = ",".join(str(core) for core in sorted(os.sched_getaffinity(0)))
        self._servers = 0

    def kennel(self, cores: int | str) -> Kennel:
        self._servers += 1
        return Kennel(self.work / f"data-{self._servers}", cores)

    def moto(self, cores: int | str) -> Moto:
        return Moto(self.work / "moto.log", cores)

    def discard(self, cores: int | str) -> Discard:
        return Discard(self.work / "discard.log", cores)

    def load(self, server: PinnedServer, *options: object) -> dict:
        return run_load(OBJECT_LOAD, server, self.client_core, *options)

    def load_anywhere(self, server: PinnedServer, *options: object) -> dict:
        return run_load(OBJECT_LOAD, server, self.all_cores, *options)

    def measure_sync(self, photos: Path) -> dict[str, dict[str, float]]:
        """One sync of all photos into an empty bucket of each; all may use every core."""
        figures = {}
        for name, start in self._sync_subjects().items():
            os.sync()
            with start(self.all_cores) as server:
                self.load_anywhere(server, "bucket")
                process = sync(server, photos, self.work)
                if name != "discard":
                    require_photos(self.load_anywhere(server, "list"), photos, name)
                figures[name] = process.figures()
        return figures

    def _sync_subjects(self) -> dict[str, Callable[[int | str], PinnedServer]]:
        return {"discard": self.discard, "kennel": self.kennel, "moto": self.moto}

    def warm_up_sync(self, photos: Path) -> None:
        """The client's own files are in the page cache from then on."""
        with self.discard(self.all_cores) as server:
            sync(server, photos, self.work)

    def measure_many(self) -> dict[str, dict[str, dict]]:
        """PUT and GET of many, with both servers in turn: {"put_10kb": {"kennel": ...}, ...}."""
        figures: dict[str, dict[str, dict]] = {}
        for size in SIZES:
            ways = {"put": {}, "get": {}}
            for name, start in (("kennel", self.kennel), ("moto", self.moto)):
                os.sync()
                with start(self.server_core) as server:
                    put, get = self._put_and_get(server, name, size)
                ways["put"][name], ways["get"][name] = put, get
            figures |= {f"{way}_{size.name}": subjects for way, subjects in ways.items()}
            self._free_space()
        return figures

    def _put_and_get(
        self, server: PinnedServer, name: str, size: ObjectSize
    ) -> tuple[dict[str, object], dict[str, object]]:
        is_kennel = name == "kennel"
        put_max = size.kennel_put_max if is_kennel else size.moto_max
        get_max = size.kennel_get_max if is_kennel else size.moto_max
        warmup = self.seconds / 5
        words = ("--connections", size.connections, "--size", size.size)
        words += ("--seconds", self.seconds, "--warmup", warmup)
        self.load(server, "bucket")
        ahead = round(put_max * (self.seconds + warmup))
        put = require_good(self.load(server, "put", *words, "--count", ahead))
        ahead = round(get_max * (self.seconds + warmup))
        stored = ("--stored", put["answered_in_all"])
        get = require_good(self.load(server, "get", *words, *stored, "--count", ahead))
        if get["verified_bytes"] == 0:
            raise BenchError("no object was compared with what it was put with")
        return flatten(put), flatten(get)

    def measure_large(self, size: int) -> dict[str, dict]:
        """One object up and down in every way, beside one file of its size in the same folder."""
        if shutil.disk_usage(self.work).free < 2 * size + FREE_BYTES_MIN:
            raise BenchError(f"{self.work} has no room for two objects of {size} bytes")
        figures: dict[str, dict] = {"disk": measure_sequential(self.work / "sequential", size)}
        for way, options in LARGE_UP.items():
            os.sync()
            with self.kennel(self.all_cores) as server:
                self.load_anywhere(server, "bucket")
                figures[f"{way}_up"] = self._move(server, "up", "--size", size, *options)
                if way in LARGE_DOWN:
                    forget_pages(server.data)
                    words = ("down", "--size", size, *LARGE_DOWN[way])
                    figures[f"{way}_down"] = self._move(server, *words)
            self._free_space()
        return figures

    def _move(self, server: PinnedServer, *words: object) -> dict[str, object]:
        before = server.rss_mib()
        server.forget_peak()
        report = self.load_anywhere(server, *words)
        peak = server.peak_mib()
        added = {"rss_before_mib": before, "peak_mib": peak, "added_mib": round(peak - before, 1)}
        return report | added

    def measure_keys(self, count: int) -> dict[str, object]:
        """Makes the keys, lists them all, and starts on the store that they left."""
        with self.kennel(self.server_core) as server:
            self.load(server, "bucket")
            words = ("--connections", 64, "--size", TINY_BYTES, "--count", count)
            put = flatten(require_good(self.load(server, "put", *words)))
            listings = [
                self.load(server, "list", "--page-keys", PAGE_KEYS) for _ in range(LISTINGS)
            ]
        if any(listing["keys"] != count for listing in listings):
            raise BenchError(f"{listings[0]['keys']} of {count} keys were listed")
        starts = [self._start_again(server.data) for _ in range(STARTS)]
        self._free_space()
        return {
            "count": count,
            "put": put,
            "listings": listings,
            "ready_ms": [ready for ready, _ in starts],
            "idle_rss_mib": [rss for _, rss in starts],
        }

    def _start_again(self, data: Path) -> tuple[float, float]:
        with Kennel(data, self.server_core) as server:
            time.sleep(1)
            return round(server.ready_ms, 1), server.rss_mib()

    def _free_space(self) -> None:
        """Of what ended servers have kept; the emptied files go with the folder, in the end.

        ext4 gives the inode of a removed file away again only after minutes, and searches past all
        of them one by one for every new file: the next server would pay for the last one's folder.
        """
        for path in self.work.glob("data-*/blobs/*/*"):
            os.truncate(path, 0)


def sync(server: PinnedServer, photos: Path, home: Path) -> MeasuredRun:
    """`aws s3 sync`, the whole process."""
    words = [AWS, "s3", "sync", photos, f"s3://{BUCKET}/photos", "--no-progress"]
    words += ["--exclude", "*"]
    for split in SPLITS:
        words += ["--include", f"{split}/*"]
    surroundings = {
        "HOME": str(home),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.port}",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    process = run_measured(words, surroundings | server.credentials)
    uploaded = process.output.count("upload: ")
    if uploaded != count_files(photos):
        raise BenchError(f"aws s3 sync has uploaded {uploaded} of {count_files(photos)} photos")
    return process


def require_photos(listing: dict, photos: Path, name: str) -> None:
    if listing["keys"] != count_files(photos):
        raise BenchError(f"{name} lists {listing['keys']} of {count_files(photos)} photos")


def count_files(photos: Path) -> int:
    return sum(1 for split in SPLITS for path in (photos / split).rglob("*") if path.is_file())


def require_good(report: dict) -> dict:
    if report["refused"]:
        raise BenchError(f"refused: {report['refused']}, {report['refusal_sample']}")
    return report


def flatten(report: dict) -> dict:
    """The good answers' latencies beside the rest, where the medians find them."""
    return report | {f"good_{name}": value for name, value in report["good"].items()}
