"""What the SageMaker SDK asks of STS and IAM before it does anything."""

import boto3
import sagemaker
from asked import TRUST, tell

iam = boto3.client("iam")
sts = boto3.client("sts")
session = sagemaker.Session()
role = iam.create_role(RoleName="trainer", Path="/team/", AssumeRolePolicyDocument=TRUST)["Role"]
assumed = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="notebook")["Credentials"]
notebook = sagemaker.Session(
    boto3.Session(
        aws_access_key_id=assumed["AccessKeyId"],
        aws_secret_access_key=assumed["SecretAccessKey"],
        aws_session_token=assumed["SessionToken"],
    )
)
tell(
    {
        "role": sagemaker.get_execution_role(),
        "role of a session": sagemaker.get_execution_role(notebook),
        "expanded": session.expand_role("trainer"),
        "account": session.account_id(),
        # default_bucket() makes the bucket of this name; S3 is not there yet.
        "bucket": session._default_bucket_name_override,
    }
)
