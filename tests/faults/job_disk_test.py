"""Training jobs on a disk that is full or fails: each ends once it can be told; no torn model."""

import pytest
from job_platform import MODEL, Platform
from s3_client import refusal

ENDED = {"Completed", "Failed"}


@pytest.fixture
def platform(disk, start, gate) -> Platform:
    """Without a sandbox, whose overlays this file system is not made for."""
    return Platform(start, gate, "--no-sandbox")


def check_end(platform: Platform, job: str, digest: str) -> None:
    described = platform.await_end(job)
    assert described["TrainingJobStatus"] in ENDED, described
    whole = {"weights": digest}
    possible = (whole,) if described["TrainingJobStatus"] == "Completed" else (None, whole)
    assert platform.model(job) in possible
    platform.check_all()


def test_it_is_full_until_there_is_room(platform, disk, gate):
    job = platform.create("full", gate.script(MODEL.format(bytes=1000) + "; read -r word <&3"))
    instance = gate.next()
    instance.let_in()
    digest = instance.next_line().split()[0]
    disk.fill()
    instance.let_in()
    instance.await_end()
    refused = refusal(platform.s3.put_object, Bucket="models", Key="more", Body=b"more")
    assert refused["ResponseMetadata"]["HTTPStatusCode"] >= 500
    disk.lift()
    check_end(platform, job, digest)


@pytest.mark.parametrize("kind", ["write", "sync", "rename"])
def test_every_nth_step_fails(platform, disk, gate, kind):
    for every in (1, 2, 5):
        job = platform.create("fails", gate.script(MODEL.format(bytes=1000) + "; read -r word <&3"))
        instance = gate.next()
        instance.let_in()
        digest = instance.next_line().split()[0]
        disk.fail(kind, every, "EIO")
        instance.let_in()
        instance.await_end()
        disk.lift()
        check_end(platform, job, digest)
