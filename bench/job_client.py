"""Training jobs as a client sees them: asked for, watched until they end, their times and logs."""

from __future__ import annotations

import time
from pathlib import Path

from aws_client import AwsClient
from measured_process import BenchError
from pinned_server import PinnedServer

ROLE_NAME = "bench"
ROLE = f"arn:aws:iam::000000000000:role/{ROLE_NAME}"
LOG_GROUP = "/aws/sagemaker/TrainingJobs"
EPOCH = "Epoch[0]"
ENDS = {"Completed", "Failed", "Stopped"}
SECONDS_MAX = 600
POLL_SECONDS = 0.02
CLASSIFIER = {"TrainingImage": "kennel/image-classifier"}
PROCESS = {"TrainingImage": "kennel/process", "ContainerEntrypoint": ["/bin/true"]}
UNKNOWN = {"TrainingImage": "bench/nothing:1"}


class JobClient(AwsClient):
    def prepare(self) -> None:
        """The role, and the bucket that photos come from and models go to."""
        self.create_role(ROLE_NAME, "sagemaker.amazonaws.com")
        self.put("/bench")

    def upload(self, photos: Path) -> None:
        for path in sorted(photos.rglob("*")):
            if path.is_file() and path.parent.parent.parent == photos:
                self.put(f"/bench/photos/{path.relative_to(photos)}", path.read_bytes())

    def create(self, name: str, algorithm: dict[str, object], **changes: object) -> None:
        request = {
            "TrainingJobName": name,
            "AlgorithmSpecification": algorithm | {"TrainingInputMode": "File"},
            "RoleArn": ROLE,
            "OutputDataConfig": {"S3OutputPath": "s3://bench/out/"},
            "ResourceConfig": {
                "InstanceType": "ml.m5.2xlarge",
                "InstanceCount": 1,
                "VolumeSizeInGB": 10,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": SECONDS_MAX},
        }
        self.call("sagemaker", "CreateTrainingJob", **(request | changes))

    def train(self, name: str) -> dict:
        """What `fit()` asks for, on the photos; described once it has completed."""
        source = {
            "S3DataType": "S3Prefix",
            "S3Uri": "s3://bench/photos/",
            "S3DataDistributionType": "FullyReplicated",
        }
        channel = {"ChannelName": "training", "DataSource": {"S3DataSource": source}}
        self.create(name, CLASSIFIER, HyperParameters={"seed": "1"}, InputDataConfig=[channel])
        return self.completed(name)

    def describe(self, name: str) -> dict:
        return self.call("sagemaker", "DescribeTrainingJob", TrainingJobName=name)

    def ended(self, name: str) -> dict:
        deadline = time.monotonic() + SECONDS_MAX
        while time.monotonic() < deadline:
            described = self.describe(name)
            if described["TrainingJobStatus"] in ENDS:
                return described
            time.sleep(POLL_SECONDS)
        raise BenchError(f"job {name} did not end")

    def completed(self, name: str) -> dict:
        described = self.ended(name)
        if described["TrainingJobStatus"] != "Completed":
            raise BenchError(f"job {name}: {described.get('FailureReason', 'was stopped')}")
        return described

    def first_epoch(self, name: str) -> float:
        """When the log got it, by the server's clock."""
        found = self.call(
            "logs",
            "FilterLogEvents",
            logGroupName=LOG_GROUP,
            logStreamNamePrefix=f"{name}/",
            filterPattern=f'"{EPOCH}"',
        )
        if not found["events"]:
            raise BenchError(f"the log of {name} has no line with {EPOCH}")
        return min(event["timestamp"] for event in found["events"]) / 1e3

    def list(self, **query: object) -> dict:
        return self.call("sagemaker", "ListTrainingJobs", **query)

    def list_all(self, **query: object) -> list[dict]:
        found = self.list(MaxResults=100, **query)
        listed = found["TrainingJobSummaries"]
        while "NextToken" in found:
            found = self.list(MaxResults=100, NextToken=found["NextToken"], **query)
            listed += found["TrainingJobSummaries"]
        return listed


def connect(server: PinnedServer) -> JobClient:
    client = JobClient(server)
    client.prepare()
    return client


def stage_seconds(described: dict) -> dict[str, float]:
    """How long each secondary status took, by the server's clock."""
    return {
        entry["Status"].lower(): round(entry["EndTime"] - entry["StartTime"], 3)
        for entry in described["SecondaryStatusTransitions"]
        if "EndTime" in entry
    }


def last_moment(described: dict) -> float:
    """The end of the last transition: everything of the job is done."""
    moments = [
        entry.get("EndTime", entry["StartTime"])
        for entry in described["SecondaryStatusTransitions"]
    ]
    return max(moments)
