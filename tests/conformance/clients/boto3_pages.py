"""Paginators, over few and over AWS's 1,500 policies."""

import boto3
from asked import READ, TRUST, tell

iam = boto3.client("iam")


def pages(operation: str, member: str, size: int, **arguments) -> list[int]:
    paginator = iam.get_paginator(operation)
    return [
        len(page[member])
        for page in paginator.paginate(**arguments, PaginationConfig={"PageSize": size})
    ]


for number in range(23):
    iam.create_role(RoleName=f"page-{number}", Path="/page/", AssumeRolePolicyDocument=TRUST)
managed = [
    policy
    for page in iam.get_paginator("list_policies").paginate(Scope="AWS")
    for policy in page["Policies"]
]
for policy in managed[:10]:
    iam.attach_role_policy(RoleName="page-0", PolicyArn=policy["Arn"])
for number in range(7):
    iam.put_role_policy(RoleName="page-0", PolicyName=f"inline-{number}", PolicyDocument=READ)
    iam.create_policy(PolicyName=f"page-{number}", PolicyDocument=READ)
roles = iam.get_paginator("list_roles").paginate(
    PathPrefix="/page/", PaginationConfig={"PageSize": 4}
)
whole = iam.list_policies(Scope="AWS", MaxItems=1000)
tell(
    {
        "managed": [policy["Arn"] for policy in managed],
        "roles": [role["RoleName"] for page in roles for role in page["Roles"]],
        "role pages": pages("list_roles", "Roles", 10, PathPrefix="/page/"),
        "exact pages": pages("list_roles", "Roles", 23, PathPrefix="/page/"),
        "attached pages": pages(
            "list_attached_role_policies", "AttachedPolicies", 4, RoleName="page-0"
        ),
        "inline pages": pages("list_role_policies", "PolicyNames", 3, RoleName="page-0"),
        "own pages": pages("list_policies", "Policies", 3, Scope="Local"),
        "both scopes": sum(pages("list_policies", "Policies", 1000)),
        "whole": [len(whole["Policies"]), whole["IsTruncated"]],
        "limited": len(
            iam.get_paginator("list_roles")
            .paginate(PaginationConfig={"MaxItems": 6, "PageSize": 4})
            .build_full_result()["Roles"]
        ),
    }
)
