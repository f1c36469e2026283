"""Command lines of the aws CLI, run one after the other, and what they printed."""

import json
from collections.abc import Sequence

from running_server import CLIENT_PROGRAMS, CLIENTS, Environment, run


def run_all(lines: Sequence[list[str]], environment: Environment) -> list[dict]:
    """The answers of those that succeed, read as JSON; those of `aws s3` are text."""
    program = CLIENT_PROGRAMS / "python"
    words = json.dumps([[str(word) for word in line] for line in lines])
    done = run(program, CLIENTS / "aws_batch.py", environment=environment, input=words)
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    return [answered(words, each) for words, each in zip(lines, results, strict=True)]


def answered(words: list[str], done: dict) -> dict:
    if done["status"] == 0 and words[0] != "s3":
        done["answer"] = json.loads(done["out"]) if done["out"].strip() else None
    return {"line": " ".join(str(word) for word in words)} | done


def answers(results: list[dict]) -> list:
    failed = [result for result in results if result["status"] != 0]
    assert failed == [], failed
    return [result.get("answer", result["out"]) for result in results]


def refusals(results: list[dict]) -> list[tuple[int, str]]:
    """Exit codes, and what the client printed of the server's sentence."""
    return [(result["status"], result["err"].strip()) for result in results]
