"""Acknowledged writes survive kill -9 at any moment."""

import os
import statistics
import time

from journal import Journal
from store_check import check_store
from writers import THREADS, Countdown, make_writers, open_bucket, run

LONG = os.environ.get("KENNEL_LONG") == "1"
ROUNDS = 1000 if LONG else 50
STEPS_MAX = 400  # of a client: a piece of a request sent, an answer begun


def test_acknowledged_writes_survive_kill_9(start, chance, capsys):
    journal = Journal()
    server = start()
    access = open_bucket(server)
    ready_ms = []
    for _ in range(ROUNDS):
        moment = Countdown(chance.randint(1, STEPS_MAX), server.process.kill)
        writers = make_writers(access, journal, chance, moment.step)
        run(writers)
        assert [writer.refused for writer in writers] == [0] * THREADS
        server.wait()
        begin = time.monotonic()
        server = start()
        ready_ms.append((time.monotonic() - begin) * 1000)
        access = access.moved_to(server)
        check_store(server, access, journal)
    assert journal.acknowledged >= ROUNDS * THREADS
    if LONG:
        with capsys.disabled():
            print(
                f"\n{journal.acknowledged} writes acknowledged before {ROUNDS} kills; ready again"
            )
            print(f"in {statistics.median(ready_ms):.0f} ms, at most {max(ready_ms):.0f} ms")
