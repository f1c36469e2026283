"""Whose call it is: sessions, and credentials that do not hold."""

import datetime
import os
import urllib.error
import urllib.request

import boto3
import botocore.auth
from asked import TRUST, plain, refusal, tell
from botocore import UNSIGNED
from botocore.config import Config

KEY = os.environ["AWS_ACCESS_KEY_ID"]
SECRET = os.environ["AWS_SECRET_ACCESS_KEY"]


def identity(key: str = KEY, secret: str = SECRET, token: str | None = None) -> list | dict:
    client = boto3.client(
        "sts", aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token
    )
    return refusal(client.get_caller_identity)


def session_of(credentials: dict, service: str):
    return boto3.client(
        service,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


def with_skew(minutes: float) -> list:
    now = botocore.auth.get_current_datetime
    botocore.auth.get_current_datetime = lambda *_, **__: (
        now() + datetime.timedelta(minutes=minutes)
    )
    try:
        return identity()
    finally:
        botocore.auth.get_current_datetime = now


def presign(client, method: str) -> str:
    return client.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod=method)


def fetch(url: str, method: str = "GET") -> list:
    try:
        request = urllib.request.Request(url, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return [answer.status, answer.read().decode()]
    except urllib.error.HTTPError as error:
        return [error.code, error.read().decode()]


iam = boto3.client("iam")
sts = boto3.client("sts")
role = iam.create_role(RoleName="worker", AssumeRolePolicyDocument=TRUST)["Role"]
assumed = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="night-shift")
mine = assumed["Credentials"]
worker = session_of(mine, "sts")
found = {
    "role_id": role["RoleId"],
    "identity": plain(worker.get_caller_identity()),
    "elsewhere": plain(boto3.client("sts", region_name="eu-west-1").get_caller_identity()),
    "session's iam": session_of(mine, "iam").get_role(RoleName="worker")["Role"]["Arn"],
    "chain too long": refusal(
        worker.assume_role, RoleArn=role["Arn"], RoleSessionName="chain", DurationSeconds=3601
    ),
    "unknown key": identity(key="AKIANOBODYKNOWSTHIS1"),
    "wrong secret": identity(secret=SECRET[:-1] + ("x" if SECRET[-1] != "x" else "y")),
    "token of nobody": identity(token=mine["SessionToken"]),
    "without its token": identity(mine["AccessKeyId"], mine["SecretAccessKey"]),
    "unsigned": refusal(
        boto3.client("sts", config=Config(signature_version=UNSIGNED)).get_caller_identity
    ),
    "14 minutes late": with_skew(-14),
    "16 minutes late": with_skew(-16),
    "16 minutes early": with_skew(16),
    "unsigned iam": refusal(
        boto3.client("iam", config=Config(signature_version=UNSIGNED)).list_roles
    ),
}
token = mine["SessionToken"]
middle = len(token) // 2
for name, broken in {
    "changed": token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :],
    "cut": token[:-8],
    "grown": token + "AAAA",
    "nonsense": "nonsense",
}.items():
    found[f"token {name}"] = identity(mine["AccessKeyId"], mine["SecretAccessKey"], broken)

url = presign(sts, "GET")
found["presigned"] = fetch(url)
found["presigned, session"] = fetch(presign(worker, "GET"))
found["presigned, POST"] = fetch(presign(sts, "POST"), "POST")
found["presigned, other method"] = fetch(url, "POST")
found["presigned, changed"] = fetch(url.replace("GetCallerIdentity", "GetSessionToken"))
found["presigned, tampered"] = fetch(url[:-4] + ("0000" if url[-4:] != "0000" else "1111"))

iam.delete_role(RoleName="worker")
found["role gone"] = refusal(worker.get_caller_identity)
iam.create_role(RoleName="worker", AssumeRolePolicyDocument=TRUST)
found["another role of that name"] = refusal(worker.get_caller_identity)
tell(found)
