"""Expect: 100-continue, with which boto3 and the aws CLI send every file.

After a final answer without a 100 before it, the CLI's copy of botocore misreads the next answer on
that connection and waits for its end. So S3 always sends the 100, or closes the connection.
"""

import socket

import pytest
from s3_raw import signed_headers


def answers_to(server, environment, target: str, body: bytes) -> list[list[str]]:
    """The heads that come: before the body is sent, and after it where it was asked for."""
    url = f"{server.url}{target}"
    fields = signed_headers(environment, url, "PUT")
    fields |= {"Host": f"127.0.0.1:{server.port}", "Expect": "100-continue"}
    fields["Content-Length"] = str(len(body))
    lines = [f"PUT {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        with connection.makefile("rb") as stream:
            heads = [read_head(stream)]
            if heads[0][0].startswith("HTTP/1.1 100"):
                connection.sendall(body)
                heads.append(read_head(stream))
    return heads


def read_head(stream) -> list[str]:
    return list(iter(lambda: stream.readline().decode().strip(), ""))


@pytest.mark.parametrize("body", [b"", b"a dog"], ids=["empty", "full"])
def test_a_body_is_asked_for_even_if_it_is_empty(server, environment, s3, bucket, body):
    first, second = answers_to(server, environment, f"/{bucket}/dog", body)
    assert first == ["HTTP/1.1 100 Continue"]
    assert second[0] == "HTTP/1.1 200 OK"
    assert s3.get_object(Bucket=bucket, Key="dog")["Body"].read() == body


@pytest.mark.parametrize("body", [b"", b"a dog"], ids=["empty", "full"])
def test_a_refusal_that_asks_for_no_body_ends_the_connection(server, environment, body):
    heads = answers_to(server, environment, "/never-made/dog", body)
    assert heads[-1][0] == "HTTP/1.1 404 Not Found"
    closes = "connection: close" in [line.lower() for line in heads[-1]]
    assert closes or len(heads) == 2
