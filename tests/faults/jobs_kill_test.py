"""Training jobs when the server is killed: each has one end, none runs twice, nothing is left."""

import collections
import contextlib
import os
import time

import pytest
from botocore.exceptions import ClientError
from job_platform import MIB, MODEL, Platform, processes_of, until

LONG = os.environ.get("KENNEL_LONG") == "1"
ROUNDS = 200 if LONG else 8
MOMENT_S_MAX = 0.6  # after which a round's server is killed
TWO = {"InstanceType": "ml.m5.2xlarge", "InstanceCount": 2, "VolumeSizeInGB": 5}
SAVED = "s3://models/saved"
WITH_US = "InternalServerError: We encountered an internal error. Please try again."
OBEYS_LATE = """
trap 'say stopping; sleep 1000' TERM
say training
sleep 1000 & wait
"""


@pytest.fixture(params=["sandbox", "plain"])
def platform(request, start, gate) -> Platform:
    return Platform(start, gate, *(["--no-sandbox"] if request.param == "plain" else []))


def failed_with_the_server(platform: Platform, job: str) -> bool:
    described = platform.await_end(job)
    return described["TrainingJobStatus"] == "Failed" and described["FailureReason"].startswith(
        WITH_US
    )


def test_one_that_waits_runs_after_all(platform, gate):
    first = platform.create("first", gate.script())
    running = gate.next()
    second = platform.create("second", gate.script(MODEL.format(bytes=1000)))
    until(
        lambda: (
            "Waiting for capacity"
            in platform.describe(second)["SecondaryStatusTransitions"][-1]["StatusMessage"]
        ),
        "the second waits",
    )
    platform.kill()
    assert platform.recorded_stage(second) == "Starting"
    running.await_end()
    platform.restart()
    begun = gate.next()
    assert begun.job == second
    begun.let_in()
    digest = begun.next_line().split()[0]
    assert platform.await_end(second)["TrainingJobStatus"] == "Completed"
    assert platform.model(second) == {"weights": digest}
    assert failed_with_the_server(platform, first)
    platform.check_all()


def test_one_that_downloads_does_so_again(platform, gate):
    saved = os.urandom(200 * MIB)
    platform.s3.put_object(Bucket="models", Key="saved/epoch", Body=saved)
    job = platform.create(
        "downloads",
        gate.script("cp checkpoints/epoch model/epoch"),
        CheckpointConfig={"S3Uri": SAVED},
    )
    platform.await_stage(job, "Downloading")
    platform.kill()
    assert platform.recorded_stage(job) == "Downloading"
    assert gate.knocks == []
    platform.restart()
    gate.next().let_in()
    assert platform.await_end(job)["TrainingJobStatus"] == "Completed"
    assert list(platform.model(job)) == ["epoch"]
    platform.check_all()


def test_one_that_trains_has_failed(platform, gate):
    job = platform.create("trains", gate.script("sleep 1000"), ResourceConfig=TWO)
    instances = [gate.next(), gate.next()]
    for instance in instances:
        instance.let_in()
    platform.kill()
    assert platform.recorded_stage(job) == "Training"
    for instance in instances:
        instance.await_end()
    platform.restart()
    assert failed_with_the_server(platform, job)
    assert platform.model(job) is None
    assert gate.runs_of(job) == ["algo-1", "algo-2"]
    platform.check_all()


def test_one_that_uploads_does_so_again(platform):
    job, digest = platform.begin_upload()
    platform.kill()
    assert platform.recorded_stage(job) == "Uploading"
    platform.restart()
    assert platform.model(job) in (None, {"weights": digest})
    platform.kill()
    platform.restart()
    assert platform.await_end(job)["TrainingJobStatus"] == "Completed"
    assert platform.model(job) == {"weights": digest}
    platform.check_all()


def test_one_that_is_being_stopped_is_stopped(platform, gate):
    job = platform.create("stops", gate.script(OBEYS_LATE))
    instance = gate.next()
    instance.let_in()
    assert instance.next_line() == "training"
    platform.sagemaker.stop_training_job(TrainingJobName=job)
    assert instance.next_line() == "stopping"
    platform.kill()
    assert platform.recorded_stage(job) == "Stopping"
    instance.await_end()
    platform.restart()
    assert platform.await_end(job)["SecondaryStatus"] == "Stopped"
    platform.check_all()


def test_one_whose_time_is_over_has_exceeded_it(platform, gate):
    limit = {"MaxRuntimeInSeconds": 1}
    job = platform.create("exceeds", gate.script(OBEYS_LATE), StoppingCondition=limit)
    instance = gate.next()
    instance.let_in()
    assert instance.next_line() == "training"
    assert instance.next_line() == "stopping"
    platform.kill()
    platform.restart()
    assert platform.await_end(job)["SecondaryStatus"] == "MaxRuntimeExceeded"
    platform.check_all()


def test_those_that_have_ended_stay_as_they_are(platform, gate):
    gate.is_open = True
    good = platform.create("good", gate.script("echo model > model/weights"))
    bad = platform.create("bad", gate.script("echo no luck > output/failure; exit 3"))
    before = [platform.await_end(job) for job in (good, bad)]
    platform.kill()
    platform.restart()
    after = [platform.describe(job) for job in (good, bad)]
    for described in before + after:
        del described["ResponseMetadata"]
    assert before == after
    assert len(gate.knocks) == 2
    platform.check_all()


def test_killed_at_any_moment(platform, gate, chance, capsys):
    """Jobs come while servers go; a program that ends well has its model, whole, or no model."""
    gate.is_open = True
    platform.s3.put_object(Bucket="models", Key="saved/epoch", Body=os.urandom(5 * MIB))
    script = gate.script(MODEL.format(bytes=3 * MIB))
    met = collections.Counter()
    for _ in range(ROUNDS):
        for _ in range(chance.randint(1, 3)):
            saved = {"CheckpointConfig": {"S3Uri": SAVED}} if chance.random() < 0.5 else {}
            platform.create("any", script, **saved)
        if chance.random() < 0.3:
            stopped = chance.choice(platform.jobs)
            with contextlib.suppress(ClientError):  # it has ended
                platform.sagemaker.stop_training_job(TrainingJobName=stopped)
        time.sleep(chance.random() * MOMENT_S_MAX)
        platform.kill()
        for job in platform.jobs:
            met[platform.recorded_stage(job)] += 1
        platform.restart()
    platform.check_all()
    digests = {}
    for knock in gate.knocks:
        words = knock.next_line().split()
        digests[knock.job] = words[0] if words else None
    for job in platform.jobs:
        model = platform.model(job)
        status = platform.describe(job)["TrainingJobStatus"]
        if status == "Completed":
            assert model == {"weights": digests[job]}
        elif status == "Failed":
            assert model in (None, {"weights": digests.get(job)})
        # One that was stopped has whatever its program had written by then.
        assert processes_of(job) == []
    if LONG:
        with capsys.disabled():
            print(f"\n{len(platform.jobs)} jobs, {ROUNDS} kills, which met them so: {dict(met)}")
