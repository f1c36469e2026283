"""Parts copied from objects, and the checksums of objects that came in parts."""

import random

import pytest
from s3_client import MIB, connect, refused, status
from s3_sums import OF_BOTO3, composite_of, sum_of

LEAST = 5 * MIB
SOURCE = random.Random(7).randbytes(LEAST + 1000)
PARTS = [SOURCE[:LEAST], SOURCE[LEAST:]]


@pytest.fixture(scope="module")
def plain(environment):
    """A client that sends no checksums of its own accord."""
    return connect(environment, request_checksum_calculation="when_required")


@pytest.fixture
def there(bucket) -> dict[str, str]:
    return {"Bucket": bucket, "Key": "dog"}


@pytest.fixture
def source(s3, bucket) -> dict[str, str]:
    there = {"Bucket": bucket, "Key": "the source/ü+1"}
    s3.put_object(**there, Body=SOURCE)
    return there


def begin(s3, there, **more) -> dict[str, str]:
    return there | {"UploadId": s3.create_multipart_upload(**there, **more)["UploadId"]}


def upload_parts(s3, upload, algorithm: str, told: bool) -> list[dict]:
    """Numbers, entity tags and, if `told`, sums."""
    parts = []
    for number, body in enumerate(PARTS, 1):
        sums = {f"Checksum{algorithm}": sum_of(algorithm, body)}
        sent = s3.upload_part(**upload, PartNumber=number, Body=body, **sums)
        assert {name: sent[name] for name in sums} == sums
        parts.append({"PartNumber": number, "ETag": sent["ETag"]} | (sums if told else {}))
    return parts


def test_parts_are_copied_from_objects_whole_and_by_range(s3, there, source):
    upload = begin(s3, there)
    parts = []
    for number, more in enumerate(
        [
            {"CopySourceRange": f"bytes=0-{LEAST - 1}"},
            {},
            {"CopySourceRange": f"bytes={LEAST}-{len(SOURCE) - 1}"},
        ],
        1,
    ):
        copied = s3.upload_part_copy(**upload, PartNumber=number, CopySource=source, **more)
        parts.append({"PartNumber": number, "ETag": copied["CopyPartResult"]["ETag"]})
        assert copied["CopyPartResult"]["LastModified"]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    assert s3.get_object(**there)["Body"].read() == SOURCE[:LEAST] + SOURCE + SOURCE[LEAST:]


@pytest.mark.parametrize(
    "wrong",
    ["bytes=5-2", "bytes=-5", "bytes=5-", "0-5", f"bytes=0-{len(SOURCE)}", "bytes=99999999-"],
)
def test_a_range_that_the_source_does_not_have_is_refused(s3, there, source, wrong):
    upload = begin(s3, there)
    part = {"PartNumber": 1, "CopySource": source, "CopySourceRange": wrong}
    assert refused(s3.upload_part_copy, **upload, **part) == (400, "InvalidArgument")


def test_sources_are_looked_at_as_those_of_copies_are(s3, there, source):
    upload = begin(s3, there)
    part = upload | {"PartNumber": 1, "CopySource": source}
    missing = part | {"CopySource": source | {"Key": "no"}}
    assert refused(s3.upload_part_copy, **missing) == (404, "NoSuchKey")
    other = {"CopySourceIfMatch": '"0123"'}
    assert refused(s3.upload_part_copy, **part, **other) == (412, "PreconditionFailed")
    never = part | {"UploadId": "never-begun"}
    assert refused(s3.upload_part_copy, **never) == (404, "NoSuchUpload")


def test_an_old_version_can_be_the_source_of_a_part(s3, versioned):
    there = {"Bucket": versioned, "Key": "dog"}
    older = s3.put_object(**there, Body=b"older")["VersionId"]
    s3.put_object(**there, Body=b"newer")
    upload = begin(s3, there | {"Key": "copy"})
    part = {"PartNumber": 1, "CopySource": there | {"VersionId": older}}
    copied = s3.upload_part_copy(**upload, **part)
    assert copied["CopySourceVersionId"] == older
    etag = copied["CopyPartResult"]["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
    s3.complete_multipart_upload(**upload, MultipartUpload=parts)
    assert s3.get_object(Bucket=versioned, Key="copy")["Body"].read() == b"older"


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "SHA1", "SHA256"])
def test_the_sum_of_parts_sums_is_the_objects(plain, there, algorithm):
    made = plain.create_multipart_upload(**there, ChecksumAlgorithm=algorithm)
    assert (made["ChecksumAlgorithm"], made["ChecksumType"]) == (algorithm, "COMPOSITE")
    upload = there | {"UploadId": made["UploadId"]}
    parts = upload_parts(plain, upload, algorithm, told=True)
    listed = plain.list_parts(**upload)
    assert (listed["ChecksumAlgorithm"], listed["ChecksumType"]) == (algorithm, "COMPOSITE")
    assert listed["Parts"][0][f"Checksum{algorithm}"] == parts[0][f"Checksum{algorithm}"]
    done = plain.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    expected = composite_of(algorithm, PARTS)
    assert (done[f"Checksum{algorithm}"], done["ChecksumType"]) == (expected, "COMPOSITE")
    head = plain.head_object(**there, ChecksumMode="ENABLED")
    assert (head[f"Checksum{algorithm}"], head["ChecksumType"]) == (expected, "COMPOSITE")
    check_attributes(plain, there, algorithm, expected.rpartition("-")[0])


def check_attributes(s3, there, algorithm: str, expected: str) -> None:
    wanted = ["Checksum", "ObjectParts", "ObjectSize"]
    found = s3.get_object_attributes(**there, ObjectAttributes=wanted)
    assert found["Checksum"][f"Checksum{algorithm}"] == expected
    assert found["Checksum"]["ChecksumType"] == "COMPOSITE"
    assert found["ObjectSize"] == len(SOURCE)
    assert found["ObjectParts"]["TotalPartsCount"] == 2
    assert [each["Size"] for each in found["ObjectParts"]["Parts"]] == [LEAST, 1000]
    page = s3.get_object_attributes(**there, ObjectAttributes=wanted, MaxParts=1)
    assert [each["PartNumber"] for each in page["ObjectParts"]["Parts"]] == [1]
    assert (page["ObjectParts"]["IsTruncated"], page["ObjectParts"]["NextPartNumberMarker"]) == (
        True,
        1,
    )


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME"])
def test_the_sum_of_the_whole_is_the_objects(plain, there, algorithm):
    asked = {"ChecksumAlgorithm": algorithm, "ChecksumType": "FULL_OBJECT"}
    upload = begin(plain, there, **asked)
    parts = upload_parts(plain, upload, algorithm, told=False)
    done = plain.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    expected = (sum_of(algorithm, SOURCE), "FULL_OBJECT")
    assert (done[f"Checksum{algorithm}"], done["ChecksumType"]) == expected
    head = plain.head_object(**there, ChecksumMode="ENABLED")
    assert (head[f"Checksum{algorithm}"], head["ChecksumType"]) == expected


@pytest.mark.parametrize(
    ("algorithm", "kind"),
    [("SHA1", "FULL_OBJECT"), ("SHA256", "FULL_OBJECT"), ("CRC64NVME", "COMPOSITE")],
)
def test_a_kind_of_sum_that_an_algorithm_has_not_is_refused(plain, there, algorithm, kind):
    asked = {"ChecksumAlgorithm": algorithm, "ChecksumType": kind}
    assert refused(plain.create_multipart_upload, **there, **asked) == (400, "InvalidRequest")


def test_a_wrong_sum_of_the_whole_is_refused(plain, there):
    asked = {"ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT"}
    upload = begin(plain, there, **asked)
    parts = {"Parts": upload_parts(plain, upload, "CRC32", told=False)}
    wrong = {"MultipartUpload": parts, "ChecksumCRC32": sum_of("CRC32", b"another")}
    more = {"ChecksumType": "FULL_OBJECT"}
    assert refused(plain.complete_multipart_upload, **upload, **wrong, **more) == (
        400,
        "BadDigest",
    )
    right = wrong | {"ChecksumCRC32": sum_of("CRC32", SOURCE)}
    assert status(plain.complete_multipart_upload(**upload, **right, **more)) == 200


def test_a_size_that_is_not_the_sum_of_parts_is_refused(plain, there):
    upload = begin(plain, there)
    etag = plain.upload_part(**upload, PartNumber=1, Body=b"four")["ETag"]
    parts = {"MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": etag}]}}
    wrong = {"MpuObjectSize": 5}
    assert refused(plain.complete_multipart_upload, **upload, **parts, **wrong) == (
        400,
        "InvalidRequest",
    )
    assert status(plain.complete_multipart_upload(**upload, **parts, MpuObjectSize=4)) == 200


def test_wrong_sums_of_parts_are_refused(plain, there):
    upload = begin(plain, there, ChecksumAlgorithm="SHA256")
    part = upload | {"PartNumber": 1, "Body": b"part"}
    wrong = {"ChecksumSHA256": sum_of("SHA256", b"another")}
    assert refused(plain.upload_part, **part, **wrong) == (400, "BadDigest")
    other = {"ChecksumSHA1": sum_of("SHA1", b"part")}
    assert refused(plain.upload_part, **part, **other) == (400, "InvalidRequest")
    right = {"ChecksumSHA256": sum_of("SHA256", b"part")}
    named = {"PartNumber": 1, "ETag": plain.upload_part(**part, **right)["ETag"]}
    for sums, code in ((wrong, "InvalidPart"), ({}, "InvalidRequest")):
        parts = {"Parts": [named | sums]}
        asked = upload | {"MultipartUpload": parts}
        assert refused(plain.complete_multipart_upload, **asked) == (400, code)
    done = plain.complete_multipart_upload(**upload, MultipartUpload={"Parts": [named | right]})
    assert done["ChecksumSHA256"] == composite_of("SHA256", [b"part"])


@pytest.mark.parametrize("algorithm", OF_BOTO3)
def test_boto3_asks_for_sums_of_parts_by_itself(s3, there, algorithm):
    upload = begin(s3, there, ChecksumAlgorithm=algorithm)
    part = {"PartNumber": 1, "Body": b"part", "ChecksumAlgorithm": algorithm}
    sent = s3.upload_part(**upload, **part)
    name = f"Checksum{algorithm}"
    assert sent[name] == sum_of(algorithm, b"part")
    named = {"PartNumber": 1, "ETag": sent["ETag"], name: sent[name]}
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [named]})
    got = s3.get_object(**there)
    assert got["Body"].read() == b"part"
