"""Which operation succeeded with which client: out of audit trails, and as tests may claim it."""

import json
from collections import defaultdict
from pathlib import Path

CLAIMS = Path(__file__).resolve().parent / "clients.json"
CLIENTS_BY_AGENT = {
    "AWS-SageMaker-Python-SDK#": "sagemaker",  # before boto3, which it drives
    "aws-cli/": "aws-cli",
    "Boto3/": "boto3",
    "aws-sdk-js/": "aws-sdk-js",
}

# By these S3 answers what a bucket does not have, and kennel's buckets never have.
ANSWERS = {
    "NoSuchWebsiteConfiguration",
    "ObjectLockConfigurationNotFoundError",
    "ReplicationConfigurationNotFoundError",
}

# Operation ("sts:AssumeRole") to clients, both in order.
Seen = dict[str, list[str]]


def client_of(event: dict) -> str | None:
    agent = event["userAgent"]
    return next((name for part, name in CLIENTS_BY_AGENT.items() if part in agent), None)


class Collection:
    def __init__(self) -> None:
        self._clients: dict[str, set[str]] = defaultdict(set)

    def add(self, events: list[dict], boto3_is: str = "boto3") -> None:
        """`boto3_is`: what drove boto3, where something did."""
        for event in events:
            client = client_of(event)
            if client and event.get("errorCode") in (None, *ANSWERS):
                service = event["eventSource"].partition(".")[0]
                name = boto3_is if client == "boto3" else client
                self._clients[f"{service}:{event['eventName']}"].add(name)

    def table(self) -> Seen:
        return {name: sorted(clients) for name, clients in sorted(self._clients.items())}


def missing(claimed: Seen, seen: Seen) -> list[str]:
    """What is claimed and was not seen."""
    return [
        f"{operation} with {client}"
        for operation, clients in claimed.items()
        for client in clients
        if client not in seen.get(operation, [])
    ]


def write(table: Seen, path: Path) -> None:
    path.write_text(json.dumps(table, indent=2) + "\n")
