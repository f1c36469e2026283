"""What each program is, before it does anything."""

import re
import subprocess
from pathlib import Path

import pytest
from kennel_program import PROGRAMS

COMMANDS = ["sample", "train", "evaluate", "predict", "load", "compare", "weights", "cache"]
HEAVY = {"kennel": {"torch", "openvino"}, "kennel-infer": {"torch"}, "kennel-train": set()}


def linked_libraries(program: str) -> str:
    done = subprocess.run(["ldd", PROGRAMS / program], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("program", HEAVY)
def test_program_links_no_more_than_it_needs(program):
    found = set(re.findall(r"torch|openvino", linked_libraries(program)))
    assert found == {"torch", "openvino"} - HEAVY[program]


def test_version(kennel):
    assert re.fullmatch(r"kennel \d+\.\d+\.\d+\n", kennel.succeeds("--version").stdout)


def test_help_names_every_command(kennel):
    said = kennel.succeeds("--help").stdout
    for command in COMMANDS:
        assert re.search(rf"^ +{command}\b", said, re.MULTILINE), command


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(kennel, command):
    assert command in kennel.succeeds(command, "--help").stdout


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("bark",),
        ("train",),
        ("train", "x", "--backbone", "alexnet"),
        ("train", "x", "--epochs", "many"),
        ("train", "x", "--optimizer", "magic"),
        ("predict", "x"),
        ("load", "http://127.0.0.1"),
        ("compare", "x"),
        ("sample", "x", "y"),
    ],
)
def test_mistakes_on_the_command_line(kennel, words):
    done = kennel(*words)
    assert done.returncode == 2
    assert done.stderr
    assert not any(kennel.folder.iterdir())


def test_output_that_cannot_be_written_is_a_failure(kennel):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [PROGRAMS / "kennel", "weights"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "could not write the output: No space left on device" in done.stderr
