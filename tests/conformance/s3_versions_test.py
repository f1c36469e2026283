"""S3's versions: kept, read, removed; delete markers, suspension, the null version, their lists."""

import pytest
from s3_client import connect, headers, refusal, refused, status, tags


@pytest.fixture
def dog(versioned) -> dict[str, str]:
    return {"Bucket": versioned, "Key": "dog"}


@pytest.fixture
def three(s3, dog) -> list[str]:
    """The ids of three versions, the oldest first."""
    return [s3.put_object(**dog, Body=b"%d" % number)["VersionId"] for number in range(3)]


def suspend(s3, bucket: str) -> None:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})


def read(s3, there, **more) -> bytes:
    return s3.get_object(**there, **more)["Body"].read()


def history(s3, bucket: str, **asked) -> list[tuple]:
    """Versions, then markers: key, version, latest."""
    page = s3.list_object_versions(Bucket=bucket, **asked)
    return [
        (each["Key"], each["VersionId"], each["IsLatest"])
        for kind in ("Versions", "DeleteMarkers")
        for each in page.get(kind, [])
    ]


def test_every_version_is_kept(s3, dog, three):
    assert len(set(three)) == 3
    assert "null" not in three
    assert read(s3, dog) == b"2"
    for number, version in enumerate(three):
        got = s3.get_object(**dog, VersionId=version)
        assert (got["Body"].read(), got["VersionId"]) == (b"%d" % number, version)
        assert s3.head_object(**dog, VersionId=version)["VersionId"] == version
    assert s3.head_object(**dog)["VersionId"] == three[-1]


def test_without_versioning_nothing_tells_a_version(s3, bucket):
    there = {"Bucket": bucket, "Key": "dog"}
    put = s3.put_object(**there, Body=b"x")
    for answer in (put, s3.get_object(**there), s3.head_object(**there)):
        assert "VersionId" not in answer
    assert history(s3, bucket) == [("dog", "null", True)]
    assert read(s3, there, VersionId="null") == b"x"


def test_deleting_lays_a_marker_over_what_was(s3, dog, three):
    deleted = s3.delete_object(**dog)
    assert (status(deleted), deleted["DeleteMarker"]) == (204, True)
    response = refusal(s3.get_object, **dog)
    assert (status(response), response["Error"]["Code"]) == (404, "NoSuchKey")
    assert headers(response)["x-amz-delete-marker"] == "true"
    assert headers(response)["x-amz-version-id"] == deleted["VersionId"]
    response = refusal(s3.head_object, **dog)
    assert (status(response), headers(response)["x-amz-delete-marker"]) == (404, "true")
    assert read(s3, dog, VersionId=three[0]) == b"0"
    assert "Contents" not in s3.list_objects_v2(Bucket=dog["Bucket"])


def test_a_marker_is_not_read(s3, dog, three):
    marker = s3.delete_object(**dog)["VersionId"]
    response = refusal(s3.get_object, **dog, VersionId=marker)
    assert (status(response), response["Error"]["Code"]) == (405, "MethodNotAllowed")
    sentence = "The specified method is not allowed against this resource."
    assert response["Error"]["Message"] == sentence
    assert response["Error"]["ResourceType"] == "DeleteMarker"
    assert headers(response)["x-amz-delete-marker"] == "true"
    assert headers(response)["allow"] == "DELETE"
    assert "last-modified" in headers(response)
    response = refusal(s3.head_object, **dog, VersionId=marker)
    assert (status(response), headers(response)["x-amz-delete-marker"]) == (405, "true")


def test_removing_the_marker_brings_the_object_back(s3, dog, three):
    marker = s3.delete_object(**dog)["VersionId"]
    removed = s3.delete_object(**dog, VersionId=marker)
    assert (removed["DeleteMarker"], removed["VersionId"]) == (True, marker)
    assert read(s3, dog) == b"2"


def test_removing_the_newest_brings_the_older_back(s3, dog, three):
    removed = s3.delete_object(**dog, VersionId=three[2])
    assert removed["VersionId"] == three[2]
    assert "DeleteMarker" not in removed
    assert read(s3, dog) == b"1"
    assert refused(s3.get_object, **dog, VersionId=three[2]) == (404, "NoSuchVersion")
    s3.delete_object(**dog, VersionId=three[0])
    assert history(s3, dog["Bucket"]) == [("dog", three[1], True)]
    s3.delete_object(**dog, VersionId=three[1])
    assert history(s3, dog["Bucket"]) == []
    response = refusal(s3.get_object, **dog)
    assert response["Error"]["Code"] == "NoSuchKey"
    assert "x-amz-delete-marker" not in headers(response)


def test_deleting_twice_lays_two_markers(s3, dog):
    markers = [s3.delete_object(**dog)["VersionId"] for _ in range(2)]
    assert history(s3, dog["Bucket"]) == [("dog", markers[1], True), ("dog", markers[0], False)]


def test_a_version_that_is_not_there_is_told_from_one_that_is_none(s3, dog, three):
    s3.delete_object(**dog, VersionId=three[0])
    response = refusal(s3.get_object, **dog, VersionId=three[0])
    assert (status(response), response["Error"]["Code"]) == (404, "NoSuchVersion")
    assert response["Error"]["Message"] == "The specified version does not exist."
    assert response["Error"]["VersionId"] == three[0]
    again = s3.delete_object(**dog, VersionId=three[0])
    assert (status(again), again["VersionId"]) == (204, three[0])
    response = refusal(s3.get_object, **dog, VersionId="nonsense")
    assert (status(response), response["Error"]["Code"]) == (400, "InvalidArgument")
    assert response["Error"]["Message"] == "Invalid version id specified"


def test_what_was_there_before_is_the_null_version(s3, bucket):
    there = {"Bucket": bucket, "Key": "dog"}
    s3.put_object(**there, Body=b"before")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    assert s3.get_object(**there)["VersionId"] == "null"
    newer = s3.put_object(**there, Body=b"after")["VersionId"]
    assert read(s3, there, VersionId="null") == b"before"
    assert history(s3, bucket) == [("dog", newer, True), ("dog", "null", False)]
    s3.delete_object(**there, VersionId="null")
    assert history(s3, bucket) == [("dog", newer, True)]


def test_suspended_the_null_version_is_replaced(s3, dog, three):
    suspend(s3, dog["Bucket"])
    for body in (b"first", b"second"):
        s3.put_object(**dog, Body=body)
    assert (read(s3, dog), s3.head_object(**dog)["VersionId"]) == (b"second", "null")
    older = [("dog", version, False) for version in reversed(three)]
    assert history(s3, dog["Bucket"]) == [("dog", "null", True), *older]


def test_suspended_a_delete_replaces_the_null_version_by_a_marker(s3, dog, three):
    suspend(s3, dog["Bucket"])
    s3.put_object(**dog, Body=b"null")
    deleted = s3.delete_object(**dog)
    assert (deleted["DeleteMarker"], deleted["VersionId"]) == (True, "null")
    older = [("dog", version, False) for version in reversed(three)]
    assert history(s3, dog["Bucket"]) == [*older, ("dog", "null", True)]
    assert read(s3, dog, VersionId=three[2]) == b"2"
    s3.delete_object(**dog, VersionId="null")
    assert read(s3, dog) == b"2"


def test_versions_are_listed_by_key_and_the_newest_first(s3, versioned):
    ids = {}
    for key in ("b", "a", "b", "c/d", "a"):
        made = s3.put_object(Bucket=versioned, Key=key, Body=key.encode())["VersionId"]
        ids.setdefault(key, []).insert(0, made)
    marker = s3.delete_object(Bucket=versioned, Key="b")["VersionId"]
    expected = [
        ("a", ids["a"][0], True),
        ("a", ids["a"][1], False),
        ("b", ids["b"][0], False),
        ("b", ids["b"][1], False),
        ("c/d", ids["c/d"][0], True),
        ("b", marker, True),
    ]
    assert history(s3, versioned) == expected
    assert history(s3, versioned, Prefix="b") == [entry for entry in expected if entry[0] == "b"]
    page = s3.list_object_versions(Bucket=versioned, Delimiter="/")
    assert [each["Prefix"] for each in page["CommonPrefixes"]] == ["c/"]
    found = page["Versions"][0]
    assert (found["Size"], found["StorageClass"]) == (1, "STANDARD")
    assert found["ETag"] == s3.head_object(Bucket=versioned, Key="a")["ETag"]
    assert found["Owner"]["ID"] == page["DeleteMarkers"][0]["Owner"]["ID"]


@pytest.mark.parametrize("size", [1, 2, 3, 9])
def test_all_pages_are_all_versions(s3, versioned, size):
    for key in ("ä b", "a", "a", "ä b", "z"):
        s3.put_object(Bucket=versioned, Key=key, Body=b"x")
    for key in ("a", "m"):
        s3.delete_object(Bucket=versioned, Key=key)
    whole = history(s3, versioned)
    assert len(whole) == 7
    pages = list(
        s3.get_paginator("list_object_versions").paginate(
            Bucket=versioned, PaginationConfig={"PageSize": size}
        )
    )
    found = [
        (each["Key"], each["VersionId"], each["IsLatest"])
        for kind in ("Versions", "DeleteMarkers")
        for page in pages
        for each in page.get(kind, [])
    ]
    assert found == whole
    assert len(pages) == -(-7 // size)


def test_a_list_of_versions_goes_on_within_a_key(s3, dog, three):
    first = s3.list_object_versions(Bucket=dog["Bucket"], MaxKeys=1)
    assert (first["IsTruncated"], first["NextKeyMarker"]) == (True, "dog")
    assert first["NextVersionIdMarker"] == three[2]
    rest = {"KeyMarker": "dog", "VersionIdMarker": three[2]}
    assert [each[1] for each in history(s3, dog["Bucket"], **rest)] == [three[1], three[0]]
    assert history(s3, dog["Bucket"], KeyMarker="dog") == []
    marker_alone = {"Bucket": dog["Bucket"], "VersionIdMarker": three[2]}
    assert refused(s3.list_object_versions, **marker_alone) == (400, "InvalidArgument")


def test_tags_belong_to_a_version(s3, dog, three):
    tagged = s3.put_object_tagging(**dog, VersionId=three[0], Tagging=tags(age="old"))
    assert tagged["VersionId"] == three[0]
    found = s3.get_object_tagging(**dog, VersionId=three[0])
    assert (found["TagSet"], found["VersionId"]) == (tags(age="old")["TagSet"], three[0])
    assert s3.get_object_tagging(**dog)["TagSet"] == []
    assert s3.delete_object_tagging(**dog, VersionId=three[0])["VersionId"] == three[0]
    assert s3.get_object_tagging(**dog, VersionId=three[0])["TagSet"] == []


def test_attributes_belong_to_a_version(s3, dog, three):
    found = s3.get_object_attributes(**dog, VersionId=three[0], ObjectAttributes=["ETag"])
    assert found["VersionId"] == three[0]
    etag = s3.head_object(**dog, VersionId=three[0])["ETag"]
    assert found["ETag"] == etag.strip('"')


def test_an_old_version_is_brought_back_by_a_copy(s3, dog, three):
    copied = s3.copy_object(**dog, CopySource=dog | {"VersionId": three[0]})
    assert copied["CopySourceVersionId"] == three[0]
    assert copied["VersionId"] not in three
    assert read(s3, dog) == b"0"
    assert len(history(s3, dog["Bucket"])) == 4


def test_a_marker_is_not_copied(s3, dog, three):
    marker = s3.delete_object(**dog)["VersionId"]
    there = {"Bucket": dog["Bucket"], "Key": "copy"}
    assert refused(s3.copy_object, **there, CopySource=dog) == (404, "NoSuchKey")
    source = dog | {"VersionId": marker}
    assert refused(s3.copy_object, **there, CopySource=source) == (400, "InvalidRequest")


def test_many_versions_are_deleted_at_once(s3, dog, three):
    objects = [{"Key": "dog", "VersionId": three[0]}, {"Key": "dog"}]
    deleted = s3.delete_objects(Bucket=dog["Bucket"], Delete={"Objects": objects})["Deleted"]
    by_version = {each.get("VersionId", ""): each for each in deleted}
    assert by_version[three[0]] == {"Key": "dog", "VersionId": three[0]}
    laid = by_version[""]
    assert laid["DeleteMarker"] is True
    (marker,) = s3.list_object_versions(Bucket=dog["Bucket"])["DeleteMarkers"]
    assert laid["DeleteMarkerVersionId"] == marker["VersionId"]
    objects = [{"Key": "dog", "VersionId": marker["VersionId"]}]
    (removed,) = s3.delete_objects(Bucket=dog["Bucket"], Delete={"Objects": objects})["Deleted"]
    assert removed == {
        "Key": "dog",
        "VersionId": marker["VersionId"],
        "DeleteMarker": True,
        "DeleteMarkerVersionId": marker["VersionId"],
    }
    assert read(s3, dog) == b"2"


def test_versions_stay_when_the_client_is_another(environment, s3, dog, three):
    assert history(connect(environment), dog["Bucket"]) == history(s3, dog["Bucket"])
