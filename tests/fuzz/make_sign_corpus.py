"""Writes the seeds of sigv4_header_fuzz and aws_chunked_fuzz (needs botocore)."""

import pathlib
import sys

FUZZ = pathlib.Path(__file__).parent
sys.path.append(str(FUZZ.parent / "oracles"))

import sigv4_oracle  # noqa: E402

KINDS = {
    "header": "get-vanilla-query-order-value (header)",
    "s3": "post-sts-token (s3)",
    "presigned": "get-vanilla (query)",
    "presigned_s3": "blank and plus (s3-query)",
    "path": "normalize-path, all at once (header)",
    "repeated": "get-header-key-duplicate (s3)",
    "date": "date header (header)",
}


def request_seeds():
    answers = {answer["name"]: answer for answer in sigv4_oracle.requests(1, 0)}
    for name, answer_name in KINDS.items():
        answer = answers[answer_name]
        fields = [f"{name}:{value}" for name, value in answer["fields"]]
        yield name, "\n".join([answer["method"], answer["target"], *fields]).encode()
    yield "version2", b"GET\n/?AWSAccessKeyId=a&Signature=b\nHost:h"
    yield "ecdsa", b"GET\n/\nHost:h\nAuthorization:AWS4-ECDSA-P256-SHA256 Credential=a"


def chunk_seeds():
    """As aws_chunked_fuzz expects them: its time, scope, seed signature and 11 bytes of data."""
    sigv4_oracle.SECRET = "secret"
    trailers = [("x-amz-checksum-crc32", sigv4_oracle.crc32_of(b"hello world"))]
    pieces = [b"hello ", b"world"]

    def signer():
        return sigv4_oracle.ChunkSigner("20261121T000000Z", "us-east-1", "s3", "a" * 64)

    yield "signed", b"\0\1" + signer().body(pieces, [], False)
    yield "signed_trailer", b"\1\2" + signer().body(pieces, trailers, True)
    name, value = trailers[0]
    unsigned = f"6\r\nhello \r\n5\r\nworld\r\n0\r\n{name}:{value}\r\n\r\n".encode()
    yield "unsigned_trailer", b"\2\3" + unsigned


def main():
    for folder, seeds in ("sigv4_header", request_seeds()), ("aws_chunked", chunk_seeds()):
        (FUZZ / "corpus" / folder).mkdir(parents=True, exist_ok=True)
        for name, content in seeds:
            (FUZZ / "corpus" / folder / name).write_bytes(content)


main()
