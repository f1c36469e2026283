"""Presigned URLs, as botocore signs them by default and with version 4, used by plain HTTP."""

import datetime
import re

import botocore.auth
import pytest
from s3_client import connect, new_name
from s3_raw import fetch

VERSIONS = {"by default": {}, "version 4": {"signature_version": "s3v4"}}
DOG = b"wau wau"


@pytest.fixture(params=VERSIONS, ids=VERSIONS)
def signer(request, environment):
    return connect(environment, **VERSIONS[request.param])


@pytest.fixture
def fourth(environment):
    return connect(environment, **VERSIONS["version 4"])


@pytest.fixture
def dog(s3, bucket) -> dict[str, str]:
    there = {"Bucket": bucket, "Key": "photos/dog & Hündchen+1"}
    s3.put_object(**there, Body=DOG, ContentType="image/jpeg")
    return there


def sign(client, operation: str, seconds: int = 60, **parameters) -> str:
    return client.generate_presigned_url(operation, Params=parameters, ExpiresIn=seconds)


def replaced(url: str, pattern: str, by: str) -> str:
    changed, count = re.subn(pattern, by, url, count=1)
    assert count == 1
    return changed


def test_who_has_the_url_may_read(signer, dog):
    answer = fetch(sign(signer, "get_object", **dog))
    assert (answer.status, answer.body) == (200, DOG)
    assert answer.headers["content-type"] == "image/jpeg"
    part = fetch(sign(signer, "get_object", **dog), range="bytes=0-2")
    assert (part.status, part.body) == (206, b"wau")
    head = fetch(sign(signer, "head_object", **dog), "HEAD")
    assert (head.status, head.headers["content-length"]) == (200, str(len(DOG)))


def test_who_has_the_url_may_write(signer, s3, dog):
    answer = fetch(sign(signer, "put_object", **dog), "PUT", b"new")
    assert (answer.status, answer.body) == (200, b"")
    assert s3.get_object(**dog)["Body"].read() == b"new"


def test_who_has_the_url_may_delete_and_list(signer, s3, dog):
    listed = fetch(sign(signer, "list_objects_v2", Bucket=dog["Bucket"], Prefix="photos/dog "))
    assert (listed.status, b"<KeyCount>1</KeyCount>" in listed.body) == (200, True)
    assert fetch(sign(signer, "delete_object", **dog), "DELETE").status == 204
    assert s3.list_objects_v2(Bucket=dog["Bucket"])["KeyCount"] == 0


def test_the_url_says_what_the_answer_is_called(signer, dog):
    name = 'attachment; filename="a dog & more.jpg"'
    more = {"ResponseContentDisposition": name, "ResponseContentType": "text/plain"}
    answer = fetch(sign(signer, "get_object", **dog, **more))
    assert (answer.status, answer.headers["content-disposition"]) == (200, name)
    assert answer.headers["content-type"] == "text/plain"


def test_a_part_of_an_upload_can_be_given_away(signer, s3, dog):
    upload = dog | {"UploadId": s3.create_multipart_upload(**dog)["UploadId"]}
    answer = fetch(sign(signer, "upload_part", **upload, PartNumber=1), "PUT", b"part")
    assert answer.status == 200
    parts = {"Parts": [{"PartNumber": 1, "ETag": answer.headers["etag"]}]}
    s3.complete_multipart_upload(**upload, MultipartUpload=parts)
    assert s3.get_object(**dog)["Body"].read() == b"part"


def test_a_method_that_was_not_signed_is_refused(signer, dog):
    url = sign(signer, "get_object", **dog)
    assert fetch(url, "PUT", b"new").refused == (403, "SignatureDoesNotMatch")
    assert fetch(url, "DELETE").refused == (403, "SignatureDoesNotMatch")


@pytest.mark.parametrize(
    ("pattern", "by"),
    [("photos/dog", "photos/cat"), ("Signature=..", "Signature=00"), ("Expires=60", "Expires=61")],
    ids=["key", "signature", "expiry"],
)
def test_a_url_that_was_changed_is_refused(fourth, dog, pattern, by):
    url = replaced(sign(fourth, "get_object", **dog), pattern, by)
    assert fetch(url).refused == (403, "SignatureDoesNotMatch")


def test_a_url_with_more_in_it_is_refused(fourth, dog):
    url = sign(fourth, "get_object", **dog) + "&response-content-type=text%2Fhtml"
    assert fetch(url).refused == (403, "SignatureDoesNotMatch")


def turn_clock_back(monkeypatch, seconds: int) -> None:
    clock = botocore.auth.get_current_datetime
    ago = datetime.timedelta(seconds=seconds)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: clock() - ago)


def test_a_url_that_has_expired_says_so(fourth, dog, monkeypatch):
    turn_clock_back(monkeypatch, seconds=120)
    answer = fetch(sign(fourth, "get_object", **dog))
    assert answer.refused == (403, "AccessDenied")
    assert answer.error["Message"] == "Request has expired"
    assert answer.error["X-Amz-Expires"] == "60"
    assert {"Expires", "ServerTime"} <= set(answer.error)


def test_a_url_of_the_second_version_has_a_last_moment(s3, dog):
    url = sign(s3, "get_object", seconds=-10, **dog)
    assert "AWSAccessKeyId=" in url
    answer = fetch(url)
    assert answer.refused == (403, "AccessDenied")
    assert answer.error["Message"] == "Request has expired"


def test_a_week_is_the_longest(fourth, dog):
    assert fetch(sign(fourth, "get_object", seconds=604_800, **dog)).status == 200
    answer = fetch(sign(fourth, "get_object", seconds=604_801, **dog))
    assert answer.refused == (400, "AuthorizationQueryParametersError")
    assert "less than a week" in answer.error["Message"]


def test_signed_headers_must_be_sent(fourth, s3, dog):
    about = {"ContentType": "text/plain", "Metadata": {"breed": "x"}}
    url = sign(fourth, "put_object", **dog, **about)
    assert "content-type" in url
    assert fetch(url, "PUT", b"new").refused == (403, "SignatureDoesNotMatch")
    headers = {"content-type": "text/plain", "x-amz-meta-breed": "x"}
    assert fetch(url, "PUT", b"new", **headers).status == 200
    head = s3.head_object(**dog)
    assert {name: head[name] for name in about} == about
    other = headers | {"x-amz-meta-breed": "y"}
    assert fetch(url, "PUT", b"new", **other).status == 403


def test_headers_of_aws_that_were_not_signed_are_refused(fourth, dog):
    url = sign(fourth, "put_object", **dog)
    answer = fetch(url, "PUT", b"new", x_amz_meta_breed="x")
    assert answer.refused == (403, "AccessDenied")
    assert (
        answer.error["Message"] == "There were headers present in the request which were not signed"
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_a_key_that_nobody_has_signs_nothing(environment, dog, version):
    nobody = environment | {"AWS_ACCESS_KEY_ID": "AKIANOBODYKNOWSTHIS1"}
    answer = fetch(sign(connect(nobody, **VERSIONS[version]), "get_object", **dog))
    assert answer.refused == (403, "InvalidAccessKeyId")


def test_without_a_signature_nothing_is_read(environment, dog, s3):
    target = f"{environment['AWS_ENDPOINT_URL']}/{dog['Bucket']}"
    s3.put_object(Bucket=dog["Bucket"], Key="plain", Body=DOG)
    for url in (f"{target}/plain", target, environment["AWS_ENDPOINT_URL"] + "/"):
        assert fetch(url).refused == (403, "AccessDenied")
    assert fetch(f"{target}/plain", "PUT", b"new").refused == (403, "AccessDenied")
    assert s3.get_object(Bucket=dog["Bucket"], Key="plain")["Body"].read() == DOG


def test_a_bucket_that_is_not_there_is_told_through_a_url(fourth):
    url = sign(fourth, "get_object", Bucket=new_name("never"), Key="dog")
    assert fetch(url).refused == (404, "NoSuchBucket")
