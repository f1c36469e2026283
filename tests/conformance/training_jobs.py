"""Requests for training jobs, and the roles they run with."""

import contextlib
import json

import s3_client
from running_server import Environment, RunningServer

ACCOUNT = "000000000000"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/trainer"


def trust(principal: dict, effect: str = "Allow") -> str:
    statement = {"Effect": effect, "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def prepare(environment: Environment) -> None:
    """The role, and the bucket that models go to."""
    iam = s3_client.connect(environment, service="iam")
    policy = trust({"Service": "sagemaker.amazonaws.com"})
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName="trainer", AssumeRolePolicyDocument=policy)
    s3_client.connect(environment).create_bucket(Bucket="models")


def request(name: str, **changes) -> dict:
    """A job whose image there is none of: it fails as soon as somebody looks at it."""
    algorithm = {"TrainingImage": "no/such:image", "TrainingInputMode": "File"}
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5}
    plain = {
        "TrainingJobName": name,
        "AlgorithmSpecification": algorithm,
        "RoleArn": ROLE,
        "OutputDataConfig": {"S3OutputPath": "s3://models/out/"},
        "ResourceConfig": resources,
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
    }
    return plain | changes


def process(name: str, *command: str, **changes) -> dict:
    """A job that runs a program of this machine."""
    algorithm = {
        "TrainingImage": "kennel/process",
        "TrainingInputMode": "File",
        "ContainerEntrypoint": list(command),
    }
    return request(name, AlgorithmSpecification=algorithm, **changes)


def channel(name: str, uri: str = "s3://models/in", **changes) -> dict:
    source = {
        "S3DataType": "S3Prefix",
        "S3Uri": uri,
        "S3DataDistributionType": "FullyReplicated",
    }
    plain = {
        "ChannelName": name,
        "DataSource": {"S3DataSource": source},
        "CompressionType": "None",
        "RecordWrapperType": "None",
    }
    return plain | changes


def wait_for_end(server: RunningServer, name: str) -> None:
    done = server.kennel("logs", name, "--follow")
    assert done.returncode in (0, 1), done.stderr
