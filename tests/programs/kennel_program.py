"""The real programs, started as a user starts them."""

import json
import os
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("KENNEL_BUILD_DIR", SOURCE / "build" / "release"))
PROGRAMS = BUILD / "src" / "apps"
ORACLES = SOURCE / "tests" / "oracles"
PROJECT_PYTHON = SOURCE / ".venv" / "bin" / "python"
SYSTEM_PYTHON = Path("/usr/bin/python3")  # has Debian's torchvision
SECONDS_MAX = 120  # only to end a program that hangs

Word = str | Path | int | float


@dataclass(frozen=True)
class Kennel:
    """Runs `kennel` in a folder of its own, with a feature cache and nobody's home."""

    folder: Path
    cache: Path

    def __call__(self, *words: Word, **options) -> subprocess.CompletedProcess:
        return subprocess.run(
            self._command(words),
            **self._surroundings(options),
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
        )

    def start(self, *words: Word, **options) -> subprocess.Popen:
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | options
        return subprocess.Popen(self._command(words), **self._surroundings(options))

    def succeeds(self, *words: Word, **options) -> subprocess.CompletedProcess:
        done = self(*words, **options)
        assert done.returncode == 0, f"{words}: {done.returncode}: {done.stderr}"
        return done

    def refuses(self, *words: Word, **options) -> str:
        """The message of a command that must fail."""
        done = self(*words, **options)
        assert done.returncode == 1, f"{words}: {done.returncode}: {done.stdout}{done.stderr}"
        assert "kennel: " in done.stderr
        return done.stderr

    def read_json(self, *words: Word):
        return json.loads(self.succeeds(*words, "--json").stdout)

    def events(self, *words: Word) -> list[dict]:
        done = self.succeeds(*words, "--json")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def train(self, data: Path, run: str, *words: Word) -> Path:
        """A finished run's folder."""
        folder = self.folder / run
        self.succeeds("train", data, "--output", folder, *words)
        return folder

    def with_cache(self, cache: Path) -> "Kennel":
        return replace(self, cache=cache)

    def segments(self) -> list[Path]:
        return sorted(self.cache.rglob("*.features"))

    @staticmethod
    def _command(words: tuple[Word, ...]) -> list[str]:
        return [str(PROGRAMS / "kennel"), *map(str, words)]

    def _surroundings(self, options: dict) -> dict:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder / "home"),
            "KENNEL_CACHE": str(self.cache),
        }
        environment |= options.pop("environment", {})
        return {"cwd": self.folder, "env": environment} | options


def is_epoch(number: int) -> Callable[[dict], bool]:
    return lambda event: event["event"] == "epoch" and event["epoch"] >= number


def signal_when(process: subprocess.Popen, due: Callable[[dict], bool], number: int) -> int:
    """Sends a signal at the first event that is due; the exit code, then."""
    for event in events_of(process):
        if due(event):
            process.send_signal(number)
            break
    process.communicate(timeout=SECONDS_MAX)
    return process.returncode


def events_of(process: subprocess.Popen) -> Iterator[dict]:
    for line in process.stdout:
        yield json.loads(line)


def results(run: Path) -> dict:
    return json.loads((run / "results.json").read_text())


def outcome(run: Path) -> tuple:
    """What two runs with the same seed have in common."""
    found = results(run)
    return found["valid"], found["test"], found["best_epoch"]


def package_entry(run: Path, name: str, package: str = "model.tar.gz") -> bytes:
    with tarfile.open(run / package) as archive:
        return archive.extractfile(name).read()


def listing(folder: Path) -> set[str]:
    """Every path below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def ask_python(python: Path, script: str, *words: Word):
    """What an oracle script answers, as JSON."""
    done = subprocess.run(
        [str(python), str(ORACLES / script), *map(str, words)],
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
