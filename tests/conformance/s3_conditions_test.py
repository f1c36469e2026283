"""Conditions on S3's reads and writes; a conditional write has one winner."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError
from s3_client import LONG_AGO, headers, refusal, refused, status

WRITERS = 16
OTHER = '"00000000000000000000000000000000"'
FAILED = "At least one of the pre-conditions you specified did not hold"


@pytest.fixture
def dog(s3, bucket) -> dict[str, str]:
    there = {"Bucket": bucket, "Key": "dog"}
    s3.put_object(**there, Body=b"wau")
    return there


@pytest.fixture
def known(s3, dog) -> dict:
    """What a reader knows of the object: the values that the tables below name."""
    head = s3.head_object(**dog)
    return {
        "its etag": head["ETag"],
        "its etag, bare": head["ETag"].strip('"'),
        "another": OTHER,
        "its date": head["LastModified"],
        "long ago": LONG_AGO,
    }


HOLD = [
    {"IfMatch": "its etag"},
    {"IfMatch": "its etag, bare"},
    {"IfNoneMatch": "another"},
    {"IfModifiedSince": "long ago"},
    {"IfUnmodifiedSince": "its date"},
    # An entity tag that holds outweighs a date that does not (RFC 9110, 13.2.2).
    {"IfMatch": "its etag", "IfUnmodifiedSince": "long ago"},
    {"IfNoneMatch": "another", "IfModifiedSince": "its date"},
]
UNCHANGED = [
    {"IfNoneMatch": "its etag"},
    {"IfNoneMatch": "its etag, bare"},
    {"IfModifiedSince": "its date"},
    {"IfNoneMatch": "its etag", "IfModifiedSince": "long ago"},
]
FAIL = [
    {"IfMatch": "another"},
    {"IfUnmodifiedSince": "long ago"},
    {"IfMatch": "another", "IfUnmodifiedSince": "its date"},
]


def name_of(conditions: dict[str, str]) -> str:
    return " and ".join(f"{name} {value}" for name, value in conditions.items())


def filled(conditions: dict[str, str], known: dict) -> dict:
    return {name: known[value] for name, value in conditions.items()}


@pytest.mark.parametrize("conditions", HOLD, ids=name_of)
def test_what_holds_is_answered(s3, dog, known, conditions):
    asked = filled(conditions, known)
    assert s3.get_object(**dog, **asked)["Body"].read() == b"wau"
    assert status(s3.head_object(**dog, **asked)) == 200


@pytest.mark.parametrize("conditions", UNCHANGED, ids=name_of)
def test_what_the_reader_has_is_not_sent_again(s3, dog, known, conditions):
    for call in (s3.get_object, s3.head_object):
        response = refusal(call, **dog, **filled(conditions, known))
        assert (status(response), response["Error"]["Code"]) == (304, "304")
        assert headers(response)["etag"] == known["its etag"]


@pytest.mark.parametrize("conditions", FAIL, ids=name_of)
def test_what_does_not_hold_is_412(s3, dog, known, conditions):
    asked = filled(conditions, known)
    response = refusal(s3.get_object, **dog, **asked)
    assert (status(response), response["Error"]["Code"]) == (412, "PreconditionFailed")
    assert response["Error"]["Message"] == FAILED
    assert response["Error"]["Condition"] in ("If-Match", "If-Unmodified-Since")
    assert refused(s3.head_object, **dog, **asked) == (412, "412")


def test_only_a_new_key_is_written_if_none_may_match(s3, dog):
    response = refusal(s3.put_object, **dog, Body=b"late", IfNoneMatch="*")
    assert (status(response), response["Error"]["Code"]) == (412, "PreconditionFailed")
    assert response["Error"]["Condition"] == "If-None-Match"
    assert s3.get_object(**dog)["Body"].read() == b"wau"
    s3.delete_object(**dog)
    assert status(s3.put_object(**dog, Body=b"new", IfNoneMatch="*")) == 200


def test_a_delete_marker_is_nothing_that_could_match(s3, versioned):
    there = {"Bucket": versioned, "Key": "dog"}
    s3.put_object(**there, Body=b"old")
    s3.delete_object(**there)
    assert status(s3.put_object(**there, Body=b"new", IfNoneMatch="*")) == 200


def test_only_the_known_object_is_replaced_if_it_must_match(s3, dog, known):
    assert refused(s3.put_object, **dog, Body=b"x", IfMatch=OTHER) == (412, "PreconditionFailed")
    assert s3.get_object(**dog)["Body"].read() == b"wau"
    assert status(s3.put_object(**dog, Body=b"new", IfMatch=known["its etag"])) == 200
    stale = {"Body": b"x", "IfMatch": known["its etag"]}
    assert refused(s3.put_object, **dog, **stale) == (412, "PreconditionFailed")
    s3.delete_object(**dog)
    assert refused(s3.put_object, **dog, **stale) == (404, "NoSuchKey")


@pytest.mark.parametrize("condition", [{"IfNoneMatch": OTHER}, {"IfMatch": "*"}], ids=name_of)
def test_conditions_that_writes_do_not_know_are_not_implemented(s3, dog, condition):
    assert refused(s3.put_object, **dog, Body=b"x", **condition) == (501, "NotImplemented")
    assert s3.get_object(**dog)["Body"].read() == b"wau"


def test_only_the_known_object_is_deleted_if_it_must_match(s3, dog, known):
    assert refused(s3.delete_object, **dog, IfMatch=OTHER) == (412, "PreconditionFailed")
    assert status(s3.delete_object(**dog, IfMatch=known["its etag"])) == 204
    assert refused(s3.head_object, **dog) == (404, "404")


@pytest.mark.parametrize(
    "conditions",
    [
        {"CopySourceIfMatch": "its etag"},
        {"CopySourceIfNoneMatch": "another"},
        {"CopySourceIfModifiedSince": "long ago"},
        {"CopySourceIfUnmodifiedSince": "its date"},
        {"CopySourceIfMatch": "its etag", "CopySourceIfUnmodifiedSince": "long ago"},
    ],
    ids=name_of,
)
def test_a_source_of_which_it_holds_is_copied(s3, dog, known, conditions):
    copy = {"Bucket": dog["Bucket"], "Key": "copy", "CopySource": dog}
    assert status(s3.copy_object(**copy, **filled(conditions, known))) == 200


@pytest.mark.parametrize(
    "conditions",
    [
        {"CopySourceIfMatch": "another"},
        {"CopySourceIfNoneMatch": "its etag"},
        {"CopySourceIfModifiedSince": "its date"},
        {"CopySourceIfUnmodifiedSince": "long ago"},
        {"CopySourceIfNoneMatch": "its etag", "CopySourceIfModifiedSince": "long ago"},
    ],
    ids=name_of,
)
def test_a_source_of_which_it_does_not_hold_is_not_copied(s3, dog, known, conditions):
    copy = {"Bucket": dog["Bucket"], "Key": "copy", "CopySource": dog}
    asked = filled(conditions, known)
    assert refused(s3.copy_object, **copy, **asked) == (412, "PreconditionFailed")
    assert refused(s3.head_object, Bucket=dog["Bucket"], Key="copy") == (404, "404")


def at_once(write) -> list[int]:
    """The status of every writer, all of which start together."""
    gate = threading.Barrier(WRITERS)

    def wait_and_write(number: int) -> int:
        gate.wait()
        try:
            return status(write(number))
        except ClientError as error:
            return status(error.response)

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(wait_and_write, range(WRITERS)))


@pytest.mark.parametrize("round_number", range(3))
def test_a_new_key_has_one_winner(s3, bucket, round_number):
    there = {"Bucket": bucket, "Key": f"contested-{round_number}"}
    found = at_once(lambda number: s3.put_object(**there, Body=b"%d" % number, IfNoneMatch="*"))
    assert (found.count(200), set(found) - {200, 409, 412}) == (1, set())
    assert s3.get_object(**there)["Body"].read() == b"%d" % found.index(200)


def test_a_known_object_has_one_successor(s3, dog, known):
    etag = known["its etag"]
    found = at_once(lambda number: s3.put_object(**dog, Body=b"%d" % number, IfMatch=etag))
    assert (found.count(200), set(found) - {200, 409, 412}) == (1, set())
    assert s3.get_object(**dog)["Body"].read() == b"%d" % found.index(200)
