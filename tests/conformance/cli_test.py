"""The aws CLI, version 1."""

import json

from command_lines import answers, refusals
from documents import READ, READ_TEXT, TRUST, TRUST_TEXT
from running_server import CLIENT_PROGRAMS, run_aws

ADMINISTRATOR = "arn:aws:sts::000000000000:assumed-role/kennel-administrator/administrator"
MANAGED = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
OWN = "arn:aws:iam::000000000000:policy/kennels/read-photos"


def iam(operation: str, *words: str) -> list[str]:
    return ["iam", operation, *words]


def test_the_caller_is_the_administrator(environment):
    done = run_aws("sts", "get-caller-identity", environment=environment)
    assert json.loads(done.stdout)["Arn"] == ADMINISTRATOR
    assert (done.returncode, done.stderr) == (0, "")


def test_a_role_is_made_changed_and_deleted(aws):
    role = ("--role-name", "cli-trainer")
    inline = (*role, "--policy-name", "inline")
    attached = (*role, "--policy-arn", MANAGED)
    results = answers(
        aws(
            iam(
                "create-role",
                *role,
                *("--assume-role-policy-document", TRUST_TEXT),
                *("--path", "/team/", "--description", "Trains dogs & cats = 100 % + more"),
                *("--max-session-duration", "7200", "--tags", "Key=team,Value=dogs and cats"),
            ),
            ["iam", "wait", "role-exists", *role],
            iam("attach-role-policy", *attached),
            iam("list-attached-role-policies", *role),
            iam("put-role-policy", *inline, "--policy-document", READ_TEXT),
            iam("list-role-policies", *role),
            iam("get-role-policy", *inline),
            iam("tag-role", *role, "--tags", "Key=cost,Value=7", "Key=gone,Value="),
            iam("untag-role", *role, "--tag-keys", "gone"),
            iam("update-assume-role-policy", *role, "--policy-document", json.dumps(TRUST)),
            iam("get-role", *role),
            iam("delete-role-policy", *inline),
            iam("detach-role-policy", *attached),
            iam("delete-role", *role),
        )
    )
    made, changed = results[0]["Role"], results[10]["Role"]
    assert made["Arn"] == "arn:aws:iam::000000000000:role/team/cli-trainer"
    assert made["AssumeRolePolicyDocument"] == TRUST
    assert results[3]["AttachedPolicies"] == [
        {"PolicyName": "AmazonSageMakerFullAccess", "PolicyArn": MANAGED}
    ]
    assert results[5]["PolicyNames"] == ["inline"]
    assert results[6]["PolicyDocument"] == READ
    assert changed["Description"] == "Trains dogs & cats = 100 % + more"
    assert changed["MaxSessionDuration"] == 7200
    assert changed["Tags"] == [
        {"Key": "team", "Value": "dogs and cats"},
        {"Key": "cost", "Value": "7"},
    ]
    assert [results[index] for index in (1, 2, 4, 7, 8, 9, 11, 12, 13)] == [None] * 9


def test_policies_are_made_found_and_listed_in_pages(aws):
    results = answers(
        aws(
            iam(
                "create-policy",
                *("--policy-name", "read-photos", "--path", "/kennels/"),
                *("--policy-document", READ_TEXT, "--description", "Photos"),
            ),
            iam("get-policy", "--policy-arn", OWN),
            iam("list-policies", "--scope", "Local"),
            iam("list-policies", "--scope", "AWS", "--max-items", "5"),
            iam(
                "list-policies",
                "--scope",
                "AWS",
                "--page-size",
                "1000",
                "--query",
                "Policies[].Arn",
            ),
            iam("list-policies", "--path-prefix", "/service-role/", "--query", "Policies[].Path"),
        )
    )
    assert results[0]["Policy"]["Arn"] == OWN
    assert results[1]["Policy"]["Description"] == "Photos"
    assert [policy["Arn"] for policy in results[2]["Policies"]] == [OWN]
    assert len(results[3]["Policies"]) == 5
    assert results[3]["NextToken"]
    assert len(results[4]) == len(set(results[4])) > 1000
    assert MANAGED in results[4]
    assert set(results[5]) == {"/service-role/"}


def test_roles_are_listed_in_pages(aws):
    names = [f"cli-page-{number}" for number in range(7)]
    trust = ("--assume-role-policy-document", TRUST_TEXT)
    create = [iam("create-role", "--role-name", name, *trust, "--path", "/page/") for name in names]
    answers(aws(*create))
    listing = iam("list-roles", "--path-prefix", "/page/")
    whole, first = answers(aws([*listing, "--page-size", "3"], [*listing, "--max-items", "3"]))
    assert [role["RoleName"] for role in whole["Roles"]] == names
    assert [role["RoleName"] for role in first["Roles"]] == names[:3]
    (rest,) = answers(aws([*listing, "--starting-token", first["NextToken"]]))
    assert [role["RoleName"] for role in rest["Roles"]] == names[3:]


def test_a_session_of_a_role_is_a_caller(aws, environment):
    role = ("--role-name", "cli-assumed")
    made, assumed = answers(
        aws(
            iam("create-role", *role, "--assume-role-policy-document", TRUST_TEXT),
            [
                *("sts", "assume-role", "--role-session-name", "night-shift"),
                *("--role-arn", "arn:aws:iam::000000000000:role/cli-assumed"),
            ],
        )
    )
    credentials = assumed["Credentials"]
    session = environment | {
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
    }
    caller = json.loads(run_aws("sts", "get-caller-identity", environment=session).stdout)
    assert caller["Arn"] == "arn:aws:sts::000000000000:assumed-role/cli-assumed/night-shift"
    assert caller["UserId"] == f"{made['Role']['RoleId']}:night-shift"


def test_refusals_are_awss_sentences_with_exit_code_255(aws):
    role = ("--role-name", "cli-refused")
    trust = ("--assume-role-policy-document", TRUST_TEXT)
    answers(aws(iam("create-role", *role, *trust)))
    results = refusals(
        aws(
            iam("get-role", "--role-name", "nobody"),
            iam("create-role", *role, *trust),
            iam("create-role", "--role-name", "x", "--assume-role-policy-document", "{nonsense"),
            iam("get-role", "--role-name", "no spaces"),
            iam("attach-role-policy", *role, "--policy-arn", f"{MANAGED}Nonsense"),
            ["sts", "assume-role", "--role-arn", OWN, "--role-session-name", "x-y"],
        )
    )
    assert {status for status, _ in results} == {255}
    called = "An error occurred ({}) when calling the {} operation: {}".format
    assert [text for _, text in results] == [
        called("NoSuchEntity", "GetRole", "The role with name nobody cannot be found."),
        called("EntityAlreadyExists", "CreateRole", "Role with name cli-refused already exists."),
        called("MalformedPolicyDocument", "CreateRole", "This policy contains invalid Json"),
        called(
            "ValidationError",
            "GetRole",
            "1 validation error detected: Value 'no spaces' at 'roleName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+",
        ),
        called(
            "NoSuchEntity",
            "AttachRolePolicy",
            f"Policy {MANAGED}Nonsense does not exist or is not attachable.",
        ),
        called(
            "AccessDenied",
            "AssumeRole",
            f"User: {ADMINISTRATOR} is not authorized to perform: sts:AssumeRole "
            f"on resource: {OWN}",
        ),
    ]


def test_waiting_for_a_role_that_never_comes_ends(environment, tmp_path):
    waiters = json.loads(
        next(CLIENT_PROGRAMS.parent.glob("lib/*/site-packages/botocore/data/iam/*/waiters-2.json"))
        .read_text()
    )  # fmt: skip
    waiters["waiters"]["RoleExists"] |= {"delay": 0, "maxAttempts": 3}
    folder = tmp_path / "iam" / "2010-05-08"
    folder.mkdir(parents=True)
    (folder / "waiters-2.json").write_text(json.dumps(waiters))
    path = f"{tmp_path}:{environment['AWS_DATA_PATH']}"
    words = ("iam", "wait", "role-exists", "--role-name", "never")
    done = run_aws(*words, environment=environment | {"AWS_DATA_PATH": path})
    assert done.returncode == 255
    assert "Waiter RoleExists failed: Max attempts exceeded" in done.stderr


def test_what_is_not_there_is_refused_in_every_protocol(aws):
    lines = (
        ["cloudfront", "list-distributions"],
        ["lambda", "list-functions"],
        ["ecr", "describe-repositories"],
        ["cloudwatch", "list-metrics"],
        ["ec2", "describe-regions"],
        ["iam", "list-users"],
    )
    for result in aws(*lines):
        assert result["status"] == 255, result
        assert "An error occurred (NotImplemented) when calling" in result["err"]
        assert "docs/compatibility.md lists what it" in result["err"]


def test_what_s3_does_not_have_is_refused_as_awss_words_it(aws):
    (result,) = aws(["s3api", "list-bucket-metrics-configurations", "--bucket", "photos"])
    assert result["status"] == 255
    assert "(NotImplemented) when calling the ListBucketMetricsConfigurations" in result["err"]
    assert "implies functionality that is not implemented" in result["err"]


def test_a_profile_alone_is_enough(server):
    done = server.kennel("env", "--profile", "dogs")
    assert done.returncode == 0, done.stderr
    surroundings = {"PATH": f"{CLIENT_PROGRAMS}:/usr/bin:/bin", "HOME": str(server.home)}
    asked = run_aws("sts", "get-caller-identity", "--profile", "dogs", environment=surroundings)
    assert json.loads(asked.stdout)["Arn"] == ADMINISTRATOR, asked.stderr
