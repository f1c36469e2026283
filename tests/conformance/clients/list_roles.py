"""The names of all roles, each read back with GetRole."""

import boto3
from asked import tell

iam = boto3.client("iam")
pages = iam.get_paginator("list_roles").paginate(PathPrefix="/")
names = [role["RoleName"] for page in pages for role in page["Roles"]]
tell({"names": [iam.get_role(RoleName=name)["Role"]["RoleName"] for name in names]})
