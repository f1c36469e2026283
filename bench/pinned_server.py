"""Servers that clients ask, each pinned to its cores: kennel, and others for comparison."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from measured_process import BenchError, run_measured
from setting import DISCARD_SERVER, KENNEL, MOTO_SERVER

START_SECONDS_MAX = 60
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
# For servers that check none.
ANY_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}


class PinnedServer:
    """A child process that listens on `port`; ends with the `with` block.

    `cores`: a number, or several as taskset lists them.
    """

    def __init__(
        self, command: list[str | Path], cores: int | str, log: Path, environment: dict[str, str]
    ):
        self.port = 0
        self.credentials: dict[str, str] = {}
        self._log = log.open("wb")
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            ["taskset", "--cpu-list", str(cores), *(str(word) for word in command)],
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def __enter__(self) -> PinnedServer:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self._log.close()

    def cpu_seconds(self) -> float:
        """User and system time of all of its threads."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text()
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / TICKS_PER_SECOND

    def rss_mib(self) -> float:
        return self._memory_mib("VmRSS")

    def forget_peak(self) -> None:
        """The peak of its resident memory is counted from now on."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def peak_mib(self) -> float:
        return self._memory_mib("VmHWM")

    def _memory_mib(self, name: str) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return round(int(re.search(rf"{name}:\s+(\d+) kB", status)[1]) / 1024, 1)


def run_load(
    program: Path, server: PinnedServer, cores: int | str, *options: object
) -> dict[str, object]:
    """The client's own report, and what the server's CPU was for each request."""
    pinned = ["taskset", "--cpu-list", cores, program]
    words = [*pinned, "--port", server.port, *options]
    before = server.cpu_seconds()
    process = run_measured([str(word) for word in words], server.credentials)
    report = process.last_json()
    used = server.cpu_seconds() - before
    report["server_cpu_seconds"] = round(used, 2)
    if "answered_in_all" in report:
        report["server_cpu_us_per_request"] = round(1e6 * used / report["answered_in_all"], 1)
    return report


class Kennel(PinnedServer):
    """`kennel up` on a free port, once it says that it is ready."""

    def __init__(
        self,
        data: Path,
        cores: int | str,
        *options: str,
        environment: dict[str, str] | None = None,
    ):
        command = [KENNEL, "up", "--quiet", "--data", data, "--listen", "127.0.0.1:0", *options]
        super().__init__(command, cores, data.with_suffix(".log"), environment or {})
        line = self.process.stdout.readline()
        self.ready_ms = 1e3 * (time.perf_counter() - self.started)
        found = re.search(r"is ready at http://127\.0\.0\.1:(\d+)", line)
        if found is None:
            raise BenchError(f"kennel up did not get ready: {line!r}")
        self.port = int(found[1])
        self.data = data

    def __enter__(self) -> Kennel:
        self.credentials = read_credentials(self.data)
        return self


def read_credentials(data: Path) -> dict[str, str]:
    lines = subprocess.run(
        [KENNEL, "env", "--data", data], capture_output=True, text=True, check=True
    ).stdout
    words = [shlex.split(line)[1] for line in lines.splitlines() if line.startswith("export ")]
    named = dict(word.split("=", 1) for word in words)
    return {name: named[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}


class Moto(PinnedServer):
    """moto's server, which checks no signature and keeps no audit."""

    def __init__(self, log: Path, cores: int | str):
        port = free_port()
        super().__init__([MOTO_SERVER, "-H", "127.0.0.1", "-p", str(port)], cores, log, {})
        self.port = port
        self.credentials = ANY_CREDENTIALS

    def __enter__(self) -> Moto:
        end = time.monotonic() + START_SECONDS_MAX
        while self.process.poll() is None and time.monotonic() < end:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/moto-api/", timeout=5)
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
            else:
                return self
        self.__exit__()
        raise BenchError("moto's server did not get ready")


class Discard(PinnedServer):
    """Says yes to everything and keeps nothing: what a client takes against it is its own."""

    def __init__(self, log: Path, cores: int | str):
        super().__init__([DISCARD_SERVER], cores, log, {})
        self.port = json.loads(self.process.stdout.readline())["port"]
        self.credentials = ANY_CREDENTIALS


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
