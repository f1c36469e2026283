"""HTTPS only, and both schemes on one port."""

import http.client
import ssl
import urllib.request

import pytest
from running_server import RunningServer, run_aws, run_client

CLIENT_BUNDLES = ("AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")


@pytest.fixture(scope="module")
def tls_server(tmp_path_factory, collection):
    running = RunningServer.start(tmp_path_factory.mktemp("tls"), "--tls")
    yield running
    assert running.stop() == 0
    collection.add(running.audit())


def ask_plainly(port: int) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/-/health")
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def test_every_client_speaks_https_with_what_env_prints(tls_server):
    environment = tls_server.environment()
    assert environment["AWS_ENDPOINT_URL"].startswith("https://127.0.0.1:")
    done = run_aws("sts", "get-caller-identity", environment=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert run_client("boto3_text.py", environment)["changed"] == []
    assert run_client("sdk.mjs", environment)["deleted"] == 200


def test_a_client_that_does_not_know_the_authority_refuses_the_server(tls_server):
    environment = tls_server.environment()
    for name in CLIENT_BUNDLES:
        del environment[name]
    environment["AWS_MAX_ATTEMPTS"] = "1"
    done = run_aws("sts", "get-caller-identity", environment=environment)
    assert done.returncode == 255
    assert "SSL validation failed" in done.stderr


def test_plain_http_is_refused_in_words(tls_server):
    status, text = ask_plainly(tls_server.port)
    assert status == 400
    assert "https" in text.lower()


def test_without_tls_one_port_takes_both(server):
    assert server.url.startswith("http://")
    assert ask_plainly(server.port)[0] == 200
    context = ssl.create_default_context(cafile=server.data / "tls" / "ca.pem")
    address = f"https://127.0.0.1:{server.port}/-/health"
    with urllib.request.urlopen(address, context=context, timeout=10) as answer:
        assert answer.status == 200
    environment = server.environment() | {"AWS_ENDPOINT_URL": f"https://127.0.0.1:{server.port}"}
    assert run_aws("sts", "get-caller-identity", environment=environment).returncode == 0


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_old_versions_of_tls_are_refused(tls_server):
    context = ssl.create_default_context(cafile=tls_server.data / "tls" / "ca.pem")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    address = f"https://127.0.0.1:{tls_server.port}/-/health"
    with pytest.raises(OSError, match=r"(?i)protocol.version|ssl"):
        urllib.request.urlopen(address, context=context, timeout=10)
