"""A disk that is full or fails: no false acknowledgement, old data readable, no restart needed."""

import os

import pytest
from journal import Journal
from store_check import check_store
from writers import THREADS, make_writers, open_bucket, run

LONG = os.environ.get("KENNEL_LONG") == "1"
EVERY = range(1, 30) if LONG else (1, 2, 4, 9)


class Store:
    """A server on a disk that fails by order, and what it acknowledged."""

    def __init__(self, disk, start, chance) -> None:
        self.disk, self.start, self.chance = disk, start, chance
        self.journal = Journal()
        self.server = start()
        self.access = open_bucket(self.server)
        self.write()

    def write(self, operations: int = 8) -> int:
        """How many requests were refused; what is read meanwhile must be right."""
        writers = make_writers(self.access, self.journal, self.chance, operations_max=operations)
        run(writers)
        return sum(writer.refused for writer in writers)

    def survives_a_loss_of_power(self) -> None:
        self.disk.lose_power(self.chance.randrange(2**32))
        self.start.kill_all()
        self.disk.power_on()
        self.server = self.start()
        self.access = self.access.moved_to(self.server)
        check_store(self.server, self.access, self.journal)


@pytest.fixture
def store(disk, start, chance) -> Store:
    return Store(disk, start, chance)


@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
@pytest.mark.parametrize("kind", ["write", "sync", "rename"])
def test_every_nth_step_fails(disk, store, kind, error):
    refused = []
    for every in EVERY:
        disk.fail(kind, every, error)
        refused.append(store.write())
        disk.lift()
        assert store.write(operations=3) == 0
        store.survives_a_loss_of_power()
    assert refused[0] > THREADS


def test_a_full_disk_until_there_is_room(disk, store):
    for _ in EVERY:
        disk.fill()
        assert store.write() > 0
        disk.lift()
        assert store.write(operations=3) == 0
        store.survives_a_loss_of_power()
