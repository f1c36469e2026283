"""botocore as the oracle for Signature Version 4, in headers and in queries.

sigv4_oracle.py requests SEED COUNT   the shapes of AWS's published test suite and COUNT random ones
sigv4_oracle.py chunks SEED COUNT     aws-chunked bodies: COUNT of each kind

Prints a JSON list. A request is what goes over the wire once it is signed, with what it was signed
with. The signed kinds of aws-chunked are written here from AWS's description of them; botocore
itself sends the unsigned kind only.
"""

import datetime
import hashlib
import hmac
import io
import json
import random
import string
import sys
from urllib.parse import quote

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpchecksum import AwsChunkedWrapper, Crc32Checksum

SIGNERS = {
    "header": botocore.auth.SigV4Auth,
    "s3": botocore.auth.S3SigV4Auth,
    "query": botocore.auth.SigV4QueryAuth,
    "s3-query": botocore.auth.S3SigV4QueryAuth,
}
KEY_ID = "AKIDORACLE"
SECRET = "an/oracle+secret"
UNRESERVED = "-._~" + string.digits + string.ascii_letters
PRINTABLE = string.printable.strip() + " \u00e9\u1234\U0001f415"


class Shape:
    """A request to sign. `query` is its wire form where that differs from what is signed."""

    def __init__(self, name, path="/", **rest):
        self.name = name
        self.path = path  # as it is signed
        self.wire_path = rest.get("wire_path", path)
        self.method = rest.get("method", "GET")
        self.params = rest.get("params", [])
        self.query = rest.get("query")
        self.headers = rest.get("headers", [])
        self.body = rest.get("body", "")
        self.token = rest.get("token")


def encode_pairs(pairs):
    return "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in pairs)


def form_shapes():
    form = [("Content-Type", "application/x-www-form-urlencoded")]
    charset = [("Content-Type", "application/x-www-form-urlencoded; charset=utf8")]
    yield Shape("post-vanilla", method="POST")
    yield Shape("post-vanilla-query", method="POST", params=[("Param1", "value1")])
    yield Shape("post-vanilla-empty-query-value", method="POST", params=[("P", "")], query="P")
    yield Shape("post-x-www-form-urlencoded", method="POST", headers=form, body="Param1=value1")
    yield Shape("post-x-www-form-charset", method="POST", headers=charset, body="P=value1")
    yield Shape("post-sts-token", method="POST", token="a/token+with=marks")
    yield Shape("get-vanilla-with-session-token", token="another")
    yield Shape("post-header-key-case", method="POST", headers=[("MY-header1", "v")])
    yield Shape("post-header-key-sort", method="POST", headers=[("My-B", "1"), ("My-A", "2")])
    yield Shape("post-header-value-case", method="POST", headers=[("My-Header1", "VALUE1")])


def header_shapes():
    def headers(*pairs):
        return {"headers": list(pairs)}

    yield Shape("get-header-key-duplicate", **headers(*[("My-H", v) for v in ("2", "2", "1")]))
    yield Shape("get-header-value-order", **headers(*[("My-H", v) for v in ("4", "1", "3")]))
    yield Shape("get-header-value-trim", **headers(("My-1", "  v  "), ("My-2", ' "a   b  \t c" ')))
    yield Shape("empty header", **headers(("My-Empty", "")))
    yield Shape("date header", **headers(("Date", "to be replaced")))
    yield Shape(
        "unsigned headers",
        **headers(
            ("User-Agent", "aws-cli/2"),
            ("X-Amzn-Trace-Id", "Root=1-2"),
            ("Expect", "100-continue"),
            ("Transfer-Encoding", "chunked"),
            ("X-Amz-Target", "Service.Operation"),
        ),
    )


def path_shapes():
    yield Shape("get-vanilla")
    yield Shape("get-unreserved", "/" + UNRESERVED)
    yield Shape("get-relative", "/example/..")
    yield Shape("get-relative-relative", "/example1/example2/../..")
    yield Shape("get-slash", "//")
    yield Shape("get-slash-dot-slash", "/./")
    yield Shape("get-slashes", "//example//")
    yield Shape("get-slash-pointless-dot", "/./example")
    yield Shape("normalize-path, all at once", "/a//./b/../../c/./d/")
    yield Shape("get-space, encoded", "/example%20space/")
    yield Shape("get-utf8, encoded", "/%E1%88%B4")
    yield Shape("double-encode", "/a%2520b/%25/%3A%2B%2F/")


def query_shapes():
    def query(*pairs, wire=None):
        return {"params": list(pairs), "query": wire}

    yield Shape("get-vanilla-empty-query-key", **query(("", "value")))
    yield Shape("get-vanilla-query", **query(("Param1", "value1")))
    yield Shape("get-vanilla-query-order-key", **query(("Param2", "2"), ("Param1", "1")))
    yield Shape("get-vanilla-query-order-key-case", **query(("b", "1"), ("B", "2"), ("a", "3")))
    yield Shape("get-vanilla-query-order-value", **query(("P", "value2"), ("P", "value1")))
    yield Shape("order of a name and its beginning", **query(("P-1", "1"), ("P", "2")))
    yield Shape("get-vanilla-query-unreserved", **query((UNRESERVED, UNRESERVED)))
    yield Shape("get-vanilla-utf8-query", **query(("\u1234", "bar"), wire="\u1234=bar"))
    yield Shape("blank and plus", **query(("a b", "1 + 1"), wire="a%20b=1%20+%201"))
    yield Shape("loose encoding", **query(("a~", "x/y"), wire="%61%7e=x/y"))


def suite():
    shapes = [*path_shapes(), *query_shapes(), *header_shapes(), *form_shapes()]
    for shape in shapes:
        for signer in SIGNERS:
            if not (shape.body and "query" in signer):
                yield shape, signer
    # Not encoded on the wire: S3 signs what it encodes itself, the others encode what is there.
    for path in ("/example space/", "/\u1234", "/a:b"):
        encoded = quote(path, safe="/~")
        yield Shape("not encoded " + path, path), "header"
        yield Shape("not encoded " + path, encoded, wire_path=path), "s3"
    yield Shape("tilde, encoded", "/~a", wire_path="/%7ea"), "s3"


class Draw:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def text(self, length_max, alphabet=PRINTABLE):
        return "".join(self.random.choices(alphabet, k=self.random.randrange(1, length_max)))

    def loosely(self, text, safe):
        """Some letters are encoded that need not be, in either case of hex."""

        def spell(letter):
            if self.random.random() < 0.2 and letter not in "/":
                encoded = "".join(f"%{byte:02x}" for byte in letter.encode())
                return self.random.choice([encoded, encoded.upper()])
            return quote(letter, safe=safe)

        return "".join(spell(letter) for letter in text)

    def headers(self):
        words = string.ascii_letters + string.digits + "  /=;,\"'"
        names = ["X-Amz-Meta-A", "x-amz-meta-b", "Content-Type", "Range", "USER-AGENT", "My-H"]
        count = self.random.randrange(0, 5)
        return [(self.random.choice(names), self.text(30, words)) for _ in range(count)]

    def shape(self, index):
        is_s3 = self.random.random() < 0.5
        key = "/" + "/".join(self.text(8) for _ in range(self.random.randrange(0, 4)))
        path = quote(key, safe="/~")
        params = [(self.text(6), self.text(10)) for _ in range(self.random.randrange(0, 5))]
        loose = "&".join(self.loosely(k, "~") + "=" + self.loosely(v, "/:~") for k, v in params)
        signer = self.random.choice(["s3", "s3-query"] if is_s3 else ["header", "query"])
        has_body = "query" not in signer and self.random.random() < 0.5
        return Shape(
            f"random {index}",
            path,
            wire_path=self.loosely(key, "/~") if signer == "s3" else path,
            method=self.random.choice(["GET", "PUT", "POST", "DELETE", "HEAD"]),
            params=params,
            query=loose,
            headers=self.headers(),
            body=self.text(200) if has_body else "",
            token=self.text(50, string.ascii_letters + "+/=") if index % 3 == 0 else None,
        ), signer

    def time(self):
        at = datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)
        return at + datetime.timedelta(seconds=self.random.randrange(0, 3 * 365 * 86400))


def new_request(shape, host):
    request = AWSRequest(
        method=shape.method,
        url=f"https://{host}{shape.path}",
        params=shape.params,
        data=shape.body.encode() if shape.body else None,
    )
    for name, value in [("Host", host), *shape.headers]:
        request.headers.add_header(name, value)
    return request


def wire_target(shape, signer, request, host):
    if "query" in signer:
        return request.url.removeprefix(f"https://{host}")
    query = encode_pairs(shape.params) if shape.query is None else shape.query
    return shape.wire_path + ("?" + query if query else "")


def sign(shape, signer, at):
    service, region = ("s3" if "s3" in signer else "iam"), "eu-central-1"
    host = f"{service}.example:4566"
    botocore.auth.get_current_datetime = lambda: at
    credentials = Credentials(KEY_ID, SECRET, shape.token)
    request = new_request(shape, host)
    before = list(request.headers.items())
    SIGNERS[signer](credentials, service, region).add_auth(request)
    return {
        "name": f"{shape.name} ({signer})",
        "secret": SECRET,
        "access_key_id": KEY_ID,
        "session_token": shape.token or "",
        "region": region,
        "service": service,
        "at": at.strftime("%Y%m%dT%H%M%SZ"),
        "as_sent": "s3" in signer,
        "presigned": "query" in signer,
        "method": shape.method,
        "target": wire_target(shape, signer, request, host),
        "fields_before": before,
        "fields": list(request.headers.items()),
        "body": shape.body,
    }


def requests(seed, count):
    draw = Draw(seed)
    signed = [sign(shape, signer, draw.time()) for shape, signer in suite()]
    return signed + [sign(*draw.shape(index), draw.time()) for index in range(count)]


class ChunkSigner:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html"""

    def __init__(self, at, region, service, seed_signature):
        self.head = f"{at}\n{at[:8]}/{region}/{service}/aws4_request\n"
        self.key = f"AWS4{SECRET}".encode()
        for part in (at[:8], region, service, "aws4_request"):
            self.key = hmac.digest(self.key, part.encode(), "sha256")
        self.previous = seed_signature

    def link(self, kind, *hashes):
        lines = "\n".join([self.previous, *hashes])
        to_sign = f"AWS4-HMAC-SHA256-{kind}\n{self.head}{lines}"
        self.previous = hmac.new(self.key, to_sign.encode(), "sha256").hexdigest()
        return self.previous

    def chunk(self, data):
        hashes = hashlib.sha256(b"").hexdigest(), hashlib.sha256(data).hexdigest()
        return f"{len(data):x};chunk-signature={self.link('PAYLOAD', *hashes)}\r\n".encode()

    def body(self, pieces, trailers, has_trailer_signature):
        body = b"".join(self.chunk(piece) + piece + b"\r\n" for piece in pieces)
        body += self.chunk(b"")
        body += b"".join(f"{name}:{value}\r\n".encode() for name, value in trailers)
        if has_trailer_signature:
            canonical = "".join(f"{name}:{value}\n" for name, value in sorted(trailers))
            digest = hashlib.sha256(canonical.encode()).hexdigest()
            body += f"x-amz-trailer-signature:{self.link('TRAILER', digest)}\r\n".encode()
        return body + b"\r\n"


def crc32_of(data):
    checksum = Crc32Checksum()
    checksum.update(data)
    return checksum.b64digest()


def chunked_body(kind, draw):
    pieces = [
        draw.random.randbytes(draw.random.choice([1, 3, 100, 5000]))
        for _ in range(draw.random.randrange(0, 5))
    ]
    data = b"".join(pieces)
    at = draw.time().strftime("%Y%m%dT%H%M%SZ")
    seed_signature = draw.random.randbytes(32).hex()
    trailers = [["x-amz-checksum-crc32", crc32_of(data)]] if kind.endswith("TRAILER") else []
    if kind == "STREAMING-UNSIGNED-PAYLOAD-TRAILER":
        size = draw.random.choice([1, 7, 1000, 10000])
        body = AwsChunkedWrapper(io.BytesIO(data), Crc32Checksum, trailers[0][0], size).read()
    else:
        signer = ChunkSigner(at, "us-east-1", "s3", seed_signature)
        if trailers:
            trailers = [["x-amz-meta-late", "value"], *trailers]
        body = signer.body(pieces, trailers, bool(trailers))
    return {
        "kind": kind,
        "secret": SECRET,
        "at": at,
        "region": "us-east-1",
        "service": "s3",
        "seed_signature": seed_signature,
        "body": body.hex(),
        "decoded": data.hex(),
        "trailers": trailers,
    }


def chunks(seed, count):
    draw = Draw(seed)
    kinds = [
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    ]
    return [chunked_body(kind, draw) for kind in kinds for _ in range(count)]


def main():
    commands = {"requests": requests, "chunks": chunks}
    print(json.dumps(commands[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]))))


if __name__ == "__main__":
    main()
