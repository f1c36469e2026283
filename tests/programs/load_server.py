"""Endpoints for `kennel load`: each answers in its own way and remembers what it was sent."""

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler, int], None]


class Endpoint(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 300

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.lock = threading.Lock()
        self.posted: Counter[tuple[str, str, bytes]] = Counter()
        self.connections = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def requests(self) -> int:
        return sum(self.posted.values())

    def handle_error(self, request, client_address) -> None:
        """A client that left is no error here."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Endpoint

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self.server.lock:
            self.server.connections += 1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            number = self.server.requests
            self.server.posted[self.path, self.headers["Content-Type"], body] += 1
        self.server.answer(self, number)

    def say(self, status: int, body: bytes = b"[]", **fields: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_) -> None:
        """Silent."""


def fast(handler: Handler, _number: int) -> None:
    handler.say(200)


def slow(seconds: float) -> Answer:
    def answer(handler: Handler, _number: int) -> None:
        time.sleep(seconds)
        handler.say(200)

    return answer


def busy_every_fourth_time(handler: Handler, number: int) -> None:
    if number % 4 == 3:
        handler.say(503, b"busy", Retry_After="1")
    else:
        handler.say(200)


def closing(handler: Handler, _number: int) -> None:
    """Says 200 and closes, without having said that it will."""
    handler.say(200)
    handler.close_connection = True


def tearing(handler: Handler, number: int) -> None:
    """Closes in the middle of every other answer."""
    if number % 2 == 0:
        handler.say(200)
        return
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
    handler.close_connection = True


@contextmanager
def endpoint(answer: Answer) -> Iterator[Endpoint]:
    with Endpoint(answer) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
