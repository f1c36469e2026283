"""A server with training jobs in it, which is killed and started again."""

import hashlib
import io
import json
import signal
import sqlite3
import tarfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import s3_client
import training_jobs
from job_gate import Gate
from running_server import SECONDS_MAX, RunningServer

ENDS = {"Completed", "Failed", "Stopped"}
MIB = 1024 * 1024
MODEL = "head -c {bytes} /dev/urandom > model/weights; say $(sha256sum < model/weights)"
RUN = ("bash", "-c", "exec bash ${SAGEMAKER_BASE_DIR:-/opt/ml}/input/data/code/run")


def until(holds: Callable[[], bool], what: str, seconds: int = SECONDS_MAX) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.001)


def processes_of(job: str) -> list[str]:
    """What runs on this machine in a job's surroundings."""
    mark = f"TRAINING_JOB_NAME={job}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:  # it has ended meanwhile
            continue
    return found


class Platform:
    def __init__(self, start: Callable[..., RunningServer], gate: Gate, *options: str) -> None:
        self.start, self.gate, self.options = start, gate, options
        self.mark = uuid.uuid4().hex[:8]
        self.jobs: list[str] = []
        self.server = start(*options)
        training_jobs.prepare(self.server.environment())
        self.connect()

    def connect(self) -> None:
        environment = self.server.environment()
        self.s3 = s3_client.connect(environment)
        self.sagemaker = s3_client.connect(environment, service="sagemaker")

    def create(self, what: str, script: str, **changes) -> str:
        name = f"{what}-{self.mark}-{len(self.jobs)}"
        self.s3.put_object(Bucket="models", Key=f"code/{name}/run", Body=script.encode())
        channels = [training_jobs.channel("code", f"s3://models/code/{name}/")]
        request = training_jobs.process(name, *RUN, InputDataConfig=channels, **changes)
        self.sagemaker.create_training_job(**request)
        self.jobs.append(name)
        return name

    def begin_upload(self) -> tuple[str, str]:
        """A job that uploads a model for a while, and the digest of that model's weights."""
        job = self.create("uploads", self.gate.script(MODEL.format(bytes=200 * MIB)))
        instance = self.gate.next()
        instance.let_in()
        digest = instance.next_line().split()[0]
        self.await_stage(job, "Uploading")
        return job, digest

    def describe(self, job: str) -> dict:
        return self.sagemaker.describe_training_job(TrainingJobName=job)

    def await_stage(self, job: str, stage: str) -> None:
        until(lambda: self.describe(job)["SecondaryStatus"] == stage, f"{job} {stage}")

    def await_end(self, job: str, seconds: int = SECONDS_MAX) -> dict:
        has_ended = lambda: self.describe(job)["TrainingJobStatus"] in ENDS  # noqa: E731
        until(has_ended, f"an end of {job}", seconds)
        return self.describe(job)

    def kill(self) -> None:
        self.server.stop(signal.SIGKILL)

    def restart(self) -> None:
        self.server = self.start(*self.options)
        self.connect()

    def recorded_stage(self, job: str) -> str:
        """Of a server that does not run."""
        with sqlite3.connect(self.server.data / "records.db") as records:
            found = records.execute(
                "SELECT value FROM records WHERE collection = ? AND key = ?",
                (b"training-jobs", job.encode()),
            ).fetchone()
        return json.loads(found[0])["reached"]["stage"]

    def model(self, job: str) -> dict[str, str] | None:
        """Names and digests of what is in the model, which must be whole; None: there is none."""
        key = f"out/{job}/output/model.tar.gz"
        listed = self.s3.list_objects_v2(Bucket="models", Prefix=key)
        if listed["KeyCount"] == 0:
            return None
        body = self.s3.get_object(Bucket="models", Key=key)["Body"].read()
        with tarfile.open(fileobj=io.BytesIO(body)) as archive:
            files = {one.name: archive.extractfile(one) for one in archive if one.isfile()}
            return {
                name: hashlib.sha256(content.read()).hexdigest() for name, content in files.items()
            }

    def check_all(self) -> None:
        """Every job has an end; nothing runs, and nothing of one is left on the server."""
        for job in self.jobs:
            described = self.await_end(job)
            runs = self.gate.runs_of(job)
            assert len(runs) == len(set(runs)), f"{job} ran twice: {runs}"
            assert ("FailureReason" in described) == (described["TrainingJobStatus"] == "Failed")
            stages = described["SecondaryStatusTransitions"]
            assert all("EndTime" in stage for stage in stages), stages
            assert described["ModelArtifacts"]["S3ModelArtifacts"].endswith("/model.tar.gz")
        folders = self.server.data / "jobs"
        until(lambda: not list(folders.glob("*")), "no folder of a job")
        for job in self.jobs:
            assert processes_of(job) == []
        assert groups_of(self.server) == []


def groups_of(server: RunningServer) -> list[Path]:
    """Control groups of instances that the server has not removed."""
    name = f"kennel-{hashlib.sha256(str(server.data).encode()).hexdigest()[:12]}"
    own = Path("/sys/fs/cgroup").glob(f"**/{name}/*/")
    return list(own)
