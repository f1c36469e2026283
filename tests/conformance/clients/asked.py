"""What the scripts beside this one share: how a call was refused, and how they tell the test."""

import json
from collections.abc import Callable

from botocore.exceptions import ClientError

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sagemaker.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
READ = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
    }
)


def refusal(call: Callable, **arguments) -> list:
    """The class that boto3 raises, AWS's code, the status and the sentence."""
    try:
        answer = call(**arguments)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        said = error.response["Error"]
        return [type(error).__name__, said["Code"], status, said["Message"]]
    return ["answered", "", answer["ResponseMetadata"]["HTTPStatusCode"], ""]


def plain(answer: dict) -> dict:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def tell(findings: dict) -> None:
    print(json.dumps(findings, default=str))
