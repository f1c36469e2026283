"""Writes docs/cli.md from what the programs say of themselves: make_cli_docs.py [BUILD_FOLDER]."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
# CLI11 starts descriptions here.
DESCRIPTION_COLUMN = 30
INTRODUCTION = """\
# The command line

Written by `scripts/make_cli_docs.py` from `kennel --help`; a test holds it to that.

Exit codes: 0 when all went well, 1 when something was wrong with a setting, the photos, a file or
the machine, 2 when the command line could not be understood, 130 after Ctrl-C. Errors and notes go
to standard error. What the files of a run mean, and the events of `--json`:
[run-folder.md](run-folder.md).

| environment variable | what it does |
|---|---|
| `KENNEL_CACHE` | the folder that features are kept in, instead of `~/.cache/kennel` |
| `KENNEL_WEIGHTS` | a folder to look in for weights, before all others; see `kennel weights` |
"""


@dataclass(frozen=True)
class Entry:
    names: str
    value: str
    default: str
    meaning: str


@dataclass(frozen=True)
class Help:
    summary: str
    usage: str
    sections: dict[str, list[Entry]]


def read_help(kennel: Path, words: list[str]) -> Help:
    command = [kennel, *words, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return parse_help(done.stdout)


def parse_help(text: str) -> Help:
    # What follows is for people who are new to the whole of kennel, the same for all commands.
    lines = text.partition("\nStart with:")[0].splitlines()
    usage = next(line for line in lines if line.startswith("Usage: "))
    sections: dict[str, list[list[str]]] = {}
    for line in lines[lines.index(usage) + 1 :]:
        if line and not line.startswith(" "):
            sections[line.rstrip(":")] = []
        elif line.strip():
            add_line(sections[list(sections)[-1]], line)
    entries = {title: [to_entry(*entry) for entry in found] for title, found in sections.items()}
    return Help(lines[0], usage.removeprefix("Usage: "), entries)


def add_line(entries: list[list[str]], line: str) -> None:
    """A name with its description, a name too long to stand beside it, or more of a description."""
    head, tail = line[:DESCRIPTION_COLUMN], line[DESCRIPTION_COLUMN:]
    if not head.strip():
        entries[-1][1] = f"{entries[-1][1]} {tail.strip()}".strip()
    elif head.endswith(" ") and head.count("[") == head.count("]"):
        entries.append([head.strip(), tail.strip()])
    else:
        entries.append([line.strip(), ""])


def to_entry(declaration: str, meaning: str) -> Entry:
    names, _, value = declaration.partition(" ")
    value, _, default = value.removesuffix("REQUIRED").strip().partition("=")
    if "(" in value:  # "SIZE [b, kb(=1024b), ...]" has no default in it
        value, default = "SIZE", ""
    stated = re.search(r" \[default: (.*)\]$", meaning)
    if stated:
        default, meaning = stated[1], meaning[: stated.start()]
    return Entry(names.replace(",", ", "), to_value(value), default, meaning)


def to_value(text: str) -> str:
    choices = re.fullmatch(r"\w+:\{(.*)\}", text)
    if choices:
        return ", ".join(f"`{choice}`" for choice in choices[1].split(","))
    bounds = re.fullmatch(r"INT:INT in \[(\d+) - (\d+)\]", text)
    if bounds:
        return f"{bounds[1]} to {bounds[2]}"
    words = {"TEXT": "text", "INT": "whole number", "UINT": "whole number", "FLOAT": "number"}
    return words.get(text.split(" ")[0], text.lower())


def find_commands(kennel: Path) -> list[list[str]]:
    found = []
    for name in list_commands(read_help(kennel, [])):
        nested = list_commands(read_help(kennel, [name]))
        found += [[name, second] for second in nested] or [[name]]
    return found


def list_commands(said: Help) -> list[str]:
    return [entry.names for entry in said.sections.get("Subcommands", [])]


def render_command(words: list[str], said: Help) -> str:
    parts = [f"## kennel {' '.join(words)}\n\n{said.summary}.\n\n    {said.usage}\n"]
    for title, entries in said.sections.items():
        shown = [entry for entry in entries if entry.names != "-h, --help"]
        if shown:
            parts.append(render_section(title, shown))
    return "\n".join(parts)


def render_section(title: str, entries: list[Entry]) -> str:
    if title == "Positionals":
        return "".join(f"- `{entry.names}`: {cell(entry.meaning)}\n" for entry in entries)
    heading = "" if title == "Options" else f"{title}:\n\n"
    return heading + render_table(entries)


def render_table(entries: list[Entry]) -> str:
    lines = ["| option | value | default | what it does |", "|---|---|---|---|"]
    for entry in entries:
        default = f"`{entry.default}`" if re.fullmatch(r"[\w.-]+", entry.default) else entry.default
        lines.append(f"| `{entry.names}` | {entry.value} | {default} | {cell(entry.meaning)} |")
    return "\n".join(lines) + "\n"


def cell(text: str) -> str:
    return re.sub(r"([<>|*])", r"\\\1", text)


def render_page(kennel: Path) -> str:
    commands = find_commands(kennel)
    return "\n".join(
        [INTRODUCTION, *(render_command(words, read_help(kennel, words)) for words in commands)]
    )


def main() -> None:
    build = Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE / "build/release"
    (SOURCE / "docs/cli.md").write_text(render_page(build / "src/apps/kennel"))


if __name__ == "__main__":
    main()
