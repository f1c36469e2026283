"""aws-chunked bodies, signed chunk by chunk as AWS documents it, through the whole front door."""

import hashlib
import hmac
import http.client
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

BODY = b"Action=GetCallerIdentity&Version=2011-06-15"
EMPTY = hashlib.sha256(b"").hexdigest()
STREAMING = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"


def digest(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


@dataclass
class Signer:
    access_key: str
    secret: str
    stamp: str

    @property
    def scope(self) -> str:
        return f"{self.stamp[:8]}/us-east-1/sts/aws4_request"

    def sign(self, *lines: str) -> str:
        key = f"AWS4{self.secret}".encode()
        for part in self.scope.split("/"):
            key = digest(key, part)
        return digest(key, "\n".join(lines)).hex()

    def seed(self, fields: dict[str, str]) -> str:
        names = sorted(fields)
        lines = [f"{name}:{fields[name]}" for name in names]
        canonical = "\n".join(["POST", "/", "", *lines, "", ";".join(names), STREAMING])
        hashed = hashlib.sha256(canonical.encode()).hexdigest()
        return self.sign("AWS4-HMAC-SHA256", self.stamp, self.scope, hashed)

    def chunk(self, previous: str, data: bytes) -> tuple[bytes, str]:
        hashed = hashlib.sha256(data).hexdigest()
        signature = self.sign(
            "AWS4-HMAC-SHA256-PAYLOAD", self.stamp, self.scope, previous, EMPTY, hashed
        )
        head = f"{len(data):x};chunk-signature={signature}\r\n".encode()
        return head + data + b"\r\n", signature


def send(server, environment, change=lambda body: body) -> tuple[int, str]:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    signer = Signer(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"], stamp)
    fields = {
        "content-encoding": "aws-chunked",
        "content-type": "application/x-www-form-urlencoded",
        "host": f"127.0.0.1:{server.port}",
        "x-amz-content-sha256": STREAMING,
        "x-amz-date": stamp,
        "x-amz-decoded-content-length": str(len(BODY)),
    }
    signature = signer.seed(fields)
    fields["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={signer.access_key}/{signer.scope}, "
        f"SignedHeaders={';'.join(sorted(fields))}, Signature={signature}"
    )
    body = b""
    for data in (BODY[:20], BODY[20:], b""):
        piece, signature = signer.chunk(signature, data)
        body += piece
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("POST", "/", change(body), fields)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def test_a_body_in_signed_chunks_is_taken(server, environment):
    status, text = send(server, environment)
    assert (status, "<GetCallerIdentityResult>" in text) == (200, True), text


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace(b"Version", b"version"),
        lambda body: body.replace(b"chunk-signature=", b"chunk-signature=0", 1),
        lambda body: body[: body.rindex(b"0;chunk")],
        lambda body: body + b"0\r\n\r\n",
    ],
    ids=["other bytes", "other signature", "no last chunk", "more behind the end"],
)
def test_a_body_that_is_not_as_signed_is_refused(server, environment, change):
    status, text = send(server, environment, change)
    assert status in (400, 403), text
    assert "<GetCallerIdentityResult>" not in text
