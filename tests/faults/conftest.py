"""Disks, servers and chance for the tests of what must survive."""

import os
import random
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "conformance"))

pytest.register_assert_rewrite(
    "forgetful_disk", "job_gate", "job_platform", "store_check", "writers"
)

from forgetful_disk import ForgetfulDisk  # noqa: E402
from job_gate import Gate  # noqa: E402
from running_server import RunningServer  # noqa: E402


@pytest.fixture
def seed() -> int:
    """Replayed with KENNEL_SEED."""
    chosen = int(os.environ.get("KENNEL_SEED", random.SystemRandom().randrange(2**32)))
    print(f"KENNEL_SEED={chosen}")
    return chosen


@pytest.fixture
def chance(seed) -> random.Random:
    return random.Random(seed)


class Servers:
    """Starts them, one at a time, on the test's own folder.

    Without data events: a read that must be recorded fails where the disk takes no record.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[RunningServer] = []

    def __call__(self, *options: str) -> RunningServer:
        self.running.append(RunningServer.start(self.folder, *options, data_events=False))
        return self.running[-1]

    def kill_all(self) -> None:
        for server in self.running:
            server.stop(signal.SIGKILL)
        self.running.clear()


@pytest.fixture
def start(tmp_path) -> Iterator[Servers]:
    servers = Servers(tmp_path)
    yield servers
    servers.kill_all()


@pytest.fixture
def gate() -> Iterator[Gate]:
    opened = Gate()
    yield opened
    opened.close()


@pytest.fixture
def disk(tmp_path) -> Iterator[ForgetfulDisk]:
    """Where a server that is started on tmp_path keeps its data."""
    mounted = ForgetfulDisk.mount(tmp_path / "data")
    yield mounted
    mounted.unmount()
