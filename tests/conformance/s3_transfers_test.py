"""boto3's transfers: whole files in parts, both ways, by its defaults and by its settings."""

import io
import random

import pytest
from boto3.s3.transfer import TransferConfig
from s3_client import MIB, connect, new_name

SMALL = random.Random(1).randbytes(100_000)
LARGE = random.Random(2).randbytes(20 * MIB + 123)
SETTINGS = {
    "defaults": None,
    "classic": TransferConfig(preferred_transfer_client="classic"),
    "one thread": TransferConfig(use_threads=False),
    "parts of 5 MiB": TransferConfig(multipart_threshold=MIB, multipart_chunksize=5 * MIB),
}


@pytest.fixture(scope="module", params=["http", "https"])
def client(request, server, environment):
    return connect(environment, f"{request.param}://127.0.0.1:{server.port}")


@pytest.fixture(scope="module")
def bucket(client) -> str:
    name = new_name("transfers")
    client.create_bucket(Bucket=name)
    return name


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    (folder / "small").write_bytes(SMALL)
    (folder / "large").write_bytes(LARGE)
    return folder


@pytest.mark.parametrize("name", SETTINGS)
def test_a_large_file_goes_there_and_back(client, bucket, files, tmp_path, name):
    config = {"Config": SETTINGS[name]}
    about = {
        "ContentType": "image/jpeg",
        "Metadata": {"breed": "x"},
        "ServerSideEncryption": "AES256",
    }
    client.upload_file(str(files / "large"), bucket, name, ExtraArgs=about, **config)
    head = client.head_object(Bucket=bucket, Key=name)
    assert head["ContentLength"] == len(LARGE)
    assert {key: head[key] for key in about} == about
    assert head["ETag"].endswith('-5"' if name == "parts of 5 MiB" else '-3"')
    client.download_file(bucket, name, str(tmp_path / "back"), **config)
    assert (tmp_path / "back").read_bytes() == LARGE


def test_a_small_file_goes_there_and_back_in_one_piece(client, bucket, files, tmp_path):
    client.upload_file(str(files / "small"), bucket, "small")
    assert "-" not in client.head_object(Bucket=bucket, Key="small")["ETag"]
    client.download_file(bucket, "small", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == SMALL


@pytest.mark.parametrize("content", [b"", SMALL, LARGE], ids=["empty", "small", "large"])
def test_streams_go_there_and_back(client, bucket, content):
    client.upload_fileobj(io.BytesIO(content), bucket, "stream")
    back = io.BytesIO()
    client.download_fileobj(bucket, "stream", back)
    assert back.getvalue() == content


def test_a_stream_that_nobody_can_rewind_goes_there(client, bucket):
    class Pipe:
        def __init__(self) -> None:
            self._rest = io.BytesIO(LARGE)

        def read(self, size: int = -1) -> bytes:
            return self._rest.read(size)

    client.upload_fileobj(Pipe(), bucket, "pipe")
    assert client.head_object(Bucket=bucket, Key="pipe")["ContentLength"] == len(LARGE)


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA256"])
def test_sums_are_asked_for_of_parts(client, bucket, files, algorithm):
    extra = {"ChecksumAlgorithm": algorithm}
    client.upload_file(str(files / "large"), bucket, algorithm, ExtraArgs=extra)
    head = client.head_object(Bucket=bucket, Key=algorithm, ChecksumMode="ENABLED")
    assert head["ChecksumType"] == "COMPOSITE"
    assert head[f"Checksum{algorithm}"].endswith("-3")


@pytest.mark.parametrize("name", ["defaults", "parts of 5 MiB"])
def test_a_large_object_is_copied_in_parts(client, bucket, name):
    client.upload_fileobj(io.BytesIO(LARGE), bucket, "source")
    source = {"Bucket": bucket, "Key": "source"}
    client.copy(source, bucket, "copy", Config=SETTINGS[name])
    head = client.head_object(Bucket=bucket, Key="copy")
    assert head["ContentLength"] == len(LARGE)
    assert head["ETag"].endswith('-5"' if name == "parts of 5 MiB" else '-3"')
    back = io.BytesIO()
    client.download_fileobj(bucket, "copy", back)
    assert back.getvalue() == LARGE


def test_an_upload_that_fails_leaves_nothing_behind(client, bucket, files):
    class Broken(io.BytesIO):
        def read(self, size: int = -1) -> bytes:
            if self.tell() > 10 * MIB:
                raise OSError("the disk is gone")
            return super().read(size)

    with pytest.raises(OSError, match="the disk is gone"):
        client.upload_fileobj(Broken(LARGE), bucket, "broken")
    assert "Uploads" not in client.list_multipart_uploads(Bucket=bucket)
    assert client.list_objects_v2(Bucket=bucket, Prefix="broken")["KeyCount"] == 0
