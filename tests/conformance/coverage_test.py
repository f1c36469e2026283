"""What docs/compatibility.md says was seen, in this very run."""

import json
import sys

import pytest
import seen
from running_server import SOURCE

sys.path.insert(0, str(SOURCE / "scripts"))

import make_compatibility

RECORD_ADVICE = "KENNEL_RECORD=1 python -m pytest tests/conformance writes it anew"
PAGE_ADVICE = "docs/compatibility.md is out of date: run scripts/make_compatibility.py"


CLIENTS = ("aws-cli", "boto3", "aws-sdk-js")


def claims() -> seen.Seen:
    return json.loads(seen.CLAIMS.read_text())


@pytest.fixture(scope="module")
def services():
    return make_compatibility.read_services(make_compatibility.find_site_packages(), claims())


def test_compatibility_page_is_what_the_script_writes():
    assert make_compatibility.PAGE.read_text() == make_compatibility.render_page(), PAGE_ADVICE


def test_claims_are_about_operations_that_are_here(services):
    here = {f"{service.overlay.name}:{name}" for service in services for name in service.working}
    assert set(claims()) - here == set(), RECORD_ADVICE
    known = set(make_compatibility.CLIENTS)
    assert {client for clients in claims().values() for client in clients} - known == set()


def test_every_listed_operation_has_a_function(services):
    assert [name for service in services for name in service.listed if name in service.absent] == []


@pytest.mark.sums_up
def test_every_operation_that_is_here_was_seen_with_its_clients(collection, services):
    table = collection.table()
    wanted = {
        f"{service.overlay.name}:{name}": list(CLIENTS)
        for service in services
        for name in service.working
    }
    assert seen.missing(wanted, table) == []


@pytest.mark.sums_up
def test_no_client_is_claimed_that_was_not_seen(collection):
    assert seen.missing(claims(), collection.table()) == [], RECORD_ADVICE


def test_what_was_seen_is_told_from_what_was_refused():
    agent = "[aws-cli/1.46.3 md/awscrt#0]"
    done = {"eventSource": "iam.amazonaws.com", "eventName": "GetRole", "userAgent": agent}
    refused = done | {"eventName": "ListRoles", "errorCode": "AccessDenied"}
    foreign = done | {"userAgent": "curl/8", "eventName": "GetPolicy"}
    site = {"eventSource": "s3.amazonaws.com", "eventName": "GetBucketWebsite", "userAgent": agent}
    collection = seen.Collection()
    collection.add([done, refused, foreign, site | {"errorCode": "NoSuchWebsiteConfiguration"}])
    assert collection.table() == {"iam:GetRole": ["aws-cli"], "s3:GetBucketWebsite": ["aws-cli"]}
    claimed = {"iam:GetRole": ["aws-cli", "boto3"], "iam:ListRoles": ["aws-cli"]}
    assert seen.missing(claimed, collection.table()) == [
        "iam:GetRole with boto3",
        "iam:ListRoles with aws-cli",
    ]
