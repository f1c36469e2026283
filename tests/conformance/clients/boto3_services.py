"""Where clients of services take their requests, and for which region and service they sign."""

import re

import boto3
from asked import tell
from botocore.awsrequest import AWSResponse

CALLS = {
    "application-autoscaling": ("describe_scalable_targets", {"ServiceNamespace": "sagemaker"}),
    "cloudfront": ("list_distributions", {}),
    "cloudtrail": ("describe_trails", {}),
    "cloudwatch": ("list_metrics", {}),
    "dynamodb": ("list_tables", {}),
    "ec2": ("describe_regions", {}),
    "ecr": ("describe_repositories", {}),
    "events": ("list_rules", {}),
    "iam": ("list_roles", {}),
    "kms": ("list_keys", {}),
    "lambda": ("list_functions", {}),
    "logs": ("describe_log_groups", {}),
    "organizations": ("describe_organization", {}),
    "route53": ("list_hosted_zones", {}),
    "s3": ("list_buckets", {}),
    "s3control": ("list_jobs", {"AccountId": "000000000000"}),
    "sagemaker": ("list_models", {}),
    "sagemaker-runtime": ("invoke_endpoint", {"EndpointName": "e", "Body": b""}),
    "sqs": ("list_queues", {}),
    "ssm": ("describe_parameters", {}),
    "stepfunctions": ("list_state_machines", {}),
    "sts": ("get_caller_identity", {}),
}


class Unsent(Exception):
    pass


def hold(request, **_) -> AWSResponse:
    scope = re.search(r"Credential=[^/]+/\d+/([^,]+),", request.headers["Authorization"].decode())
    raise Unsent(f"{request.url.partition('?')[0]} {scope[1]}")


def ask(service: str, region: str) -> str:
    client = boto3.client(service, region_name=region)
    client.meta.events.register("before-send", hold)
    operation, arguments = CALLS[service]
    try:
        getattr(client, operation)(**arguments)
    except Unsent as held:
        return str(held)
    raise AssertionError(f"{service} sent its request")


tell(
    {
        f"{name} {region}": ask(name, region)
        for name in CALLS
        for region in ("us-east-1", "eu-west-1")
    }
)
