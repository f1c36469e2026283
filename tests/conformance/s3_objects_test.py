"""S3's objects, with boto3: put, read, deleted, with everything that lies beside the bytes."""

import datetime
import email.header
import hashlib

import pytest
from s3_client import MIB, refusal, refused, status

TEXT = b"0123456789"
EXPIRES = datetime.datetime(2031, 2, 3, 4, 5, 6, tzinfo=datetime.UTC)
CONTENT = {
    "CacheControl": "max-age=60, private",
    "ContentDisposition": 'attachment; filename="dog.jpg"',
    "ContentEncoding": "gzip",
    "ContentLanguage": "de-DE",
    "ContentType": "image/jpeg; x=y",
}


@pytest.fixture
def dog(s3, bucket) -> dict[str, str]:
    """An object of ten bytes."""
    there = {"Bucket": bucket, "Key": "photos/dog"}
    s3.put_object(**there, Body=TEXT)
    return there


def etag_of(content: bytes) -> str:
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


@pytest.mark.parametrize("size", [0, 1, 10_000, MIB - 1, MIB, MIB + 1, 3 * MIB + 17])
def test_bytes_come_back_as_they_went(s3, bucket, size):
    content = (b"kennel \0\r\n\xff" * (size // 10 + 1))[:size]
    there = {"Bucket": bucket, "Key": "bytes"}
    assert s3.put_object(**there, Body=content)["ETag"] == etag_of(content)
    got = s3.get_object(**there)
    assert got["Body"].read() == content
    assert (got["ETag"], got["ContentLength"]) == (etag_of(content), size)


def test_a_put_object_is_what_its_head_says(s3, dog):
    before = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=60)
    got, head = s3.get_object(**dog), s3.head_object(**dog)
    for answer in (got, head):
        assert status(answer) == 200
        assert answer["ETag"] == etag_of(TEXT)
        assert (answer["ContentLength"], answer["AcceptRanges"]) == (len(TEXT), "bytes")
        assert answer["ContentType"] == "binary/octet-stream"
        assert answer["Metadata"] == {}
        absent = {"VersionId", "StorageClass", "TagCount", "PartsCount", "CacheControl"}
        assert absent & set(answer) == set()
    assert got["LastModified"] == head["LastModified"] >= before


def test_objects_are_encrypted_as_a_new_buckets_are(s3, dog):
    put = s3.put_object(**dog, Body=TEXT)
    for answer in (put, s3.head_object(**dog), s3.get_object(**dog)):
        assert answer["ServerSideEncryption"] == "AES256"


def test_content_headers_come_back(s3, bucket):
    there = {"Bucket": bucket, "Key": "headers"}
    s3.put_object(**there, Body=TEXT, Expires=EXPIRES, **CONTENT)
    for answer in (s3.get_object(**there), s3.head_object(**there)):
        assert {name: answer[name] for name in CONTENT} == CONTENT
        assert answer["ExpiresString"] == "Mon, 03 Feb 2031 04:05:06 GMT"


def test_the_headers_of_an_answer_can_be_asked_for(s3, dog):
    asked = {f"Response{name}": value for name, value in CONTENT.items()}
    answer = s3.get_object(**dog, ResponseExpires=EXPIRES, **asked)
    assert {name: answer[name] for name in CONTENT} == CONTENT
    assert answer["ExpiresString"] == "Mon, 03 Feb 2031 04:05:06 GMT"
    assert answer["Body"].read() == TEXT
    assert s3.head_object(**dog)["ContentType"] == "binary/octet-stream"


def test_a_new_object_replaces_everything_of_the_old_one(s3, dog):
    s3.put_object(**dog, Body=b"old", Metadata={"old": "1"}, Tagging="old=1", **CONTENT)
    s3.put_object(**dog, Body=b"new")
    got = s3.get_object(**dog)
    assert (got["Body"].read(), got["Metadata"]) == (b"new", {})
    assert got["ContentType"] == "binary/octet-stream"
    assert {"CacheControl", "TagCount"} & set(got) == set()


def test_metadata_comes_back_under_small_letters(s3, bucket):
    there = {"Bucket": bucket, "Key": "metadata"}
    metadata = {"Breed": "Dackel", "two-words": "a  b", "empty": "", "x_y.z": "=;,\"'"}
    s3.put_object(**there, Body=TEXT, Metadata=metadata)
    expected = {name.lower(): value for name, value in metadata.items()}
    assert s3.head_object(**there)["Metadata"] == expected
    assert s3.get_object(**there)["Metadata"] == expected


def test_metadata_beyond_ascii_comes_back_as_rfc_2047_has_it(s3, bucket):
    there = {"Bucket": bucket, "Key": "metadata"}
    word = email.header.Header("Hündchen 犬", "utf-8").encode()
    s3.put_object(**there, Body=TEXT, Metadata={"breed": word})
    back = s3.head_object(**there)["Metadata"]["breed"]
    assert str(email.header.make_header(email.header.decode_header(back))) == "Hündchen 犬"


def test_metadata_has_an_end(s3, bucket):
    there = {"Bucket": bucket, "Key": "metadata", "Body": TEXT}
    s3.put_object(**there, Metadata={"k" * 48: "v" * 2000})
    too_much = {"k" * 48: "v" * 2001}
    assert refused(s3.put_object, **there, Metadata=too_much) == (400, "MetadataTooLarge")


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("0-0", 0, 0),
        ("2-5", 2, 5),
        ("7-", 7, 9),
        ("-3", 7, 9),
        ("-100", 0, 9),
        ("9-9", 9, 9),
        ("4-100000000000", 4, 9),
    ],
)
def test_a_range_is_a_part(s3, dog, asked, first, last):
    got = s3.get_object(**dog, Range=f"bytes={asked}")
    assert (status(got), got["Body"].read()) == (206, TEXT[first : last + 1])
    assert got["ContentRange"] == f"bytes {first}-{last}/{len(TEXT)}"
    assert got["ETag"] == etag_of(TEXT)
    head = s3.head_object(**dog, Range=f"bytes={asked}")
    assert (status(head), head["ContentLength"]) == (206, last + 1 - first)


@pytest.mark.parametrize("asked", ["10-", "10-20", "100-", "-0"])
def test_a_range_beyond_the_end_is_416(s3, dog, asked):
    response = refusal(s3.get_object, **dog, Range=f"bytes={asked}")
    assert (status(response), response["Error"]["Code"]) == (416, "InvalidRange")
    assert response["Error"]["Message"] == "The requested range is not satisfiable"
    assert response["Error"]["ActualObjectSize"] == str(len(TEXT))
    assert response["Error"]["RangeRequested"] == f"bytes={asked}"
    assert refused(s3.head_object, **dog, Range=f"bytes={asked}") == (416, "416")


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=x-y", "bytes=", "bytes=0-1,4-5"])
def test_a_range_that_is_none_is_passed_over(s3, dog, asked):
    got = s3.get_object(**dog, Range=asked)
    assert (status(got), got["Body"].read()) == (200, TEXT)


def test_an_empty_object_has_no_range(s3, bucket):
    there = {"Bucket": bucket, "Key": "empty"}
    s3.put_object(**there, Body=b"")
    assert refused(s3.get_object, **there, Range="bytes=0-") == (416, "InvalidRange")
    assert s3.get_object(**there)["Body"].read() == b""


def test_ranges_of_a_large_object_are_read_where_they_lie(s3, bucket):
    content = bytes(index * 7 % 251 for index in range(3 * MIB))
    there = {"Bucket": bucket, "Key": "large"}
    s3.put_object(**there, Body=content)
    for first, last in [(0, 0), (MIB - 1, MIB), (MIB, 2 * MIB - 1), (12345, 3 * MIB - 1)]:
        got = s3.get_object(**there, Range=f"bytes={first}-{last}")
        assert got["Body"].read() == content[first : last + 1]


def test_what_is_not_there_is_404(s3, bucket):
    there = {"Bucket": bucket, "Key": "no/such dog"}
    response = refusal(s3.get_object, **there)
    assert (status(response), response["Error"]["Code"]) == (404, "NoSuchKey")
    assert response["Error"]["Message"] == "The specified key does not exist."
    assert response["Error"]["Key"] == "no/such dog"
    assert refused(s3.head_object, **there) == (404, "404")
    for call in (s3.get_object_tagging, s3.get_object_acl):
        assert refused(call, **there) == (404, "NoSuchKey")
    assert refused(s3.get_object, Bucket="never-made", Key="dog") == (404, "NoSuchBucket")
    assert refused(s3.put_object, Bucket="never-made", Key="dog") == (404, "NoSuchBucket")


def test_deleting_is_done_even_where_nothing_is(s3, dog):
    for _ in range(2):
        deleted = s3.delete_object(**dog)
        assert status(deleted) == 204
        assert {"VersionId", "DeleteMarker"} & set(deleted) == set()
        assert refused(s3.head_object, **dog) == (404, "404")


def test_waiters_see_objects_come_and_go(s3, dog):
    s3.get_waiter("object_exists").wait(**dog)
    s3.delete_object(**dog)
    s3.get_waiter("object_not_exists").wait(**dog)


def test_many_are_deleted_at_once(s3, bucket):
    keys = ["one", "two & <3>", "zwei ü", "missing"]
    for key in keys[:3]:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys]})
    assert sorted(each["Key"] for each in deleted["Deleted"]) == sorted(keys)
    assert "Errors" not in deleted
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_a_quiet_delete_tells_errors_only(s3, dog):
    quiet = {"Quiet": True, "Objects": [{"Key": dog["Key"]}]}
    answer = s3.delete_objects(Bucket=dog["Bucket"], Delete=quiet)
    assert {"Deleted", "Errors"} & set(answer) == set()
    assert refused(s3.head_object, **dog) == (404, "404")
    wrong = {"Quiet": True, "Objects": [{"Key": "dog", "VersionId": "nonsense"}]}
    (error,) = s3.delete_objects(Bucket=dog["Bucket"], Delete=wrong)["Errors"]
    assert (error["Key"], error["VersionId"]) == ("dog", "nonsense")
    assert error["Code"] == "NoSuchVersion"


def test_more_than_1000_are_not_deleted_at_once(s3, bucket):
    objects = [{"Key": str(number)} for number in range(1001)]
    wrong = {"Bucket": bucket, "Delete": {"Objects": objects}}
    assert refused(s3.delete_objects, **wrong) == (400, "MalformedXML")
    whole = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects[:1000]})
    assert len(whole["Deleted"]) == 1000
    nothing = {"Bucket": bucket, "Delete": {"Objects": []}}
    assert refused(s3.delete_objects, **nothing) == (400, "MalformedXML")


def test_a_storage_class_is_kept_and_told(s3, bucket):
    there = {"Bucket": bucket, "Key": "rare"}
    put = s3.put_object(**there, Body=b"x", StorageClass="STANDARD_IA")
    assert status(put) == 200
    assert s3.head_object(**there)["StorageClass"] == "STANDARD_IA"
    (listed,) = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert listed["StorageClass"] == "STANDARD_IA"
    wrong = there | {"Body": b"x", "StorageClass": "CUPBOARD"}
    assert refused(s3.put_object, **wrong) == (400, "InvalidStorageClass")


def test_a_redirect_is_kept_and_told(s3, bucket):
    there = {"Bucket": bucket, "Key": "moved"}
    s3.put_object(**there, Body=b"x", WebsiteRedirectLocation="/there")
    assert s3.head_object(**there)["WebsiteRedirectLocation"] == "/there"


def test_attributes_are_told_as_asked(s3, dog):
    put = s3.put_object(**dog, Body=TEXT, ChecksumAlgorithm="SHA256")
    wanted = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"]
    found = s3.get_object_attributes(**dog, ObjectAttributes=wanted)
    assert found["ETag"] == etag_of(TEXT).strip('"')
    assert found["Checksum"]["ChecksumSHA256"] == put["ChecksumSHA256"]
    assert (found["ObjectSize"], found["StorageClass"]) == (len(TEXT), "STANDARD")
    assert found["LastModified"] == s3.head_object(**dog)["LastModified"]
    assert "ObjectParts" not in found
    size_only = s3.get_object_attributes(**dog, ObjectAttributes=["ObjectSize"])
    assert {"ETag", "Checksum", "StorageClass"} & set(size_only) == set()
    missing = {"Bucket": dog["Bucket"], "Key": "no", "ObjectAttributes": ["ETag"]}
    assert refused(s3.get_object_attributes, **missing) == (404, "NoSuchKey")


def test_the_owner_may_do_everything_with_an_object(s3, dog):
    assert status(s3.put_object_acl(**dog, ACL="bucket-owner-full-control")) == 200
    code = "AccessControlListNotSupported"
    assert refused(s3.put_object_acl, **dog, ACL="public-read") == (400, code)
    found = s3.get_object_acl(**dog)
    (grant,) = found["Grants"]
    assert grant["Permission"] == "FULL_CONTROL"
    assert grant["Grantee"]["ID"] == found["Owner"]["ID"]


def test_a_key_has_1024_bytes_at_most(s3, bucket):
    longest = "ü" * 512
    s3.put_object(Bucket=bucket, Key=longest, Body=b"x")
    assert s3.get_object(Bucket=bucket, Key=longest)["Body"].read() == b"x"
    for key in ("k" * 1025, "ü" * 512 + "x"):
        response = refusal(s3.put_object, Bucket=bucket, Key=key, Body=b"x")
        assert (status(response), response["Error"]["Code"]) == (400, "KeyTooLongError")
        assert response["Error"]["Message"] == "Your key is too long"
        assert response["Error"]["MaxSizeAllowed"] == "1024"
