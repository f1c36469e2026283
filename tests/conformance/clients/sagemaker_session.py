"""What the SageMaker SDK asks of STS and IAM before it does anything."""

import os

import boto3
import sagemaker
from asked import tell

session = sagemaker.Session()
notebook = sagemaker.Session(
    boto3.Session(
        aws_access_key_id=os.environ["NOTEBOOK_ACCESS_KEY_ID"],
        aws_secret_access_key=os.environ["NOTEBOOK_SECRET_ACCESS_KEY"],
        aws_session_token=os.environ["NOTEBOOK_SESSION_TOKEN"],
    )
)
tell(
    {
        "role": sagemaker.get_execution_role(),
        "role of a session": sagemaker.get_execution_role(notebook),
        "expanded": session.expand_role("trainer"),
        "account": session.account_id(),
        "bucket": session.default_bucket(),
    }
)
