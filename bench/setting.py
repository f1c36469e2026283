"""Where the bench runs: its folders, the peer's environment, the photos, the machine."""

from __future__ import annotations

import datetime
import hashlib
import os
import platform
import subprocess
import sys
from pathlib import Path

from measured_process import BenchError, run_measured

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
KENNEL = BUILD / "release/src/apps/kennel"
EXTRACTION_BENCH = BUILD / "release/bench/extraction_bench"
USUAL_SCRIPT = ROOT / "bench/usual_script.py"
REAL_PHOTOS = ROOT.parent / "shared/data/dogs"
LOCK = ROOT / "bench/requirements.lock"
PEER_FOLDER = BUILD / "bench-venv"
PEER_PYTHON = PEER_FOLDER / "bin/python"


def require_program(path: Path) -> Path:
    if not path.is_file():
        raise BenchError(f"{path} is not there: build it first with `make build`")
    return path


def prepare_peer() -> Path:
    """The Python of the peer's own environment, made anew when the lock file has changed."""
    stamp = PEER_FOLDER / "lock.sha256"
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == digest:
        return PEER_PYTHON
    print(f"making the peer's Python environment in {PEER_FOLDER} ...", flush=True)
    run_setup([sys.executable, "-m", "venv", "--clear", str(PEER_FOLDER)])
    run_setup([str(PEER_PYTHON), "-m", "pip", "install", "--quiet", "-r", str(LOCK)])
    stamp.write_text(digest)
    return PEER_PYTHON


def run_setup(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-2000:]}")


def find_photos(asked_for: Path | None) -> Path:
    """The photos that were asked for, else the real ones, else kennel's own drawings."""
    if asked_for is not None:
        return require_splits(asked_for.resolve())
    if REAL_PHOTOS.is_dir():
        return require_splits(REAL_PHOTOS.resolve())
    drawn = BUILD / "bench-photos"
    if not drawn.is_dir():
        run_measured([require_program(KENNEL), "sample", drawn])
    return require_splits(drawn)


def require_splits(folder: Path) -> Path:
    missing = [split for split in ("train", "valid", "test") if not (folder / split).is_dir()]
    if missing:
        raise BenchError(
            f"{folder} has no {' and no '.join(missing)} folder: the script needs all three"
        )
    return folder


def warn_when_busy() -> None:
    """PyTorch's threads wait actively: on a busy machine the script loses more than kennel does."""
    load, cores = os.getloadavg()[0], len(os.sched_getaffinity(0))
    if load > cores / 2:
        print(
            f"bench: this machine is busy (load {load:.1f} on {cores} cores): "
            "the ratios will flatter kennel; measure again when it is quiet",
            file=sys.stderr,
        )


def describe_setting(data: Path) -> dict[str, object]:
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "commit": describe_commit(),
        "data": data.name,
        "photos": count_photos(data),
        "machine": describe_machine(),
        "peer": read_lock(),
        "python": platform.python_version(),
    }


def describe_commit() -> str:
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=12"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def count_photos(data: Path) -> dict[str, int]:
    return {
        split: sum(1 for path in (data / split).glob("*/*") if path.is_file())
        for split in ("train", "valid", "test")
    }


def describe_machine() -> dict[str, object]:
    return {
        "processor": read_field(Path("/proc/cpuinfo"), "model name"),
        "cores": len(os.sched_getaffinity(0)),
        "memory_kib": read_field(Path("/proc/meminfo"), "MemTotal").removesuffix(" kB"),
        "system": platform.platform(),
        "load_average_at_start": [round(load, 2) for load in os.getloadavg()],
    }


def read_field(path: Path, name: str) -> str:
    for line in path.read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return "unknown"


def read_lock() -> list[str]:
    lines = LOCK.read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]
