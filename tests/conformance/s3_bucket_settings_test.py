"""What belongs to a bucket: as a new one has it, set, read back and removed."""

import json

import pytest
from s3_client import headers, refusal, refused, status, tags

ACCOUNT = "000000000000"
ALL_BLOCKED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


def body(answer: dict) -> dict:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("get_bucket_accelerate_configuration", {}),
        ("get_bucket_location", {"LocationConstraint": None}),
        ("get_bucket_logging", {}),
        ("get_bucket_notification_configuration", {}),
        (
            "get_bucket_ownership_controls",
            {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}},
        ),
        ("get_bucket_request_payment", {"Payer": "BucketOwner"}),
        ("get_bucket_versioning", {}),
        ("get_public_access_block", {"PublicAccessBlockConfiguration": ALL_BLOCKED}),
    ],
)
def test_a_new_bucket_answers_as_awss_do(s3, bucket, operation, expected):
    assert body(getattr(s3, operation)(Bucket=bucket)) == expected


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("get_bucket_cors", "NoSuchCORSConfiguration"),
        ("get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration"),
        ("get_bucket_policy", "NoSuchBucketPolicy"),
        ("get_bucket_policy_status", "NoSuchBucketPolicy"),
        ("get_bucket_replication", "ReplicationConfigurationNotFoundError"),
        ("get_bucket_tagging", "NoSuchTagSet"),
        ("get_bucket_website", "NoSuchWebsiteConfiguration"),
        ("get_object_lock_configuration", "ObjectLockConfigurationNotFoundError"),
    ],
)
def test_what_a_new_bucket_does_not_have_is_404(s3, bucket, operation, code):
    response = refusal(getattr(s3, operation), Bucket=bucket)
    assert (status(response), response["Error"]["Code"]) == (404, code)
    assert response["Error"]["BucketName"] == bucket


@pytest.mark.parametrize(
    "operation",
    [
        "get_bucket_acl",
        "get_bucket_cors",
        "get_bucket_encryption",
        "get_bucket_lifecycle_configuration",
        "get_bucket_ownership_controls",
        "get_bucket_policy",
        "get_bucket_tagging",
        "get_bucket_versioning",
        "get_public_access_block",
        "delete_bucket_policy",
        "delete_bucket_tagging",
    ],
)
def test_no_bucket_no_settings(s3, operation):
    assert refused(getattr(s3, operation), Bucket="never-made") == (404, "NoSuchBucket")


def test_a_new_bucket_is_encrypted_as_awss_are(s3, bucket):
    found = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
    (rule,) = found["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert rule["BucketKeyEnabled"] is False


def test_encryption_is_changed_and_falls_back(s3, bucket):
    sse = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/dogs"}
    rules = [{"ApplyServerSideEncryptionByDefault": sse, "BucketKeyEnabled": True}]
    changed = {"ServerSideEncryptionConfiguration": {"Rules": rules}}
    s3.put_bucket_encryption(Bucket=bucket, **changed)
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == sse
    assert rule["BucketKeyEnabled"] is True
    assert status(s3.delete_bucket_encryption(Bucket=bucket)) == 204
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_the_owner_alone_may_do_everything(s3, bucket):
    assert status(s3.put_bucket_acl(Bucket=bucket, ACL="private")) == 200
    code = "AccessControlListNotSupported"
    assert refused(s3.put_bucket_acl, Bucket=bucket, ACL="public-read") == (400, code)
    found = s3.get_bucket_acl(Bucket=bucket)
    owner = s3.list_buckets()["Owner"]["ID"]
    assert found["Owner"]["ID"] == owner
    (grant,) = found["Grants"]
    assert (grant["Grantee"]["Type"], grant["Grantee"]["ID"]) == ("CanonicalUser", owner)
    assert grant["Permission"] == "FULL_CONTROL"


def test_versioning_goes_on_and_is_suspended(s3, bucket):
    for state in ("Enabled", "Suspended", "Enabled"):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": state})
        assert body(s3.get_bucket_versioning(Bucket=bucket)) == {"Status": state}


def test_tags_are_replaced_as_a_whole(s3, bucket):
    s3.put_bucket_tagging(Bucket=bucket, Tagging=tags(team="dogs", gone="soon"))
    s3.put_bucket_tagging(Bucket=bucket, Tagging=tags(team="Hündchen + 日本", empty=""))
    found = s3.get_bucket_tagging(Bucket=bucket)["TagSet"]
    wanted = tags(team="Hündchen + 日本", empty="")["TagSet"]
    assert sorted(found, key=str) == sorted(wanted, key=str)
    assert status(s3.delete_bucket_tagging(Bucket=bucket)) == 204
    assert refused(s3.get_bucket_tagging, Bucket=bucket) == (404, "NoSuchTagSet")


@pytest.mark.parametrize(
    "wrong",
    [
        {"TagSet": [{"Key": "twice", "Value": "1"}, {"Key": "twice", "Value": "2"}]},
        tags(**{"x" * 129: ""}),
        tags(long="x" * 257),
        tags(**{"aws:own": "1"}),
    ],
    ids=["twice", "long key", "long value", "AWS's own"],
)
def test_tags_that_are_none_are_refused(s3, bucket, wrong):
    assert refused(s3.put_bucket_tagging, Bucket=bucket, Tagging=wrong) == (400, "InvalidTag")


def policy(bucket: str, **changes) -> str:
    statement = {
        "Sid": "Read",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    merged = {name: value for name, value in (statement | changes).items() if value is not None}
    return json.dumps({"Version": "2012-10-17", "Statement": [merged]})


def test_a_policy_is_put_read_and_deleted(s3, bucket):
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(bucket))
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]) == json.loads(policy(bucket))
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"] == {"IsPublic": False}
    assert status(s3.delete_bucket_policy(Bucket=bucket)) == 204
    assert refused(s3.get_bucket_policy, Bucket=bucket) == (404, "NoSuchBucketPolicy")
    assert status(s3.delete_bucket_policy(Bucket=bucket)) == 204


@pytest.mark.parametrize(
    "changes",
    [
        {"Principal": None},
        {"Action": None},
        {"Effect": "Perhaps"},
        {"Resource": "arn:aws:s3:::another-bucket/*"},
    ],
    ids=["no principal", "no action", "no effect", "another bucket"],
)
def test_a_policy_that_is_none_is_refused(s3, bucket, changes):
    wrong = {"Bucket": bucket, "Policy": policy(bucket, **changes)}
    assert refused(s3.put_bucket_policy, **wrong) == (400, "MalformedPolicy")


def test_a_policy_must_be_json(s3, bucket):
    response = refusal(s3.put_bucket_policy, Bucket=bucket, Policy="{nonsense")
    assert (status(response), response["Error"]["Code"]) == (400, "MalformedPolicy")
    assert "JSON" in response["Error"]["Message"]


def test_cors_rules_are_put_read_and_deleted(s3, bucket):
    rule = {
        "ID": "browsers",
        "AllowedHeaders": ["*"],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedOrigins": ["https://dogs.example", "http://*.cats.example"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3000,
    }
    bare = {"AllowedMethods": ["HEAD"], "AllowedOrigins": ["*"]}
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule, bare]})
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"] == [rule, bare]
    assert status(s3.delete_bucket_cors(Bucket=bucket)) == 204
    assert refused(s3.get_bucket_cors, Bucket=bucket) == (404, "NoSuchCORSConfiguration")


def test_a_method_that_cors_does_not_know_is_refused(s3, bucket):
    rule = {"AllowedMethods": ["PATCH"], "AllowedOrigins": ["*"]}
    wrong = {"Bucket": bucket, "CORSConfiguration": {"CORSRules": [rule]}}
    assert refused(s3.put_bucket_cors, **wrong) == (400, "InvalidRequest")


def test_public_access_is_blocked_until_it_is_not(s3, bucket):
    partly = ALL_BLOCKED | {"BlockPublicPolicy": False}
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=partly)
    found = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert found == partly
    assert status(s3.delete_public_access_block(Bucket=bucket)) == 204
    code = "NoSuchPublicAccessBlockConfiguration"
    assert refused(s3.get_public_access_block, Bucket=bucket) == (404, code)


def test_lifecycle_rules_are_put_read_and_deleted(s3, bucket):
    rules = [
        {
            "ID": "old logs",
            "Status": "Enabled",
            "Filter": {"Prefix": "logs/"},
            "Expiration": {"Days": 30},
        },
        {
            "ID": "both",
            "Status": "Disabled",
            "Filter": {
                "And": {
                    "Prefix": "tmp/",
                    "Tags": [{"Key": "team", "Value": "dogs"}],
                    "ObjectSizeGreaterThan": 500,
                }
            },
            "NoncurrentVersionExpiration": {"NoncurrentDays": 3, "NewerNoncurrentVersions": 2},
        },
        {
            "ID": "unfinished",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        },
    ]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"] == rules
    assert status(s3.delete_bucket_lifecycle(Bucket=bucket)) == 204
    code = "NoSuchLifecycleConfiguration"
    assert refused(s3.get_bucket_lifecycle_configuration, Bucket=bucket) == (404, code)


def test_an_object_says_when_its_rule_will_expire_it(s3, bucket):
    rule = {"ID": "soon", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}}
    rules = {"Rules": [rule | {"Expiration": {"Days": 2}}]}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=rules)
    for key in ("tmp/dog", "kept/dog"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    expiration = s3.head_object(Bucket=bucket, Key="tmp/dog")["Expiration"]
    assert expiration.startswith('expiry-date="')
    assert expiration.endswith(' 00:00:00 GMT", rule-id="soon"')
    assert "Expiration" not in s3.head_object(Bucket=bucket, Key="kept/dog")


@pytest.mark.parametrize(
    ("rule", "refusal_code"),
    [
        ({"ID": "none", "Status": "Enabled", "Filter": {"Prefix": ""}}, "InvalidRequest"),
        (
            {"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 0}},
            "InvalidArgument",
        ),
        (
            {"Status": "Perhaps", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}},
            "MalformedXML",
        ),
    ],
    ids=["no action", "no days", "no status"],
)
def test_lifecycle_rules_that_are_none_are_refused(s3, bucket, rule, refusal_code):
    wrong = {"Bucket": bucket, "LifecycleConfiguration": {"Rules": [rule]}}
    assert refused(s3.put_bucket_lifecycle_configuration, **wrong) == (400, refusal_code)


def test_the_owner_owns_whatever_is_in_a_bucket(s3, bucket):
    controls = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=controls)
    assert s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"] == controls
    assert status(s3.delete_bucket_ownership_controls(Bucket=bucket)) == 204
    code = "OwnershipControlsNotFoundError"
    assert refused(s3.get_bucket_ownership_controls, Bucket=bucket) == (404, code)


def test_ownership_that_would_bring_acls_is_not_here(s3, bucket):
    controls = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    wrong = {"Bucket": bucket, "OwnershipControls": controls}
    assert refused(s3.put_bucket_ownership_controls, **wrong) == (501, "NotImplemented")


def test_a_new_bucket_takes_no_acls(s3, bucket):
    code = "AccessControlListNotSupported"
    public = {"Bucket": bucket, "ACL": "public-read"}
    assert refused(s3.put_object, **public, Key="dog", Body=b"x") == (400, code)
    assert refused(s3.put_bucket_acl, **public) == (400, code)
    whole = {"Bucket": bucket, "ACL": "bucket-owner-full-control"}
    assert status(s3.put_object(**whole, Key="dog", Body=b"x")) == 200


def test_settings_are_xml_and_say_so(s3, bucket):
    for operation in ("get_bucket_versioning", "get_bucket_location", "get_bucket_acl"):
        answer = getattr(s3, operation)(Bucket=bucket)
        assert headers(answer)["content-type"] == "application/xml"
