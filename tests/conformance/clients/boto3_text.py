"""Text that is easily broken on its way: there and back again, in every field that takes it."""

import json

import boto3
from asked import READ, TRUST, tell

AWKWARD = [
    "blanks and  two",
    "plus+plus",
    "percent %41 100%",
    "ampersand & equals = semi;",
    "quotes \" ' back\\slash",
    "<xml> &amp; ]]>",
    "line\nfeed\ttab",
    "carriage\r\nreturn",
    "Hündchen, cão, ñandú",
]
TAGS = ["Grüße:/=+-@_. ok", "日本語 の 犬", "Ünïcödé+plus"]
iam = boto3.client("iam")
trust = json.loads(TRUST)
changed = []


def there_and_back(number: int, text: str) -> None:
    name = f"text-{number}"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, Description=text)
    back = iam.get_role(RoleName=name)["Role"].get("Description")
    document = json.loads(READ) | {"Id": text}
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(document))
    inline = iam.get_role_policy(RoleName=name, PolicyName="p")["PolicyDocument"]
    if back != text or inline != document:
        changed.append([text, back, inline.get("Id")])


for number, text in enumerate(AWKWARD):
    there_and_back(number, text)
tags = [{"Key": f"{text}", "Value": text} for text in TAGS]
iam.create_role(RoleName="r=,.@-_+", AssumeRolePolicyDocument=TRUST, Tags=tags)
spread = json.dumps(trust, indent=8, ensure_ascii=False)
iam.update_assume_role_policy(RoleName="r=,.@-_+", PolicyDocument=spread)
role = iam.get_role(RoleName="r=,.@-_+")["Role"]
listed = [each["Description"] for each in iam.list_roles()["Roles"] if "Description" in each]
tell(
    {
        "changed": changed,
        "tags": role["Tags"] == tags,
        "arn": role["Arn"],
        "trust": role["AssumeRolePolicyDocument"] == trust,
        "lost in the list": [text for text in AWKWARD if text not in listed],
    }
)
