"""The AWS SDK for JavaScript, version 3."""

import pytest
from running_server import run_client

ACCOUNT = "000000000000"
MANAGED = "arn:aws:iam::aws:policy/AWSLambda_FullAccess"
INVALID_TOKEN = "The security token included in the request is invalid."


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_every_operation_does_what_it_says(server, environment, scheme):
    url = f"{scheme}://127.0.0.1:{server.port}"
    found = run_client("sdk.mjs", environment | {"AWS_ENDPOINT_URL": url, "NODE_ROLE": scheme})
    name = f"node-{scheme}"
    assert found["identity"].endswith(":assumed-role/kennel-administrator/administrator")
    assert found["created"] == f"arn:aws:iam::{ACCOUNT}:role/node/{name}"
    assert found["role"] == [True, [{"Key": "team", "Value": "dogs"}], True]
    assert found["listed"] == [name]
    assert found["attached"] == [MANAGED]
    assert found["inline_names"] == ["inline"]
    flags = ("trust", "policy", "inline", "own", "expires")
    assert [flag for flag in flags if not found[flag]] == []
    assert set(found["pages"][:-1]) == {400}
    assert found["managed"] == sum(found["pages"]) > 1400
    assert found["session"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/node-session"
    assert found["attached_delete"][:3] == [
        "DeleteConflictException",
        "DeleteConflictException",
        409,
    ]
    assert found["deleted"] == 200
    check_refusals(found["refusals"])


def check_refusals(found):
    kind = "NoSuchEntityException"
    assert found["missing"] == [kind, kind, 404, "The role with name nobody cannot be found."]
    kind = "EntityAlreadyExistsException"
    message = "Role with name kennel-administrator already exists."
    assert found["exists"] == [kind, kind, 409, message]
    assert found["invalid"][1:3] == ["ValidationError", 400]
    assert found["malformed"][:3] == ["MalformedPolicyDocumentException"] * 2 + [400]
    assert found["unknown key"][1:] == ["InvalidClientTokenId", 403, INVALID_TOKEN]
    assert found["wrong secret"][1:3] == ["SignatureDoesNotMatch", 403]
