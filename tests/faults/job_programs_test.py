"""Programs that misbehave as training jobs: each ends, tells why, and takes nobody along."""

import os

import pytest
import s3_client
import training_jobs
from job_platform import Platform, processes_of

LONG = os.environ.get("KENNEL_LONG") == "1"
SMALL = {"InstanceType": "ml.t3.medium", "InstanceCount": 1, "VolumeSizeInGB": 1}

BOMB = """
import os, time
first = os.getpid()
try:
    while True:
        os.fork()
except OSError:
    if os.getpid() == first:
        os._exit(9)
time.sleep(1000)
"""


@pytest.fixture
def platform(start, gate) -> Platform:
    gate.is_open = True
    return Platform(start, gate)


def failure(platform: Platform, job: str) -> str:
    described = platform.await_end(job)
    assert described["TrainingJobStatus"] == "Failed", described
    assert platform.model(job) is None
    platform.check_all()
    return described["FailureReason"]


def still_serves(platform: Platform, gate) -> None:
    job = platform.create("next", gate.script("echo model > model/weights"))
    assert platform.await_end(job)["TrainingJobStatus"] == "Completed"
    assert list(platform.model(job)) == ["weights"]


def test_it_fails(platform, gate):
    script = "echo model > model/weights; printf 'no photos of cats' > output/failure; exit 3"
    job = platform.create("fails", gate.script(script))
    assert failure(platform, job) == "AlgorithmError: no photos of cats, exit code: 3"


def test_it_crashes(platform, gate):
    job = platform.create("crashes", gate.script("echo before; kill -SEGV $$"))
    assert failure(platform, job) == "AlgorithmError: before, exit code: 139"


def test_one_instance_of_it_fails(platform, gate):
    script = """
    if grep -q '"current_host":"algo-2"' input/config/resourceconfig.json; then
      echo no luck > output/failure
      exit 5
    fi
    sleep 1000
    """
    job = platform.create("half", gate.script(script), ResourceConfig=SMALL | {"InstanceCount": 2})
    assert failure(platform, job) == "AlgorithmError: algo-2: no luck, exit code: 5"


def test_it_takes_too_long(platform, gate):
    limit = {"MaxRuntimeInSeconds": 1}
    job = platform.create("hangs", gate.script("sleep 1000"), StoppingCondition=limit)
    described = platform.await_end(job)
    assert described["TrainingJobStatus"] == "Stopped"
    assert described["SecondaryStatus"] == "MaxRuntimeExceeded"
    platform.check_all()


if LONG:  # for two minutes of grace

    def test_it_will_not_be_stopped(platform, gate):
        deaf = "trap '' TERM; say on; while :; do sleep 1; done"
        job = platform.create("deaf", gate.script(deaf))
        assert gate.next().next_line() == "on"
        platform.sagemaker.stop_training_job(TrainingJobName=job)
        assert platform.await_end(job, seconds=180)["TrainingJobStatus"] == "Stopped"
        platform.check_all()


def test_it_forks_without_end(platform, gate):
    job = platform.create("forks", gate.script(f"exec python3 -c '{BOMB}'"), ResourceConfig=SMALL)
    assert failure(platform, job).endswith("exit code: 9")
    assert processes_of(job) == []
    still_serves(platform, gate)


def test_what_it_leaves_running_ends_with_it(platform, gate):
    job = platform.create("leaves", gate.script("setsid sleep 1000 & sleep 1000 & exit 0"))
    assert platform.await_end(job)["TrainingJobStatus"] == "Completed"
    platform.check_all()


def test_it_fills_its_disk(platform, gate):
    script = "for i in $(seq 4); do fallocate -l 400M model/$i; done; sleep 1000"
    job = platform.create("fills", gate.script(script), ResourceConfig=SMALL)
    assert "No space left on device" in failure(platform, job)
    still_serves(platform, gate)


def test_it_fills_its_memory(platform, gate):
    script = "exec python3 -c 'x = bytearray(6 << 30)'"
    job = platform.create("grows", gate.script(script), ResourceConfig=SMALL)
    assert "use an instance type with more memory" in failure(platform, job)
    still_serves(platform, gate)


def test_it_says_more_than_anybody_reads(platform, gate):
    """Its log is cut nowhere, and the server stays small."""
    script = "seq 300000; head -c 3000000 /dev/zero | tr '\\0' x; exit 4"
    job = platform.create("talks", gate.script(script), ResourceConfig=SMALL)
    assert failure(platform, job).endswith("exit code: 4")
    still_serves(platform, gate)


CHANNELS = {
    "a bucket that is not there": ("s3://nowhere/photos", "nowhere"),
    "nothing under its prefix": ("s3://models/nothing", "No S3 objects found under S3 URL"),
}


@pytest.mark.parametrize("which", CHANNELS)
def test_a_channel_has(platform, gate, which):
    uri, words = CHANNELS[which]
    request = training_jobs.process(
        s3_client.new_name("channel"), "true", InputDataConfig=[training_jobs.channel("train", uri)]
    )
    platform.sagemaker.create_training_job(**request)
    platform.jobs.append(request["TrainingJobName"])
    reason = failure(platform, request["TrainingJobName"])
    assert reason.startswith("ClientError: ")
    assert words in reason
    assert uri in reason


def test_the_bucket_of_the_model_goes_while_it_trains(platform, gate):
    gate.is_open = False
    environment = platform.server.environment()
    other = s3_client.connect(environment)
    other.create_bucket(Bucket="gone")
    job = platform.create(
        "homeless",
        gate.script("echo model > model/weights"),
        OutputDataConfig={"S3OutputPath": "s3://gone/out"},
    )
    instance = gate.next()
    other.delete_bucket(Bucket="gone")
    instance.let_in()
    assert failure(platform, job).startswith("ClientError: Artifact upload failed:")
