"""One wrong byte on the disk is found whenever it is read, and by fsck."""

import hashlib
import json
import os
import random
from dataclasses import dataclass
from pathlib import Path

import pytest
from lean_client import Answer, NoAnswerError, S3Client
from uploads import Upload
from writers import BUCKET, MIB, open_bucket

LONG = os.environ.get("KENNEL_LONG") == "1"
OBJECTS = 1000 if LONG else 40
SOUND_OBJECTS = 10
BLOCK_BYTES = MIB


@dataclass
class Stored:
    key: str
    body: bytes
    damaged_at: int = 0


def blob_of(data: Path, body: bytes) -> Path:
    """The one file that holds these bytes."""
    digest = hashlib.sha256(body).hexdigest()
    [blob] = (data / "blobs" / digest[:2]).glob(f"{digest}-*")
    return blob


def flip(blob: Path, offset: int, chance: random.Random) -> None:
    with blob.open("r+b") as file:
        file.seek(offset)
        [byte] = file.read(1)
        file.seek(offset)
        file.write(bytes([byte ^ chance.randint(1, 255)]))


def whole_answer(client: S3Client, key: str, **headers: str) -> Answer | None:
    """None: refused, or cut before its end."""
    try:
        answer = client.get(key, **headers)
    except NoAnswerError:
        return None
    if not answer.done:
        assert answer.status >= 500, answer
    return answer if answer.done else None


def get_range(client: S3Client, key: str, begin: int, end: int) -> Answer | None:
    return whole_answer(client, key, Range=f"bytes={begin}-{end - 1}")


def put(client: S3Client, key: str, body: bytes) -> None:
    answer = client.request("PUT", key, body=body)
    assert answer.done, answer


def random_size(chance: random.Random) -> int:
    """As many small ones as large ones."""
    return int(2 ** chance.uniform(5, 21.58)) if chance.random() < 0.9 else 3 * MIB


def fsck_corrupt(server) -> set[str]:
    done = server.kennel("fsck", "--json")
    found = json.loads(done.stdout)
    assert found["missing"] == []
    assert done.returncode == (1 if found["corrupt"] else 0)
    assert {entry["bucket"] for entry in found["corrupt"]} <= {BUCKET}
    return {entry["key"] for entry in found["corrupt"]}


@pytest.fixture
def server(start):
    return start()


@pytest.fixture
def client(server):
    opened = S3Client(open_bucket(server), BUCKET)
    yield opened
    opened.close()


@pytest.fixture
def damaged(server, client, chance) -> list[Stored]:
    stored = [
        Stored(f"object {number}", chance.randbytes(random_size(chance)))
        for number in range(OBJECTS)
    ]
    stored[0].body = b"x"
    for one in stored:
        put(client, one.key, one.body)
        one.damaged_at = chance.randrange(len(one.body))
        flip(blob_of(server.data, one.body), one.damaged_at, chance)
    return stored


@pytest.fixture
def sound(client, chance) -> list[Stored]:
    stored = [
        Stored(f"sound {number}", chance.randbytes(random_size(chance)))
        for number in range(SOUND_OBJECTS)
    ]
    for one in stored:
        put(client, one.key, one.body)
    return stored


def test_no_wrong_byte_is_served_with_a_clean_end(client, damaged, sound):
    assert [one.key for one in damaged if whole_answer(client, one.key)] == []
    assert all(client.get(one.key).body == one.body for one in sound)


def test_a_range_of_a_damaged_block_is_refused_and_of_another_is_right(client, damaged):
    for one in damaged:
        begin = one.damaged_at // BLOCK_BYTES * BLOCK_BYTES
        end = min(begin + BLOCK_BYTES, len(one.body))
        assert get_range(client, one.key, one.damaged_at, one.damaged_at + 1) is None
        assert get_range(client, one.key, begin, begin + 1) is None
        assert get_range(client, one.key, end - 1, len(one.body)) is None
        for other_begin, other_end in ((0, begin), (end, len(one.body))):
            if other_begin == other_end:
                continue
            answer = get_range(client, one.key, other_begin, other_end)
            assert answer is None or answer.body == one.body[other_begin:other_end]


def test_fsck_names_every_damaged_key_and_no_other(server, damaged, sound):
    assert fsck_corrupt(server) == {one.key for one in damaged}


def test_fsck_names_every_key_of_damaged_bytes(server, client, sound, chance):
    put(client, "twin", sound[0].body)
    flip(blob_of(server.data, sound[0].body), 0, chance)
    assert fsck_corrupt(server) == {"twin", sound[0].key}
    assert whole_answer(client, "twin") is None


def test_a_damaged_part_is_found(server, client, chance):
    answer = client.request("POST", "parts", "uploads=")
    upload = Upload("parts", answer.field("UploadId"))
    bodies = [chance.randbytes(5 * MIB), chance.randbytes(1000)]
    assert all(upload.add_part(client, body).done for body in bodies)
    assert upload.complete(client).done
    flip(blob_of(server.data, bodies[1]), 500, chance)
    assert whole_answer(client, "parts") is None
    assert get_range(client, "parts", 0, MIB).body == bodies[0][:MIB]
    assert fsck_corrupt(server) == {"parts"}
