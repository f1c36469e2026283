"""S3's uploads in parts: begun, filled in any order, listed, put together or given up."""

import hashlib
import random

import pytest
from s3_client import MIB, refusal, refused, status

LEAST = 5 * MIB  # of every part but the last
PARTS = [random.Random(number).randbytes(size) for number, size in enumerate((LEAST, LEAST, 1000))]
WHOLE = b"".join(PARTS)


def md5(content: bytes) -> bytes:
    return hashlib.md5(content, usedforsecurity=False).digest()


def etag_of(parts: list[bytes]) -> str:
    return f'"{md5(b"".join(md5(part) for part in parts)).hex()}-{len(parts)}"'


@pytest.fixture
def there(bucket) -> dict[str, str]:
    return {"Bucket": bucket, "Key": "photos/large dog.jpg"}


def begin(s3, there, **more) -> dict[str, str]:
    """What every further call names."""
    made = s3.create_multipart_upload(**there, **more)
    assert (made["Bucket"], made["Key"]) == (there["Bucket"], there["Key"])
    return there | {"UploadId": made["UploadId"]}


def fill(s3, upload, parts=PARTS, order=None, **more) -> list[dict]:
    """What completing takes: numbers and entity tags, in order."""
    etags = {}
    for number in order or range(1, len(parts) + 1):
        part = {"PartNumber": number, "Body": parts[number - 1]}
        etags[number] = s3.upload_part(**upload, **part, **more)["ETag"]
    return [{"PartNumber": number, "ETag": etags[number]} for number in sorted(etags)]


def complete(s3, upload, parts: list[dict], **more) -> dict:
    return s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts}, **more)


def body_of(s3, there, **more) -> bytes:
    return s3.get_object(**there, **more)["Body"].read()


def test_parts_become_an_object_in_the_order_of_their_numbers(s3, there):
    upload = begin(s3, there)
    parts = fill(s3, upload, order=[3, 1, 2])
    assert refused(s3.head_object, **there) == (404, "404")
    done = complete(s3, upload, parts)
    assert (done["Bucket"], done["Key"]) == (there["Bucket"], there["Key"])
    assert there["Bucket"] in done["Location"]
    assert done["ETag"] == etag_of(PARTS)
    head = s3.head_object(**there)
    assert (head["ETag"], head["ContentLength"]) == (etag_of(PARTS), len(WHOLE))
    assert body_of(s3, there) == WHOLE
    assert refused(s3.list_parts, **upload) == (404, "NoSuchUpload")
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=there["Bucket"])


def test_an_object_keeps_what_was_said_at_the_beginning(s3, there):
    about = {"ContentType": "image/jpeg", "CacheControl": "no-cache", "Metadata": {"breed": "x"}}
    upload = begin(s3, there, Tagging="team=dogs", StorageClass="STANDARD_IA", **about)
    complete(s3, upload, fill(s3, upload, [b"small"]))
    head = s3.head_object(**there)
    assert {name: head[name] for name in about} == about
    assert head["StorageClass"] == "STANDARD_IA"
    tags = s3.get_object_tagging(**there)["TagSet"]
    assert tags == [{"Key": "team", "Value": "dogs"}]


def test_a_part_sent_again_replaces_the_first(s3, there):
    upload = begin(s3, there)
    (first,) = fill(s3, upload, [b"first"])
    (second,) = fill(s3, upload, [b"second"])
    (listed,) = s3.list_parts(**upload)["Parts"]
    assert (listed["ETag"], listed["Size"]) == (second["ETag"], len(b"second"))
    assert refused(complete, s3=s3, upload=upload, parts=[first]) == (400, "InvalidPart")
    complete(s3, upload, [second])
    assert body_of(s3, there) == b"second"


def test_parts_that_are_not_named_are_left_out(s3, there):
    upload = begin(s3, there)
    parts = fill(s3, upload)
    assert complete(s3, upload, [parts[0], parts[2]])["ETag"] == etag_of([PARTS[0], PARTS[2]])
    assert body_of(s3, there) == PARTS[0] + PARTS[2]


def test_numbers_may_have_gaps(s3, there):
    upload = begin(s3, there)
    etag = s3.upload_part(**upload, PartNumber=10_000, Body=b"last")["ETag"]
    complete(s3, upload, [{"PartNumber": 10_000, "ETag": etag}])
    assert body_of(s3, there) == b"last"
    assert s3.head_object(**there)["ETag"] == etag_of([b"last"])


def test_completing_twice_is_answered_twice(s3, there):
    upload = begin(s3, there)
    parts = fill(s3, upload, [b"once"])
    first = complete(s3, upload, parts)
    assert complete(s3, upload, parts)["ETag"] == first["ETag"]


@pytest.mark.parametrize("number", [0, 10_001, -1])
def test_a_number_that_is_none_is_refused(s3, there, number):
    upload = begin(s3, there)
    response = refusal(s3.upload_part, **upload, PartNumber=number, Body=b"x")
    assert (status(response), response["Error"]["Code"]) == (400, "InvalidArgument")
    sentence = "Part number must be an integer between 1 and 10000, inclusive"
    assert response["Error"]["Message"] == sentence


def test_small_parts_before_the_last_are_refused(s3, there):
    upload = begin(s3, there)
    parts = fill(s3, upload, [b"small", b"last"])
    response = refusal(complete, s3=s3, upload=upload, parts=parts)
    error = response["Error"]
    assert (status(response), error["Code"]) == (400, "EntityTooSmall")
    assert error["Message"] == ("Your proposed upload is smaller than the minimum allowed size")
    assert (error["ProposedSize"], error["MinSizeAllowed"]) == ("5", str(LEAST))
    assert error["PartNumber"] == "1"
    assert len(s3.list_parts(**upload)["Parts"]) == 2


def test_parts_that_were_not_sent_so_are_refused(s3, there):
    upload = begin(s3, there)
    (part,) = fill(s3, upload, [b"sent"])
    for wrong in (part | {"PartNumber": 2}, part | {"ETag": '"0123"'}):
        response = refusal(complete, s3=s3, upload=upload, parts=[wrong])
        assert (status(response), response["Error"]["Code"]) == (400, "InvalidPart")
        assert response["Error"]["UploadId"] == upload["UploadId"]
        assert response["Error"]["PartNumber"] == str(wrong["PartNumber"])
    bare = part | {"ETag": part["ETag"].strip('"')}
    assert status(complete(s3, upload, [bare])) == 200


def test_parts_out_of_order_are_refused(s3, there):
    upload = begin(s3, there)
    first, second, _ = fill(s3, upload)
    wrong = [second, first]
    assert refused(complete, s3=s3, upload=upload, parts=wrong) == (400, "InvalidPartOrder")
    assert status(refusal(complete, s3=s3, upload=upload, parts=[])) == 400


def test_an_upload_given_up_is_gone(s3, there):
    upload = begin(s3, there)
    parts = fill(s3, upload, [b"gone"])
    assert status(s3.abort_multipart_upload(**upload)) == 204
    response = refusal(s3.upload_part, **upload, PartNumber=1, Body=b"late")
    assert (status(response), response["Error"]["Code"]) == (404, "NoSuchUpload")
    assert response["Error"]["UploadId"] == upload["UploadId"]
    assert refused(s3.list_parts, **upload) == (404, "NoSuchUpload")
    assert refused(complete, s3=s3, upload=upload, parts=parts) == (404, "NoSuchUpload")
    assert refused(s3.head_object, **there) == (404, "404")
    never = there | {"UploadId": "never-begun"}
    assert refused(s3.abort_multipart_upload, **never) == (404, "NoSuchUpload")
    elsewhere = upload | {"Key": "another"}
    assert refused(s3.list_parts, **elsewhere) == (404, "NoSuchUpload")


def test_only_a_new_key_is_completed_if_none_may_match(s3, there):
    s3.put_object(**there, Body=b"early")
    upload = begin(s3, there)
    parts = fill(s3, upload, [b"late"])
    wrong = {"s3": s3, "upload": upload, "parts": parts, "IfNoneMatch": "*"}
    assert refused(complete, **wrong) == (412, "PreconditionFailed")
    assert body_of(s3, there) == b"early"
    etag = s3.head_object(**there)["ETag"]
    complete(s3, upload, parts, IfMatch=etag)
    assert body_of(s3, there) == b"late"


def test_a_part_can_be_read_by_its_number(s3, there):
    upload = begin(s3, there)
    complete(s3, upload, fill(s3, upload))
    start = 0
    for number, part in enumerate(PARTS, 1):
        got = s3.get_object(**there, PartNumber=number)
        assert (status(got), got["Body"].read()) == (206, part)
        end = start + len(part)
        assert got["ContentRange"] == f"bytes {start}-{end - 1}/{len(WHOLE)}"
        head = s3.head_object(**there, PartNumber=number)
        assert (status(head), head["ContentLength"]) == (206, len(part))
        assert got["PartsCount"] == head["PartsCount"] == 3
        assert head["ETag"] == etag_of(PARTS)
        start = end
    response = refusal(s3.get_object, **there, PartNumber=4)
    assert (status(response), response["Error"]["Code"]) == (416, "InvalidPartNumber")
    both = {"PartNumber": 1, "Range": "bytes=0-1"}
    assert refused(s3.get_object, **there, **both) == (400, "InvalidRequest")


def test_an_object_that_came_whole_is_its_own_first_part(s3, there):
    s3.put_object(**there, Body=b"whole")
    got = s3.get_object(**there, PartNumber=1)
    assert (status(got), got["Body"].read()) == (206, b"whole")
    assert "PartsCount" not in got
    assert refused(s3.get_object, **there, PartNumber=2) == (416, "InvalidPartNumber")


def test_ranges_run_across_parts(s3, there):
    upload = begin(s3, there)
    complete(s3, upload, fill(s3, upload))
    for first, last in [(LEAST - 3, LEAST + 2), (2 * LEAST - 1, len(WHOLE) - 1), (7, 2 * LEAST)]:
        assert body_of(s3, there, Range=f"bytes={first}-{last}") == WHOLE[first : last + 1]


def test_parts_are_listed_in_pages(s3, there):
    upload = begin(s3, there)
    sent = [f"part {number}".encode() for number in range(1, 6)]
    parts = fill(s3, upload, sent, order=[4, 2, 5, 1, 3])
    whole = s3.list_parts(**upload)
    assert [(each["PartNumber"], each["ETag"]) for each in whole["Parts"]] == [
        (part["PartNumber"], part["ETag"]) for part in parts
    ]
    assert {each["Size"] for each in whole["Parts"]} == {6}
    assert (whole["IsTruncated"], whole["StorageClass"]) == (False, "STANDARD")
    assert whole["Owner"]["ID"] == s3.list_buckets()["Owner"]["ID"]
    assert whole["Initiator"]["ID"]
    first = s3.list_parts(**upload, MaxParts=2)
    assert [each["PartNumber"] for each in first["Parts"]] == [1, 2]
    assert (first["IsTruncated"], first["NextPartNumberMarker"]) == (True, 2)
    rest = s3.list_parts(**upload, PartNumberMarker=2)
    assert [each["PartNumber"] for each in rest["Parts"]] == [3, 4, 5]
    pages = s3.get_paginator("list_parts").paginate(**upload, PaginationConfig={"PageSize": 2})
    assert [len(page["Parts"]) for page in pages] == [2, 2, 1]
    assert "Parts" not in s3.list_parts(**upload, PartNumberMarker=5)


def test_uploads_are_listed_by_key_and_beginning(s3, bucket):
    keys = ["b/1", "a", "b/2", "a", "c ü+"]
    begun = [begin(s3, {"Bucket": bucket, "Key": key}) for key in keys]
    ids = [upload["UploadId"] for upload in begun]
    page = s3.list_multipart_uploads(Bucket=bucket)
    expected = [("a", ids[1]), ("a", ids[3]), ("b/1", ids[0]), ("b/2", ids[2]), ("c ü+", ids[4])]
    assert [(each["Key"], each["UploadId"]) for each in page["Uploads"]] == expected
    assert page["Uploads"][0]["StorageClass"] == "STANDARD"
    assert page["Uploads"][0]["Initiated"] <= page["Uploads"][1]["Initiated"]
    below = s3.list_multipart_uploads(Bucket=bucket, Prefix="b/")
    assert [each["Key"] for each in below["Uploads"]] == ["b/1", "b/2"]
    folders = s3.list_multipart_uploads(Bucket=bucket, Delimiter="/")
    assert [each["Key"] for each in folders["Uploads"]] == ["a", "a", "c ü+"]
    assert [each["Prefix"] for each in folders["CommonPrefixes"]] == ["b/"]
    first = s3.list_multipart_uploads(Bucket=bucket, MaxUploads=1)
    assert (first["NextKeyMarker"], first["NextUploadIdMarker"]) == ("a", ids[1])
    markers = {"KeyMarker": "a", "UploadIdMarker": ids[1]}
    rest = s3.list_multipart_uploads(Bucket=bucket, **markers)
    assert [(each["Key"], each["UploadId"]) for each in rest["Uploads"]] == expected[1:]
    rest = s3.list_multipart_uploads(Bucket=bucket, KeyMarker="a")
    assert [(each["Key"], each["UploadId"]) for each in rest["Uploads"]] == expected[2:]
    for size in (1, 2, 5):
        pages = s3.get_paginator("list_multipart_uploads").paginate(
            Bucket=bucket, PaginationConfig={"PageSize": size}
        )
        found = [(each["Key"], each["UploadId"]) for page in pages for each in page["Uploads"]]
        assert found == expected


def test_an_upload_becomes_a_version(s3, versioned):
    there = {"Bucket": versioned, "Key": "dog"}
    older = s3.put_object(**there, Body=b"older")["VersionId"]
    upload = begin(s3, there)
    done = complete(s3, upload, fill(s3, upload, [b"newer"]))
    assert done["VersionId"] not in (older, "null")
    assert body_of(s3, there) == b"newer"
    assert body_of(s3, there, VersionId=older) == b"older"


def test_a_bucket_that_is_not_there_takes_no_upload(s3):
    nowhere = {"Bucket": "never-made", "Key": "dog"}
    assert refused(s3.create_multipart_upload, **nowhere) == (404, "NoSuchBucket")
    assert refused(s3.list_multipart_uploads, Bucket="never-made") == (404, "NoSuchBucket")
