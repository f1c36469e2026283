"""Clients that start a job, go away and come back for it: waiters and attach(), as they are."""

import pytest
import s3_client
import training_jobs
from botocore.exceptions import WaiterError
from running_server import run_aws, run_client

WAITER = "training_job_completed_or_stopped"
COMMANDS = {
    "Completed": ["/bin/echo", "woof"],
    "Failed": ["/bin/false"],
    "Stopped": ["/bin/sleep", "600"],
}


@pytest.fixture(scope="module")
def sagemaker(environment):
    training_jobs.prepare(environment)
    return s3_client.connect(environment, service="sagemaker")


@pytest.fixture(scope="module")
def ended(server, sagemaker) -> dict[str, str]:
    """A job of each end: clients poll every two minutes, so that they had better find it there."""
    names = {status: s3_client.new_name("job") for status in COMMANDS}
    for status, name in names.items():
        sagemaker.create_training_job(**training_jobs.process(name, *COMMANDS[status]))
    sagemaker.stop_training_job(TrainingJobName=names["Stopped"])
    for status, name in names.items():
        training_jobs.wait_for_end(server, name)
        told = sagemaker.describe_training_job(TrainingJobName=name)
        assert told["TrainingJobStatus"] == status
    return names


@pytest.mark.parametrize("status", ["Completed", "Stopped"])
def test_who_waits_for_an_end_gets_it(sagemaker, environment, ended, status):
    sagemaker.get_waiter(WAITER).wait(TrainingJobName=ended[status])
    words = ("sagemaker", "wait", WAITER.replace("_", "-"), "--training-job-name", ended[status])
    done = run_aws(*words, environment=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_who_waits_for_a_job_that_failed_hears_of_it(sagemaker, environment, ended):
    with pytest.raises(WaiterError, match="Failed"):
        sagemaker.get_waiter(WAITER).wait(TrainingJobName=ended["Failed"])
    words = ("sagemaker", "wait", WAITER.replace("_", "-"), "--training-job-name", ended["Failed"])
    done = run_aws(*words, environment=environment)
    assert done.returncode == 255
    assert "terminal failure state" in done.stderr


def test_who_waits_for_nobody_is_told_so(sagemaker):
    with pytest.raises(WaiterError):
        sagemaker.get_waiter(WAITER).wait(TrainingJobName="nobody")


def test_a_fit_that_does_not_wait_is_attached_to(sagemaker, environment):
    found = run_client("sagemaker_attach.py", environment)
    assert found["begun"] in ("InProgress", "Completed")
    assert found["status"] == "Completed"
    assert "woof" in found["said"]
    assert found["same"]
    assert found["model"] == "dog"
    assert found["failed"] == "AlgorithmError"
