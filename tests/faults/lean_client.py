"""As lean an S3 client as can be: no retries, no waiting, and it tells where a request stands.

One thread each.
"""

import hashlib
import http.client
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from running_server import SECONDS_MAX, RunningServer

PIECE_BYTES = 64 * 1024


class NoAnswerError(Exception):
    """The server went away, or cut its answer before the announced length."""


@dataclass(frozen=True)
class Content:
    """What is known of an object's bytes."""

    sha256: str
    size: int
    etag: str

    @classmethod
    def of(cls, body: bytes, etag: str | None = None) -> "Content":
        etag = etag or f'"{hashlib.md5(body).hexdigest()}"'
        return cls(hashlib.sha256(body).hexdigest(), len(body), etag)


@dataclass(frozen=True)
class Answer:
    request: str
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def done(self) -> bool:
        """A copy and a completed upload may fail after their 200."""
        return 200 <= self.status < 300 and b"<Error>" not in self.body[:200]

    def field(self, name: str) -> str:
        return re.search(rf"<{name}>([^<]*)</{name}>", self.body.decode())[1]


@dataclass(frozen=True)
class Access:
    """What a client must know of a server."""

    address: str
    credentials: Credentials

    @classmethod
    def to(cls, server: RunningServer) -> "Access":
        environment = server.environment()
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        return cls(urlsplit(server.url).netloc, Credentials(*map(environment.get, names)))

    def moved_to(self, server: RunningServer) -> "Access":
        """With the credentials of before: they must hold after a restart."""
        return Access(urlsplit(server.url).netloc, self.credentials)


Step = Callable[[], None]


def pass_by() -> None:
    """Where nothing is to happen at a step."""


def content_of(answer: Answer) -> Content | None:
    """What a GET found. None: there is no such object."""
    if answer.status == 404:
        return None
    assert answer.status == 200, answer
    return Content.of(answer.body, answer.headers["ETag"])


class S3Client:
    def __init__(self, access: Access, bucket: str, step: Step = pass_by) -> None:
        """`step` is called where something may happen to the server: between a request's pieces."""
        self.access = access
        self.bucket = bucket
        self.step = step
        self.connection = http.client.HTTPConnection(access.address, timeout=SECONDS_MAX)

    def close(self) -> None:
        self.connection.close()

    def request(
        self, method: str, key: str = "", query: str = "", body: bytes = b"", **headers: str
    ) -> Answer:
        target = f"/{self.bucket}/{quote(key)}" if key else f"/{self.bucket}"
        target += f"?{query}" if query else ""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = AWSRequest(method, f"http://{self.access.address}{target}", named, body)
        S3SigV4Auth(self.access.credentials, "s3", "us-east-1").add_auth(request)
        signed = {**dict(request.headers.items()), "Content-Length": str(len(body))}
        try:
            self.connection.request(method, target, self.pieces(body), signed)
            answer = self.connection.getresponse()
            self.step()
            return Answer(f"{method} {target}", answer.status, answer.headers, answer.read())
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            raise NoAnswerError(f"{method} {target}: {error!r}") from error

    def pieces(self, body: bytes) -> Iterator[bytes]:
        for begin in range(0, len(body), PIECE_BYTES):
            self.step()
            yield body[begin : begin + PIECE_BYTES]
        self.step()

    def get(self, key: str, **headers: str) -> Answer:
        return self.request("GET", key, **headers)

    def read(self, key: str) -> Content | None:
        return content_of(self.get(key))

    def list(self) -> dict[str, tuple[int, str]]:
        """Size and ETag by key."""
        found: dict[str, tuple[int, str]] = {}
        query = "list-type=2"
        while query:
            answer = self.request("GET", query=query)
            assert answer.status == 200, answer
            page = ElementTree.fromstring(answer.body)
            for entry in page.findall("{*}Contents"):
                key, size, etag = (
                    entry.findtext(f"{{*}}{name}") for name in ("Key", "Size", "ETag")
                )
                assert key not in found
                found[key] = (int(size), etag)
            token = page.findtext("{*}NextContinuationToken")
            query = f"continuation-token={quote(token, safe='')}&list-type=2" if token else ""
        return found
