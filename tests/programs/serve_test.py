"""`kennel serve`: a trained model behind HTTP, as people and SageMaker's clients ask it."""

import base64
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from kennel_program import SECONDS_MAX, SOURCE, Kennel


@dataclass
class Server:
    process: subprocess.Popen
    ready: dict

    @property
    def port(self) -> int:
        return int(self.ready["url"].rpartition(":")[2])

    def ask(self, method: str, path: str, body=None, **fields) -> tuple[int, dict, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS_MAX)
        try:
            headers = {name.replace("_", "-"): value for name, value in fields.items()}
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, dict(response.headers), response.read()
        finally:
            connection.close()

    def invoke(self, body: bytes | str, **fields) -> dict:
        status, _, answer = self.ask("POST", "/invocations", body, **fields)
        assert status == 200, answer
        return json.loads(answer)


@contextmanager
def serving(kennel: Kennel, package: Path, *words, **options):
    process = kennel.start("serve", package, "--json", "--port", 0, *words, **options)
    try:
        yield Server(process, json.loads(process.stdout.readline()))
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=SECONDS_MAX)


@pytest.fixture(scope="module")
def server(shared_kennel, trained):
    with serving(shared_kennel, trained / "model.tar.gz", "--precision", "f32") as running:
        yield running


@pytest.fixture(scope="module")
def photo(photos) -> Path:
    return sorted((photos / "test").glob("*/*"))[0]


def test_a_photo_gets_what_predict_says(shared_kennel, server, trained, photo):
    package = trained / "model.tar.gz"
    said = shared_kennel.read_json("predict", package, photo, "--precision", "f32")["predictions"]
    answer = server.invoke(photo.read_bytes(), Content_Type="image/jpeg")
    assert [one["label"] for one in answer["predictions"]] == [one["label"] for one in said]
    for ours, theirs in zip(answer["predictions"], said, strict=True):
        assert ours["probability"] == pytest.approx(theirs["probability"], abs=1e-3)
    assert answer["model"] == "efficientnet-lite0"
    assert answer["latency_ms"] > 0


def test_curl_sends_a_photo_in_its_usual_ways(server, photo):
    url = f"{server.ready['url']}/invocations"
    ways = {
        "whole": ["--data-binary", f"@{photo}"],
        "form": ["-F", f"photo=@{photo}"],
        "chunked": ["-H", "Transfer-Encoding: chunked", "--data-binary", f"@{photo}"],
        "expecting": ["-H", "Expect: 100-continue", "--data-binary", f"@{photo}"],
        "old": ["--http1.0", "--data-binary", f"@{photo}"],
    }
    labels = set()
    for way, words in ways.items():
        done = subprocess.run(["curl", "-sS", url, *words], capture_output=True, text=True)
        assert done.returncode == 0, f"{way}: {done.stderr}"
        labels.add(json.loads(done.stdout)["predictions"][0]["label"])
    assert len(labels) == 1


def test_requests_in_a_row_are_answered_in_a_row(server, photo):
    body = photo.read_bytes()
    request = (
        f"POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=SECONDS_MAX) as client:
        client.sendall(3 * request + b"GET /ping HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        said = b""
        while piece := client.recv(65536):
            said += piece
    assert said.count(b"HTTP/1.1 200 OK") == 4
    assert said.count(b'"predictions"') == 3


def test_json_holds_one_or_several(server, photo):
    image = base64.b64encode(photo.read_bytes()).decode()
    one = server.invoke(json.dumps({"image": image, "top": 2}), Content_Type="application/json")
    assert len(one["predictions"]) == 2
    several = server.invoke(
        json.dumps({"instances": [{"image": image}, {"image": image}]}),
        Content_Type="application/json",
        Accept="application/json; top=1",
    )
    assert [len(row) for row in several["predictions"]] == [1, 1]
    assert several["predictions"][1][0] == one["predictions"][0]


def test_logits_are_what_clients_of_pytorch_endpoints_parse(server, photo, trained):
    logits = server.invoke(photo.read_bytes(), Accept="application/json; format=logits")
    labelled = server.invoke(photo.read_bytes())
    assert len(logits) == 1
    place = max(range(len(logits[0])), key=logits[0].__getitem__)
    classes = json.loads((trained / "results.json").read_text())["classes"]
    assert classes[place] == labelled["predictions"][0]["label"]


@pytest.mark.parametrize(
    ("body", "fields", "status", "said"),
    [
        (b"no photo", {}, 400, "BadPhoto"),
        (b"", {}, 400, "NoPhoto"),
        (b"a,b", {"Content_Type": "text/csv"}, 415, "UnsupportedType"),
        (b"{}", {"Content_Type": "application/json"}, 400, "BadJson"),
        (b"x", {"Accept": "image/png"}, 406, "NotAcceptable"),
    ],
)
def test_mistakes_are_told(server, body, fields, status, said):
    found, _, answer = server.ask("POST", "/invocations", body, **fields)
    assert (found, json.loads(answer)["error"]) == (status, said)
    assert server.ask("GET", "/ping")[0] == 200


def test_a_body_over_the_limit_is_refused_before_it_comes(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=SECONDS_MAX) as client:
        client.sendall(b"POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Length: 33554433\r\n\r\n")
        said = b""
        while piece := client.recv(65536):
            said += piece
    assert said.startswith(b"HTTP/1.1 413 ")
    assert b'"TooLarge"' in said


def test_a_photo_of_too_many_pixels_is_refused(server):
    # 60,000 x 60,000 pixels in its header.
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xea\x60\0\0\xea\x60\x08\x02\0\0\0\0\0\0\0"
    status, _, answer = server.ask("POST", "/invocations", head)
    assert status == 400, answer
    assert json.loads(answer)["error"] == "BadPhoto"


def test_metrics_count_what_was_asked(server, photo):
    def counted() -> int:
        text = server.ask("GET", "/metrics")[2].decode()
        return int(re.search(r'kennel_requests_total\{status="200"\} (\d+)', text)[1])

    server.invoke(photo.read_bytes())
    before = counted()
    server.invoke(photo.read_bytes())
    assert counted() == before + 1


def test_the_second_start_takes_the_compiled_model(cold_kennel, trained, photo):
    package = trained / "model.tar.gz"
    with serving(cold_kennel, package) as first:
        assert first.ready["from_cache"] is False
        said = first.invoke(photo.read_bytes())["predictions"][0]["label"]
    with serving(cold_kennel, package) as second, serving(cold_kennel, package) as third:
        for server in (second, third):
            assert server.ready["from_cache"] is True
            assert server.invoke(photo.read_bytes())["predictions"][0]["label"] == said


def test_a_process_that_is_killed_leaves_a_cache_that_works(cold_kennel, trained, photo):
    package = trained / "model.tar.gz"
    for _ in range(5):
        with serving(cold_kennel, package) as server:
            server.process.kill()
    with serving(cold_kennel, package) as server:
        assert server.invoke(photo.read_bytes())["predictions"]


def test_an_unpacked_package_is_served_where_sagemaker_says(kennel, trained, tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    subprocess.run(["tar", "-xzf", trained / "model.tar.gz", "-C", folder], check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = kennel.start(
        "serve", folder, "--json", environment={"SAGEMAKER_BIND_TO_PORT": str(port)}
    )
    ready = json.loads(process.stdout.readline())
    process.terminate()
    process.communicate(timeout=SECONDS_MAX)
    assert ready["url"] == f"http://127.0.0.1:{port}"


def test_sigterm_under_load_fails_no_request_that_was_begun(kennel, trained, photo):
    body = photo.read_bytes()
    failures: list[str] = []
    answered = [0] * 8

    def ask_until_told(server: Server, place: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=SECONDS_MAX)
        while True:
            try:
                connection.connect()
            except OSError:
                return  # nobody new is let in
            try:
                while True:
                    connection.request("POST", "/invocations", body)
                    response = connection.getresponse()
                    response.read()
                    if response.status != 200:
                        failures.append(f"status {response.status}")
                    answered[place] += 1
                    if response.will_close:
                        break
            except (OSError, http.client.HTTPException) as error:
                failures.append(repr(error))
            connection.close()

    with serving(kennel, trained / "model.tar.gz", "--quiet") as server:
        clients = [
            threading.Thread(target=ask_until_told, args=(server, place))
            for place in range(len(answered))
        ]
        for client in clients:
            client.start()
        while min(answered) < 3:
            assert server.process.poll() is None
        server.process.send_signal(signal.SIGTERM)
        for client in clients:
            client.join(SECONDS_MAX)
        server.process.communicate(timeout=SECONDS_MAX)
    assert failures == []
    assert server.process.returncode == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--port", 70000), "70000"),
        (("--address", "nowhere"), "nowhere"),
        (("--precision", "f8"), "f8"),
    ],
)
def test_what_cannot_be_served_is_said(kennel, trained, words, said):
    done = kennel("serve", trained / "model.tar.gz", *words)
    assert done.returncode in (1, 2)
    assert said in done.stderr


def test_a_port_in_use_is_said(kennel, server, trained):
    said = kennel.refuses("serve", trained / "model.tar.gz", "--port", server.port)
    assert f"port {server.port}" in said
    assert "another port" in said


def test_a_broken_package_is_said(kennel, tmp_path):
    (tmp_path / "model.tar.gz").write_bytes(b"no archive")
    assert "model.tar.gz" in kennel.refuses("serve", tmp_path / "model.tar.gz", "--port", 0)


def test_the_page_shows_what_is_on_a_dropped_photo(server, photo, tmp_path):
    command = ["node", SOURCE / "tests/pages/drop_photo.mjs", server.ready["url"], photo]
    if "KENNEL_SCREENSHOTS" in os.environ:
        command.append(os.environ["KENNEL_SCREENSHOTS"])
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_MAX)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["complaints"] == []
    assert seen["foreign"] == []
    expected = server.invoke(photo.read_bytes())["predictions"]
    for scheme in ("light", "dark"):
        shown = seen[scheme]
        assert len(shown["labels"]) == 5
        assert shown["labels"][0] == re.sub(r"^\d+\.", "", expected[0]["label"]).replace("_", " ")
        assert shown["widths"] == sorted(shown["widths"], reverse=True)
        assert shown["widths"][0] > 0
        assert "ms in the server" in shown["status"]
        assert shown["preview"]
    assert "no photo" in seen["mistake"] or "image" in seen["mistake"]
