"""`kennel load` against endpoints that behave and that do not."""

import json
import signal
import socket
import subprocess
import threading
from pathlib import Path

import pytest
from kennel_program import SOURCE
from load_server import (
    busy_every_fourth_time,
    closing,
    endpoint,
    fast,
    slow,
    tearing,
)

JPEG = b"\xff\xd8\xff\xe0 a photo"
PNG = b"\x89PNG\r\n\x1a\n a photo"


@pytest.fixture
def photo(tmp_path) -> Path:
    path = tmp_path / "dog.jpg"
    path.write_bytes(JPEG)
    return path


def measure(kennel, server, photo, *words, code: int = 0) -> dict:
    done = kennel("load", server.url, photo, "--warm-up", "0s", "--json", *words)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def test_counts_are_exact(kennel, photo):
    with endpoint(fast) as server:
        found = measure(kennel, server, photo, "--requests", 50, "--connections", 4)
        assert server.requests == 50
        assert server.connections == found["connections_opened"] <= 4
    assert (found["requests"], found["good"], found["failed"]) == (50, 50, 0)
    assert found["errors"] == {}
    assert found["sent_bytes"] == 50 * len(JPEG)
    assert found["received_bytes"] == 50 * len(b"[]")
    assert sum(row["count"] for row in found["histogram"]) == 50
    assert sum(row["good"] for row in found["timeline"]) == 50
    assert found["good_per_second"] == pytest.approx(50 / found["seconds"])
    assert found["cpu_seconds"] > 0


def test_latencies_are_no_shorter_than_the_servers(kennel, photo):
    with endpoint(slow(0.05)) as server:
        found = measure(kennel, server, photo, "--requests", 20, "--connections", 4)
    latency = found["latency_ms"]
    assert 50 <= latency["min"] <= latency["p50"] <= latency["p90"]
    assert latency["p90"] <= latency["p99"] <= latency["p999"] <= latency["max"]
    assert found["good_per_second"] <= 4 / 0.05


def test_photos_of_files_and_folders_are_sent_in_turn(kennel, photo, tmp_path):
    folder = tmp_path / "more"
    (folder / "deeper").mkdir(parents=True)
    (folder / "cat.png").write_bytes(PNG)
    (folder / "README.md").write_text("no photo")
    (folder / "deeper" / "bird").write_bytes(b"who knows")
    request = tmp_path / "request.json"
    request.write_text("{}")
    with endpoint(fast) as server:
        words = ["--requests", 8, "--warm-up", "0s"]
        kennel.succeeds("load", f"{server.url}/predict?top=1", photo, folder, request, *words)
        kinds = [
            ("image/jpeg", JPEG),
            ("image/png", PNG),
            ("application/octet-stream", b"who knows"),
            ("application/json", b"{}"),
        ]
        assert server.posted == {("/predict?top=1", *kind): 2 for kind in kinds}


def test_content_type_may_be_given_and_the_path_is_invocations(kennel, photo):
    with endpoint(fast) as server:
        measure(kennel, server, photo, "--requests", 3, "--content-type", "image/x-dog")
        assert server.posted == {("/invocations", "image/x-dog", JPEG): 3}


def test_warm_up_does_not_count(kennel, photo):
    with endpoint(slow(0.02)) as server:
        words = ["--warm-up", "200ms", "--requests", 5, "--connections", 1, "--json"]
        found = json.loads(kennel.succeeds("load", server.url, photo, *words).stdout)
        assert server.requests > 5
    assert found["requests"] == found["good"] == 5


def test_busy_answers_are_failures_by_their_status(kennel, photo):
    with endpoint(busy_every_fourth_time) as server:
        found = measure(kennel, server, photo, "--requests", 40, code=1)
        assert server.requests == 40
    assert (found["good"], found["failed"], found["errors"]) == (30, 10, {"503": 10})
    assert sum(row["count"] for row in found["histogram"]) == 30


def test_errors_may_be_allowed(kennel, photo):
    with endpoint(busy_every_fourth_time) as server:
        words = ["load", server.url, photo, "--requests", 8, "--warm-up", "0s"]
        assert kennel(*words).returncode == 1
        done = kennel.succeeds(*words, "--allow-errors", "--quiet")
    assert done.stdout == ""
    assert done.stderr == "kennel: 2 of 8 requests failed: 2 x 503\n"


def test_half_answers_are_failures(kennel, photo):
    with endpoint(tearing) as server:
        found = measure(kennel, server, photo, "--requests", 10, "--connections", 1, code=1)
    assert (found["good"], found["errors"]) == (5, {"closed": 5})


def test_server_that_closes_unannounced_is_asked_again(kennel, photo):
    with endpoint(closing) as server:
        found = measure(kennel, server, photo, "--requests", 20)
        assert server.requests == 20
    assert (found["good"], found["failed"]) == (20, 0)
    assert found["connections_opened"] >= 20


def test_timeouts_are_failures(kennel, photo):
    with endpoint(slow(30)) as server:
        words = ["--requests", 3, "--connections", 3, "--timeout", "100ms"]
        found = measure(kennel, server, photo, *words, code=1)
    assert (found["good"], found["errors"]) == (0, {"timeout": 3})


def test_server_that_is_gone_is_named(kennel, photo):
    with endpoint(fast) as server:
        url = server.url
    said = kennel.refuses("load", url, photo)
    assert f"cannot connect to {url.removeprefix('http://')}: Connection refused" in said


def test_server_that_goes_is_counted(kennel, photo):
    def leaving(handler, number):
        if number == 5:
            handler.server.socket.shutdown(socket.SHUT_RDWR)
        handler.say(200, Connection="close")

    with endpoint(leaving) as server:
        words = ["--requests", 8, "--connections", 1]
        found = measure(kennel, server, photo, *words, code=1)
    assert (found["good"], found["errors"]) == (6, {"refused": 2})


def test_open_loop_counts_what_requests_wait(kennel, photo):
    with endpoint(slow(0.3)) as server:
        words = ["--rate", 10, "--requests", 5, "--connections", 1]
        found = measure(kennel, server, photo, *words)
        assert (server.requests, server.connections) == (5, 1)
    # Request k is due after 100 k ms, and answered after 300 (k + 1) ms at the earliest.
    latency = found["latency_ms"]
    assert latency["min"] >= 300
    assert latency["p50"] >= 700
    assert latency["max"] >= 1100
    assert (found["loop"], found["rate"], found["not_begun"]) == ("open", 10, 0)


def test_open_loop_tells_what_was_not_begun(kennel, photo):
    with endpoint(slow(0.8)) as server:
        words = ["--rate", 10, "--duration", "500ms", "--connections", 1, "--warm-up", "0s"]
        done = kennel.succeeds("load", server.url, photo, *words)
        assert server.requests == 1
    assert "4 requests were due and not begun by the end" in done.stderr


def test_open_loop_opens_the_connections_it_needs(kennel, photo):
    with endpoint(slow(0.3)) as server:
        found = measure(kennel, server, photo, "--rate", 50, "--requests", 10)
        assert 1 < server.connections <= 10
    assert found["connections"] == 256


def test_people_see_figures_and_bars(kennel, photo):
    with endpoint(fast) as server:
        words = ["--requests", 30, "--warm-up", "0s"]
        said = kennel.succeeds("load", server.url, photo, *words).stdout
    assert f"{server.url}/invocations: closed loop, 8 connections" in said
    assert "good answers a second: 30 in " in said
    assert "latency: p50 " in said
    bars = [line for line in said.splitlines() if " ms  #" in line]
    assert sum(int(line.split()[-1]) for line in bars) == 30


def test_ctrl_c_reports_what_there_is(kennel, photo):
    enough = threading.Event()

    def answer(handler, number):
        if number < 10:
            handler.say(200)
        else:
            enough.set()
            threading.Event().wait(60)

    with endpoint(answer) as server:
        words = ["--duration", "1h", "--warm-up", "0s", "--connections", 2, "--json"]
        process = kennel.start("load", server.url, photo, *words)
        assert enough.wait(60)
        process.send_signal(signal.SIGINT)
        said, complaints = process.communicate(timeout=60)
    found = json.loads(said)
    assert process.returncode == 0, complaints
    assert found["interrupted"]
    assert (found["good"], found["failed"]) == (10, 0)
    assert 1 <= found["unfinished"] <= 2


def test_report_opens(kennel, photo, tmp_path):
    page = tmp_path / "load.html"
    with endpoint(busy_every_fourth_time) as server:
        words = ["--requests", 200, "--allow-errors", "--report", page]
        kennel.succeeds("load", server.url, photo, "--warm-up", "0s", *words)
    command = ["node", SOURCE / "tests/pages/open_page.mjs", page]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["complaints"] == seen["requests"] == []
    assert [drawing["title"] for drawing in seen["drawings"]] == [
        "Latency, ms",
        "Throughput",
        "Latency",
    ]
    for drawing in seen["drawings"]:
        assert drawing["width"] > 300
        assert drawing["colours"] > 10, drawing
    assert "150 good answers" in seen["text"]
    assert "50" in seen["text"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["ftp://127.0.0.1", "dog.jpg"], "neither http nor https"),
        (["http://127.0.0.1:1", "cat.jpg"], "cat.jpg"),
        (["http://127.0.0.1:1", "empty"], "no photos"),
    ],
)
def test_mistakes_are_named(kennel, photo, words, complaint):
    (photo.parent / "empty").mkdir()
    assert complaint in kennel.refuses("load", *words)
