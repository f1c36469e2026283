"""Multipart uploads: what becomes of their parts, and the request that makes it so."""

import hashlib
from dataclasses import dataclass, field

from lean_client import Answer, Content, S3Client


@dataclass
class Upload:
    """One that was neither completed nor aborted, as far as is known."""

    key: str
    number: str
    parts: list[tuple[str, bytes]] = field(default_factory=list)  # ETag and bytes, acknowledged
    completing: bool = False  # asked for: it may have succeeded

    def content(self) -> Content:
        parts = [part for _, part in self.parts]
        digests = b"".join(hashlib.md5(part).digest() for part in parts)
        return Content.of(b"".join(parts), f'"{hashlib.md5(digests).hexdigest()}-{len(parts)}"')

    def add_part(self, client: S3Client, part: bytes) -> Answer:
        query = f"partNumber={len(self.parts) + 1}&uploadId={self.number}"
        answer = client.request("PUT", self.key, query, part)
        if answer.done:
            self.parts.append((answer.headers["ETag"], part))
        return answer

    def complete(self, client: S3Client) -> Answer:
        self.completing = True
        listed = "".join(
            f"<Part><PartNumber>{place}</PartNumber><ETag>{etag}</ETag></Part>"
            for place, (etag, _) in enumerate(self.parts, 1)
        )
        body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
        return client.request("POST", self.key, f"uploadId={self.number}", body)

    def abort(self, client: S3Client) -> Answer:
        return client.request("DELETE", self.key, f"uploadId={self.number}")
