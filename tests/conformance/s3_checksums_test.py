"""S3's checksums: sent in a header or behind the body, checked, kept and told."""

import base64
import hashlib

import pytest
from s3_client import connect, refusal, refused, status
from s3_raw import UNSIGNED_TRAILER, chunked, send
from s3_sums import DIGESTS, OF_BOTO3, crc32c, crc64nvme, sum_of

BODY = b"a photo of a dog" * 1000
ALL = sorted(DIGESTS)


@pytest.fixture(scope="module")
def plain(environment):
    """A client that neither sends nor asks for checksums of its own accord."""
    asked = "when_required"
    return connect(
        environment, request_checksum_calculation=asked, response_checksum_validation=asked
    )


@pytest.fixture
def there(bucket) -> dict[str, str]:
    return {"Bucket": bucket, "Key": "photo"}


def told(s3, there) -> dict[str, str]:
    """The checksums that a head tells."""
    head = s3.head_object(**there, ChecksumMode="ENABLED")
    return {name: value for name, value in head.items() if name.startswith("Checksum")}


def given(algorithm: str, content: bytes = BODY) -> dict[str, str]:
    return {f"Checksum{algorithm}": sum_of(algorithm, content)}


def test_our_own_sums_are_those_of_their_definitions():
    assert crc32c(b"123456789") == 0xE3069283
    assert crc64nvme(b"123456789") == 0xAE8B14860A799888


@pytest.mark.parametrize("algorithm", ALL)
def test_a_checksum_in_a_header_is_kept_and_told(plain, there, algorithm):
    put = plain.put_object(**there, Body=BODY, **given(algorithm))
    expected = given(algorithm) | {"ChecksumType": "FULL_OBJECT"}
    assert {name: put[name] for name in expected} == expected
    assert told(plain, there) == expected
    got = plain.get_object(**there, ChecksumMode="ENABLED")
    assert {name: got[name] for name in expected} == expected
    assert got["Body"].read() == BODY


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("algorithm", OF_BOTO3)
def test_what_boto3_sums_up_is_kept(server, environment, there, algorithm, scheme):
    """Over HTTPS it sends the sum behind the body, over HTTP before it."""
    s3 = connect(environment, f"{scheme}://127.0.0.1:{server.port}")
    put = s3.put_object(**there, Body=BODY, ChecksumAlgorithm=algorithm)
    assert put[f"Checksum{algorithm}"] == sum_of(algorithm, BODY)
    assert told(s3, there)[f"Checksum{algorithm}"] == sum_of(algorithm, BODY)
    got = s3.get_object(**there)
    assert got["Body"].read() == BODY  # which checks the sum


def put_with_trailer(environment, there, algorithm: str, value: str, **more: str):
    name = f"x-amz-checksum-{algorithm.lower()}"
    headers = {
        "content-encoding": "aws-chunked",
        "x-amz-decoded-content-length": str(len(BODY)),
        "x-amz-trailer": name,
    }
    body = chunked(BODY, f"{name}:{value}")
    target = f"/{there['Bucket']}/{there['Key']}"
    payload = UNSIGNED_TRAILER
    return send(environment, target, "PUT", body, payload, **headers, **more)


@pytest.mark.parametrize("algorithm", ALL)
def test_a_checksum_behind_the_body_is_kept_and_told(plain, environment, there, algorithm):
    value = sum_of(algorithm, BODY)
    answer = put_with_trailer(environment, there, algorithm, value)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers[f"x-amz-checksum-{algorithm.lower()}"] == value
    assert told(plain, there) == given(algorithm) | {"ChecksumType": "FULL_OBJECT"}
    got = plain.get_object(**there)
    assert got["Body"].read() == BODY
    assert "ContentEncoding" not in got


@pytest.mark.parametrize("algorithm", ALL)
def test_a_wrong_checksum_is_refused_and_nothing_is_kept(plain, environment, there, algorithm):
    wrong = given(algorithm, b"another photo")
    response = refusal(plain.put_object, **there, Body=BODY, **wrong)
    assert (status(response), response["Error"]["Code"]) == (400, "BadDigest")
    sentence = f"The {algorithm} you specified did not match the calculated checksum."
    assert response["Error"]["Message"] == sentence
    value = sum_of(algorithm, b"another photo")
    answer = put_with_trailer(environment, there, algorithm, value)
    assert answer.refused == (400, "BadDigest")
    assert refused(plain.head_object, **there) == (404, "404")


@pytest.mark.parametrize("algorithm", ALL)
def test_a_checksum_that_is_none_is_refused(plain, there, algorithm):
    nonsense = {f"Checksum{algorithm}": "nonsense"}
    response = refusal(plain.put_object, **there, Body=BODY, **nonsense)
    assert (status(response), response["Error"]["Code"]) == (400, "InvalidRequest")
    sentence = f"Value for x-amz-checksum-{algorithm.lower()} header is invalid."
    assert response["Error"]["Message"] == sentence


def test_two_checksums_are_one_too_many(plain, there):
    both = given("CRC32") | given("SHA256")
    response = refusal(plain.put_object, **there, Body=BODY, **both)
    assert (status(response), response["Error"]["Code"]) == (400, "InvalidRequest")
    assert "Expecting a single x-amz-checksum- header" in response["Error"]["Message"]


def test_without_one_s3_adds_its_own(plain, there):
    plain.put_object(**there, Body=BODY)
    assert told(plain, there) == given("CRC64NVME") | {"ChecksumType": "FULL_OBJECT"}


def test_checksums_are_told_to_those_who_ask(plain, there):
    plain.put_object(**there, Body=BODY, **given("SHA256"))
    for answer in (plain.get_object(**there), plain.head_object(**there)):
        assert [name for name in answer if name.startswith("Checksum")] == []


def test_a_part_does_not_carry_the_checksum_of_the_whole(plain, s3, there):
    plain.put_object(**there, Body=BODY, **given("CRC32"))
    got = plain.get_object(**there, ChecksumMode="ENABLED", Range="bytes=3-9")
    assert [name for name in got if name.startswith("Checksum")] == []
    assert s3.get_object(**there, Range="bytes=3-9")["Body"].read() == BODY[3:10]


def test_listings_tell_which_checksums_there_are(plain, there):
    plain.put_object(**there, Body=BODY, **given("CRC32C"))
    for listed in (plain.list_objects_v2, plain.list_objects):
        (found,) = listed(Bucket=there["Bucket"])["Contents"]
        assert (found["ChecksumAlgorithm"], found["ChecksumType"]) == (["CRC32C"], "FULL_OBJECT")
    (found,) = plain.list_object_versions(Bucket=there["Bucket"])["Versions"]
    assert (found["ChecksumAlgorithm"], found["ChecksumType"]) == (["CRC32C"], "FULL_OBJECT")


def md5_of(content: bytes) -> str:
    digest = hashlib.md5(content, usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


def test_content_md5_is_checked(plain, there):
    assert status(plain.put_object(**there, Body=BODY, ContentMD5=md5_of(BODY))) == 200
    response = refusal(plain.put_object, **there, Body=BODY, ContentMD5=md5_of(b"another"))
    assert (status(response), response["Error"]["Code"]) == (400, "BadDigest")
    sentence = "The Content-MD5 you specified did not match what we received."
    assert response["Error"]["Message"] == sentence
    for nonsense in ("nonsense", md5_of(BODY)[:-4]):
        answer = refusal(plain.put_object, **there, Body=BODY, ContentMD5=nonsense)
        assert (status(answer), answer["Error"]["Code"]) == (400, "InvalidDigest")
        assert answer["Error"]["Message"] == "The Content-MD5 you specified was invalid."


def test_a_body_is_what_was_signed(plain, environment, there):
    target = f"/{there['Bucket']}/{there['Key']}"
    signed = hashlib.sha256(b"another photo").hexdigest()
    answer = send(environment, target, "PUT", BODY, signed)
    assert answer.refused == (400, "XAmzContentSHA256Mismatch")
    assert refused(plain.head_object, **there) == (404, "404")
    signed = hashlib.sha256(BODY).hexdigest()
    assert send(environment, target, "PUT", BODY, signed).status == 200


def test_a_body_that_ends_early_or_late_is_refused(plain, environment, there):
    short = {"x_amz_decoded_content_length": str(len(BODY) + 1)}
    target = f"/{there['Bucket']}/{there['Key']}"
    headers = {"content-encoding": "aws-chunked", "x-amz-trailer": "x-amz-checksum-crc32"}
    body = chunked(BODY, f"x-amz-checksum-crc32:{sum_of('CRC32', BODY)}")
    answer = send(environment, target, "PUT", body, UNSIGNED_TRAILER, **headers, **short)
    assert answer.refused == (400, "IncompleteBody")
    assert refused(plain.head_object, **there) == (404, "404")


def test_a_batch_of_deletes_must_be_summed_up(environment, bucket):
    body = b"<Delete><Object><Key>dog</Key></Object></Delete>"
    answer = send(environment, f"/{bucket}?delete=", "POST", body)
    assert answer.refused == (400, "InvalidRequest")
    assert "Content-MD5" in answer.error["Message"]
    md5 = {"content-md5": md5_of(body)}
    assert send(environment, f"/{bucket}?delete=", "POST", body, **md5).status == 200
