"""Acknowledged writes survive a loss of power, with a disk that forgets what was not synced."""

import contextlib
import os
import signal

import pytest
from journal import Journal
from lean_client import NoAnswerError
from store_check import check_store
from writers import THREADS, finish, make_writers, open_bucket, run

LONG = os.environ.get("KENNEL_LONG") == "1"
ROUNDS = 200 if LONG else 10
STEPS_MAX = 600  # of the disk: writes, syncs, changes of names
START_ROUNDS = 100 if LONG else 8
START_STEPS_MAX = 80


def write_until_the_power_goes(disk, server, access, journal, chance) -> None:
    disk.plan_power_loss(chance.randint(1, STEPS_MAX), chance.randrange(2**32))
    writers = make_writers(access, journal, chance)
    for writer in writers:
        writer.disk_may_die = True
        writer.start()
    disk.await_power_loss()
    # The server still answers: what it acknowledges now must have been durable before.
    for writer in writers:
        writer.stopped.set()
    server.stop(signal.SIGKILL)
    finish(writers)


def test_acknowledged_writes_survive_a_loss_of_power(disk, start, chance):
    journal = Journal()
    server = start()
    access = open_bucket(server)
    for _ in range(ROUNDS):
        write_until_the_power_goes(disk, server, access, journal, chance)
        disk.power_on()
        server = start()
        access = access.moved_to(server)
        check_store(server, access, journal)
    assert journal.acknowledged >= ROUNDS * THREADS


def test_a_server_that_syncs_nothing_is_found_out(disk, start, chance):
    """The test above can fail: on a disk that lies it is as if the server never synced."""
    journal = Journal()
    disk.lie()
    access = open_bucket(start())
    run(make_writers(access, journal, chance, operations_max=20))
    disk.lose_power(chance.randrange(2**32))
    start.kill_all()
    disk.power_on()
    with pytest.raises((AssertionError, NoAnswerError)):
        server = start()
        check_store(server, access.moved_to(server), journal)


def test_a_store_survives_a_loss_of_power_while_its_server_starts(disk, start, chance):
    """From the very first start on."""
    journal, access = Journal(), None
    for _ in range(START_ROUNDS):
        disk.plan_power_loss(chance.randint(1, START_STEPS_MAX), chance.randrange(2**32))
        with contextlib.suppress(AssertionError):
            start()
        disk.lose_power_at_last(chance.randrange(2**32))
        start.kill_all()
        disk.power_on()
        server = start()
        access = access.moved_to(server) if access else open_bucket(server)
        check_store(server, access, journal)
        writers = make_writers(access, journal, chance, operations_max=3)
        run(writers)
        assert [writer.refused for writer in writers] == [0] * THREADS
        start.kill_all()
        disk.lose_power(chance.randrange(2**32))
        disk.power_on()
