"""The few things of a terminal that kennel uses: lines, returning to a line's start, erasing."""

from __future__ import annotations

import re
from dataclasses import dataclass

TOKEN = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\r\n]|[^\x1b\r\n]+")


@dataclass(frozen=True)
class Shown:
    """A text on a row from one moment to another; the last on its row has no end."""

    row: int
    text: str
    begin: float
    end: float | None
    typed: bool = False


class Screen:
    def __init__(self) -> None:
        self.row = 0
        self._column = 0
        self._line = ""
        self._since = 0.0
        self.shown: list[Shown] = []

    def type_command(self, text: str, begin: float, seconds_per_key: float) -> float:
        """Shows a command growing key by key; returns when it stands there whole."""
        for count in range(1, len(text) + 1):
            at = begin + count * seconds_per_key
            end = at + seconds_per_key if count < len(text) else None
            self.shown.append(Shown(self.row, text[:count], at, end, typed=True))
        self.row += 1
        return begin + len(text) * seconds_per_key

    def write(self, text: str, at: float) -> None:
        for token in TOKEN.findall(text):
            self._apply(token, at)

    def _apply(self, token: str, at: float) -> None:
        if token == "\n":
            self._show(at, None)
            self.row, self._column, self._line = self.row + 1, 0, ""
        elif token == "\r":
            self._column = 0
        elif token.startswith("\x1b"):
            self._erase(token, at)
        else:
            self._put(token, at)

    def _put(self, text: str, at: float) -> None:
        line = self._line.ljust(self._column)
        self._change(line[: self._column] + text + line[self._column + len(text) :], at)
        self._column += len(text)

    def _erase(self, token: str, at: float) -> None:
        if token.endswith("K"):
            self._change("" if "2" in token else self._line[: self._column], at)

    def _change(self, line: str, at: float) -> None:
        if at > self._since:
            self._show(self._since, at)
        self._line, self._since = line, at

    def _show(self, begin: float, end: float | None) -> None:
        if self._line.strip():
            self.shown.append(Shown(self.row, self._line.rstrip(), begin, end))
