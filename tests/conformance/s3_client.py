"""boto3 inside the tests, set up as `kennel env` would: S3 has too many facts for processes."""

import datetime
import itertools
from collections.abc import Callable

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError
from running_server import Environment

LONG_AGO = datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC)
MIB = 1024 * 1024
_numbers = itertools.count(1)


def connect(environment: Environment, url: str | None = None, service: str = "s3", **settings):
    """A client that nothing on this machine configures. `settings`: of botocore's Config."""
    session = botocore.session.Session(
        session_vars={
            "config_file": (None, None, None, None),
            "credentials_file": (None, None, None, None),
        }
    )
    session.set_credentials(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
    # What is refused is refused at once; nothing is tried again behind the test's back.
    config = Config(retries={"total_max_attempts": 1}).merge(Config(**settings))
    return boto3.Session(
        botocore_session=session, region_name=environment["AWS_DEFAULT_REGION"]
    ).client(
        service,
        endpoint_url=url or environment["AWS_ENDPOINT_URL"],
        verify=environment["AWS_CA_BUNDLE"],
        config=config,
    )


def new_name(start: str = "kennel") -> str:
    return f"{start}-{next(_numbers)}"


def refusal(call: Callable, **arguments) -> dict:
    """What botocore makes of an error: Error and ResponseMetadata."""
    try:
        answer = call(**arguments)
    except ClientError as error:
        return error.response
    raise AssertionError(f"answered: {answer}")


def refused(call: Callable, **arguments) -> tuple[int, str]:
    """Status and code."""
    response = refusal(call, **arguments)
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def status(answer: dict) -> int:
    return answer["ResponseMetadata"]["HTTPStatusCode"]


def headers(answer: dict) -> dict[str, str]:
    return answer["ResponseMetadata"]["HTTPHeaders"]


def tags(**entries: str) -> dict:
    return {"TagSet": [{"Key": key, "Value": value} for key, value in entries.items()]}
