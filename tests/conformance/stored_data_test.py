"""`kennel usage` and `kennel fsck`, beside a running server and without one."""

import hashlib
import json
from pathlib import Path

import pytest
from running_server import RunningServer, run_aws, run_kennel

PHOTOS = {"a.jpg": b"the same bytes", "b/a.jpg": b"the same bytes", "c.jpg": b"others"}
BYTES = sum(map(len, PHOTOS.values()))
STORED_BYTES = sum(map(len, set(PHOTOS.values())))


@pytest.fixture
def stocked(start, tmp_path) -> RunningServer:
    """A server with PHOTOS in the bucket "dogs"."""
    photos = tmp_path / "photos"
    for name, content in PHOTOS.items():
        (photos / name).parent.mkdir(parents=True, exist_ok=True)
        (photos / name).write_bytes(content)
    server = start()
    for words in (["mb", "s3://dogs"], ["cp", "--recursive", str(photos), "s3://dogs"]):
        done = run_aws("s3", *words, environment=server.environment())
        assert done.returncode == 0, done.stderr
    return server


def usage(server: RunningServer) -> dict:
    done = server.kennel("usage", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def fsck(server: RunningServer, exit_code: int) -> dict:
    done = server.kennel("fsck", "--json")
    assert done.returncode == exit_code, done.stdout + done.stderr
    return json.loads(done.stdout)


def blob_file(server: RunningServer, content: bytes) -> Path:
    (file,) = server.data.glob(f"blobs/*/{hashlib.sha256(content).hexdigest()}-*")
    return file


def test_usage_tells_what_lies_there_and_what_it_takes(stocked):
    bucket = {"bucket": "dogs", "objects": len(PHOTOS), "bytes": BYTES}
    bucket |= {"versions": 0, "version_bytes": 0, "uploads": 0, "upload_bytes": 0}
    expected = {"buckets": [bucket], "logical_bytes": BYTES, "stored_bytes": STORED_BYTES}
    assert usage(stocked) == expected
    assert stocked.stop() == 0
    assert usage(stocked) == expected
    table = stocked.kennel("usage").stdout.splitlines()
    assert table[1].split()[:3] == ["dogs", str(len(PHOTOS)), str(BYTES)]
    assert f"{BYTES} B in all, stored in {STORED_BYTES} B" in table[-1]


def test_fsck_finds_nothing_where_all_is_sound(stocked):
    running = fsck(stocked, 0)
    assert (running["objects"], running["blobs"]) == (len(PHOTOS), len(set(PHOTOS.values())))
    assert running["bytes"] == STORED_BYTES
    assert stocked.stop() == 0
    assert fsck(stocked, 0) == running
    assert "all is as it was written" in stocked.kennel("fsck").stdout


def test_fsck_names_every_object_that_is_damaged_or_missing(stocked):
    rotten = blob_file(stocked, PHOTOS["a.jpg"])
    rotten.write_bytes(b"The same bytes")
    blob_file(stocked, PHOTOS["c.jpg"]).unlink()
    found = fsck(stocked, 1)
    blob = hashlib.sha256(PHOTOS["a.jpg"]).hexdigest()
    assert [
        (one["bucket"], one["key"], one["version_id"], one["blob"]) for one in found["corrupt"]
    ] == [
        ("dogs", "a.jpg", "null", blob),
        ("dogs", "b/a.jpg", "null", blob),
    ]
    assert [one["key"] for one in found["missing"]] == ["c.jpg"]
    text = stocked.kennel("fsck").stdout
    assert "corrupt  s3://dogs/b/a.jpg" in text
    assert "missing  s3://dogs/c.jpg" in text


def test_files_that_no_record_names_are_findings_once_nobody_writes(stocked):
    orphan = stocked.data / "blobs/00" / ("0" * 64 + "-1")
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"left behind")
    assert fsck(stocked, 0)["orphans"] == [f"00/{orphan.name}"]
    assert stocked.stop() == 0
    assert fsck(stocked, 1)["orphans"] == [f"00/{orphan.name}"]
    assert f"blobs/00/{orphan.name}" in stocked.kennel("fsck").stdout


@pytest.mark.parametrize("command", ["usage", "fsck"])
def test_a_folder_that_was_never_used_is_an_error(tmp_path, command):
    done = run_kennel(command, "--data", tmp_path / "data", home=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"no server ever ran on {tmp_path / 'data'}: start one with kennel up" in done.stderr
    assert not (tmp_path / "data").exists()
