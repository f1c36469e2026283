"""`kennel env`: variables for a shell, JSON for programs, a profile for good."""

import configparser
import json
import os
import stat

import pytest
from running_server import CLIENT_PROGRAMS, RunningServer, run, run_aws, run_client, run_kennel

VARIABLES = {
    "AWS_ENDPOINT_URL",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "AWS_DATA_PATH",
    "SAGEMAKER_USER_CONFIG_OVERRIDE",
}


def write_profile(server: RunningServer, home, name: str = "dogs", **more: str):
    return run_kennel("env", "--data", server.data, "--profile", name, home=home, **more)


def read_profile(path, section: str) -> dict[str, str]:
    parser = configparser.ConfigParser()
    parser.read(path)
    return dict(parser[section])


def test_json_holds_what_the_shell_gets(server, environment):
    done = server.kennel("env", "--json")
    variables = json.loads(done.stdout)
    assert set(variables) == VARIABLES
    assert variables == {name: environment[name] for name in variables}


def test_what_would_lead_clients_elsewhere_is_unset(server):
    before = {
        "AWS_PROFILE": "work",
        "AWS_DEFAULT_PROFILE": "work",
        "AWS_SESSION_TOKEN": "old",
        "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:9",
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    }
    environment = server.environment(**before)
    assert set(before) & set(environment) == set()
    done = run_aws("sts", "get-caller-identity", environment=environment)
    assert done.returncode == 0, done.stderr


def test_a_folder_with_odd_letters_survives_the_shell(tmp_path, collection):
    server = RunningServer.start(tmp_path / 'dog\'s $HOME `x`; "kennel" & ü')
    try:
        environment = server.environment()
        assert environment["AWS_CA_BUNDLE"] == str(server.data / "tls" / "ca.pem")
        done = run_aws("sts", "get-caller-identity", environment=environment)
        assert done.returncode == 0, done.stderr
    finally:
        assert server.stop() == 0
    collection.add(server.audit())


def test_a_profile_is_written_twice_and_stands_there_once(server, tmp_path):
    config = tmp_path / ".aws" / "config"
    config.parent.mkdir()
    config.write_text("# mine\n[profile work]\nregion = eu-central-1\n")
    assert write_profile(server, tmp_path).returncode == 0
    first = config.read_text(), (config.parent / "credentials").read_text()
    assert write_profile(server, tmp_path).returncode == 0
    assert (config.read_text(), (config.parent / "credentials").read_text()) == first
    assert config.read_text().startswith("# mine\n[profile work]\nregion = eu-central-1\n")
    profile = read_profile(config, "profile dogs")
    assert (profile["endpoint_url"], profile["region"]) == (server.url, "us-east-1")
    mode = stat.S_IMODE((config.parent / "credentials").stat().st_mode)
    assert mode == 0o600


@pytest.mark.parametrize(("name", "section"), [("config", "profile dogs"), ("credentials", "dogs")])
def test_a_foreign_profile_is_left_alone(server, tmp_path, name, section):
    file = tmp_path / ".aws" / name
    file.parent.mkdir()
    foreign = f"[{section}]\nregion = eu-central-1\naws_access_key_id = AKIAREAL\n"
    file.write_text(foreign)
    done = write_profile(server, tmp_path)
    assert done.returncode == 1
    assert f"[{section}]" in done.stderr
    assert "kennel did not write it" in done.stderr
    assert file.read_text() == foreign
    assert [path.name for path in file.parent.iterdir()] == [name]


def test_profile_files_elsewhere_are_found(server, tmp_path):
    files = {
        "AWS_CONFIG_FILE": str(tmp_path / "elsewhere" / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "elsewhere" / "keys"),
    }
    assert write_profile(server, tmp_path, **files).returncode == 0
    assert not (tmp_path / ".aws").exists()
    surroundings = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "AWS_PROFILE": "dogs"}
    done = run_aws("sts", "get-caller-identity", environment=surroundings | files)
    assert done.returncode == 0, done.stderr


def test_the_sdk_finds_the_role_by_the_profile_alone(server, tmp_path):
    assert write_profile(server, tmp_path).returncode == 0
    config = server.environment()["SAGEMAKER_USER_CONFIG_OVERRIDE"]
    surroundings = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_PROFILE": "dogs",
        "SAGEMAKER_USER_CONFIG_OVERRIDE": config,  # no telemetry, which hangs offline
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "NO_PROXY": "127.0.0.1",
    }
    script = "import sagemaker; print(sagemaker.get_execution_role())"
    done = run(CLIENT_PROGRAMS / "python", "-c", script, environment=surroundings)
    assert done.stdout.split()[-1:] == ["arn:aws:iam::000000000000:role/kennel-administrator"], (
        done.stderr
    )


def test_the_javascript_sdk_reads_the_profile(server, tmp_path):
    assert write_profile(server, tmp_path).returncode == 0
    keys = json.loads(server.kennel("env", "--json").stdout)
    surroundings = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_PROFILE": "dogs",
        "KEY_FOR_A_WRONG_SECRET": keys["AWS_ACCESS_KEY_ID"],
    }
    found = run_client("sdk.mjs", surroundings)
    assert found["identity"].endswith(":assumed-role/kennel-administrator/administrator")
    assert found["deleted"] == 200


def test_a_profile_needs_a_name_that_reads_as_one(server, tmp_path):
    done = write_profile(server, tmp_path, "two words")
    assert done.returncode == 1
    assert '--profile is "two words"' in done.stderr


def test_of_a_server_that_has_ended_it_says_so(tmp_path):
    server = RunningServer.start(tmp_path)
    expected = server.kennel("env").stdout
    server.process.kill()
    server.process.wait()
    done = server.kennel("env")
    assert done.stdout == expected
    assert "no server runs on" in done.stderr
    again = RunningServer.start(tmp_path)
    assert again.stop() == 0
    ended = again.kennel("env")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "start one with kennel up" in ended.stderr
