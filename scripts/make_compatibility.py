"""Writes docs/compatibility.md: make_compatibility.py.

What AWS has comes from botocore's models, what is listed and what it demands from the overlays in
src/services, what is there from the functions in the headers beside them, and which clients were
seen to use it from tests/conformance/clients.json, which the tests hold to what happens.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SOURCE / "scripts"))

from generator.model import Overlay, load_service_model, read_overlay  # noqa: E402

PAGE = SOURCE / "docs" / "compatibility.md"
CLIENTS = {
    "aws-cli": "aws CLI",
    "boto3": "boto3",
    "aws-sdk-js": "JavaScript SDK",
    "sagemaker": "SageMaker SDK",
}
INTRODUCTION = """\
# What of AWS is here

Written by `scripts/make_compatibility.py`; a test holds it to that.

Point any client of AWS here (`eval "$(kennel env)"`), and the operations below answer as AWS's do:
the same protocol, the same checks of the input, the same errors. "Seen with" says which clients do
so, unmodified, in every run of our tests: the aws CLI (version 1), boto3, the AWS SDK for
JavaScript (version 3) and the SageMaker Python SDK (version 2). "IAM action" is what AWS asks the
caller's policies for. An operation or a service that is not here answers `NotImplemented` (501).
"""


@dataclass(frozen=True)
class Service:
    """One folder of src/services."""

    folder: Path
    overlay: Overlay
    model: dict[str, Any]
    clients: dict[str, list[str]]

    @property
    def title(self) -> str:
        metadata = self.model["metadata"]
        return metadata.get("serviceAbbreviation", metadata["serviceFullName"])

    @property
    def listed(self) -> list[str]:
        every = self.overlay.all_operations
        return sorted(self.model["operations"] if every else self.overlay.operations)

    @cached_property
    def functions(self) -> set[str]:
        headers = (path.read_text() for path in self.folder.glob("*.h"))
        return {name for text in headers for name in re.findall(r"\bhandle\(\s*(\w+),", text)}

    @property
    def working(self) -> list[str]:
        return [name for name in self.listed if name in self.functions]

    @property
    def absent(self) -> list[str]:
        return sorted(set(self.model["operations"]) - set(self.working))

    def seen_with(self, operation: str) -> list[str]:
        return self.clients.get(f"{self.overlay.name}:{operation}", [])

    def actions(self, operation: str) -> list[str]:
        demands = self.overlay.operations.get(operation, {}).get("demands", [])
        return list(dict.fromkeys(demand["action"] for demand in demands))


def read_services(site_packages: Path, clients: dict[str, list[str]]) -> list[Service]:
    overlays = sorted(SOURCE.glob("src/services/*/*.toml"))
    services = []
    for path in overlays:
        overlay = read_overlay(path)
        model = load_service_model(site_packages, overlay.model)
        services.append(Service(path.parent, overlay, model, clients))
    return sorted(services, key=lambda service: service.title)


def client_names(clients: list[str]) -> str:
    return ", ".join(name for key, name in CLIENTS.items() if key in clients) or "-"


def render_summary(services: list[Service]) -> str:
    lines = ["| service | operations here | of AWS's | seen with |", "|---|---|---|---|"]
    for service in services:
        seen = [client for name in service.working for client in service.seen_with(name)]
        lines.append(
            f"| [{service.title}](#{anchor(service.title)}) | {len(service.working)} "
            f"| {len(service.model['operations'])} | {client_names(seen)} |"
        )
    return "\n".join(lines) + "\n"


def anchor(title: str) -> str:
    return re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")


def render_service(service: Service) -> str:
    lines = [f"## {service.title}", "", "| operation | IAM action | seen with |", "|---|---|---|"]
    for name in service.working:
        actions = ", ".join(f"`{action}`" for action in service.actions(name)) or "none"
        lines.append(f"| {name} | {actions} | {client_names(service.seen_with(name))} |")
    return "\n".join([*lines, "", render_absent(service)])


def render_absent(service: Service) -> str:
    count = f"{len(service.absent)} operations are not here"
    return f"<details><summary>{count}</summary>\n\n{', '.join(service.absent)}\n\n</details>\n"


def find_site_packages() -> Path:
    return next((SOURCE / ".venv").glob("lib/python3*/site-packages"))


def render_page() -> str:
    clients = json.loads((SOURCE / "tests/conformance/clients.json").read_text())
    services = read_services(find_site_packages(), clients)
    parts = [INTRODUCTION, render_summary(services), *map(render_service, services)]
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(render_page())
