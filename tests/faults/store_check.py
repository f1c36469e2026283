"""After its server died and was started again: what a store must hold, and does."""

import json

from journal import Journal
from lean_client import Access, S3Client
from running_server import RunningServer
from uploads import Upload
from writers import BUCKET


def check_store(server: RunningServer, access: Access, journal: Journal) -> None:
    """Nothing acknowledged is lost, nothing is torn, listing is reading, fsck agrees."""
    client = S3Client(access, BUCKET)
    check_keys(client, journal)
    for upload in journal.uploads:
        finish_upload(client, journal, upload)
    journal.uploads.clear()
    check_listing(client, journal)
    client.close()
    check_fsck(server)


def check_keys(client: S3Client, journal: Journal) -> None:
    """Of those that were written since the last check."""
    for key in sorted(journal.touched):
        possible = journal.possible(key)
        found = client.read(key)
        assert found in possible, f"{key} is {found}, not one of {possible}"
        journal.settle(key, found)
    journal.touched.clear()


def finish_upload(client: S3Client, journal: Journal, upload: Upload) -> None:
    """Its acknowledged parts are there still, unless it was completed without an answer."""
    if upload.completing or not upload.parts:
        answer = upload.abort(client)
        assert answer.done or (upload.completing and answer.status == 404), answer
        return
    answer = upload.complete(client)
    assert answer.done, answer
    found = client.read(upload.key)
    assert found == upload.content(), f"{upload.key} is {found}, not {upload.content()}"
    journal.settle(upload.key, found)


def check_listing(client: S3Client, journal: Journal) -> None:
    """Every key that can be read is listed, and no other: with its size and its ETag."""
    settled = {key: journal.possible(key) for key in journal.attempts}
    present = {key: content for key, (content,) in settled.items() if content is not None}
    listed = client.list()
    assert listed == {key: (content.size, content.etag) for key, content in present.items()}


def check_fsck(server: RunningServer) -> None:
    done = server.kennel("fsck", "--json")
    assert done.returncode in (0, 1), done.stderr
    found = json.loads(done.stdout)
    assert (found["corrupt"], found["missing"], done.returncode) == ([], [], 0), done.stdout
