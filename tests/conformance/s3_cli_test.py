"""S3 with the aws CLI, version 1: `aws s3` as people use it, and every call of `aws s3api`."""

import json
import random
import urllib.parse

import pytest
from command_lines import answers, refusals
from s3_client import MIB
from s3_raw import fetch

FILES = {
    "plain.txt": b"plain",
    "empty": b"",
    "a b/two  blanks.txt": b"blanks",
    "plus+and%20more&.txt": b"signs",
    "ümläut/犬/😀.jpg": b"letters",
    "deep/er/and/deeper": b"deep",
    ".hidden": b"hidden",
    "large": random.Random(3).randbytes(9 * MIB),
}
CORS = {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}
RULE = {"ID": "all", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 9}}
RULES = {"Rules": [RULE]}
CONTROLS = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
ENCRYPTION = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
BLOCKED = dict.fromkeys(
    ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
)
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::cli-settings/*",
        }
    ],
}


@pytest.fixture
def folder(tmp_path):
    for name, content in FILES.items():
        path = tmp_path / "up" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path


def files_in(folder) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def s3api(operation: str, *words) -> list[str]:
    given = [json.dumps(word) if isinstance(word, dict) else str(word) for word in words]
    return ["s3api", operation, *given]


def test_a_folder_is_synced_up_and_down(aws, folder):
    up, there = f"{folder}/up", "s3://cli-sync/photos"
    made, first, again, listed, down, back = answers(
        aws(
            ["s3", "mb", "s3://cli-sync"],
            ["s3", "sync", up, there, "--no-progress"],
            ["s3", "sync", up, there, "--no-progress"],
            ["s3", "ls", "--recursive", "--summarize", there],
            ["s3", "sync", there, f"{folder}/down", "--no-progress"],
            ["s3", "sync", there, f"{folder}/down", "--no-progress"],
        )
    )
    assert made == "make_bucket: cli-sync\n"
    assert sorted(line.rpartition(" to ")[2] for line in first.splitlines()) == sorted(
        f"{there}/{name}" for name in FILES
    )
    assert (again, back) == ("", "")
    assert all(f" photos/{name}\n" in listed for name in FILES)
    assert f"Total Objects: {len(FILES)}" in listed
    assert f"Total Size: {sum(map(len, FILES.values()))}" in listed
    assert len(down.splitlines()) == len(FILES)
    assert files_in(folder / "down") == FILES


def test_a_sync_carries_what_changed_and_removes_what_is_gone(aws, folder):
    up, there = folder / "up", "s3://cli-changes"
    answers(aws(["s3", "mb", there], ["s3", "sync", up, there, "--exclude", "large"]))
    (up / "plain.txt").write_bytes(b"plain and longer")
    (up / "empty").unlink()
    (text,) = answers(
        aws(["s3", "sync", up, there, "--delete", "--exclude", "large", "--no-progress"])
    )
    lines = sorted(line.partition(":")[0] for line in text.splitlines())
    assert lines == ["delete", "upload"]
    answers(aws(["s3", "sync", there, folder / "down"]))
    expected = FILES | {"plain.txt": b"plain and longer"}
    del expected["empty"], expected["large"]
    assert files_in(folder / "down") == expected


def test_files_are_copied_moved_shared_and_removed(aws, folder):
    up, there = folder / "up", "s3://cli-files"
    results = answers(
        aws(
            ["s3", "mb", there],
            ["s3", "cp", up / "large", f"{there}/large", "--metadata", "breed=dackel"],
            ["s3", "cp", f"{there}/large", f"{there}/copies/large"],
            ["s3", "cp", up / "plain.txt", f"{there}/plain.txt"],
            ["s3", "mv", f"{there}/plain.txt", f"{there}/moved to.txt"],
            ["s3", "cp", f"{there}/copies/large", folder / "back"],
            ["s3", "cp", f"{there}/moved to.txt", "-"],
            ["s3", "presign", f"{there}/moved to.txt"],
            ["s3", "ls", there],
            s3api("head-object", "--bucket", "cli-files", "--key", "large"),
        )
    )
    assert (folder / "back").read_bytes() == FILES["large"]
    assert results[6] == "plain"
    assert fetch(results[7].strip()).body == b"plain"
    assert [line.split(maxsplit=3)[-1] for line in results[8].splitlines()] == [
        "copies/",
        "large",
        "moved to.txt",
    ]
    assert results[9]["Metadata"] == {"breed": "dackel"}
    assert results[9]["ETag"].endswith('-2"')
    removed, gone, empty = answers(
        aws(
            ["s3", "rm", "--recursive", f"{there}/copies/"],
            ["s3", "rb", "--force", there],
            ["s3", "ls"],
        )
    )
    assert removed == f"delete: {there}/copies/large\n"
    assert gone.splitlines()[-1] == "remove_bucket: cli-files"
    assert "cli-files" not in empty


def test_refusals_are_awss_sentences(aws, folder):
    results = refusals(
        aws(
            ["s3", "mb", "s3://cli-full"],
            ["s3", "cp", folder / "up" / "plain.txt", "s3://cli-full/plain.txt"],
            ["s3", "rb", "s3://cli-full"],
            ["s3", "ls", "s3://never-made"],
            ["s3", "cp", folder / "up" / "plain.txt", "s3://never-made/x"],
            ["s3", "cp", "s3://cli-full/missing", "-"],
            s3api("get-object", "--bucket", "cli-full", "--key", "no", folder / "no"),
            s3api("head-bucket", "--bucket", "never-made"),
            s3api("get-bucket-website", "--bucket", "cli-full"),
            s3api("get-bucket-replication", "--bucket", "cli-full"),
            s3api("get-object-lock-configuration", "--bucket", "cli-full"),
        )
    )[2:]
    assert [status for status, _ in results] == [1, 255, 1, 1] + [255] * 5
    called = "An error occurred ({}) when calling the {} operation: {}".format
    missing = "The specified bucket does not exist"
    for (_, text), sentence in zip(
        results,
        [
            called("BucketNotEmpty", "DeleteBucket", "The bucket you tried to delete is not empty"),
            called("NoSuchBucket", "ListObjectsV2", missing),
            called("NoSuchBucket", "PutObject", missing),
            called("404", "HeadObject", "Not Found"),
            called("NoSuchKey", "GetObject", "The specified key does not exist."),
            called("404", "HeadBucket", "Not Found"),
            "(NoSuchWebsiteConfiguration)",
            "(ReplicationConfigurationNotFoundError)",
            "(ObjectLockConfigurationNotFoundError)",
        ],
        strict=True,
    ):
        assert sentence in text


def test_what_belongs_to_a_bucket_is_set_and_read(aws):
    bucket = ("--bucket", "cli-settings")

    def settled(name: str, option: str, value: dict) -> list[list[str]]:
        return [s3api(f"put-{name}", *bucket, option, value), s3api(f"get-{name}", *bucket)]

    tags = {"TagSet": [{"Key": "team", "Value": "dogs"}]}
    results = aws(
        s3api("create-bucket", *bucket),
        s3api("wait", "bucket-exists", *bucket),
        s3api("head-bucket", *bucket),
        s3api("list-buckets", "--prefix", "cli-settings"),
        s3api("get-bucket-location", *bucket),
        *settled("bucket-versioning", "--versioning-configuration", {"Status": "Enabled"}),
        *settled("bucket-tagging", "--tagging", tags),
        *settled("bucket-policy", "--policy", POLICY),
        s3api("get-bucket-policy-status", *bucket),
        *settled("bucket-cors", "--cors-configuration", CORS),
        *settled("bucket-lifecycle-configuration", "--lifecycle-configuration", RULES),
        *settled("public-access-block", "--public-access-block-configuration", BLOCKED),
        *settled("bucket-ownership-controls", "--ownership-controls", CONTROLS),
        *settled("bucket-encryption", "--server-side-encryption-configuration", ENCRYPTION),
        s3api("put-bucket-acl", *bucket, "--acl", "private"),
        s3api("get-bucket-acl", *bucket),
        s3api("get-bucket-accelerate-configuration", *bucket),
        s3api("get-bucket-request-payment", *bucket),
        s3api("get-bucket-logging", *bucket),
        s3api("get-bucket-notification-configuration", *bucket),
        *[
            s3api(f"delete-{name}", *bucket)
            for name in (
                "bucket-tagging",
                "bucket-policy",
                "bucket-cors",
                "bucket-lifecycle",
                "public-access-block",
                "bucket-ownership-controls",
                "bucket-encryption",
            )
        ],
        s3api("delete-bucket", *bucket),
    )
    said = {each["line"].split()[1]: each.get("answer") for each in results}
    answers(results)
    assert said["create-bucket"]["Location"] == "/cli-settings"
    assert [each["Name"] for each in said["list-buckets"]["Buckets"]] == ["cli-settings"]
    assert said["get-bucket-versioning"] == {"Status": "Enabled"}
    assert said["get-bucket-tagging"] == tags
    assert json.loads(said["get-bucket-policy"]["Policy"]) == POLICY
    assert said["get-bucket-cors"] == CORS
    assert said["get-bucket-lifecycle-configuration"]["Rules"] == [RULE]
    assert said["get-public-access-block"] == {"PublicAccessBlockConfiguration": BLOCKED}
    assert said["get-bucket-ownership-controls"] == {"OwnershipControls": CONTROLS}
    assert said["get-bucket-request-payment"] == {"Payer": "BucketOwner"}


def test_objects_are_put_read_and_described(aws, folder):
    bucket = ("--bucket", "cli-objects")
    dog = (*bucket, "--key", "a dog+1")
    body, back = folder / "up" / "plain.txt", folder / "back"
    tags = {"TagSet": [{"Key": "team", "Value": "dogs"}]}
    delete = {"Objects": [{"Key": "copy"}]}
    results = aws(
        s3api("create-bucket", *bucket),
        s3api("put-object", *dog, "--body", body, "--checksum-algorithm", "SHA256"),
        s3api("wait", "object-exists", *dog),
        s3api("head-object", *dog, "--checksum-mode", "ENABLED"),
        s3api("get-object", *dog, back, "--range", "bytes=1-3"),
        s3api("put-object-tagging", *dog, "--tagging", tags),
        s3api("get-object-tagging", *dog),
        s3api("delete-object-tagging", *dog),
        s3api("put-object-acl", *dog, "--acl", "bucket-owner-full-control"),
        s3api("get-object-acl", *dog),
        s3api("get-object-attributes", *dog, "--object-attributes", "ETag", "ObjectSize"),
        s3api("copy-object", *bucket, "--key", "copy", "--copy-source", "cli-objects/a dog+1"),
        s3api("list-objects", *bucket),
        s3api("list-objects-v2", *bucket, "--page-size", "1"),
        s3api("list-object-versions", *bucket),
        s3api("delete-objects", *bucket, "--delete", delete),
        s3api("delete-object", *dog),
    )
    said = {each["line"].split()[1]: each.get("answer") for each in results}
    answers(results)
    assert said["head-object"]["ChecksumSHA256"] == said["put-object"]["ChecksumSHA256"]
    assert back.read_bytes() == b"lai"
    assert said["get-object-tagging"]["TagSet"] == tags["TagSet"]
    assert said["get-object-attributes"]["ObjectSize"] == 5
    for listing in ("list-objects", "list-objects-v2"):
        assert [each["Key"] for each in said[listing]["Contents"]] == ["a dog+1", "copy"]
    assert [each["VersionId"] for each in said["list-object-versions"]["Versions"]] == ["null"] * 2
    assert [each["Key"] for each in said["delete-objects"]["Deleted"]] == ["copy"]


def test_uploads_are_made_of_parts_or_given_up(aws, folder):
    bucket = ("--bucket", "cli-parts")
    dog = (*bucket, "--key", "dog")
    body = folder / "up" / "plain.txt"
    _, begun, other, _ = answers(
        aws(
            s3api("create-bucket", *bucket),
            s3api("create-multipart-upload", *dog),
            s3api("create-multipart-upload", *bucket, "--key", "another"),
            s3api("put-object", *bucket, "--key", "source", "--body", folder / "up" / "large"),
        )
    )
    upload = (*dog, "--upload-id", begun["UploadId"])
    given_up = (*bucket, "--key", "another", "--upload-id", other["UploadId"])
    copied, sent, parts, uploads, _ = answers(
        aws(
            s3api(
                *("upload-part-copy", *upload, "--part-number", "1"),
                *("--copy-source", "cli-parts/source"),
            ),
            s3api("upload-part", *upload, "--part-number", "2", "--body", body),
            s3api("list-parts", *upload),
            s3api("list-multipart-uploads", *bucket),
            s3api("abort-multipart-upload", *given_up),
        )
    )
    assert [each["Size"] for each in parts["Parts"]] == [9 * MIB, 5]
    assert [each["Key"] for each in uploads["Uploads"]] == ["another", "dog"]
    named = [
        {"PartNumber": 1, "ETag": copied["CopyPartResult"]["ETag"]},
        {"PartNumber": 2, "ETag": sent["ETag"]},
    ]
    done, head = answers(
        aws(
            s3api("complete-multipart-upload", *upload, "--multipart-upload", {"Parts": named}),
            s3api("head-object", *dog),
        )
    )
    assert done["ETag"] == head["ETag"]
    assert head["ContentLength"] == 9 * MIB + 5


def test_what_presign_prints_is_a_url_of_the_server(aws, environment):
    (url,) = answers(aws(["s3", "presign", "s3://cli-sync/photos/dog", "--expires-in", "60"]))
    at = urllib.parse.urlsplit(url.strip())
    assert f"{at.scheme}://{at.netloc}" == environment["AWS_ENDPOINT_URL"]
    assert at.path == "/cli-sync/photos/dog"
