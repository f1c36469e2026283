"""Servers, and the collection of what they saw."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import command_lines
import pytest
import s3_client
import seen
from running_server import BUILD, RunningServer

FOLDER = Path(__file__).resolve().parent
COLLECTION = pytest.StashKey[seen.Collection]()
WHOLE = pytest.StashKey[bool]()
RECORD = os.environ.get("KENNEL_RECORD") == "1"  # writes tests/conformance/clients.json


def pytest_configure(config: pytest.Config) -> None:
    config.stash[COLLECTION] = seen.Collection()
    config.addinivalue_line("markers", "sums_up: about what all tests of the folder saw")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What sums up comes last, and only where there is everything to sum up."""
    sums = [item for item in items if item.get_closest_marker("sums_up")]
    rest = [item for item in items if item not in sums]
    modules = {item.path for item in rest if item.path.parent == FOLDER}
    whole = modules | {item.path for item in sums} >= set(FOLDER.glob("*_test.py"))
    narrowed = config.getoption("keyword") or config.getoption("markexpr")
    config.stash[WHOLE] = whole and not narrowed
    items[:] = rest + (sums if config.stash[WHOLE] else [])


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not session.config.stash.get(WHOLE, False):
        return
    table = session.config.stash[COLLECTION].table()
    seen.write(table, BUILD.parent / "conformance.json")
    if RECORD:
        seen.write(table, seen.CLAIMS)


@pytest.fixture(scope="session", autouse=True)
def nobodys_settings() -> Iterator[None]:
    """boto3 inside the tests sees nothing of the person who runs them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("AWS_") or name.upper().endswith("_PROXY"):
                patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def collection(pytestconfig: pytest.Config) -> seen.Collection:
    return pytestconfig.stash[COLLECTION]


@pytest.fixture(scope="module")
def server(tmp_path_factory, collection) -> Iterator[RunningServer]:
    """One for the tests of a module, which must leave each other in peace."""
    running = RunningServer.start(tmp_path_factory.mktemp("server"))
    yield running
    assert running.stop() == 0
    collection.add(running.audit())


@pytest.fixture(scope="module")
def environment(server) -> dict[str, str]:
    return server.environment()


@pytest.fixture
def aws(environment) -> Callable[..., list[dict]]:
    """Runs command lines of the aws CLI, one after the other."""
    return lambda *lines: command_lines.run_all(lines, environment)


@pytest.fixture(scope="module")
def s3(environment):
    return s3_client.connect(environment)


@pytest.fixture
def bucket(s3) -> str:
    """A new one, empty."""
    name = s3_client.new_name()
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def versioned(s3, bucket) -> str:
    """A new bucket with versioning on."""
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return bucket


@pytest.fixture
def start(tmp_path) -> Iterator[Callable[..., RunningServer]]:
    """Starts servers on the test's own folder; those that still run at its end are ended."""
    servers: list[RunningServer] = []

    def start_one(*options: str, **variables: str) -> RunningServer:
        servers.append(RunningServer.start(tmp_path, *options, **variables))
        return servers[-1]

    yield start_one
    for running in servers:
        running.stop()
