"""Requests to S3 that no client would make: botocore's signature, our bytes."""

import http.client
import ssl
import urllib.parse
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from running_server import Environment

UNSIGNED = "UNSIGNED-PAYLOAD"
UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def refused(self) -> tuple[int, str]:
        """Status and code."""
        return self.status, self.error.get("Code", "")

    @property
    def error(self) -> dict[str, str]:
        parts = ElementTree.fromstring(self.body)
        return {part.tag.rpartition("}")[2]: part.text or "" for part in parts}


def fetch(
    url: str, method: str = "GET", body=None, address: str | None = None, **headers
) -> Answer:
    """As it stands: nothing is signed. `address`: where to connect, if not to the URL's host."""
    parts = urllib.parse.urlsplit(url)
    host, port = address or parts.hostname, parts.port
    if parts.scheme == "https":
        context = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection(host, port, timeout=10, context=context)
    else:
        connection = http.client.HTTPConnection(host, port, timeout=10)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, target, body, {"host": parts.netloc} | fields)
    answer = connection.getresponse()
    found = {name.lower(): value for name, value in answer.getheaders()}
    result = Answer(answer.status, found, answer.read())
    connection.close()
    return result


class Signer(S3SigV4Auth):
    def __init__(self, environment: Environment, payload: str) -> None:
        key, secret = environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]
        super().__init__(Credentials(key, secret), "s3", environment["AWS_DEFAULT_REGION"])
        self._payload = payload

    def payload(self, request: AWSRequest) -> str:
        return self._payload


def send(
    environment: Environment,
    target: str,
    method: str = "GET",
    body: bytes | Callable[[dict[str, str]], bytes] = b"",
    payload: str = UNSIGNED,
    host: str | None = None,
    **headers: str,
) -> Answer:
    """`target`: path and query, encoded. `body`: bytes, or what makes them of the signed headers.
    `payload`: what x-amz-content-sha256 says."""
    at = urllib.parse.urlsplit(environment["AWS_ENDPOINT_URL"])
    url = f"{at.scheme}://{host or at.netloc}{target}"
    signed = signed_headers(environment, url, method, payload, **headers)
    content = body(signed) if callable(body) else body
    return fetch(url, method, content, address=at.hostname, **signed)


def signed_headers(
    environment: Environment, url: str, method: str, payload: str = UNSIGNED, **headers: str
) -> dict[str, str]:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    request = AWSRequest(method, url, headers=fields)
    Signer(environment, payload).add_auth(request)
    return {str(name): value for name, value in request.headers.items()}


def chunked(body: bytes, *trailers: str, size: int = 8192) -> bytes:
    """aws-chunked without signatures, and with trailers."""
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    framed = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return framed + b"0\r\n" + "".join(f"{line}\r\n" for line in trailers).encode() + b"\r\n"
