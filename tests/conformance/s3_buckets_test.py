"""S3's buckets, with boto3: made, found, listed, deleted; what belongs to a bucket is in
s3_bucket_settings_test.py."""

import datetime

import pytest
from s3_client import connect, headers, new_name, refusal, refused, status

FAR = "eu-west-1"


def create_far(s3, name: str) -> dict:
    there = {"LocationConstraint": FAR}
    return s3.create_bucket(Bucket=name, CreateBucketConfiguration=there)


def test_a_bucket_is_made_where_the_client_is(s3):
    name = new_name("made")
    made = s3.create_bucket(Bucket=name)
    assert (status(made), made["Location"]) == (200, f"/{name}")
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] is None
    assert s3.head_bucket(Bucket=name)["BucketRegion"] == "us-east-1"


def test_a_bucket_is_made_where_its_location_says(s3):
    name = new_name("far")
    assert name in create_far(s3, name)["Location"]
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] == FAR
    assert s3.head_bucket(Bucket=name)["BucketRegion"] == FAR


def test_a_location_that_is_none_is_refused(s3):
    nowhere = {"LocationConstraint": "atlantis-1"}
    arguments = {"Bucket": new_name("nowhere"), "CreateBucketConfiguration": nowhere}
    assert refused(s3.create_bucket, **arguments) == (400, "InvalidLocationConstraint")


def test_in_us_east_1_the_owner_may_make_a_bucket_twice_and_keeps_what_is_in_it(s3, bucket):
    s3.put_object(Bucket=bucket, Key="kept", Body=b"x")
    assert status(s3.create_bucket(Bucket=bucket)) == 200
    assert s3.head_object(Bucket=bucket, Key="kept")["ContentLength"] == 1


def test_elsewhere_a_bucket_made_twice_is_refused(environment):
    s3 = connect(environment | {"AWS_DEFAULT_REGION": FAR})
    name = new_name("twice")
    create_far(s3, name)
    response = refusal(create_far, s3=s3, name=name)
    assert response["Error"]["Code"] == "BucketAlreadyOwnedByYou"
    assert status(response) == 409
    assert response["Error"]["BucketName"] == name


@pytest.mark.parametrize(
    "name",
    [
        "ab",
        "Upper-case",
        "under_score",
        "two..dots",
        "192.168.5.4",
        "-front",
        "back-",
        ".front",
        "xn--puny",
        "sthree-x",
        "name-s3alias",
        "name--ol-s3",
        "x" * 64,
    ],
)
def test_a_name_that_dns_could_not_take_is_refused(s3, name):
    assert refused(s3.create_bucket, Bucket=name) == (400, "InvalidBucketName")


@pytest.mark.parametrize("name", ["abc", "0-9", "with.dots", "y" * 63])
def test_names_at_the_edge_of_the_rules_are_taken(s3, name):
    assert status(s3.create_bucket(Bucket=name)) == 200
    assert status(s3.head_bucket(Bucket=name)) == 200


def test_what_is_not_there_is_404_and_head_has_no_body(s3):
    response = refusal(s3.head_bucket, Bucket="never-made")
    assert (status(response), response["Error"]["Code"]) == (404, "404")
    for call in (s3.list_objects_v2, s3.list_objects, s3.delete_bucket, s3.get_bucket_location):
        response = refusal(call, Bucket="never-made")
        assert status(response) == 404
        assert response["Error"]["Code"] == "NoSuchBucket"
        assert response["Error"]["Message"] == "The specified bucket does not exist"
        assert response["Error"]["BucketName"] == "never-made"


def test_every_answer_names_its_request(s3, bucket):
    answers = [s3.head_bucket(Bucket=bucket), refusal(s3.list_objects_v2, Bucket="never-made")]
    for answer in answers:
        assert answer["ResponseMetadata"]["RequestId"]
        assert headers(answer)["x-amz-id-2"] == answer["ResponseMetadata"]["HostId"]


def test_waiters_see_buckets_come_and_go(s3):
    name = new_name("awaited")
    s3.get_waiter("bucket_not_exists").wait(Bucket=name)
    s3.create_bucket(Bucket=name)
    s3.get_waiter("bucket_exists").wait(Bucket=name)
    assert status(s3.delete_bucket(Bucket=name)) == 204
    s3.get_waiter("bucket_not_exists").wait(Bucket=name)


def test_a_deleted_bucket_can_be_made_again_and_is_empty(s3, bucket):
    s3.put_object(Bucket=bucket, Key="old", Body=b"x")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    s3.delete_object(Bucket=bucket, Key="old", VersionId="null")
    s3.delete_bucket(Bucket=bucket)
    s3.create_bucket(Bucket=bucket)
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)


def test_a_bucket_with_objects_is_not_deleted(s3, bucket):
    s3.put_object(Bucket=bucket, Key="dog", Body=b"x")
    response = refusal(s3.delete_bucket, Bucket=bucket)
    assert (status(response), response["Error"]["Code"]) == (409, "BucketNotEmpty")
    assert response["Error"]["Message"].startswith("The bucket you tried to delete is not empty")


def test_a_bucket_with_old_versions_only_is_not_deleted(s3, versioned):
    made = s3.put_object(Bucket=versioned, Key="dog", Body=b"x")["VersionId"]
    marker = s3.delete_object(Bucket=versioned, Key="dog")["VersionId"]
    assert refused(s3.delete_bucket, Bucket=versioned) == (409, "BucketNotEmpty")
    s3.delete_object(Bucket=versioned, Key="dog", VersionId=made)
    assert refused(s3.delete_bucket, Bucket=versioned) == (409, "BucketNotEmpty")
    s3.delete_object(Bucket=versioned, Key="dog", VersionId=marker)
    assert status(s3.delete_bucket(Bucket=versioned)) == 204


def test_buckets_are_listed_by_name_with_their_owner(s3):
    names = [f"listed-{letter}" for letter in "cab"]
    before = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    for name in names:
        s3.create_bucket(Bucket=name)
    listed = s3.list_buckets()
    found = [each["Name"] for each in listed["Buckets"]]
    assert found == sorted(found)
    assert set(names) <= set(found)
    ours = [each for each in listed["Buckets"] if each["Name"] in names]
    assert all(each["CreationDate"] >= before for each in ours)
    assert len(listed["Owner"]["ID"]) == 64


def test_buckets_are_listed_in_pages_below_a_prefix(s3):
    names = [f"paged-{number}" for number in range(5)]
    for name in [*names, "page-other"]:
        s3.create_bucket(Bucket=name)
    first = s3.list_buckets(Prefix="paged-", MaxBuckets=2)
    assert first["Prefix"] == "paged-"
    assert [each["Name"] for each in first["Buckets"]] == names[:2]
    rest = s3.list_buckets(Prefix="paged-", ContinuationToken=first["ContinuationToken"])
    assert [each["Name"] for each in rest["Buckets"]] == names[2:]
    assert "ContinuationToken" not in rest
    pages = s3.get_paginator("list_buckets").paginate(
        Prefix="paged-", PaginationConfig={"PageSize": 2}
    )
    assert [len(page["Buckets"]) for page in pages] == [2, 2, 1]


def test_buckets_are_listed_by_region(s3, bucket):
    name = new_name("regional")
    create_far(s3, name)
    found = {each["Name"]: each for each in s3.list_buckets(BucketRegion=FAR)["Buckets"]}
    assert found[name]["BucketRegion"] == FAR
    assert bucket not in found


def test_another_accounts_bucket_is_not_ours_to_read(s3, bucket):
    stranger = {"Bucket": bucket, "ExpectedBucketOwner": "111111111111"}
    assert refused(s3.head_bucket, **stranger) == (403, "403")
    assert refused(s3.list_objects_v2, **stranger) == (403, "AccessDenied")
    owner = {"Bucket": bucket, "ExpectedBucketOwner": "000000000000"}
    assert status(s3.head_bucket(**owner)) == 200
