"""What was acknowledged is there after kill -9."""

import os
import random
import signal
import subprocess

import pytest
from running_server import CLIENT_PROGRAMS, CLIENTS, SECONDS_MAX, run_client

LONG = os.environ.get("KENNEL_LONG") == "1"
ROUNDS = 50 if LONG else 3
ACKNOWLEDGED_BEFORE_THE_KILL_MAX = 60


@pytest.fixture
def chance():
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    return random.Random(seed)


def kill_while_writing(server, name: str, kill_after: int) -> list[str]:
    """What the server acknowledged before it was killed."""
    writers = subprocess.Popen(
        [str(CLIENT_PROGRAMS / "python"), str(CLIENTS / "create_roles.py"), name],
        env=server.environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    acknowledged = [writers.stdout.readline().strip() for _ in range(kill_after)]
    server.stop(signal.SIGKILL)
    rest, _ = writers.communicate(timeout=SECONDS_MAX)
    return acknowledged + rest.split()


def recorded_roles(events: list[dict]) -> set[str]:
    """The roles that the audit trail says were made."""
    return {
        event["requestParameters"]["roleName"]
        for event in events
        if event["eventName"] == "CreateRole" and "errorCode" not in event
    }


def test_acknowledged_roles_survive_kill_9(start, chance):
    acknowledged = set()
    for number in range(ROUNDS):
        kill_after = chance.randint(17, ACKNOWLEDGED_BEFORE_THE_KILL_MAX)
        acknowledged |= set(kill_while_writing(start(), f"round{number}", kill_after))
    assert "" not in acknowledged
    assert len(acknowledged) >= 50
    server = start()
    found = set(run_client("list_roles.py", server.environment())["names"])
    assert acknowledged - found == set()
    # Without an answer only what was in flight was made, one a thread.
    assert len(found - acknowledged - {"kennel-administrator"}) <= 4 * ROUNDS
    assert server.stop() == 0
    assert acknowledged - recorded_roles(server.audit()) == set()
