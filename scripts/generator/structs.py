"""Plain structs for the inputs and outputs of one service, and how they become documents."""

from typing import Any

from generator.model import Model
from generator.tables import error_variable
from generator.text import snake_case, type_name

SCALARS = {
    "string": "std::string",
    "character": "std::string",
    "integer": "std::int32_t",
    "long": "std::int64_t",
    "float": "double",
    "double": "double",
    "boolean": "bool",
    "timestamp": "std::chrono::system_clock::time_point",
    "blob": "base::Bytes",
}
HEADER = """// Made by scripts/generate_service.py from botocore's model of {name}: do not edit.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "wire/api_error.h"
#include "wire/convert.h"
#include "wire/shape.h"

namespace {namespace} {{

extern const wire::Service kService;

"""


class Structs:
    def __init__(self, model: Model) -> None:
        self.model = model
        self.structures = [
            name
            for name in model.reached
            if model.shapes[name]["type"] == "structure" and name not in model.error_names
        ]

    def type_of(self, name: str) -> str:
        shape = self.model.shapes[name]
        kind = shape["type"]
        if kind == "structure":
            return type_name(name)
        if kind == "list":
            return f"std::vector<{self.type_of(shape['member']['shape'])}>"
        if kind == "map":
            return f"std::map<std::string, {self.type_of(shape['value']['shape'])}>"
        return SCALARS[kind]

    def field(self, owner: dict[str, Any], name: str, entry: dict[str, Any]) -> str:
        kind = self.type_of(entry["shape"])
        required = name in owner.get("required", [])
        initial = " = {}" if required else ""
        kind = kind if required else f"std::optional<{kind}>"
        return f"  {kind} {snake_case(name)}{initial};"

    def struct(self, name: str) -> list[str]:
        shape = self.model.shapes[name]
        fields = [self.field(shape, key, entry) for key, entry in self.model.members(name).items()]
        return [f"struct {type_name(name)} {{", *fields, "};", ""]

    def declarations(self, name: str) -> list[str]:
        kind = type_name(name)
        return [
            f"void from_document(const wire::Document& document, {kind}& value);",
            f"[[nodiscard]] wire::Document to_document(const {kind}& value);",
        ]

    def conversions(self, name: str) -> list[str]:
        kind = type_name(name)
        members = list(self.model.members(name))
        unused = "" if members else "[[maybe_unused]] "
        reads = [
            f'  wire::read_member(document, "{one}", value.{snake_case(one)});' for one in members
        ]
        writes = [
            f'  wire::write_member(document, "{one}", value.{snake_case(one)});' for one in members
        ]
        return [
            f"void from_document({unused}const wire::Document& document, {unused}{kind}& value) {{",
            *reads,
            "}",
            "",
            f"wire::Document to_document({unused}const {kind}& value) {{",
            "  wire::Document document = wire::Document::object();",
            *writes,
            "  return document;",
            "}",
            "",
        ]

    def operation(self, index: int, operation: dict[str, Any]) -> list[str]:
        sides = [
            type_name(operation[side]["shape"]) if side in operation else "wire::Nothing"
            for side in ("input", "output")
        ]
        return [
            f"struct {operation_type(self.model, operation['name'])} {{",
            f"  using Input = {sides[0]};",
            f"  using Output = {sides[1]};",
            f"  static constexpr std::size_t kIndex = {index};",
            "};",
            "",
        ]


def operation_type(model: Model, name: str) -> str:
    """An operation may have the name of a shape."""
    taken = {type_name(shape) for shape in model.reached}
    return f"{name}Operation" if name in taken else name


def error_function(name: str) -> str:
    base = name.removesuffix("Exception").removesuffix("Fault") or name
    return snake_case(base)


def write_structs(model: Model, namespace: str, with_structs: bool) -> tuple[str, str]:
    header = HEADER.format(name=model.overlay.name, namespace=namespace)
    if not with_structs:
        return header + f"}}  // namespace {namespace}\n", ""
    structs = Structs(model)
    lines: list[str] = [f"struct {type_name(name)};" for name in structs.structures] + [""]
    for name in structs.structures:
        lines += structs.struct(name)
    for name in structs.structures:
        lines += structs.declarations(name)
    lines.append("")
    for index, operation in enumerate(model.operations):
        lines += structs.operation(index, operation)
    names = [operation_type(model, operation["name"]) for operation in model.operations]
    lines += [f"using Operations = wire::OperationList<{', '.join(names)}>;", ""]
    lines += error_lines(model)
    body = "\n".join(lines)
    source = "\n".join(
        [f"namespace {namespace} {{", ""]
        + [line for name in structs.structures for line in structs.conversions(name)]
        + [f"}}  // namespace {namespace}", ""]
    )
    return header + body + f"\n}}  // namespace {namespace}\n", source


def error_lines(model: Model) -> list[str]:
    lines = [f"extern const wire::ErrorShape {error_variable(name)};" for name in model.error_names]
    lines += ["", "// What the operations refuse with."]
    for name in model.error_names:
        lines += [
            f"[[nodiscard]] inline tl::unexpected<wire::ApiError> {error_function(name)}("
            "std::string message) {",
            f"  return wire::refuse(wire::make_error({error_variable(name)}, std::move(message)));",
            "}",
        ]
    return lines
