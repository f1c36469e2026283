"""Runs a command and takes the operating system's own account of it."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


class BenchError(Exception):
    """The bench cannot go on; the message is shown to people as it is."""


@dataclass(frozen=True)
class MeasuredRun:
    """The whole process, from its start to its end.

    CPU time counts the processes that it started and waited for (a DataLoader's workers); the peak
    resident set is that of the largest single process, so such workers come free.
    """

    wall_seconds: float
    cpu_seconds: float
    peak_rss_mib: float
    output: str

    def figures(self) -> dict[str, float]:
        return {
            "wall_seconds": round(self.wall_seconds, 3),
            "cpu_seconds": round(self.cpu_seconds, 3),
            "peak_rss_mib": round(self.peak_rss_mib, 1),
        }

    def last_json(self) -> dict:
        """The JSON object on the last line that is one."""
        for line in reversed(self.output.splitlines()):
            if line.startswith("{"):
                return json.loads(line)
        raise BenchError(f"expected a line of JSON, found: {self.output[-500:]!r}")


def run_measured(
    command: list[str | Path], extra_environment: dict[str, str] | None = None
) -> MeasuredRun:
    """Raises BenchError with the end of what it printed when the command fails."""
    words = [str(word) for word in command]
    environment = os.environ | (extra_environment or {})
    # Files, not pipes: a pipe that nobody empties while wait4 waits would stop the command.
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        child = start_child(words, environment, output, errors)
        _, status, usage = os.wait4(child.pid, 0)
        wall_seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise BenchError(
                f"{' '.join(words)} ended with {child.returncode}:\n{read_end(errors)}"
            )
        output.seek(0)
        text = output.read().decode(errors="replace")
    return MeasuredRun(wall_seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text)


def start_child(
    words: list[str], environment: dict[str, str], output: BinaryIO, errors: BinaryIO
) -> subprocess.Popen:
    try:
        return subprocess.Popen(
            words, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=errors
        )
    except OSError as error:
        raise BenchError(f"cannot start {words[0]}: {error.strerror}") from error


def read_end(file: BinaryIO) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")[-2000:].strip()
