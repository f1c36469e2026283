"""A door that the programs of training jobs knock at, and wait in front of.

So a test knows what runs, how often it ran, and when it is gone; and holds a job where it wants it.
"""

import contextlib
import queue
import socket
import threading
from dataclasses import dataclass, field

from running_server import SECONDS_MAX


@dataclass
class Knock:
    """One instance that runs: a connection that lasts as long as it does."""

    job: str
    host: str
    connection: socket.socket
    lines: object = field(repr=False)  # what else it says

    def let_in(self) -> None:
        self.connection.sendall(b"in\n")

    def next_line(self) -> str:
        """Empty where it ends before it says another."""
        with contextlib.suppress(ConnectionResetError):
            return self.lines.readline().strip()
        return ""

    def await_end(self) -> None:
        """Until no process of it is left that could say something."""
        assert self.next_line() == "", "it still spoke"

    def close(self) -> None:
        self.lines.close()
        self.connection.close()


class Gate:
    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.waiting: queue.Queue[Knock] = queue.Queue()
        self.knocks: list[Knock] = []
        self.is_open = False
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.settimeout(SECONDS_MAX)
            lines = connection.makefile("r")
            try:
                job, host = lines.readline().split()
            except (ValueError, OSError):  # it ended while it knocked
                connection.close()
                continue
            knock = Knock(job, host, connection, lines)
            self.knocks.append(knock)
            if self.is_open:
                knock.let_in()
            self.waiting.put(knock)

    def next(self) -> Knock:
        return self.waiting.get(timeout=SECONDS_MAX)

    def runs_of(self, job: str) -> list[str]:
        """The hosts on which it ran, once for each time."""
        return sorted(knock.host for knock in self.knocks if knock.job == job)

    def script(self, then: str = "") -> str:
        """Knocks, waits until it is let in, and does the rest; `say` tells the gate."""
        port = self.listener.getsockname()[1]
        host = '$(sed -n \'s/.*current_host":"\\([^"]*\\).*/\\1/p\' '
        host += "${SAGEMAKER_BASE_DIR:-/opt/ml}/input/config/resourceconfig.json)"
        lines = [
            "set -e",
            "cd ${SAGEMAKER_BASE_DIR:-/opt/ml}",
            f"exec 3<>/dev/tcp/127.0.0.1/{port}",
            'say() { echo "$*" >&3; }',
            f'say "$TRAINING_JOB_NAME {host}"',
            "read -r word <&3",
            then,
        ]
        return "\n".join(lines)

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()
        for knock in self.knocks:
            knock.close()
