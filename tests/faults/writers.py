"""Threads that write to a server until it dies or they are stopped, and keep a journal of it."""

import itertools
import random
import threading
from collections.abc import Callable
from urllib.parse import quote

from journal import Journal
from lean_client import Access, Answer, Content, NoAnswerError, S3Client, Step, content_of, pass_by
from running_server import RunningServer
from uploads import Upload

BUCKET = "written"
THREADS = 4
MIB = 1024 * 1024
PART_BYTES = 5 * MIB  # the least that AWS takes, but for the last
SIZES = (0, 1, 100, 4096, 10_000, 10_000, 100_000, MIB - 1, MIB, MIB + 1)
OWN_KEYS = ["plain", "with space", "a+b", "ümläut", "deep/er/key", "dots/../in/it", "one", "two"]
SHARED_KEYS = [f"shared/{number}" for number in range(4)]
# The same bytes under many keys: stored once, and deleted while others begin to use them.
COMMON = [random.Random(size).randbytes(size) for size in (1, 5_000, 70_000)]
PART = random.Random(0).randbytes(PART_BYTES)


class Countdown:
    """Does something at the n-th step, in the thread that takes it."""

    def __init__(self, steps: int, action: Callable[[], None]) -> None:
        self.left = steps
        self.action = action
        self.lock = threading.Lock()

    def step(self) -> None:
        with self.lock:
            self.left -= 1
            if self.left == 0:
                self.action()


class Writer(threading.Thread):
    """Ends when its server gives no answer, when it is stopped or has done its operations."""

    def __init__(self, name: str, client: S3Client, journal: Journal, seed: int) -> None:
        super().__init__(name=name)
        self.client = client
        self.journal = journal
        self.chance = random.Random(seed)
        self.keys = [f"{name}/{key}" for key in OWN_KEYS]
        self.operations_max: int | None = None
        self.disk_may_die = False  # then it ends when it is refused, and a read may be
        self.stopped = threading.Event()
        self.refused = 0
        self.failure: Exception | None = None

    def run(self) -> None:
        deeds = (self.put, self.delete, self.copy, self.read, self.upload_parts)
        try:
            for done in itertools.count():
                if self.stopped.is_set() or done == self.operations_max:
                    break
                if self.refused and self.disk_may_die:
                    break
                self.chance.choices(deeds, (45, 15, 20, 15, 5))[0]()
        except NoAnswerError:
            pass
        except Exception as failure:
            self.failure = failure
        self.client.close()

    def any_key(self) -> str:
        return self.chance.choice(self.keys if self.chance.random() < 0.8 else SHARED_KEYS)

    def body(self) -> bytes:
        if self.chance.random() < 0.3:
            return self.chance.choice(COMMON)
        return self.chance.randbytes(self.chance.choice(SIZES))

    def judge(self, answer: Answer) -> bool:
        """Whether it was done. The server may say that it failed, not that the client did."""
        if not answer.done:
            self.refused += 1
            assert answer.status >= 500 or answer.status == 200, answer
        return answer.done

    def write(self, key: str, content: Content | None, ask: Callable[[], Answer]) -> bool:
        attempt = self.journal.begin(key, content)
        done = self.judge(ask())
        self.journal.end(attempt, done)
        return done

    def put(self) -> None:
        key, body = self.any_key(), self.body()
        self.write(key, Content.of(body), lambda: self.client.request("PUT", key, body=body))

    def delete(self) -> None:
        key = self.any_key()
        self.write(key, None, lambda: self.client.request("DELETE", key))

    def copy(self) -> None:
        """Of an object with one certain content, and of one part: its copy has its ETag."""
        source, key = self.chance.choice(self.keys), self.any_key()
        possible = self.journal.possible(source)
        content = possible.pop()
        if source == key or possible or content is None or "-" in content.etag:
            return self.put()
        path = quote(f"/{BUCKET}/{source}")
        self.write(key, content, lambda: self.client.request("PUT", key, x_amz_copy_source=path))

    def read(self) -> None:
        key = self.chance.choice(self.keys)
        possible = self.journal.possible(key)
        answer = self.client.get(key)
        if self.disk_may_die and answer.status >= 500:
            self.refused += 1
            return
        found = content_of(answer)
        assert found in possible, f"{key} is {found}, not one of {possible}"

    def upload_parts(self) -> None:
        key, stamp = self.any_key(), self.chance.randbytes(16)
        answer = self.client.request("POST", key, "uploads=")
        if not self.judge(answer):
            return
        upload = Upload(key, answer.field("UploadId"))
        self.journal.uploads.append(upload)
        for part in (stamp + PART[16:], PART, stamp):
            if not self.judge(upload.add_part(self.client, part)):
                return
        if self.write(key, upload.content(), lambda: upload.complete(self.client)):
            self.journal.uploads.remove(upload)


def open_bucket(server: RunningServer) -> Access:
    access = Access.to(server)
    client = S3Client(access, BUCKET)
    answer = client.request("PUT")
    assert answer.done, answer
    client.close()
    return access


def make_writers(
    access: Access,
    journal: Journal,
    chance: random.Random,
    step: Step = pass_by,
    operations_max: int | None = None,
) -> list[Writer]:
    clients = [S3Client(access, BUCKET, step) for _ in range(THREADS)]
    writers = [
        Writer(f"writer{place}", client, journal, chance.randrange(2**32))
        for place, client in enumerate(clients)
    ]
    for writer in writers:
        writer.operations_max = operations_max
    return writers


def run(writers: list[Writer]) -> None:
    for writer in writers:
        writer.start()
    finish(writers)


def finish(writers: list[Writer]) -> None:
    """Waits for them; what failed in one of them fails here."""
    for writer in writers:
        writer.join()
    for writer in writers:
        if writer.failure is not None:
            raise writer.failure
