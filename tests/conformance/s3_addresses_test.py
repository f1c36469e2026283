"""Where a bucket is found: in the path, and in the name of the host."""

import socket

import pytest
from s3_client import connect, new_name, refused, status
from s3_raw import fetch, send

DOG = b"wau"


@pytest.fixture
def named(monkeypatch, environment, server):
    """A client that puts the bucket before the host's name. Where the machine's resolver does not
    know names below localhost, it is helped."""
    ask = socket.getaddrinfo

    def below_localhost(host, *more, **options):
        local = isinstance(host, str) and host.endswith(".localhost")
        return ask("127.0.0.1" if local else host, *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", below_localhost)
    url = f"http://localhost:{server.port}"
    return connect(environment, url, s3={"addressing_style": "virtual"}, signature_version="s3v4")


@pytest.fixture
def urls(named) -> list[str]:
    """Where the client went."""
    found: list[str] = []
    named.meta.events.register("before-send.s3", lambda request, **_: found.append(request.url))
    return found


def test_the_bucket_before_the_hosts_name_is_the_bucket_in_the_path(named, urls, s3, server):
    bucket = new_name("named")
    named.create_bucket(Bucket=bucket)
    there = {"Bucket": bucket, "Key": "photos/dog ü+1"}
    named.put_object(**there, Body=DOG)
    assert s3.get_object(**there)["Body"].read() == DOG
    assert named.get_object(**there)["Body"].read() == DOG
    assert [each["Key"] for each in named.list_objects_v2(Bucket=bucket)["Contents"]] == [
        there["Key"]
    ]
    named.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "a", "Value": "1"}]})
    named.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": there["Key"]}]})
    assert refused(named.head_object, **there) == (404, "404")
    assert status(named.delete_bucket(Bucket=bucket)) == 204
    start = f"http://{bucket}.localhost:{server.port}/"
    assert [url for url in urls if not url.startswith(start)] == []


def test_a_key_may_be_called_like_its_bucket(named, s3):
    bucket = new_name("named")
    named.create_bucket(Bucket=bucket)
    named.put_object(Bucket=bucket, Key=f"{bucket}/dog", Body=DOG)
    named.put_object(Bucket=bucket, Key="/lead", Body=DOG)
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert keys == ["/lead", f"{bucket}/dog"]


def test_presigned_urls_name_the_bucket_too(named, server):
    bucket = new_name("named")
    named.create_bucket(Bucket=bucket)
    there = {"Bucket": bucket, "Key": "dog"}
    url = named.generate_presigned_url("put_object", Params=there)
    assert url.startswith(f"http://{bucket}.localhost:{server.port}/dog?")
    assert fetch(url, "PUT", DOG, address="127.0.0.1").status == 200
    url = named.generate_presigned_url("get_object", Params=there)
    assert fetch(url, address="127.0.0.1").body == DOG
    signed = named.generate_presigned_post(bucket, "posted")
    assert signed["url"].startswith(f"http://{bucket}.localhost:{server.port}")


def test_every_name_of_this_machine_takes_paths(server, s3, bucket, environment):
    s3.put_object(Bucket=bucket, Key="dog", Body=DOG)
    for host in (f"localhost:{server.port}", f"127.0.0.1:{server.port}"):
        answer = send(environment, f"/{bucket}/dog", host=host)
        assert (answer.status, answer.body) == (200, DOG)


def test_a_bucket_that_is_not_there_is_told_by_its_host(environment, server):
    answer = send(environment, "/dog", host=f"never-made.localhost:{server.port}")
    assert answer.refused == (404, "NoSuchBucket")
    assert answer.error["BucketName"] == "never-made"


def test_slashes_and_dots_of_a_path_are_the_keys(environment, s3, bucket):
    """Clients and proxies like to tidy paths up; keys must not be."""
    for target, key in {
        f"/{bucket}/a//b": "a//b",
        f"/{bucket}/a/../b": "a/../b",
        f"/{bucket}//lead": "/lead",
        f"/{bucket}/..": "..",
        f"/{bucket}/trail/": "trail/",
    }.items():
        assert send(environment, target, "PUT", key.encode()).status == 200
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()


def test_a_domain_of_ones_own_takes_buckets_before_it(start):
    server = start("--domain", "s3.dogs.example")
    environment = server.environment()
    s3 = connect(environment)
    s3.create_bucket(Bucket="photos")
    s3.put_object(Bucket="photos", Key="dog", Body=DOG)
    domain = f"s3.dogs.example:{server.port}"
    answer = send(environment, "/dog", host=f"photos.{domain}")
    assert (answer.status, answer.body) == (200, DOG)
    assert send(environment, "/photos/dog", host=domain).body == DOG
