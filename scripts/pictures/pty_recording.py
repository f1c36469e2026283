"""Runs a command in a pseudo-terminal and keeps what it writes, with the time of each piece."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import termios
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Written:
    seconds: float
    text: str


@dataclass(frozen=True)
class Recording:
    command: list[str]
    written: list[Written]
    seconds: float


def record(command: list[str], folder: Path, columns: int) -> Recording:
    """Raises RuntimeError when the command fails: a picture of a failure helps nobody."""
    start = time.monotonic()
    child, terminal = pty.fork()
    if child == 0:
        run_in_child(command, folder)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    written = read_all(terminal, start)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {code}: {written[-1:]}")
    return Recording(command, written, time.monotonic() - start)


def run_in_child(command: list[str], folder: Path) -> None:
    """Never returns: a child that went on would be a second recorder."""
    try:
        os.chdir(folder)
        os.execvp(command[0], command)
    finally:
        os._exit(127)


def read_all(terminal: int, start: float) -> list[Written]:
    pieces = []
    while piece := read_piece(terminal):
        pieces.append(Written(time.monotonic() - start, piece.decode(errors="replace")))
    return pieces


def read_piece(terminal: int) -> bytes:
    """Linux answers EIO, not an end of file, once the last writer is gone."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""
