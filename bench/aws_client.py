"""As lean a client of AWS's JSON protocols and of S3 as can be: one connection, no retries."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import http.client
import json
import time
import urllib.parse

from measured_process import BenchError
from pinned_server import PinnedServer

REGION = "us-east-1"
TARGETS = {"sagemaker": "SageMaker", "logs": "Logs_20140328"}


class AwsClient:
    """Of one server, with the credentials that it gave; one thread each."""

    def __init__(self, server: PinnedServer):
        self._host = f"127.0.0.1:{server.port}"
        self._credentials = server.credentials
        self._connection = http.client.HTTPConnection(self._host, timeout=60)
        # Of the last request, from its send to the whole answer.
        self.last_ms = 0.0

    def call(self, service: str, operation: str, **members: object) -> dict:
        headers = {
            "X-Amz-Target": f"{TARGETS[service]}.{operation}",
            "Content-Type": "application/x-amz-json-1.1",
        }
        answer = self._request(service, "POST", "/", json.dumps(members).encode(), headers)
        return json.loads(answer or b"{}")

    def create_role(self, name: str, principal: str) -> None:
        """One that a service may take on."""
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": principal},
            "Action": "sts:AssumeRole",
        }
        form = {
            "Action": "CreateRole",
            "Version": "2010-05-08",
            "RoleName": name,
            "AssumeRolePolicyDocument": json.dumps(
                {"Version": "2012-10-17", "Statement": [statement]}
            ),
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        self._request("iam", "POST", "/", urllib.parse.urlencode(form).encode(), headers)

    def put(self, path: str, body: bytes = b"") -> None:
        """A bucket, or an object in it."""
        self._request("s3", "PUT", urllib.parse.quote(path), body, {})

    def _request(
        self, service: str, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> bytes:
        digest = hashlib.sha256(body).hexdigest()
        signed = self._sign(service, method, path, digest, headers)
        start = time.perf_counter()
        self._connection.request(method, path, body, signed)
        answer = self._connection.getresponse()
        content = answer.read()
        self.last_ms = 1e3 * (time.perf_counter() - start)
        if answer.status != 200:
            raise BenchError(f"{service} {method} {path}: {answer.status} {content[:500]!r}")
        return content

    def _sign(
        self, service: str, method: str, path: str, digest: str, headers: dict[str, str]
    ) -> dict[str, str]:
        now = f"{datetime.datetime.now(datetime.UTC):%Y%m%dT%H%M%SZ}"
        named = {name.lower(): value for name, value in headers.items()}
        named |= {"host": self._host, "x-amz-content-sha256": digest, "x-amz-date": now}
        names = ";".join(sorted(named))
        lines = "".join(f"{name}:{named[name]}\n" for name in sorted(named))
        canonical = f"{method}\n{path}\n\n{lines}\n{names}\n{digest}"
        scope = f"{now[:8]}/{REGION}/{service}/aws4_request"
        asked = hashlib.sha256(canonical.encode()).hexdigest()
        key = f"AWS4{self._credentials['AWS_SECRET_ACCESS_KEY']}".encode()
        for word in scope.split("/"):
            key = hmac.digest(key, word.encode(), "sha256")
        text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{asked}"
        signature = hmac.digest(key, text.encode(), "sha256").hex()
        credential = f"{self._credentials['AWS_ACCESS_KEY_ID']}/{scope}"
        return named | {
            "Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, "
            f"SignedHeaders={names}, Signature={signature}"
        }
