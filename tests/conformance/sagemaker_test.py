"""The SageMaker Python SDK, version 2: it calls STS at AWS's public address unless it is told
otherwise, and asks for the caller's role before it does anything else."""

import pytest
from running_server import RunningServer, run_client

ACCOUNT = "000000000000"


@pytest.fixture(scope="module")
def sagemaker_server(tmp_path_factory, collection):
    running = RunningServer.start(tmp_path_factory.mktemp("sagemaker"), "--region", "eu-west-1")
    yield running
    assert running.stop() == 0
    collection.add(running.audit(), client="sagemaker")


def test_the_sdk_finds_the_role_the_account_and_the_bucket(sagemaker_server):
    # A proxy that is not there: whoever leaves this machine fails at once.
    offline = {"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}
    found = run_client("sagemaker_session.py", sagemaker_server.environment() | offline)
    assert found == {
        "role": f"arn:aws:iam::{ACCOUNT}:role/kennel-administrator",
        "role of a session": f"arn:aws:iam::{ACCOUNT}:role/team/trainer",
        "expanded": f"arn:aws:iam::{ACCOUNT}:role/team/trainer",
        "account": ACCOUNT,
        "bucket": f"sagemaker-eu-west-1-{ACCOUNT}",
    }
