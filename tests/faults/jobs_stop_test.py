"""Training jobs that are stopped, in every state."""

import os

import pytest
import s3_client
from job_platform import MIB, Platform


@pytest.fixture
def platform(start, gate) -> Platform:
    return Platform(start, gate)


def stop(platform: Platform, job: str) -> None:
    platform.sagemaker.stop_training_job(TrainingJobName=job)


def assert_stopped(platform: Platform, job: str) -> None:
    described = platform.await_end(job)
    stages = [one["Status"] for one in described["SecondaryStatusTransitions"]]
    assert stages[-2:] == ["Stopping", "Stopped"]
    assert described["TrainingJobStatus"] == "Stopped"


def test_while_it_waits_for_the_machine(platform, gate):
    first = platform.create("first", gate.script())
    running = gate.next()
    second = platform.create("second", gate.script())
    stop(platform, second)
    assert_stopped(platform, second)
    running.let_in()
    assert platform.await_end(first)["TrainingJobStatus"] == "Completed"
    assert gate.runs_of(second) == []
    assert "BillableTimeInSeconds" not in platform.describe(second)
    platform.check_all()


def test_while_it_downloads(platform, gate):
    platform.s3.put_object(Bucket="models", Key="saved/epoch", Body=os.urandom(200 * MIB))
    saved = {"S3Uri": "s3://models/saved"}
    job = platform.create("downloads", gate.script(), CheckpointConfig=saved)
    platform.await_stage(job, "Downloading")
    stop(platform, job)
    assert_stopped(platform, job)
    assert gate.knocks == []
    platform.check_all()


def test_while_it_trains_it_may_still_save_its_model(platform, gate):
    script = """
    trap 'echo half > model/weights; say saved; exit 0' TERM
    say training
    sleep 1000 & wait
    """
    job = platform.create("trains", gate.script(script))
    instance = gate.next()
    instance.let_in()
    assert instance.next_line() == "training"
    stop(platform, job)
    assert instance.next_line() == "saved"
    assert_stopped(platform, job)
    assert list(platform.model(job)) == ["weights"]
    platform.check_all()


def test_while_it_uploads_the_model_arrives_whole(platform):
    job, digest = platform.begin_upload()
    stop(platform, job)
    assert_stopped(platform, job)
    assert platform.model(job) == {"weights": digest}
    platform.check_all()


def test_while_it_is_being_stopped(platform, gate):
    job = platform.create(
        "stops", gate.script("trap 'read -r word <&3; exit 0' TERM; say on; sleep 1000 & wait")
    )
    instance = gate.next()
    instance.let_in()
    assert instance.next_line() == "on"
    stop(platform, job)
    stop(platform, job)
    instance.let_in()
    assert_stopped(platform, job)
    platform.check_all()


def test_after_its_end(platform, gate):
    gate.is_open = True
    job = platform.create("ended", gate.script())
    before = platform.await_end(job)
    refused = s3_client.refusal(platform.sagemaker.stop_training_job, TrainingJobName=job)
    assert refused["Error"]["Code"] == "ValidationException"
    assert (
        "The request was rejected because the training job is in status Completed."
        in refused["Error"]["Message"]
    )
    assert (
        platform.describe(job)["SecondaryStatusTransitions"] == before["SecondaryStatusTransitions"]
    )
