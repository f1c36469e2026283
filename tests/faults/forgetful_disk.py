"""A disk that forgets what was not synced: kennel_forgetful_fs on a folder, and its commands."""

import os
import select
import subprocess
from dataclasses import dataclass
from pathlib import Path

from running_server import BUILD, SECONDS_MAX

PROGRAM = BUILD / "tests" / "faults" / "kennel_forgetful_fs"
NEEDED = "the power loss tests need"


def missing() -> str | None:
    """What this machine lacks to mount a file system of ours."""
    if not PROGRAM.exists():
        return f"{NEEDED} {PROGRAM}: install libfuse3-dev (scripts/setup.sh test) and build again"
    if not Path("/dev/fuse").exists():
        return f"{NEEDED} /dev/fuse (modprobe fuse; in a container: --device /dev/fuse)"
    if os.geteuid() != 0:
        return f"{NEEDED} to be root, who alone may mount"
    return None


@dataclass
class ForgetfulDisk:
    folder: Path
    process: subprocess.Popen

    @classmethod
    def mount(cls, folder: Path) -> "ForgetfulDisk":
        lack = missing()
        assert lack is None, lack
        folder.mkdir(parents=True, exist_ok=True)
        process = subprocess.Popen(
            [PROGRAM, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        disk = cls(folder, process)
        disk.read_ok()
        return disk

    def unmount(self) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=SECONDS_MAX)
        self.process.stdout.close()

    def lose_power(self, seed: int) -> None:
        self.tell("power_loss", seed)

    def plan_power_loss(self, steps: int, seed: int) -> None:
        """Right before so many steps more: writes, syncs, changes of names."""
        self.say("power_loss_after", steps, seed)

    def await_power_loss(self) -> None:
        self.read_ok()

    def lose_power_at_last(self, seed: int) -> None:
        """Now, unless a planned loss of power has come before."""
        self.say("power_loss", seed)
        self.read_ok()

    def power_on(self) -> None:
        self.tell("power_on")

    def fail(self, kind: str, every: int, error: str) -> None:
        self.tell("fail", kind, every, error)

    def fill(self) -> None:
        self.tell("full")

    def lie(self) -> None:
        """Syncs succeed and keep nothing."""
        self.tell("lie")

    def lift(self) -> None:
        self.tell("lift")

    def tell(self, *words: object) -> None:
        self.say(*words)
        self.read_ok()

    def say(self, *words: object) -> None:
        self.process.stdin.write(" ".join(str(word) for word in words) + "\n")
        self.process.stdin.flush()

    def read_ok(self) -> None:
        ready = select.select([self.process.stdout], [], [], SECONDS_MAX)[0]
        answer = self.process.stdout.readline().strip() if ready else f"none in {SECONDS_MAX} s"
        assert answer == "ok", f"the forgetful disk's answer: {answer or 'it ended'}"
