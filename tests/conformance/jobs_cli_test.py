"""`kennel jobs`, `logs` and `stop`, against a server and without one."""

import datetime
import json

import pytest
import s3_client
import training_jobs
from training_jobs import process, request, wait_for_end

GROUP = "/aws/sagemaker/TrainingJobs"


@pytest.fixture(scope="module")
def sagemaker(environment):
    training_jobs.prepare(environment)
    return s3_client.connect(environment, service="sagemaker")


@pytest.fixture(scope="module")
def logs(environment):
    """CloudWatch Logs with the group that jobs log to."""
    client = s3_client.connect(environment, service="logs")
    groups = client.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
    if not groups:
        client.create_log_group(logGroupName=GROUP)
    return client


@pytest.fixture
def name() -> str:
    return s3_client.new_name("dogs")


@pytest.fixture
def ended(server, sagemaker, name) -> str:
    """A job that failed, as there is no such image."""
    sagemaker.create_training_job(**request(name))
    wait_for_end(server, name)
    return name


def write(logs, stream: str, *lines: str, start_ms: int = 0) -> None:
    """One line every 10 ms."""
    logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
    now = int(datetime.datetime.now(datetime.UTC).timestamp() * 1000) + start_ms
    events = [{"timestamp": now + 10 * i, "message": line} for i, line in enumerate(lines)]
    logs.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events)


@pytest.mark.parametrize("words", [("jobs",), ("logs", "dogs"), ("stop", "dogs")])
def test_without_a_server_they_say_so(start, words):
    server = start()
    assert server.stop() == 0
    done = server.kennel(*words)
    assert (done.returncode, done.stdout) == (1, "")
    assert "start one with kennel up" in done.stderr


def test_of_a_server_that_was_killed_they_say_so(start):
    server = start()
    server.process.kill()
    server.process.wait()
    done = server.kennel("jobs")
    assert done.returncode == 1
    assert "no server runs on" in done.stderr
    assert start().stop() == 0


def test_a_new_server_has_no_jobs(start):
    server = start()
    assert server.kennel("jobs").stdout == "no training jobs\n"
    assert server.kennel("jobs", "--json").stdout == ""
    assert server.kennel("jobs", "--status", "Failed").stdout == (
        "no training jobs with that status\n"
    )


def test_over_tls_they_know_the_servers_certificate(start):
    assert start("--tls").kennel("jobs").stdout == "no training jobs\n"


def test_jobs_are_listed_newest_first(server, sagemaker, name):
    names = [f"{name}-{i}" for i in range(3)]
    for one in names:
        sagemaker.create_training_job(**request(one))
    lines = server.kennel("jobs", "--json", "--limit", "2").stdout.splitlines()
    assert [json.loads(line)["name"] for line in lines] == names[:0:-1]
    table = server.kennel("jobs").stdout.splitlines()
    assert table[0].split() == ["NAME", "STATUS", "STAGE", "CREATED", "TIME", "COST", "INSTANCES"]
    assert [line.split()[0] for line in table[1:4]] == names[::-1]
    assert table[1].endswith("1 x ml.m5.large")
    assert "\x1b" not in "".join(table)


def test_a_job_that_failed_tells_why(server, ended):
    done = server.kennel("jobs", ended)
    assert done.returncode == 0
    assert done.stdout.startswith(f"{ended}  Failed\n")
    assert "no/such:image" in done.stdout
    told = json.loads(server.kennel("jobs", ended, "--json").stdout)
    assert (told["status"], told["billed_s"]) == ("Failed", 0)
    assert [stage["stage"] for stage in told["stages"]] == ["Starting", "Failed"]
    assert told["failure_reason"].startswith("ClientError: ")


def test_statuses_are_filtered(server, ended):
    def names(status: str) -> list[str]:
        lines = server.kennel("jobs", "--json", "--status", status).stdout.splitlines()
        return [json.loads(line)["name"] for line in lines]

    assert ended in names("Failed")
    assert ended not in names("Completed")


@pytest.mark.parametrize("command", ["jobs", "logs", "stop"])
def test_a_misspelt_name_is_answered_with_names_like_it(server, ended, command):
    misspelt = ended.replace("dogs", "dgos")
    done = server.kennel(command, misspelt)
    assert (done.returncode, done.stdout) == (1, "")
    assert f'there is no training job "{misspelt}"; did you mean ' in done.stderr
    assert ended in done.stderr
    done = server.kennel(command, "elephants")
    assert "kennel jobs lists them" in done.stderr


def test_a_job_that_has_ended_is_not_stopped(server, ended):
    done = server.kennel("stop", ended)
    assert done.returncode == 1
    assert "is in status Failed" in done.stderr


def test_following_a_job_that_failed_exits_with_one(server, ended):
    done = server.kennel("logs", ended, "--follow")
    assert done.returncode == 1
    assert f"kennel: {ended} failed: ClientError: " in done.stderr
    assert server.kennel("logs", ended).returncode == 0


def test_a_log_is_read_to_its_end(server, sagemaker, logs, name):
    sagemaker.create_training_job(**request(name))
    lines = [f"line {i}" for i in range(2500)]
    write(logs, f"{name}/algo-1-1700000000", *lines, start_ms=-30_000)
    assert server.kennel("logs", name).stdout.splitlines() == lines


def test_the_log_of_a_name_that_begins_so_is_another(server, sagemaker, logs, name):
    sagemaker.create_training_job(**request(name))
    write(logs, f"{name}-more/algo-1-1700000000", "not mine")
    assert server.kennel("logs", name).stdout == ""


def test_the_logs_of_several_instances_are_told_apart(server, sagemaker, logs, name):
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 5}
    sagemaker.create_training_job(**request(name, ResourceConfig=resources))
    write(logs, f"{name}/algo-1-1700000000", "one", "three", start_ms=-1000)
    write(logs, f"{name}/algo-2-1700000000", "four", start_ms=60_000)
    assert server.kennel("logs", name).stdout.splitlines() == [
        "algo-1 | one",
        "algo-1 | three",
        "algo-2 | four",
    ]
    lines = server.kennel("logs", name, "--json").stdout.splitlines()
    hosts = [(json.loads(line)["host"], json.loads(line)["message"]) for line in lines]
    assert hosts == [("algo-1", "one"), ("algo-1", "three"), ("algo-2", "four")]


def test_a_log_cannot_steer_a_terminal(server, sagemaker, logs, name):
    sagemaker.create_training_job(**request(name))
    write(logs, f"{name}/algo-1-1700000000", "\x1b[2Jcleared \x1b[31mred\x1b[0m")
    assert server.kennel("logs", name).stdout == "cleared red\n"


def test_a_running_job_is_followed_to_its_end(server, sagemaker, name):
    sagemaker.create_training_job(**process(name, "/bin/sh", "-c", "echo one; echo two >&2"))
    done = server.kennel("logs", name, "--follow")
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.splitlines()) == ["one", "two"]
    told = json.loads(server.kennel("jobs", name, "--json").stdout)
    stages = [stage["stage"] for stage in told["stages"]]
    assert stages == ["Starting", "Downloading", "Training", "Uploading", "Completed"]


def test_a_running_job_is_stopped(server, sagemaker, name):
    sagemaker.create_training_job(**process(name, "/bin/sleep", "600"))
    done = server.kennel("stop", name)
    assert (done.returncode, done.stdout) == (0, f"stopping {name}\n")
    assert server.kennel("logs", name, "--follow").returncode == 0
    assert json.loads(server.kennel("jobs", name, "--json").stdout)["status"] == "Stopped"


def test_the_log_of_an_earlier_job_of_that_name_is_left_out(server, sagemaker, name):
    for word in ("first", "second"):
        sagemaker.create_training_job(**process(name, "/bin/echo", word))
        wait_for_end(server, name)
        if word == "first":
            sagemaker.delete_training_job(TrainingJobName=name)
    assert server.kennel("logs", name).stdout == "second\n"
