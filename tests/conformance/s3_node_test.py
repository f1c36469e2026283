"""S3 with the AWS SDK for JavaScript, version 3."""

import pytest
from running_server import run_client

KEYS = [" blank", "..", "/lead", "a//b", "photos/Hündchen & 犬+1.jpg", "plus+%41", "😀"]
ALGORITHMS = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_objects_go_there_and_back(server, environment, scheme):
    url = f"{scheme}://127.0.0.1:{server.port}"
    found = run_client("s3.mjs", environment | {"AWS_ENDPOINT_URL": url, "NODE_ROLE": scheme})
    assert found["made"] == f"/node-{scheme}"
    assert (found["region"], found["listed"]) == ("us-east-1", True)
    check_objects(found["objects"])
    summed = {"sums": True, "body": True, "type": "FULL_OBJECT", "encoding": ""}
    assert found["checksums"] == dict.fromkeys(ALGORITHMS, summed)
    assert found["uploads"] == {
        "uploaded": True,
        "etag": '3"',
        "listed": [5 * 1024 * 1024, 3],
        "begun": ["other", "parts"],
        "joined": True,
    }
    assert found["listings"] == {
        "pages": [KEYS[:3], KEYS[3:6], KEYS[6:]],
        "folders": ["/", "a/", "photos/"],
        "versions": [["plus+%41", "null", True]],
        "changed": [],
    }
    assert found["presigned"] == [200, 200, "through a URL"]
    check_refusals(found["refusals"])
    assert found["clean"] == [1, [], True]


def check_objects(found):
    assert found["etags"] == 1
    assert found["about"] == ["image/jpeg", "no-cache", {"breed": "x"}, 7]
    assert found["part"] == ["wau", "bytes 4-6/7", 206]
    assert found["tags"] == [["dogs"], ["cats"], []]
    assert (found["size"], found["grants"]) == (7, ["FULL_CONTROL"])
    assert found["private"] == 200
    assert [flag for flag in ("body", "copy", "dated") if not found[flag]] == []


def check_refusals(found):
    assert found["no key"] == ["NoSuchKey", "NoSuchKey", 404]
    assert found["no head"] == ["NotFound", "NotFound", 404]
    assert found["no bucket"] == ["NoSuchBucket", "NoSuchBucket", 404]
    assert found["no such upload"] == ["NoSuchUpload", "NoSuchUpload", 404]
    assert found["unchanged"][2] == 304
    assert found["taken"][1:] == ["PreconditionFailed", 412]
    assert found["full"][1:] == ["BucketNotEmpty", 409]


def test_what_belongs_to_a_bucket_is_set_and_read(environment):
    found = run_client("s3_settings.mjs", environment)
    assert found["BucketVersioning"] == {"status": 200, "Status": "Enabled"}
    assert found["BucketTagging"]["TagSet"] == [{"Key": "team", "Value": "dogs + cats"}]
    assert found["policy"] is True
    assert found["BucketPolicyStatus"]["PolicyStatus"] == {"IsPublic": False}
    assert found["BucketCors"]["CORSRules"][0]["AllowedMethods"] == ["GET"]
    assert found["BucketLifecycleConfiguration"]["Rules"][0]["Expiration"] == {"Days": 1}
    blocked = found["PublicAccessBlock"]["PublicAccessBlockConfiguration"]
    assert (blocked["BlockPublicAcls"], blocked["BlockPublicPolicy"]) == (True, False)
    rules = found["BucketOwnershipControls"]["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert found["BucketAcl"]["Grants"][0]["Permission"] == "FULL_CONTROL"
    assert found["BucketRequestPayment"]["Payer"] == "BucketOwner"
    assert "LocationConstraint" not in found["BucketLocation"]
    assert found["missing"] == [
        "NoSuchWebsiteConfiguration",
        "ReplicationConfigurationNotFoundError",
        "ObjectLockConfigurationNotFoundError",
    ]
    assert found["removed"] == [204] * 7
    assert found["deleted"] == 204
