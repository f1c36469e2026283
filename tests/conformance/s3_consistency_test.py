"""Whatever was acknowledged is in the next listing and in the next read, whoever asks."""

import itertools
import random
import threading

from s3_client import connect

WRITERS = 8
STEPS = 40


class Ledger:
    """Which keys are there for sure. A writer enters a change once it was acknowledged, under a
    number of its own, and crosses a key out before it asks for another change of it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._entries: dict[str, tuple[int, bool]] = {}

    def enter(self, key: str, there: bool) -> None:
        with self._lock:
            self._entries[key] = (next(self._numbers), there)

    def cross_out(self, key: str) -> None:
        with self._lock:
            self._entries.pop(key, None)

    def copy(self) -> dict[str, tuple[int, bool]]:
        with self._lock:
            return dict(self._entries)


def write(client, bucket: str, ledger: Ledger, writer: int) -> None:
    chance = random.Random(writer)
    for _ in range(STEPS):
        key = f"{writer}/{chance.randrange(8)}"
        ledger.cross_out(key)
        put = chance.random() < 0.6
        if put:
            client.put_object(Bucket=bucket, Key=key, Body=key.encode())
        else:
            client.delete_object(Bucket=bucket, Key=key)
        ledger.enter(key, put)


def contradictions(client, bucket: str, ledger: Ledger) -> set[str]:
    """What a listing says otherwise than the ledger did before and after it."""
    before = ledger.copy()
    pages = client.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, PaginationConfig={"PageSize": 7}
    )
    listed = {each["Key"] for page in pages for each in page.get("Contents", [])}
    after = ledger.copy()
    settled = {key: entry[1] for key, entry in before.items() if after.get(key) == entry}
    return {key for key, there in settled.items() if (key in listed) is not there}


def test_every_acknowledged_change_is_in_the_next_listing(environment, s3, bucket):
    ledger = Ledger()
    threads = [
        threading.Thread(target=write, args=(connect(environment), bucket, ledger, writer))
        for writer in range(WRITERS)
    ]
    for thread in threads:
        thread.start()
    wrong: set[str] = set()
    listings = 0
    while any(thread.is_alive() for thread in threads):
        wrong |= contradictions(s3, bucket, ledger)
        listings += 1
    for thread in threads:
        thread.join()
    final = {key for key, (_, there) in ledger.copy().items() if there}
    assert {each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]} == final
    assert (wrong, listings > 3) == (set(), True)


def test_a_writer_reads_what_it_wrote(environment, bucket):
    writer, reader = connect(environment), connect(environment)
    there = {"Bucket": bucket, "Key": "dog"}
    for number in range(30):
        writer.put_object(**there, Body=b"%d" % number)
        assert reader.get_object(**there)["Body"].read() == b"%d" % number
        assert len(reader.list_objects_v2(Bucket=bucket)["Contents"]) == 1
        writer.delete_object(**there)
        assert reader.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
