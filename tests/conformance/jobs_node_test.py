"""Training jobs and logs with the AWS SDK for JavaScript, version 3."""

import pytest
import s3_client
import training_jobs
from running_server import run_client


@pytest.fixture(scope="module")
def found(server, environment):
    """What the client found, beside a job that had ended before."""
    training_jobs.prepare(environment)
    name = s3_client.new_name("job")
    job = training_jobs.process(name, "/bin/echo", "woof")
    s3_client.connect(environment, service="sagemaker").create_training_job(**job)
    training_jobs.wait_for_end(server, name)
    return {"name": name} | run_client("jobs.mjs", environment, name)


def test_a_job_is_made_described_tagged_and_stopped(found):
    name, jobs = found["name"], found["jobs"]
    assert jobs["arn"].endswith(f":training-job/{name}-node")
    assert jobs["taken"] == ["ResourceInUse", "ResourceInUse", 400]
    assert jobs["busy"] == ["ResourceInUse", "ResourceInUse", 400]
    assert jobs["described"] == [True, True, "Starting"]
    assert jobs["tags"] == [1, "cost", "Hündchen + 1"]
    assert jobs["pages"][:2] == [[name], [f"{name}-Node"]]


def test_a_job_that_has_ended_is_waited_for_read_and_removed(found):
    end = found["end"]
    assert (end["waited"], end["removed"]) == ("SUCCESS", 200)
    assert "woof" in end["said"]
    assert end["gone"][1:] == ["ValidationException", 400]


def test_a_group_of_logs_is_made_filled_and_removed(found):
    missing = "ResourceNotFoundException"
    taken = "ResourceAlreadyExistsException"
    assert found["group"] == {
        "taken": [taken, taken, 400],
        "kept": [7],
        "tags": {"cost": "1"},
        "streams": ["one", "two"],
        "events": [True],
        "gone": [missing, missing, 400],
        "removed": 200,
    }
