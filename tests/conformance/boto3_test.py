"""boto3, one script of clients/ a theme."""

import json

from documents import READ_TEXT
from running_server import run_client

ACCOUNT = "000000000000"
ADMINISTRATOR = f"arn:aws:sts::{ACCOUNT}:assumed-role/kennel-administrator/administrator"
MANAGED = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
OWN = f"arn:aws:iam::{ACCOUNT}:policy/kennels/read-photos"
INVALID_TOKEN = "The security token included in the request is invalid."


def test_every_operation_does_what_it_says(environment):
    found = run_client("boto3_operations.py", environment)
    role_arn = f"arn:aws:iam::{ACCOUNT}:role/team/trainer"
    created, got = found["created"], found["got"]
    assert found["identity"]["Arn"] == ADMINISTRATOR
    assert found["identity"]["Account"] == ACCOUNT
    assert found["identity"]["UserId"].endswith(":administrator")
    assert (created["Arn"], created["Path"]) == (role_arn, "/team/")
    assert created["RoleId"].startswith("AROA")
    assert got["RoleId"] == created["RoleId"]
    assert got["CreateDate"] == created["CreateDate"]
    assert got["MaxSessionDuration"] == 7200
    assert got["PermissionsBoundary"] == {
        "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
        "PermissionsBoundaryArn": MANAGED,
    }
    assert got["Tags"] == [{"Key": "TEAM", "Value": "cats"}, {"Key": "cost", "Value": ""}]
    assert got["RoleLastUsed"] == {}
    assert found["trust_changed"]
    check_policies(found)
    check_lists(found, role_arn)
    check_session(found["assumed"])
    assert found["deleted"] == 200


def check_policies(found):
    policy, got = found["policy"], found["got_policy"]
    assert (policy["Arn"], policy["DefaultVersionId"]) == (OWN, "v1")
    assert policy["PolicyId"].startswith("ANPA")
    assert (policy["AttachmentCount"], got["AttachmentCount"]) == (0, 1)
    assert got["Description"] == "Photos"
    assert got["Tags"] == [{"Key": "team", "Value": "dogs"}]
    assert got["IsAttachable"] is True
    assert set(found["in_use"]) == {OWN, MANAGED, "arn:aws:iam::aws:policy/AdministratorAccess"}


def check_lists(found, role_arn):
    own = {"PolicyName": "read-photos", "PolicyArn": OWN}
    assert found["attached"] == [
        own,
        {"PolicyName": "AmazonSageMakerFullAccess", "PolicyArn": MANAGED},
    ]
    assert found["attached_below"] == [own]
    assert found["attached_later"] == []
    assert found["inline_names"] == ["inline"]
    assert found["inline"]
    assert [role["Arn"] for role in found["listed"]] == [role_arn]
    # Only GetRole tells these.
    assert not {"Tags", "PermissionsBoundary", "RoleLastUsed"} & set(found["listed"][0])


def check_session(assumed):
    credentials = assumed["Credentials"]
    assert credentials["AccessKeyId"].startswith("ASIA")
    assert len(credentials["SecretAccessKey"]) == 40
    assert assumed["SourceIdentity"] == "lead"
    assert assumed["PackedPolicySize"] == (len(READ_TEXT) + len("teamdogs")) * 100 // 2048
    user = assumed["AssumedRoleUser"]
    assert user["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/trainer/night-shift"
    assert user["AssumedRoleId"].endswith(":night-shift")


REFUSALS = {
    "missing role": ("NoSuchEntityException", "The role with name nobody cannot be found."),
    "missing inline": (
        "NoSuchEntityException",
        "The role policy with name nothing cannot be found.",
    ),
    "missing policy": (
        "NoSuchEntityException",
        f"Policy arn:aws:iam::{ACCOUNT}:policy/no was not found.",
    ),
    "not attached": ("NoSuchEntityException", f"Policy {MANAGED} was not found."),
    "exists": ("EntityAlreadyExistsException", "Role with name BUSY already exists."),
    "policy exists": (
        "EntityAlreadyExistsException",
        "A policy called Twice already exists. Duplicate names are not allowed.",
    ),
    "attached": (
        "DeleteConflictException",
        "Cannot delete entity, must detach all policies first.",
    ),
    "inlined": ("DeleteConflictException", "Cannot delete entity, must delete policies first."),
    "protected": (
        "UnmodifiableEntityException",
        "Cannot delete the role kennel-administrator: it is the administrator's.",
    ),
    "eleventh policy": ("LimitExceededException", "Cannot exceed quota for PoliciesPerRole: 10"),
    "too many tags": (
        "LimitExceededException",
        "The number of tags has reached the maximum limit: 50",
    ),
    "double tags": (
        "InvalidInputException",
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    ),
    "no json": ("MalformedPolicyDocumentException", "This policy contains invalid Json"),
    "no principal": ("MalformedPolicyDocumentException", ""),
    "wrong action": (
        "MalformedPolicyDocumentException",
        "AssumeRole policy may only specify STS AssumeRole actions.",
    ),
    "no such boundary": (
        "NoSuchEntityException",
        "Scope ARN: arn:aws:iam::aws:policy/Nonsense123 does not exist or is not attachable.",
    ),
    "trust too long": ("LimitExceededException", "Cannot exceed quota for ACLSizePerRole: 2048"),
    "policy too long": ("LimitExceededException", "Cannot exceed quota for PolicySize: 6144"),
    "inline too long": (
        "LimitExceededException",
        "Maximum policy size of 10240 bytes exceeded for role inlined",
    ),
    "130 KB": ("LimitExceededException", "Cannot exceed quota for PolicySize: 6144"),
    "130 KB and more": ("ClientError", "less than or equal to 131072"),
    "wrong name": ("ClientError", "Value 'a b' at 'roleName' failed to satisfy constraint"),
    "long name": ("ClientError", "Member must have length less than or equal to 64"),
    "no name": ("ClientError", "Value null at 'roleName' failed to satisfy constraint"),
    "two at once": ("ClientError", "3 validation errors detected: "),
    "too short": ("ClientError", "Member must have value greater than or equal to 3600"),
    "nested": ("ClientError", "Value '' at 'tags.1.member.key' failed to satisfy constraint"),
    "wrong scope": ("ClientError", "Member must satisfy enum value set: [All, AWS, Local]"),
    "wrong marker": ("ClientError", "Invalid Marker."),
    "assume too long": (
        "ClientError",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    ),
    "assume too short": ("ClientError", "Member must have value greater than or equal to 900"),
    "assume no json": ("MalformedPolicyDocumentException", "This policy contains invalid Json"),
    "assume packed": ("PackedPolicyTooLargeException", "please use smaller policy."),
}
STATUS = {"NoSuchEntityException": 404, "ClientError": 400, "MalformedPolicyDocumentException": 400}


def test_refusals_are_awss_exceptions_and_sentences(environment):
    found = run_client("boto3_refusals.py", environment)
    for name, (kind, sentence) in REFUSALS.items():
        seen_kind, _, _, message = found[name]
        assert (seen_kind, sentence in message) == (kind, True), f"{name}: {found[name]}"
    for name, (kind, _, status, _) in found.items():
        denied = name in ("assume nobody", "assume elsewhere")
        expected = 403 if denied else 413 if name == "2 MB" else STATUS.get(kind, status)
        assert status == expected, f"{name}: {found[name]}"
    assert {found[name][1] for name in ("wrong name", "nested", "wrong marker")} == {
        "ValidationError"
    }
    assert found["assume nobody"][1:] == [
        "AccessDenied",
        403,
        f"User: {ADMINISTRATOR} is not authorized to perform: sts:AssumeRole on resource: "
        f"arn:aws:iam::{ACCOUNT}:role/nobody",
    ]


def test_callers_are_who_their_credentials_say(environment):
    found = run_client("boto3_credentials.py", environment)
    worker = f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/night-shift"
    assert found["identity"] == {
        "UserId": f"{found['role_id']}:night-shift",
        "Account": ACCOUNT,
        "Arn": worker,
    }
    assert found["elsewhere"]["Arn"] == ADMINISTRATOR
    assert found["session's iam"] == f"arn:aws:iam::{ACCOUNT}:role/worker"
    assert "role chaining" in found["chain too long"][3]
    assert found["14 minutes late"][0] == "answered"
    check_refused_credentials(found)
    check_presigned(found, worker)
    for name in ("role gone", "another role of that name"):
        assert found[name] == ["ClientError", "InvalidClientTokenId", 403, INVALID_TOKEN], name


def check_refused_credentials(found):
    tokens = ["token changed", "token cut", "token grown", "token nonsense", "token of nobody"]
    for name in [*tokens, "unknown key", "without its token"]:
        assert found[name] == ["ClientError", "InvalidClientTokenId", 403, INVALID_TOKEN], name
    assert found["wrong secret"][1:3] == ["SignatureDoesNotMatch", 403]
    assert "Check your AWS Secret Access Key and signing method." in found["wrong secret"][3]
    for name in ("unsigned", "unsigned iam"):
        assert found[name][1:] == [
            "MissingAuthenticationToken",
            403,
            "Request is missing Authentication Token",
        ]
    assert found["16 minutes late"][1:3] == ["SignatureDoesNotMatch", 403]
    assert "Signature expired: " in found["16 minutes late"][3]
    assert "Signature not yet current: " in found["16 minutes early"][3]


def check_presigned(found, worker):
    for name in ("presigned", "presigned, POST"):
        status, answer = found[name]
        assert (status, f"<Arn>{ADMINISTRATOR}</Arn>" in answer) == (200, True)
    status, answer = found["presigned, session"]
    assert (status, f"<Arn>{worker}</Arn>" in answer) == (200, True)
    for name in ("presigned, changed", "presigned, tampered", "presigned, other method"):
        status, answer = found[name]
        assert (status, "<Code>SignatureDoesNotMatch</Code>" in answer) == (403, True)


def test_text_comes_back_as_it_went(environment):
    assert run_client("boto3_text.py", environment) == {
        "changed": [],
        "tags": True,
        "arn": f"arn:aws:iam::{ACCOUNT}:role/r=,.@-_+",
        "trust": True,
        "lost in the list": [],
    }


def test_paginators_see_everything_once(environment):
    found = run_client("boto3_pages.py", environment)
    managed = found["managed"]
    assert len(managed) == len(set(managed)) > 1400
    assert MANAGED in managed
    assert "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole" in managed
    assert sorted(found["roles"]) == sorted(f"page-{number}" for number in range(23))
    assert found["role pages"] == [10, 10, 3]
    assert found["exact pages"] == [23]
    assert found["attached pages"] == [4, 4, 2]
    assert found["inline pages"] == [3, 3, 1]
    assert found["whole"] == [1000, True]
    assert found["limited"] == 6
    assert sum(found["own pages"]) == found["both scopes"] - len(managed) >= 7


def test_every_service_signs_as_it_would_for_aws_and_comes_here(server, environment):
    aside = {name: value for name, value in environment.items() if name != "AWS_DATA_PATH"}
    found = run_client("boto3_services.py", environment)
    assert found == run_client("boto3_services.py", aside)
    assert len(found) > 40
    # S3 Control puts the account before the host's name, whatever the host.
    elsewhere = {name for name, at in found.items() if not at.startswith(server.url)}
    assert elsewhere == {"s3control us-east-1", "s3control eu-west-1"}
    assert found["sagemaker-runtime eu-west-1"].endswith(" eu-west-1/sagemaker/aws4_request")


def test_the_scripts_documents_are_the_tests_documents():
    from clients import asked  # the scripts run elsewhere and cannot import from here

    assert json.loads(asked.READ) == json.loads(READ_TEXT)
