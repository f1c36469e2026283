"""Bodies in chunks of which each is signed, as older SDKs send them; with and without a trailer."""

import hashlib
import hmac
import re

import pytest
from s3_client import refused
from s3_raw import send
from s3_sums import sum_of

BODY = b"a photo of a dog" * 1000
EMPTY = hashlib.sha256(b"").hexdigest()
STREAMING = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"


class Chunks:
    """Signs chunks one after the other, each with the signature before it."""

    def __init__(self, secret: str, headers: dict[str, str]) -> None:
        found = re.search(r"Credential=[^/]+/([^,]+).*Signature=(\w+)", headers["Authorization"])
        self._scope, self._last = found[1], found[2]
        self._stamp = headers["X-Amz-Date"]
        self._key = f"AWS4{secret}".encode()
        for part in self._scope.split("/"):
            self._key = hmac.digest(self._key, part.encode(), "sha256")

    def sign(self, kind: str, *lines: str) -> str:
        text = "\n".join((f"AWS4-HMAC-SHA256-{kind}", self._stamp, self._scope, self._last, *lines))
        self._last = hmac.digest(self._key, text.encode(), "sha256").hex()
        return self._last

    def chunk(self, data: bytes) -> bytes:
        signature = self.sign("PAYLOAD", EMPTY, hashlib.sha256(data).hexdigest())
        return f"{len(data):x};chunk-signature={signature}\r\n".encode() + data

    def trailer(self, line: str) -> bytes:
        signature = self.sign("TRAILER", hashlib.sha256(f"{line}\n".encode()).hexdigest())
        return f"{line}\r\nx-amz-trailer-signature:{signature}\r\n".encode()


def put(environment, there, trailer: str = "", change=lambda body: body):
    def body_of(headers: dict[str, str]) -> bytes:
        chunks = Chunks(environment["AWS_SECRET_ACCESS_KEY"], headers)
        parts = [chunks.chunk(BODY[:9000]), chunks.chunk(BODY[9000:]), chunks.chunk(b"")]
        body = b"\r\n".join(parts) + (chunks.trailer(trailer) if trailer else b"") + b"\r\n"
        return change(body)

    headers = {
        "content-encoding": "aws-chunked",
        "x-amz-decoded-content-length": str(len(BODY)),
    }
    if trailer:
        headers["x-amz-trailer"] = trailer.partition(":")[0]
    payload = f"{STREAMING}-TRAILER" if trailer else STREAMING
    target = f"/{there['Bucket']}/{there['Key']}"
    return send(environment, target, "PUT", body_of, payload, **headers)


@pytest.fixture
def there(bucket) -> dict[str, str]:
    return {"Bucket": bucket, "Key": "photo"}


def test_signed_chunks_become_an_object(environment, s3, there):
    answer = put(environment, there)
    assert (answer.status, answer.body) == (200, b"")
    got = s3.get_object(**there)
    assert got["Body"].read() == BODY
    assert "ContentEncoding" not in got


def test_a_signed_trailer_brings_the_checksum(environment, s3, there):
    value = sum_of("CRC32C", BODY)
    answer = put(environment, there, f"x-amz-checksum-crc32c:{value}")
    assert (answer.status, answer.headers["x-amz-checksum-crc32c"]) == (200, value)
    assert s3.head_object(**there, ChecksumMode="ENABLED")["ChecksumCRC32C"] == value


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace(b"photo", b"image", 1),
        lambda body: body.replace(b"chunk-signature=", b"chunk-signature=0", 1),
        lambda body: body[: body.rindex(b"0;chunk")],
        lambda body: body.replace(b"trailer-signature:", b"trailer-signature:0"),
        lambda body: re.sub(rb"crc32:....", b"crc32:AAAA", body),
    ],
    ids=["other bytes", "other signature", "no last chunk", "other trailer", "other checksum"],
)
def test_chunks_that_are_not_as_signed_make_nothing(environment, s3, there, change):
    answer = put(environment, there, f"x-amz-checksum-crc32:{sum_of('CRC32', BODY)}", change)
    assert answer.status in (400, 403)
    assert refused(s3.head_object, **there) == (404, "404")
