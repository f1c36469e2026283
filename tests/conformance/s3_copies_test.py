"""S3's copies, and the tags that go with objects and copies."""

import pytest
from s3_client import new_name, refusal, refused, status, tags

ODD_KEYS = ["a b", "plus+and%20more", "ümläut/犬", "q?x=1&y#z", "é/../..", "quote'\""]


@pytest.fixture
def dog(s3, bucket) -> dict[str, str]:
    there = {"Bucket": bucket, "Key": "dog"}
    about = {"ContentType": "image/jpeg", "CacheControl": "no-cache", "Metadata": {"breed": "x"}}
    s3.put_object(**there, Body=b"wau", Tagging="team=dogs", **about)
    return there


def tags_of(s3, there) -> dict[str, str]:
    found = s3.get_object_tagging(**there)["TagSet"]
    return {tag["Key"]: tag["Value"] for tag in found}


def test_a_copy_takes_everything_along(s3, dog):
    elsewhere = new_name("copies")
    s3.create_bucket(Bucket=elsewhere)
    there = {"Bucket": elsewhere, "Key": "copy"}
    copied = s3.copy_object(**there, CopySource=dog)
    head, source = s3.head_object(**there), s3.head_object(**dog)
    assert copied["CopyObjectResult"]["ETag"] == head["ETag"] == source["ETag"]
    assert copied["CopyObjectResult"]["LastModified"] == head["LastModified"]
    assert "CopySourceVersionId" not in copied
    for name in ("ContentType", "CacheControl", "Metadata", "ContentLength"):
        assert head[name] == source[name]
    assert tags_of(s3, there) == {"team": "dogs"}
    assert s3.get_object(**there)["Body"].read() == b"wau"


def test_metadata_can_be_replaced_on_the_way(s3, dog):
    there = {"Bucket": dog["Bucket"], "Key": "copy"}
    told = {"Metadata": {"new": "1"}, "ContentType": "text/plain"}
    s3.copy_object(**there, CopySource=dog, **told)
    assert s3.head_object(**there)["Metadata"] == {"breed": "x"}
    assert s3.head_object(**there)["ContentType"] == "image/jpeg"
    s3.copy_object(**there, CopySource=dog, MetadataDirective="REPLACE", **told)
    head = s3.head_object(**there)
    assert (head["Metadata"], head["ContentType"]) == ({"new": "1"}, "text/plain")
    assert "CacheControl" not in head
    assert tags_of(s3, there) == {"team": "dogs"}


def test_tags_can_be_replaced_on_the_way(s3, dog):
    there = {"Bucket": dog["Bucket"], "Key": "copy"}
    s3.copy_object(**there, CopySource=dog, TaggingDirective="REPLACE", Tagging="new=1")
    assert tags_of(s3, there) == {"new": "1"}
    assert s3.head_object(**there)["Metadata"] == {"breed": "x"}
    s3.copy_object(**there, CopySource=dog, TaggingDirective="REPLACE")
    assert tags_of(s3, there) == {}


def test_a_copy_onto_itself_must_change_something(s3, dog):
    response = refusal(s3.copy_object, **dog, CopySource=dog)
    assert (status(response), response["Error"]["Code"]) == (400, "InvalidRequest")
    assert response["Error"]["Message"].startswith(
        "This copy request is illegal because it is trying to copy an object to itself"
    )
    changes = {"MetadataDirective": "REPLACE", "Metadata": {"breed": "y"}}
    s3.copy_object(**dog, CopySource=dog, **changes)
    assert s3.head_object(**dog)["Metadata"] == {"breed": "y"}
    assert s3.get_object(**dog)["Body"].read() == b"wau"
    s3.copy_object(**dog, CopySource=dog, StorageClass="STANDARD_IA")
    assert s3.head_object(**dog)["StorageClass"] == "STANDARD_IA"


@pytest.mark.parametrize("key", ODD_KEYS)
def test_sources_with_odd_names_are_found(s3, bucket, key):
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    there = {"Bucket": bucket, "Key": f"copy of {key}"}
    s3.copy_object(**there, CopySource={"Bucket": bucket, "Key": key})
    assert s3.get_object(**there)["Body"].read() == key.encode()


def test_a_source_may_start_with_a_slash(s3, dog):
    there = {"Bucket": dog["Bucket"], "Key": "copy"}
    s3.copy_object(**there, CopySource=f"/{dog['Bucket']}/{dog['Key']}")
    assert s3.get_object(**there)["Body"].read() == b"wau"


def test_what_is_not_there_is_not_copied(s3, dog):
    there = {"Bucket": dog["Bucket"], "Key": "copy"}
    missing = {"Bucket": dog["Bucket"], "Key": "no"}
    assert refused(s3.copy_object, **there, CopySource=missing) == (404, "NoSuchKey")
    missing = {"Bucket": "never-made", "Key": "dog"}
    assert refused(s3.copy_object, **there, CopySource=missing) == (404, "NoSuchBucket")
    nowhere = {"Bucket": "never-made", "Key": "copy", "CopySource": dog}
    assert refused(s3.copy_object, **nowhere) == (404, "NoSuchBucket")
    assert refused(s3.copy_object, **there, CopySource="nonsense") == (400, "InvalidArgument")


def test_a_copy_may_be_for_a_new_key_only(s3, dog):
    there = {"Bucket": dog["Bucket"], "Key": "copy", "CopySource": dog, "IfNoneMatch": "*"}
    assert status(s3.copy_object(**there)) == 200
    assert refused(s3.copy_object, **there) == (412, "PreconditionFailed")


def test_a_copy_can_get_another_checksum(s3, dog):
    there = {"Bucket": dog["Bucket"], "Key": "copy"}
    copied = s3.copy_object(**there, CopySource=dog, ChecksumAlgorithm="SHA1")
    told = s3.head_object(**there, ChecksumMode="ENABLED")["ChecksumSHA1"]
    assert copied["CopyObjectResult"]["ChecksumSHA1"] == told
    s3.put_object(Bucket=dog["Bucket"], Key="same", Body=b"wau", ChecksumAlgorithm="SHA1")
    same = {"Bucket": dog["Bucket"], "Key": "same", "ChecksumMode": "ENABLED"}
    assert s3.head_object(**same)["ChecksumSHA1"] == told


def test_a_tag_header_is_a_query(s3, bucket):
    there = {"Bucket": bucket, "Key": "tagged"}
    s3.put_object(**there, Body=b"x", Tagging="a=1&b%20c=%C3%BC%2B1&empty=&plus=a+b")
    assert tags_of(s3, there) == {"a": "1", "b c": "ü+1", "empty": "", "plus": "a b"}
    assert s3.get_object(**there)["TagCount"] == 4


def test_tags_are_put_replaced_and_deleted(s3, dog):
    s3.put_object_tagging(**dog, Tagging=tags(one="1", two="zwei ü/犬"))
    assert tags_of(s3, dog) == {"one": "1", "two": "zwei ü/犬"}
    assert s3.get_object(**dog)["TagCount"] == 2
    assert status(s3.delete_object_tagging(**dog)) == 204
    assert tags_of(s3, dog) == {}
    assert "TagCount" not in s3.get_object(**dog)


def test_changing_tags_leaves_the_object_alone(s3, dog):
    before = s3.head_object(**dog)
    s3.put_object_tagging(**dog, Tagging=tags(one="1"))
    after = s3.head_object(**dog)
    assert (after["LastModified"], after["ETag"]) == (before["LastModified"], before["ETag"])


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (tags(**{f"tag-{number}": "" for number in range(11)}), "BadRequest"),
        ({"TagSet": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}, "InvalidTag"),
        (tags(**{"x" * 129: ""}), "InvalidTag"),
        (tags(a="x" * 257), "InvalidTag"),
        (tags(**{"aws:own": ""}), "InvalidTag"),
        (tags(a="<wrong>"), "InvalidTag"),
    ],
    ids=["eleven", "twice", "long key", "long value", "AWS's own", "letters"],
)
def test_tags_that_are_none_are_refused(s3, dog, wrong, code):
    assert refused(s3.put_object_tagging, **dog, Tagging=wrong) == (400, code)
    assert tags_of(s3, dog) == {"team": "dogs"}


def test_tags_at_the_edge_of_the_rules_are_taken(s3, dog):
    edge = {f"{number}{'k' * 127}": "v" * 256 for number in range(10)}
    s3.put_object_tagging(**dog, Tagging=tags(**edge))
    assert tags_of(s3, dog) == edge


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("&".join(f"k{number}=v" for number in range(11)), "BadRequest"),
        ("a=1&a=2", "InvalidArgument"),
        ("x" * 129 + "=", "InvalidTag"),
    ],
    ids=["eleven", "twice", "long key"],
)
def test_a_tag_header_that_is_none_is_refused(s3, dog, header, code):
    assert refused(s3.put_object, **dog, Body=b"new", Tagging=header) == (400, code)
    assert s3.get_object(**dog)["Body"].read() == b"wau"
