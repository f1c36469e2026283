"""A browser's POST: a form with a policy that boto3 signed, filled in by hand."""

import uuid

import pytest
from s3_client import connect
from s3_raw import Answer, fetch

VERSIONS = {"by default": {}, "version 4": {"signature_version": "s3v4"}}
DOG = b"\xff\xd8 a dog\r\n--not the boundary\r\n"


@pytest.fixture(params=VERSIONS, ids=VERSIONS)
def signer(request, environment):
    return connect(environment, **VERSIONS[request.param])


def form(fields: dict[str, str], content: bytes, name: str = "dog.jpg") -> tuple[bytes, str]:
    """multipart/form-data with the file last, and its type."""
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    disposition = f'form-data; name="file"; filename="{name}"'
    head = f"--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: image/jpeg\r\n\r\n"
    body = b"".join(parts) + head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"


def post(signed: dict, content: bytes = DOG, **changes: str | None) -> Answer:
    fields = {
        key: value for key, value in (signed["fields"] | changes).items() if value is not None
    }
    body, kind = form(fields, content)
    return fetch(signed["url"], "POST", body, content_type=kind)


def allow(signer, bucket: str, key: str = "posted/dog", **more) -> dict:
    return signer.generate_presigned_post(bucket, key, ExpiresIn=60, **more)


def test_a_form_makes_an_object(signer, s3, bucket):
    answer = post(allow(signer, bucket))
    assert (answer.status, answer.body) == (204, b"")
    assert bucket in answer.headers["location"]
    got = s3.get_object(Bucket=bucket, Key="posted/dog")
    assert (got["Body"].read(), got["ETag"]) == (DOG, answer.headers["etag"])


def test_the_name_of_the_file_goes_into_the_key(signer, s3, bucket):
    assert post(allow(signer, bucket, "posted/${filename}")).status == 204
    assert s3.get_object(Bucket=bucket, Key="posted/dog.jpg")["Body"].read() == DOG


def test_the_form_says_what_the_object_is_and_how_to_answer(signer, s3, bucket):
    fields = {
        "Content-Type": "image/jpeg",
        "x-amz-meta-breed": "dachs & hund",
        "success_action_status": "201",
    }
    conditions = [{name: value} for name, value in fields.items()]
    answer = post(allow(signer, bucket, Fields=dict(fields), Conditions=conditions))
    assert answer.status == 201
    assert answer.error["Bucket"] == bucket
    assert answer.error["Key"] == "posted/dog"
    head = s3.head_object(Bucket=bucket, Key="posted/dog")
    assert answer.error["ETag"] == head["ETag"]
    assert head["ContentType"] == "image/jpeg"
    assert head["Metadata"] == {"breed": "dachs & hund"}


def test_the_form_says_where_to_go_next(signer, bucket):
    fields = {"success_action_redirect": "http://dogs.example/done"}
    conditions = [fields]
    answer = post(allow(signer, bucket, Fields=dict(fields), Conditions=conditions))
    assert answer.status == 303
    assert answer.headers["location"].startswith("http://dogs.example/done?")
    assert f"bucket={bucket}" in answer.headers["location"]


def check_denied(answer: Answer, sentence: str) -> None:
    assert answer.refused == (403, "AccessDenied")
    assert sentence in answer.error["Message"]


def test_what_the_policy_does_not_allow_is_refused(signer, s3, bucket):
    signed = allow(signer, bucket)
    check_denied(post(signed, key="elsewhere/dog"), "Policy Condition failed")
    extra = {"Content-Type": "text/html"}
    check_denied(post(signed, **extra), "Extra input fields: content-type")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_a_start_of_the_key_can_be_enough(signer, s3, bucket):
    signed = allow(signer, bucket, "mine/${filename}")
    assert post(signed, key="mine/other").status == 204
    assert s3.get_object(Bucket=bucket, Key="mine/other")["Body"].read() == DOG
    check_denied(post(signed, key="yours/dog"), "Policy Condition failed")


def test_the_size_is_as_the_policy_says(signer, s3, bucket):
    limits = {"Conditions": [["content-length-range", 10, len(DOG)]]}
    signed = allow(signer, bucket, **limits)
    assert post(signed, DOG + b"x").refused == (400, "EntityTooLarge")
    assert post(signed, b"small").refused == (400, "EntityTooSmall")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    assert post(signed, DOG).status == 204


def test_a_policy_is_good_for_its_time_only(signer, bucket):
    signed = signer.generate_presigned_post(bucket, "dog", ExpiresIn=-60)
    check_denied(post(signed), "Invalid according to Policy: Policy expired.")


def test_a_policy_that_was_changed_is_refused(signer, bucket):
    signed = allow(signer, bucket)
    other = allow(signer, bucket, "another")["fields"]["policy"]
    assert post(signed, policy=other).refused == (403, "SignatureDoesNotMatch")


def test_a_policy_is_for_one_bucket(signer, bucket, s3):
    elsewhere = f"{bucket}-elsewhere"
    s3.create_bucket(Bucket=elsewhere)
    signed = allow(signer, bucket)
    signed["url"] = signed["url"].replace(bucket, elsewhere)
    check_denied(post(signed), "Policy Condition failed")


def test_a_form_without_a_key_or_a_policy_is_refused(signer, bucket):
    signed = allow(signer, bucket)
    assert post(signed, key=None).refused == (400, "InvalidArgument")
    bare = {"url": signed["url"], "fields": {"key": "dog"}}
    assert post(bare).refused == (403, "AccessDenied")
