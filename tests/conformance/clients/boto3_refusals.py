"""What IAM and STS refuse, and with which exception, code and sentence."""

import json

import boto3
from asked import READ, TRUST, refusal, tell
from botocore.config import Config

# The client's own checks are off, so that the server's are seen.
config = Config(parameter_validation=False, retries={"max_attempts": 1, "mode": "standard"})
iam = boto3.client("iam", config=config)
sts = boto3.client("sts", config=config)
MANAGED = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
ADMINISTRATOR = {"RoleName": "kennel-administrator"}
POLICIES = sorted(
    policy["Arn"] for policy in iam.list_policies(Scope="AWS", MaxItems=11)["Policies"]
)


def many(count: int) -> list[dict]:
    return [{"Key": f"key-{number}", "Value": "x"} for number in range(count)]


def trust(**changes) -> str:
    document = json.loads(TRUST)
    document["Statement"][0] |= changes
    return json.dumps(document)


def make_role(name: str, **more) -> dict:
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, **more)
    return {"RoleName": name}


def refuse_role(**changes) -> list:
    arguments = {"RoleName": "refused", "AssumeRolePolicyDocument": TRUST} | changes
    return refusal(iam.create_role, **arguments)


busy = make_role("busy")
iam.attach_role_policy(**busy, PolicyArn=MANAGED)
inlined = make_role("inlined")
iam.put_role_policy(**inlined, PolicyName="inline", PolicyDocument=READ)
full = make_role("full", Tags=many(50))
for arn in POLICIES[:10]:
    iam.attach_role_policy(**full, PolicyArn=arn)
iam.create_policy(PolicyName="twice", PolicyDocument=READ)
big = json.dumps(json.loads(READ) | {"Id": "x" * 130_000})
assume = {"RoleSessionName": "x-y", "RoleArn": "arn:aws:iam::000000000000:role/busy"}

tell(
    {
        "missing role": refusal(iam.get_role, RoleName="nobody"),
        "missing inline": refusal(iam.get_role_policy, **busy, PolicyName="nothing"),
        "missing policy": refusal(iam.get_policy, PolicyArn="arn:aws:iam::000000000000:policy/no"),
        "not attached": refusal(iam.detach_role_policy, **inlined, PolicyArn=MANAGED),
        "exists": refuse_role(RoleName="BUSY"),
        "policy exists": refusal(iam.create_policy, PolicyName="Twice", PolicyDocument=READ),
        "attached": refusal(iam.delete_role, **busy),
        "inlined": refusal(iam.delete_role, **inlined),
        "protected": refusal(
            lambda: [
                iam.detach_role_policy(
                    **ADMINISTRATOR, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
                ),
                iam.delete_role(**ADMINISTRATOR),
            ]
        ),
        "eleventh policy": refusal(iam.attach_role_policy, **full, PolicyArn=POLICIES[10]),
        "too many tags": refusal(iam.tag_role, **full, Tags=many(51)[50:]),
        "double tags": refuse_role(Tags=[{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]),
        "no json": refuse_role(AssumeRolePolicyDocument="{nonsense"),
        "no principal": refuse_role(AssumeRolePolicyDocument=READ),
        "wrong action": refuse_role(AssumeRolePolicyDocument=trust(Action="s3:GetObject")),
        "no such boundary": refuse_role(PermissionsBoundary="arn:aws:iam::aws:policy/Nonsense123"),
        "trust too long": refuse_role(AssumeRolePolicyDocument=trust(Sid="x" * 2100)),
        "policy too long": refusal(
            iam.create_policy,
            PolicyName="long",
            PolicyDocument=json.dumps(json.loads(READ) | {"Id": "x" * 6200}),
        ),
        "inline too long": refusal(
            iam.put_role_policy,
            **inlined,
            PolicyName="long",
            PolicyDocument=json.dumps(json.loads(READ) | {"Id": "x" * 10_240}),
        ),
        "130 KB": refusal(iam.create_policy, PolicyName="big", PolicyDocument=big),
        "130 KB and more": refusal(iam.create_policy, PolicyName="big", PolicyDocument=big * 2),
        "2 MB": refusal(iam.create_policy, PolicyName="big", PolicyDocument="x" * 2_000_000),
        "wrong name": refuse_role(RoleName="a b"),
        "long name": refuse_role(RoleName="x" * 65),
        "no name": refusal(iam.get_role),
        "two at once": refuse_role(RoleName="", Path="no-slash"),
        "too short": refuse_role(MaxSessionDuration=60),
        "nested": refuse_role(Tags=[{"Key": "", "Value": "v"}]),
        "wrong scope": refusal(iam.list_policies, Scope="Mine"),
        "wrong marker": refusal(iam.list_roles, Marker="*"),
        "assume nobody": refusal(
            sts.assume_role, **assume | {"RoleArn": "arn:aws:iam::000000000000:role/nobody"}
        ),
        "assume elsewhere": refusal(
            sts.assume_role, **assume | {"RoleArn": "arn:aws:iam::111111111111:role/busy"}
        ),
        "assume too long": refusal(sts.assume_role, **assume, DurationSeconds=7200),
        "assume too short": refusal(sts.assume_role, **assume, DurationSeconds=60),
        "assume no json": refusal(sts.assume_role, **assume, Policy="{nonsense"),
        "assume packed": refusal(
            sts.assume_role,
            **assume,
            Policy=json.dumps(json.loads(READ) | {"Id": "x" * 2048}),
        ),
    }
)
