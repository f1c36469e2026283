"""`kennel up` on a free port, and the surroundings that `kennel env` gives a client.

A client sees nothing of the person who runs the tests: its environment is PATH, a home of its own
and what `eval "$(kennel env)"` makes of the two.
"""

import json
import os
import select
import signal
import sqlite3
import subprocess
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("KENNEL_BUILD_DIR", SOURCE / "build" / "release"))
KENNEL = BUILD / "src" / "apps" / "kennel"
CLIENTS = Path(__file__).resolve().parent / "clients"
CLIENT_PROGRAMS = SOURCE / ".venv-clients" / "bin"
SECONDS_MAX = 60  # only to end a program that hangs

Environment = dict[str, str]
Done = subprocess.CompletedProcess


def bare_environment(home: Path) -> Environment:
    return {"PATH": f"{CLIENT_PROGRAMS}:{os.environ['PATH']}", "HOME": str(home)}


def run(*words: str | Path, environment: Environment, **options) -> Done:
    options = {"capture_output": True, "text": True, "timeout": SECONDS_MAX} | options
    return subprocess.run([str(word) for word in words], env=environment, **options)


def run_kennel(*words: str | Path, home: Path, **more: str) -> Done:
    return run(KENNEL, *words, environment=bare_environment(home) | more)


@dataclass
class RunningServer:
    data: Path
    home: Path
    process: subprocess.Popen
    ready: dict

    @classmethod
    def start(
        cls,
        folder: Path,
        *options: str,
        listen: str = "127.0.0.1:0",
        data_events: bool = True,
        **variables: str,
    ) -> "RunningServer":
        """`data_events`: what objects were asked for is in the audit trail, where seen.py looks."""
        home = folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        data = folder / "data"
        words = ["up", "--data", data, "--listen", listen, "--json-logs", *options]
        words += ["--data-events"] if data_events else []
        with (folder / "server.log").open("a") as log:
            process = subprocess.Popen(
                [str(word) for word in (KENNEL, *words)],
                env=bare_environment(home) | variables,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        return cls(data, home, process, read_ready_line(process, folder / "server.log"))

    @property
    def url(self) -> str:
        return self.ready["url"]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    @property
    def log(self) -> list[dict]:
        lines = (self.data.parent / "server.log").read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def kennel(self, *words: str | Path, **more: str) -> Done:
        return run_kennel(*words, "--data", self.data, home=self.home, **more)

    def environment(self, **before: str) -> Environment:
        """What a shell has after eval "$(kennel env)"; `before`: what it had before."""
        script = 'eval "$("$0" env --data "$1")" && exec env -0'
        words = ("sh", "-c", script, KENNEL, self.data)
        done = run(*words, environment=bare_environment(self.home) | before)
        assert done.returncode == 0, done.stderr
        entries = (entry.partition("=") for entry in done.stdout.split("\0") if entry)
        return {name: value for name, _, value in entries if name not in ("_", "PWD")}

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ends the server as asked and gives its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        self.process.communicate(timeout=SECONDS_MAX)
        return self.process.returncode

    def audit(self) -> list[dict]:
        """The audit trail of a server that has ended."""
        with sqlite3.connect(f"file:{self.data / 'records.db'}?mode=ro", uri=True) as records:
            rows = records.execute(
                "SELECT value FROM records WHERE collection = ? ORDER BY key", (b"audit",)
            ).fetchall()
        return [json.loads(value) for (value,) in rows]


def read_ready_line(process: subprocess.Popen, log: Path) -> dict:
    line = b""
    if select.select([process.stdout], [], [], SECONDS_MAX)[0]:
        line = process.stdout.readline()
    if not line:
        process.kill()
        process.wait()
        raise AssertionError(f"kennel up did not get ready: {log.read_text()}")
    return json.loads(line)


def run_client(script: str, environment: Environment, *words: str) -> dict:
    """What a script of clients/ found out: the JSON object that is its last line."""
    interpreter = "node" if script.endswith(".mjs") else CLIENT_PROGRAMS / "python"
    done = run(interpreter, CLIENTS / script, *words, environment=environment, timeout=600)
    assert done.returncode == 0, f"{script}: {done.stdout}{done.stderr}"
    return json.loads(done.stdout.splitlines()[-1])


def run_aws(*words: str, environment: Environment) -> Done:
    return run(CLIENT_PROGRAMS / "aws", *words, environment=environment)
