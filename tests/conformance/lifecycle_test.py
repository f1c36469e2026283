"""`kennel up` from its start to its end, and the commands about it."""

import http.client
import json
import os
import signal
import socket
import stat
import subprocess
from pathlib import Path

from running_server import KENNEL, SECONDS_MAX, bare_environment, run_aws, run_kennel

SECRETS = ("administrator.json", "master.key", "records.db", "tls/ca-key.pem", "tls/server-key.pem")
LISTEN = "0A"  # /proc/net/tcp's word for the state
LOOPBACK = "0100007F"


def refused(*words, home: Path, listen: str = "127.0.0.1:0", **more: str) -> str:
    """Why `kennel up` did not start."""
    done = run_kennel("up", "--listen", listen, *words, home=home, **more)
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert done.stderr.startswith("kennel: ")
    return done.stderr


def listening_sockets(process: int) -> set[tuple[str, int]]:
    """Address, as /proc writes it, and port of what a process listens on."""
    inodes = set()
    for descriptor in Path(f"/proc/{process}/fd").iterdir():
        target = str(descriptor.readlink())
        if target.startswith("socket:["):
            inodes.add(target.removeprefix("socket:[").removesuffix("]"))
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *rest = line.split()
            if state == LISTEN and rest[5] in inodes:
                address, _, port = local.partition(":")
                found.add((address, int(port, 16)))
    return found


def caller(server) -> str:
    done = run_aws("sts", "get-caller-identity", environment=server.environment())
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["Arn"]


def test_only_the_loopback_address_is_bound(start):
    server = start()
    assert listening_sockets(server.process.pid) == {(LOOPBACK, server.port)}


def test_an_address_that_others_reach_wants_tls(tmp_path, start):
    sentence = refused("--data", tmp_path / "data", home=tmp_path, listen="0.0.0.0:0")
    assert "0.0.0.0:0 can be reached by other machines" in sentence
    assert "--tls" in sentence
    server = start("--tls", listen="0.0.0.0:0")
    assert server.url.startswith("https://127.0.0.1:")


def test_people_are_told_what_to_type(tmp_path):
    words = [KENNEL, "up", "--data", tmp_path / "data", "--listen", "127.0.0.1:0"]
    process = subprocess.Popen(
        [str(word) for word in words],
        env=bare_environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    lines = [process.stdout.readline() for _ in range(4)]
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=SECONDS_MAX)
    assert " is ready at http://127.0.0.1:" in lines[0]
    assert f'eval "$(kennel env --data {tmp_path}/data)"' in lines[2]
    assert "kennel: ending" in rest
    assert process.returncode == 0


def test_a_second_server_on_the_same_folder_says_which_one_runs(start):
    server = start()
    sentence = refused("--data", server.data, home=server.home)
    assert f"(process {server.process.pid}, {server.url})" in sentence
    assert "--data" in sentence
    assert server.process.poll() is None


def test_a_port_that_is_taken_is_named(start, tmp_path):
    server = start()
    address = f"127.0.0.1:{server.port}"
    sentence = refused("--data", tmp_path / "other", home=tmp_path, listen=address)
    assert f"cannot listen on 127.0.0.1 port {server.port}" in sentence


def test_a_folder_keeps_its_account(start):
    server = start("--account", "123456789012")
    assert caller(server).startswith("arn:aws:sts::123456789012:")
    assert server.stop() == 0
    sentence = refused("--data", server.data, "--account", "210987654321", home=server.home)
    assert "belongs to account 123456789012" in sentence
    again = start()
    assert again.ready["account"] == "123456789012"
    assert "12 digits" in refused("--data", server.home / "x", "--account", "12", home=server.home)


def test_a_region_that_no_client_knows_is_refused(tmp_path):
    for region in ("mars-1", "", "us-east-1'; echo", "us-east"):
        sentence = refused("--data", tmp_path / "data", "--region", region, home=tmp_path)
        assert f'--region is "{region}"' in sentence
    assert not (tmp_path / "data").exists()


def test_keys_can_be_given(start):
    given = {
        "KENNEL_ROOT_ACCESS_KEY_ID": "AKIAKENNELOFMINE0001",
        "KENNEL_ROOT_SECRET_ACCESS_KEY": "a secret of my own / + =",
    }
    server = start(**given)
    environment = server.environment()
    assert environment["AWS_ACCESS_KEY_ID"] == given["KENNEL_ROOT_ACCESS_KEY_ID"]
    assert environment["AWS_SECRET_ACCESS_KEY"] == given["KENNEL_ROOT_SECRET_ACCESS_KEY"]
    assert caller(server).endswith("/kennel-administrator/administrator")
    log = (server.data.parent / "server.log").read_text()
    assert given["KENNEL_ROOT_SECRET_ACCESS_KEY"] not in log


def test_a_key_that_is_guessed_at_once_is_refused(tmp_path):
    short = {"KENNEL_ROOT_ACCESS_KEY_ID": "test", "KENNEL_ROOT_SECRET_ACCESS_KEY": "test"}
    sentence = refused("--data", tmp_path / "data", home=tmp_path, **short)
    assert "KENNEL_ROOT_SECRET_ACCESS_KEY" in sentence


def test_no_two_servers_have_the_same_key(start, server):
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    one, other = start().environment(), server.environment()
    assert [name for name in names if one[name] == other[name]] == []


def test_secrets_are_for_their_owner_alone(start):
    server = start()
    modes = {name: stat.S_IMODE((server.data / name).stat().st_mode) for name in SECRETS}
    assert modes == dict.fromkeys(SECRETS, 0o600)
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700


def test_sigterm_lets_a_request_in_flight_finish(start):
    server = start()
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=SECONDS_MAX)
    # Answered once, so that the server has the connection, and not only the system.
    connection.sendall(b"GET /-/health HTTP/1.1\r\nHost: kennel\r\n\r\n")
    first = http.client.HTTPResponse(connection)
    first.begin()
    assert first.read()
    connection.sendall(b"GET /-/health HTTP/1.1\r\nHost: kennel\r\n")
    server.process.send_signal(signal.SIGTERM)
    assert json.loads(server.process.stdout.readline()) == {"event": "draining"}
    connection.sendall(b"\r\n")
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    assert answer.status == 200
    connection.close()
    assert server.wait() == 0


def test_status_says_whether_it_runs(start):
    server = start()
    running = server.kennel("status", "--json")
    status = json.loads(running.stdout)
    assert running.returncode == 0
    assert (status["running"], status["healthy"]) == (True, True)
    assert (status["url"], status["process"]) == (server.url, server.process.pid)
    assert server.url in server.kennel("status").stdout
    assert server.stop() == 0
    ended = server.kennel("status", "--json")
    assert ended.returncode == 3
    assert json.loads(ended.stdout) == {"running": False, "data": str(server.data)}
    assert "not running" in server.kennel("status").stdout


def test_status_tells_a_server_that_hangs_from_one_that_runs(start):
    server = start()
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        done = server.kennel("status", "--json")
    finally:
        os.kill(server.process.pid, signal.SIGCONT)
    assert done.returncode == 1
    assert json.loads(done.stdout)["healthy"] is False


def test_doctor_reports_on_every_topic(start):
    server = start()
    done = server.kennel("doctor", "--json")
    findings = {finding["topic"]: finding for finding in json.loads(done.stdout)}
    assert set(findings) >= {"port", "disk", "memory", "processor", "programs", "weights"}
    assert server.url in findings["port"]["text"]
    assert {finding["verdict"] for finding in findings.values()} <= {"ok", "warning", "missing"}
    bad = any(finding["verdict"] == "missing" for finding in findings.values())
    assert done.returncode == (1 if bad else 0)
    assert server.stop() == 0
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = server.kennel("doctor", "--listen", address, "--json")
    port = next(each for each in json.loads(done.stdout) if each["topic"] == "port")
    assert (done.returncode, port["verdict"]) == (1, "missing")


def test_the_access_log_has_a_line_for_a_request(start):
    server = start()
    caller(server)
    assert server.stop() == 0
    entries = [entry for entry in server.log if entry.get("operation")]
    assert [(entry["service"], entry["operation"], entry["status"]) for entry in entries] == [
        ("sts", "GetCallerIdentity", 200)
    ]
    event = server.audit()[-1]
    assert event["requestID"] == entries[0]["request_id"]
    assert event["sourceIPAddress"] == "127.0.0.1"
