"""What the disk gives by itself, and how a file leaves the page cache."""

from __future__ import annotations

import os
import time
from pathlib import Path

BUFFER_BYTES = 4 << 20


def measure_commits(path: Path, count: int = 300) -> dict[str, float]:
    """What a commit waits for: 4 KiB appended to a file, then fdatasync."""
    times = []
    with path.open("wb", buffering=0) as file:
        for _ in range(count):
            file.write(os.urandom(4096))
            start = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(1e3 * (time.perf_counter() - start))
    times.sort()
    return {
        "fdatasync_p50_ms": round(times[count // 2], 3),
        "fdatasync_p99_ms": round(times[int(0.99 * count)], 3),
    }


def measure_sequential(path: Path, size: int) -> dict[str, float]:
    """One file written, with fdatasync at its end, and read back from the disk; then it is gone."""
    written = time_seconds(lambda: write_file(path, size))
    forget_pages(path)
    read = time_seconds(lambda: read_file(path))
    path.unlink()
    return {
        "write_mb_per_second": round(1e-6 * size / written, 1),
        "read_mb_per_second": round(1e-6 * size / read, 1),
    }


def time_seconds(run) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def write_file(path: Path, size: int) -> None:
    buffer = memoryview(os.urandom(BUFFER_BYTES))
    with path.open("wb", buffering=0) as file:
        while size > 0:
            size -= file.write(buffer[: min(size, BUFFER_BYTES)])
        os.fdatasync(file.fileno())


def read_file(path: Path) -> None:
    buffer = bytearray(BUFFER_BYTES)
    with path.open("rb", buffering=0) as file:
        while file.readinto(buffer):
            pass


def forget_pages(path: Path) -> None:
    """Of a file, or of all files in a folder: the next read of them comes from the disk."""
    os.sync()
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    for file in files:
        with file.open("rb") as opened:
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
