"""Writes the seeds of form_data_fuzz and post_policy_fuzz (needs botocore)."""

import base64
import pathlib

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

FUZZ = pathlib.Path(__file__).parent
CREDENTIALS = Credentials("AKIATEST", "secret")
SIGNERS = {
    "version4": botocore.auth.S3SigV4PostAuth(CREDENTIALS, "s3", "us-east-1"),
    "version2": botocore.auth.HmacV1PostAuth(CREDENTIALS),
}
CONDITIONS = [
    {"bucket": "dogs"},
    ["starts-with", "$key", "photos/"],
    ["eq", "$Content-Type", "image/jpeg"],
    ["content-length-range", 1, "1024"],
    {"x-amz-meta-price": "\\$1"},
]


def part(name: str, value: str, more: str = "") -> str:
    return f'--edge\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n'


def sign(signer) -> dict[str, str]:
    request = AWSRequest("POST", "http://localhost/dogs")
    request.context["s3-presign-post-fields"] = {"key": "photos/${filename}"}
    expiration = "2026-11-21T11:00:00Z"
    policy = {"expiration": expiration, "conditions": list(CONDITIONS)}
    request.context["s3-presign-post-policy"] = policy
    signer.add_auth(request)
    return request.context["s3-presign-post-fields"]


def main() -> None:
    for folder in "form_data", "post_policy":
        (FUZZ / "corpus" / folder).mkdir(parents=True, exist_ok=True)
    forms = {"no_file": part("key", "dog") + "--edge--\r\n"}
    file = part("file", "wau\r\n--edg\r\n", '; filename="C:\\\\a \\"dog\\".jpg"')
    for name, signer in SIGNERS.items():
        fields = sign(signer)
        forms[name] = "".join(part(key, value) for key, value in fields.items()) + file
        forms[name] += part("behind", "ignored") + "--edge--\r\n"
        policy = base64.b64decode(fields["policy"])
        (FUZZ / "corpus" / "post_policy" / name).write_bytes(policy)
    long_ago = b'{"expiration": "1356-11-21T11:00:00Z", "conditions": []}'
    (FUZZ / "corpus" / "post_policy" / "long_ago").write_bytes(long_ago)
    for name, form in forms.items():
        (FUZZ / "corpus" / "form_data" / name).write_bytes(b"\5" + form.encode())


main()
