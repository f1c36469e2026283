"""The forgetful disk forgets what was not synced, and only that."""

import errno
import itertools
import mmap
import os
import sqlite3
from pathlib import Path

import pytest

PAGE = 4096
OLD = b"o" * (3 * PAGE)
NEW = b"n" * (3 * PAGE)
SEEDS = range(40)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(descriptor)
    os.close(descriptor)


def write(path: Path, content: bytes, sync: bool) -> None:
    with path.open("wb", buffering=0) as file:
        file.write(content)
        if sync:
            os.fsync(file.fileno())


def write_durably(path: Path, content: bytes) -> None:
    write(path, content, sync=True)
    sync_folder(path.parent)


def lose_power(disk, seed: int) -> None:
    disk.lose_power(seed)
    disk.power_on()


def outcomes(disk, prepare) -> set:
    """What losses of power with many seeds make of a file: its bytes, None without a file."""
    found = set()
    for seed in SEEDS:
        path = disk.folder / f"file{seed}"
        prepare(path)
        lose_power(disk, seed)
        found.add(path.read_bytes() if path.exists() else None)
    return found


def test_what_was_synced_stays(disk):
    assert outcomes(disk, lambda path: write_durably(path, OLD)) == {OLD}


def test_without_a_sync_of_the_folder_a_name_may_vanish(disk):
    assert outcomes(disk, lambda path: write(path, OLD, sync=True)) == {OLD, None}


def test_without_a_sync_of_the_file_it_may_come_back_empty_or_torn(disk):
    def prepare(path):
        write(path, OLD, sync=False)
        sync_folder(path.parent)

    found = outcomes(disk, prepare)
    assert found >= {b"", OLD, OLD[:PAGE], b"\0" * len(OLD)}
    assert None not in found


def test_pages_that_were_overwritten_arrive_one_by_one(disk):
    def prepare(path):
        write_durably(path, OLD)
        with path.open("r+b") as file:
            file.write(NEW)

    found = outcomes(disk, prepare)
    assert found >= {OLD, NEW, NEW[:PAGE] + OLD[PAGE:]}
    assert found <= {
        b"".join(pages) for pages in itertools.product((b"o" * PAGE, b"n" * PAGE), repeat=3)
    }


def test_a_rename_that_was_not_synced_arrives_or_not(disk):
    def prepare(path):
        write_durably(path, OLD)
        new = path.with_suffix(".new")
        write_durably(new, NEW)
        new.rename(path)

    assert outcomes(disk, prepare) == {OLD, NEW}


def test_a_rename_is_kept_by_a_sync_of_the_folder_it_went_to(disk):
    staging = disk.folder / "staging"
    staging.mkdir()
    sync_folder(disk.folder)

    def prepare(synced):
        def move(path):
            write_durably(staging / path.name, NEW)
            (staging / path.name).rename(path)
            sync_folder(synced)

        return move

    assert outcomes(disk, prepare(disk.folder)) == {NEW}
    for left in disk.folder.glob("file*"):
        left.unlink()
    sync_folder(disk.folder)
    assert outcomes(disk, prepare(staging)) == {NEW, None}


def test_a_file_without_a_name_is_read_until_it_is_closed(disk):
    path = disk.folder / "file"
    write_durably(path, OLD)
    with path.open("rb") as file:
        path.unlink()
        assert file.read() == OLD
    lose_power(disk, 0)
    assert path.read_bytes() == OLD


def test_hard_links_share_their_bytes(disk):
    path, other = disk.folder / "file", disk.folder / "other"
    write_durably(path, OLD)
    other.hardlink_to(path)
    sync_folder(disk.folder)
    lose_power(disk, 0)
    with other.open("r+b") as file:
        file.write(NEW)
    assert path.read_bytes() == NEW
    assert path.stat().st_nlink == 2
    path.unlink()
    assert other.stat().st_nlink == 1


def test_a_file_can_be_mapped_and_cut(disk):
    path = disk.folder / "file"
    write(path, OLD, sync=False)
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as mapped:
        mapped[:3] = b"new"
        mapped.flush()
    assert path.read_bytes()[:4] == b"newo"
    os.truncate(path, 2)
    assert path.read_bytes() == b"ne"


def test_the_power_goes_at_the_planned_step_and_then_everything_fails(disk):
    write_durably(disk.folder / "file", OLD)
    disk.plan_power_loss(3, seed=0)
    write(disk.folder / "first", NEW, sync=False)  # two steps: the name and the bytes
    with pytest.raises(OSError) as refusal:
        write(disk.folder / "second", NEW, sync=False)
    disk.await_power_loss()
    assert refusal.value.errno == errno.EIO
    with pytest.raises(OSError):
        list(disk.folder.iterdir())
    disk.power_on()
    assert (disk.folder / "file").read_bytes() == OLD


@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
def test_every_nth_write_fails(disk, error):
    disk.fail("write", 2, error)
    failures = []
    for number in range(4):
        try:
            write(disk.folder / f"file{number}", b"x", sync=False)
        except OSError as refusal:
            failures.append((number, errno.errorcode[refusal.errno]))
    assert failures == [(1, error), (3, error)]


def test_what_a_failed_sync_lost_stays_lost_though_the_next_succeeds(disk):
    path = disk.folder / "file"
    write_durably(path, OLD)
    with path.open("r+b") as file:
        file.write(NEW)
        file.flush()
        disk.fail("sync", 1, "EIO")
        with pytest.raises(OSError):
            os.fsync(file.fileno())
        disk.lift()
        os.fsync(file.fileno())
    assert path.read_bytes() == NEW
    lose_power(disk, 0)
    assert path.read_bytes() == OLD


def test_a_full_disk_refuses_what_needs_room_until_it_has_some(disk):
    path = disk.folder / "file"
    write_durably(path, OLD)
    disk.fill()
    with path.open("r+b", buffering=0) as file:
        file.write(NEW)
        with pytest.raises(OSError) as refusal:
            file.write(b"more")
        assert refusal.value.errno == errno.ENOSPC
        disk.lift()
        file.write(b"more")
    assert path.read_bytes() == NEW + b"more"


def test_a_disk_that_lies_keeps_nothing_that_was_synced(disk):
    disk.lie()
    assert None in outcomes(disk, lambda path: write_durably(path, OLD))


def rows_lost(disk, synchronous: str, seed: int) -> int:
    """Of 30 rows that SQLite committed one by one before the power went."""
    path = disk.folder / f"{synchronous}{seed}.db"
    records = sqlite3.connect(path, isolation_level=None)
    records.execute("PRAGMA journal_mode=WAL")
    records.execute(f"PRAGMA synchronous={synchronous}")
    records.execute("PRAGMA wal_autocheckpoint=10")
    records.execute("CREATE TABLE t (number INTEGER, filler BLOB)")
    for number in range(30):
        records.execute("INSERT INTO t VALUES (?, randomblob(3000))", (number,))
    disk.lose_power(seed)
    records.close()
    disk.power_on()
    with sqlite3.connect(path) as records:
        try:
            [(check,)] = records.execute("PRAGMA integrity_check(1)").fetchall()
            found = {number for (number,) in records.execute("SELECT number FROM t")}
        except sqlite3.DatabaseError:
            return 30
    return 30 - len(found) if check == "ok" else 30


def test_sqlite_loses_nothing_with_full_sync_and_something_without(disk):
    assert [rows_lost(disk, "FULL", seed) for seed in range(10)] == [0] * 10
    assert max(rows_lost(disk, "OFF", seed) for seed in range(10)) > 0
