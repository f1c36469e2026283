"""Runs `aws` commands as processes of their own that share the interpreter's start.

Takes a JSON list of command lines, each a list of words, on standard input; gives a JSON list of
{status, out, err}.
"""

import json
import os
import sys
import tempfile

from awscli.clidriver import create_clidriver


def run(words: list[str]) -> dict:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            become_aws(words, out.fileno(), err.fileno())
        _, status = os.waitpid(child, 0)
        return {
            "status": os.waitstatus_to_exitcode(status),
            "out": content(out),
            "err": content(err),
        }


def become_aws(words: list[str], out: int, err: int) -> None:
    os.dup2(out, 1)
    os.dup2(err, 2)
    status = 1
    try:
        status = create_clidriver().main(words)
    except SystemExit as end:
        status = end.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status or 0)


def content(file) -> str:
    file.seek(0)
    return file.read().decode()


print(json.dumps([run(words) for words in json.load(sys.stdin)]))
