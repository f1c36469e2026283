"""The SageMaker Python SDK, version 2: it calls STS at AWS's public address unless it is told
otherwise, and asks for the caller's role before it does anything else."""

import json

import pytest
from documents import TRUST_TEXT
from running_server import Environment, RunningServer, run_aws, run_client

ACCOUNT = "000000000000"
TRAINER = f"arn:aws:iam::{ACCOUNT}:role/team/trainer"
# A proxy that is not there: whoever leaves this machine fails at once.
OFFLINE = {"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}


@pytest.fixture(scope="module")
def sagemaker_server(tmp_path_factory, collection):
    running = RunningServer.start(tmp_path_factory.mktemp("sagemaker"), "--region", "eu-west-1")
    yield running
    assert running.stop() == 0
    collection.add(running.audit(), boto3_is="sagemaker")


def notebook_session(environment: Environment) -> Environment:
    """Credentials of a session of the role TRAINER."""
    role = ("--role-name", "trainer", "--path", "/team/")
    trust = ("--assume-role-policy-document", TRUST_TEXT)
    assert run_aws("iam", "create-role", *role, *trust, environment=environment).returncode == 0
    session = ("--role-arn", TRAINER, "--role-session-name", "notebook")
    done = run_aws("sts", "assume-role", *session, environment=environment)
    credentials = json.loads(done.stdout)["Credentials"]
    return {
        "NOTEBOOK_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "NOTEBOOK_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "NOTEBOOK_SESSION_TOKEN": credentials["SessionToken"],
    }


def test_the_sdk_finds_the_role_the_account_and_the_bucket(sagemaker_server):
    environment = sagemaker_server.environment()
    notebook = notebook_session(environment)
    found = run_client("sagemaker_session.py", environment | notebook | OFFLINE)
    assert found == {
        "role": f"arn:aws:iam::{ACCOUNT}:role/kennel-administrator",
        "role of a session": TRAINER,
        "expanded": TRAINER,
        "account": ACCOUNT,
        "bucket": f"sagemaker-eu-west-1-{ACCOUNT}",
    }


def test_the_sdk_carries_files_up_and_down(sagemaker_server, tmp_path):
    environment = sagemaker_server.environment() | {"TMPDIR": str(tmp_path)}
    found = run_client("sagemaker_files.py", environment | OFFLINE)
    bucket = f"sagemaker-eu-west-1-{ACCOUNT}"
    assert (found["bucket"], found["again"], found["region"]) == (bucket, bucket, "eu-west-1")
    assert found["uploaded"] == [
        f"s3://{bucket}/photos",
        f"s3://{bucket}/one/large",
        f"s3://{bucket}/words/dog.txt",
    ]
    assert len(found["went"]) == 3
    assert found["back"] == found["went"]
    assert found["models"] == found["went"] | {"model.json": 2}
    assert found["listed"] == sorted(f"photos/{name}" for name in found["went"])
    assert found["found"] == sorted(f"s3://{bucket}/models/{name}" for name in found["models"])
    assert (found["read"], found["model"]) == ("wau", "{}")
