"""What was asked of a server, what it acknowledged, and what it may therefore hold."""

import itertools
import threading
from dataclasses import dataclass

from lean_client import Content
from uploads import Upload

Found = Content | None  # None: there is no object


@dataclass
class Attempt:
    """A write of one key, from its request to its answer, in the journal's own time."""

    content: Found
    begin: int
    end: float = float("inf")  # until it was answered, or its server had died
    acknowledged: bool = False


class Journal:
    """Threads may share it."""

    def __init__(self) -> None:
        self.attempts: dict[str, list[Attempt]] = {}
        self.uploads: list[Upload] = []
        self.touched: set[str] = set()  # since the last check
        self.acknowledged = 0
        self.lock = threading.Lock()
        self.clock = itertools.count()

    def begin(self, key: str, content: Found) -> Attempt:
        with self.lock:
            attempt = Attempt(content, next(self.clock))
            self.attempts.setdefault(key, [Attempt(None, -1, -1, True)]).append(attempt)
            self.touched.add(key)
            return attempt

    def end(self, attempt: Attempt, acknowledged: bool) -> None:
        with self.lock:
            attempt.end = next(self.clock)
            attempt.acknowledged = acknowledged
            self.acknowledged += acknowledged

    def possible(self, key: str) -> set[Found]:
        """What no acknowledged write that began later has replaced."""
        with self.lock:
            attempts = self.attempts.get(key, [Attempt(None, -1, -1, True)])
            last_begin = max(attempt.begin for attempt in attempts if attempt.acknowledged)
            return {attempt.content for attempt in attempts if attempt.end >= last_begin}

    def settle(self, key: str, found: Found) -> None:
        """After its server died, what was read of a key is what it holds."""
        with self.lock:
            now = next(self.clock)
            self.attempts[key] = [Attempt(found, now, now, True)]
