"""Makes the README's pictures from a real run on kennel's own sample photos.

    .venv/bin/python scripts/pictures/make.py [KENNEL] [--only terminal|report]

Needs the release build, `make setup`, Node.js and Chromium. Writes into docs/images. Real photos
have no place there: many must not be passed on.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

from pty_recording import record
from terminal_screen import Screen
from terminal_svg import draw

SOURCE = Path(__file__).resolve().parents[2]
IMAGES = SOURCE / "docs/images"
COLUMNS = 92
TYPING_SECONDS_PER_KEY = 0.025
PAUSE_SECONDS = 0.9
TRAIN = "kennel train photos"
PREDICT = "kennel predict runs/photos-001/model.tar.gz dog.jpg"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "kennel", nargs="?", type=Path, default=SOURCE / "build/release/src/apps/kennel"
    )
    parser.add_argument("--only", choices=["terminal", "report"])
    options = parser.parse_args()
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="kennel-pictures-") as name:
        folder = Path(name)
        os.environ["KENNEL_CACHE"] = str(folder / "cache")
        kennel = str(options.kennel.resolve())
        subprocess.run([kennel, "sample", "photos", "--quiet"], cwd=folder, check=True)
        screen, seconds = record_session(kennel, folder)
        if options.only != "report":
            save_terminal(screen, seconds)
        if options.only != "terminal":
            photograph_report(folder / "runs/photos-001/report.html")


def record_session(kennel: str, folder: Path) -> tuple[Screen, float]:
    """The commands one after the other, as fast as they were; only the typing is invented."""
    screen, now = Screen(), 0.3
    shutil.copy(sorted((folder / "photos/test").glob("*/*"))[0], folder / "dog.jpg")
    for line in (TRAIN, PREDICT):
        typed = screen.type_command(f"$ {line}", now, TYPING_SECONDS_PER_KEY) + PAUSE_SECONDS / 2
        recording = record([kennel, *shlex.split(line)[1:]], folder, COLUMNS)
        for written in recording.written:
            screen.write(written.text, typed + written.seconds)
        screen.row += 1
        now = typed + recording.seconds + PAUSE_SECONDS
    return screen, now


def save_terminal(screen: Screen, seconds: float) -> None:
    title = f"recorded at its real speed on {describe_machine()}"
    text = draw(screen.shown, title, COLUMNS, screen.row - 1, seconds)
    (IMAGES / "terminal.svg").write_text(text)


def describe_machine() -> str:
    models = re.findall(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.M)
    return f"{len(os.sched_getaffinity(0))} cores, {models[0].strip()}"


def photograph_report(report: Path) -> None:
    script = SOURCE / "scripts/pictures/photograph_report.mjs"
    subprocess.run(["node", script, report, IMAGES], check=True)


if __name__ == "__main__":
    main()
