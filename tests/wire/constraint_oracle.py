"""AWS's sentences about an input that breaks its model, written a second time."""

from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from java_patterns import matches

SHOWN_MAX = 256
NUMBERS = {"integer", "long", "float", "double"}


def is_scalar(shape: Shape) -> bool:
    return not isinstance(shape, (StructureShape, ListShape, MapShape))


def number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else str(value)


def measure(shape: Shape, value: Any) -> float:
    return value if shape.type_name in NUMBERS else len(value)


def sentences(shape: Shape) -> dict[str, str]:
    found = {}
    kind = "value" if shape.type_name in NUMBERS else "length"
    metadata = shape.metadata
    if "max" in metadata:
        found["max"] = f"Member must have {kind} less than or equal to {number(metadata['max'])}"
    if "min" in metadata:
        found["min"] = f"Member must have {kind} greater than or equal to {number(metadata['min'])}"
    if "pattern" in metadata:
        found["pattern"] = f"Member must satisfy regular expression pattern: {metadata['pattern']}"
    if "enum" in metadata:
        found["enum"] = f"Member must satisfy enum value set: [{', '.join(metadata['enum'])}]"
    return found


def broken(shape: Shape, value: Any) -> list[str]:
    metadata = shape.metadata
    tests = {
        "max": lambda: measure(shape, value) > metadata["max"],
        "min": lambda: measure(shape, value) < metadata["min"],
        "pattern": lambda: not matches(metadata["pattern"], value),
        "enum": lambda: value not in metadata["enum"],
    }
    return [sentence for name, sentence in sentences(shape).items() if tests[name]()]


def render(shape: Shape, value: Any) -> str:
    if shape.metadata.get("sensitive"):
        return "***Sensitive Data Redacted***"
    if isinstance(shape, StructureShape):
        inner = [
            f"{name}={render(member, value[name])}"
            for name, member in shape.members.items()
            if name in value
        ]
        return f"{shape.name}({', '.join(inner)})"
    if isinstance(shape, ListShape):
        return f"[{', '.join(render(shape.member, item) for item in value)}]"
    if isinstance(shape, MapShape):
        inner = [f"{key}={render(shape.value, item)}" for key, item in sorted(value.items())]
        return f"{{{', '.join(inner)}}}"
    if shape.type_name == "blob":
        return f"{len(value)} bytes"
    if shape.type_name == "boolean":
        return "true" if value else "false"
    if shape.type_name in NUMBERS:
        return number(value)
    return value


def shown(shape: Shape, value: Any) -> str:
    text = render(shape, value).encode()
    if len(text) <= SHOWN_MAX:
        return text.decode()
    return text[:SHOWN_MAX].decode(errors="ignore") + "..."


def about(shape: Shape, value: Any, path: str, sentence: str, *, hidden: bool = False) -> str:
    hidden = hidden or bool(shape.metadata.get("sensitive"))
    part = "" if hidden else f"'{shown(shape, value)}' "
    return f"Value {part}at '{path}' failed to satisfy constraint: {sentence}"


def about_inner(shape: Shape, value: Any, path: str, inner: Shape, sentence: str) -> str:
    every = ", ".join(sentences(inner).values())
    hidden = bool(inner.metadata.get("sensitive"))
    return about(shape, value, path, f"{sentence}: [{every}]", hidden=hidden)


def errors(shape: Shape, value: Any, path: str) -> list[str]:
    found = [about(shape, value, path, sentence) for sentence in broken(shape, value)]
    if isinstance(shape, StructureShape):
        found += member_errors(shape, value, path)
    elif isinstance(shape, ListShape):
        for index, item in enumerate(value, 1):
            if not is_scalar(shape.member):
                found += errors(shape.member, item, f"{path}.{index}.member")
        if is_scalar(shape.member) and any(broken(shape.member, item) for item in value):
            found.append(
                about_inner(shape, value, path, shape.member, "Member must satisfy constraint")
            )
    elif isinstance(shape, MapShape):
        if any(broken(shape.key, key) for key in value):
            found.append(
                about_inner(shape, value, path, shape.key, "Map keys must satisfy constraint")
            )
        for key, item in value.items():
            if not is_scalar(shape.value):
                found += errors(shape.value, item, f"{path}.{key}.member")
        if is_scalar(shape.value) and any(broken(shape.value, item) for item in value.values()):
            found.append(
                about_inner(shape, value, path, shape.value, "Map value must satisfy constraint")
            )
    return found


def member_errors(shape: StructureShape, value: dict, path: str) -> list[str]:
    found = []
    for name, member in shape.members.items():
        step = name[0].lower() + name[1:]
        place = f"{path}.{step}" if path else step
        streams = member.serialization.get("streaming") or member.metadata.get("streaming")
        if name in value:
            found += errors(member, value[name], place)
        elif name in shape.required_members and not streams:
            found.append(
                f"Value null at '{place}' failed to satisfy constraint: Member must not be null"
            )
    return found


def message(operation: OperationModel, value: dict) -> str | None:
    found = member_errors(operation.input_shape, value, "")
    if not found:
        return None
    plural = "" if len(found) == 1 else "s"
    return f"{len(found)} validation error{plural} detected: {'; '.join(found)}"
