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
# As in the tests: KENNEL_BUILD_DIR names another build folder.
RELEASE = Path(os.environ.get("KENNEL_BUILD_DIR", BUILD / "release"))
KENNEL = RELEASE / "src/apps/kennel"
EXTRACTION_BENCH = RELEASE / "bench/extraction_bench"
SIGNED_LOAD = RELEASE / "bench/kennel_signed_load"
OBJECT_LOAD = RELEASE / "bench/kennel_object_load"
DISCARD_SERVER = RELEASE / "bench/kennel_discard_server"
AWS = ROOT / ".venv-clients/bin/aws"
USUAL_SCRIPT = ROOT / "bench/usual_script.py"
REAL_PHOTOS = ROOT.parent / "shared/data/dogs"
LOCK = ROOT / "bench/requirements.lock"
PEER_FOLDER = BUILD / "bench-venv"
PEER_PYTHON = PEER_FOLDER / "bin/python"
SEARCH_LOCK = ROOT / "bench/requirements-search.lock"
SEARCH_FOLDER = BUILD / "bench-search-venv"
SEARCH_REGRET = RELEASE / "bench/kennel_search_regret"
HEAD_LOSSES = RELEASE / "bench/kennel_head_losses"
SERVING_LOCK = ROOT / "bench/requirements-serving.lock"
SERVING_FOLDER = BUILD / "bench-serving-venv"
SERVING_CEILING = RELEASE / "bench/kennel_serving_ceiling"
INT8_LOCK = ROOT / "bench/requirements-int8.lock"
INT8_FOLDER = BUILD / "bench-int8-venv"
MOTO_LOCK = ROOT / "bench/requirements-moto.lock"
MOTO_FOLDER = BUILD / "bench-moto-venv"
MOTO_SERVER = MOTO_FOLDER / "bin/moto_server"


def require_program(path: Path) -> Path:
    if not path.is_file():
        raise BenchError(f"{path} is not there: build it first with `make build`")
    return path


def prepare_peer() -> Path:
    return prepare_environment(PEER_FOLDER, LOCK)


def prepare_search_peers() -> Path:
    return prepare_environment(SEARCH_FOLDER, SEARCH_LOCK)


def prepare_serving_peers() -> Path:
    return prepare_environment(SERVING_FOLDER, SERVING_LOCK)


def prepare_int8_peer() -> Path:
    return prepare_environment(INT8_FOLDER, INT8_LOCK)


def prepare_moto() -> Path:
    return prepare_environment(MOTO_FOLDER, MOTO_LOCK)


def prepare_environment(folder: Path, lock: Path) -> Path:
    """The Python of an environment of its own, made anew when its lock file has changed."""
    python, stamp = folder / "bin/python", folder / "lock.sha256"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == digest:
        return python
    print(f"making the peer's Python environment in {folder} ...", flush=True)
    run_setup([sys.executable, "-m", "venv", "--clear", str(folder)])
    run_setup([str(python), "-m", "pip", "install", "--quiet", "-r", str(lock)])
    stamp.write_text(digest)
    return python


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
    return describe_server_setting(LOCK) | {"data": data.name, "photos": count_photos(data)}


def describe_server_setting(lock: Path | None) -> dict[str, object]:
    """Of a part that needs no photos; without a lock, of one that has no peer."""
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "commit": describe_commit(),
        "machine": describe_machine(),
        "peer": read_lock(lock) if lock else [],
        "python": platform.python_version(),
    }


def with_load_at_end(setting: dict[str, object]) -> dict[str, object]:
    return setting | {"load_average_at_end": [round(load, 2) for load in os.getloadavg()]}


def every_core() -> str:
    """As taskset lists them."""
    return ",".join(str(core) for core in sorted(os.sched_getaffinity(0)))


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


def read_lock(lock: Path) -> list[str]:
    lines = lock.read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]
