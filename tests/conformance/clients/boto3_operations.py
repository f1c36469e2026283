"""Every operation of IAM and STS that kennel has, once and well."""

import json
import uuid

import boto3
from asked import READ, TRUST, plain, tell

iam = boto3.client("iam")
sts = boto3.client("sts")
MANAGED = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
role = {"RoleName": "trainer"}
found = {"identity": plain(sts.get_caller_identity())}

created = iam.create_role(
    **role,
    Path="/team/",
    AssumeRolePolicyDocument=TRUST,
    Description="Trains dogs",
    MaxSessionDuration=7200,
    PermissionsBoundary=MANAGED,
    Tags=[{"Key": "team", "Value": "dogs"}],
)
found["created"] = created["Role"]
found["request_id"] = str(uuid.UUID(created["ResponseMetadata"]["RequestId"]))
iam.get_waiter("role_exists").wait(**role)
iam.tag_role(**role, Tags=[{"Key": "TEAM", "Value": "cats"}, {"Key": "cost", "Value": ""}])
iam.tag_role(**role, Tags=[{"Key": "gone", "Value": "soon"}])
iam.untag_role(**role, TagKeys=["GONE"])
changed = json.loads(TRUST)
changed["Statement"][0]["Principal"] = {"Service": "lambda.amazonaws.com"}
iam.update_assume_role_policy(**role, PolicyDocument=json.dumps(changed))
found["got"] = iam.get_role(**role)["Role"]
found["trust_changed"] = found["got"]["AssumeRolePolicyDocument"] == changed

policy = iam.create_policy(
    PolicyName="read-photos",
    Path="/kennels/",
    PolicyDocument=READ,
    Description="Photos",
    Tags=[{"Key": "team", "Value": "dogs"}],
)["Policy"]
found["policy"] = policy
iam.get_waiter("policy_exists").wait(PolicyArn=policy["Arn"])
for arn in (policy["Arn"], MANAGED, MANAGED):
    iam.attach_role_policy(**role, PolicyArn=arn)
found["attached"] = iam.list_attached_role_policies(**role)["AttachedPolicies"]
found["attached_below"] = iam.list_attached_role_policies(**role, PathPrefix="/kennels/")[
    "AttachedPolicies"
]
found["got_policy"] = iam.get_policy(PolicyArn=policy["Arn"])["Policy"]
found["in_use"] = [
    each["Arn"] for each in iam.list_policies(Scope="All", OnlyAttached=True)["Policies"]
]
iam.put_role_policy(**role, PolicyName="inline", PolicyDocument=READ)
found["inline_names"] = iam.list_role_policies(**role)["PolicyNames"]
inline = iam.get_role_policy(**role, PolicyName="inline")
found["inline"] = inline["PolicyDocument"] == json.loads(READ)
found["listed"] = iam.list_roles(PathPrefix="/team/")["Roles"]
assumed = sts.assume_role(
    RoleArn=created["Role"]["Arn"],
    RoleSessionName="night-shift",
    DurationSeconds=900,
    SourceIdentity="lead",
    Policy=READ,
    Tags=[{"Key": "team", "Value": "dogs"}],
)
found["assumed"] = plain(assumed)
iam.delete_role_policy(**role, PolicyName="inline")
iam.detach_role_policy(**role, PolicyArn=policy["Arn"])
iam.detach_role_policy(**role, PolicyArn=MANAGED)
found["attached_later"] = iam.list_attached_role_policies(**role)["AttachedPolicies"]
found["deleted"] = iam.delete_role(**role)["ResponseMetadata"]["HTTPStatusCode"]
tell(found)
