"""The constant tables of src/wire/shape.h for one service."""

from typing import Any

from generator.model import Model
from generator.text import literal, type_name

KINDS = {
    "string": "kString",
    "character": "kString",
    "integer": "kInteger",
    "long": "kLong",
    "float": "kFloat",
    "double": "kDouble",
    "boolean": "kBoolean",
    "timestamp": "kTimestamp",
    "blob": "kBlob",
    "list": "kList",
    "map": "kMap",
    "structure": "kStructure",
}
LOCATIONS = {
    "header": "kHeader",
    "headers": "kHeaders",
    "uri": "kUri",
    "querystring": "kQuery",
    "statusCode": "kStatusCode",
}
TIMESTAMPS = {"iso8601": "kIso8601", "rfc822": "kRfc822", "unixTimestamp": "kUnix"}
PROTOCOLS = {"query": "kQuery", "json": "kJson", "rest-json": "kRestJson", "rest-xml": "kRestXml"}


def initializer(**fields: Any) -> str:
    """Designated initializers, without those that are empty."""
    given = [f".{name} = {value}" for name, value in fields.items() if value not in ("", None)]
    return "{" + ", ".join(given) + "}"


def flag(value: object) -> str:
    return "true" if value else ""


def text(value: str | None) -> str:
    return literal(value) if value else ""


def number(value: float | None) -> str:
    return "" if value is None else repr(float(value))


def timestamp(entry: dict[str, Any]) -> str:
    name = TIMESTAMPS.get(entry.get("timestampFormat", ""))
    return f"wire::TimestampFormat::{name}" if name else ""


def shape_variable(name: str) -> str:
    return f"kShape{type_name(name)}"


class Tables:
    def __init__(self, model: Model) -> None:
        self.model = model
        self.variables = {name: f"{shape_variable(name)}" for name in model.reached}
        # Two shapes may differ by the case of their first letter only.
        taken: set[str] = set()
        for name, variable in self.variables.items():
            while variable in taken:
                variable += "_"
            taken.add(variable)
            self.variables[name] = variable

    def reference(self, name: str) -> str:
        return "&" + self.variables[name]

    def member(self, owner: dict[str, Any], name: str, entry: dict[str, Any]) -> str:
        namespace = entry.get("xmlNamespace", {})
        target = self.model.shapes[entry["shape"]]
        return initializer(
            name=literal(name),
            wire_name=literal(entry.get("locationName", name)),
            shape=self.reference(entry["shape"]),
            location=self.location(entry),
            timestamp=timestamp(entry),
            required=flag(name in owner.get("required", [])),
            payload=flag(owner.get("payload") == name),
            streaming=flag(entry.get("streaming") or target.get("streaming")),
            flattened=flag(entry.get("flattened")),
            xml_attribute=flag(entry.get("xmlAttribute")),
            json_value=flag(entry.get("jsonvalue")),
            xml_namespace=text(namespace.get("uri")),
            xml_prefix=text(namespace.get("prefix")),
        )

    @staticmethod
    def location(entry: dict[str, Any]) -> str:
        name = LOCATIONS.get(entry.get("location", ""))
        return f"wire::Location::{name}" if name else ""

    def shape(self, name: str) -> list[str]:
        shape = self.model.shapes[name]
        variable = self.variables[name]
        lines = []
        members = [
            self.member(shape, key, entry) for key, entry in shape.get("members", {}).items()
        ]
        if members:
            lines.append(f"constexpr wire::Member {variable}Members[] = {{{', '.join(members)}}};")
        if shape.get("enum"):
            values = ", ".join(literal(value) for value in shape["enum"])
            lines.append(f"constexpr std::string_view {variable}Values[] = {{{values}}};")
        element = shape.get("member") or shape.get("value") or {}
        key = shape.get("key", {})
        lines.append(
            f"const wire::Shape {variable} = "
            + initializer(
                name=literal(name),
                kind=f"wire::ShapeKind::{KINDS[shape['type']]}",
                members=f"{variable}Members" if members else "",
                element=self.reference(element["shape"]) if element else "",
                key=self.reference(key["shape"]) if key else "",
                element_name=text(element.get("locationName")),
                key_name=text(key.get("locationName")),
                min=number(shape.get("min")),
                max=number(shape.get("max")),
                pattern=text(shape.get("pattern")),
                values=f"{variable}Values" if shape.get("enum") else "",
                timestamp=timestamp(shape),
                flattened=flag(shape.get("flattened")),
                sensitive=flag(shape.get("sensitive")),
                is_union=flag(shape.get("union")),
                xml_namespace=text(shape.get("xmlNamespace", {}).get("uri")),
            )
            + ";"
        )
        return lines

    def error(self, name: str) -> str:
        shape = self.model.shapes[name]
        trait = shape.get("error", {})
        fault = shape.get("fault", False)
        code = trait.get("code", name)
        status = trait.get("httpStatusCode", 500 if fault else 400)
        sender = trait.get("senderFault", not fault)
        return (
            f"const wire::ErrorShape {error_variable(name)} = {{{literal(name)}, {literal(code)}, "
            f"{status}, {'true' if sender else 'false'}, {self.reference(name)}}};"
        )

    def demands(self, operation: dict[str, Any]) -> tuple[list[str], str]:
        name = operation["name"]
        entries = self.model.overlay.operations[name].get("demands", [])
        lines, items = [], []
        for index, demand in enumerate(entries):
            context = demand.get("context", {})
            variable = f"kContext{name}{index}"
            if context:
                pairs = ", ".join(f"{literal(k)}, {literal(v)}" for k, v in context.items())
                lines.append(f"constexpr std::string_view {variable}[] = {{{pairs}}};")
            items.append(
                initializer(
                    action=literal(demand["action"]),
                    resource=literal(demand["resource"]),
                    when=text(demand.get("when")),
                    context=variable if context else "",
                )
            )
        if not items:
            return lines, ""
        lines.append(f"constexpr wire::DemandTemplate kDemands{name}[] = {{{', '.join(items)}}};")
        return lines, f"kDemands{name}"

    def operation(self, operation: dict[str, Any]) -> tuple[list[str], str]:
        name = operation["name"]
        entry = self.model.overlay.operations[name]
        lines, demands = self.demands(operation)
        errors = [f"&{error_variable(error['shape'])}" for error in operation.get("errors", [])]
        if errors:
            lines.append(
                f"const wire::ErrorShape* const kErrors{name}[] = {{{', '.join(errors)}}};"
            )
        input_, output = operation.get("input", {}), operation.get("output", {})
        row = initializer(
            name=literal(name),
            method=literal(operation["http"]["method"]),
            uri=literal(operation["http"]["requestUri"]),
            success_status=str(operation["http"].get("responseCode", 200)),
            input=self.reference(input_["shape"]) if input_ else "",
            output=self.reference(output["shape"]) if output else "",
            result_wrapper=text(entry.get("result_root") or output.get("resultWrapper")),
            input_root=text(input_.get("locationName")),
            input_namespace=text(input_.get("xmlNamespace", {}).get("uri")),
            errors=f"kErrors{name}" if errors else "",
            demands=demands,
            body_bytes_max=str(entry.get("body_bytes_max", self.model.overlay.body_bytes_max)),
            read_only=flag(self.model.is_read_only(name)),
            data_event=flag(entry.get("data_event")),
            unwrapped_output=flag(entry.get("unwrapped_output")),
        )
        return lines, row


def error_variable(name: str) -> str:
    return f"kError{type_name(name)}"


def write_tables(model: Model, namespace: str) -> str:
    tables = Tables(model)
    lines = [f"namespace {namespace} {{", "namespace {", ""]
    # A circle needs its names ahead; a const that is declared extern first keeps its linkage, and
    # inside the unnamed namespace nobody else sees it.
    lines += [f"extern const wire::Shape {tables.variables[name]};" for name in model.reached]
    for name in model.reached:
        lines += tables.shape(name)
    lines += ["", "}  // namespace", ""]
    lines += [tables.error(name) for name in model.error_names]
    lines += ["", "namespace {", ""]
    rows = []
    for operation in model.operations:
        more, row = tables.operation(operation)
        lines += more
        rows.append(row)
    lines.append("const wire::Operation kOperationRows[] = {" + ",\n    ".join(rows) + "};")
    unlisted = ", ".join(literal(name) for name in model.unlisted)
    if unlisted:
        lines.append(f"constexpr std::string_view kUnlisted[] = {{{unlisted}}};")
    lines += ["", "}  // namespace", ""]
    lines += [f"const wire::Service kService = {service_row(model)};", ""]
    lines += [f"}}  // namespace {namespace}", ""]
    return "\n".join(lines)


def service_row(model: Model) -> str:
    metadata, overlay = model.metadata, model.overlay
    prefix = metadata["endpointPrefix"]
    return initializer(
        name=literal(overlay.name),
        signing_name=literal(overlay.signing_name or metadata.get("signingName", prefix)),
        event_source=literal(f"{prefix.split('.')[-1]}.amazonaws.com"),
        protocol=f"wire::Protocol::{PROTOCOLS[model.protocol]}",
        json_version=text(metadata.get("jsonVersion")),
        target_prefix=text(metadata.get("targetPrefix")),
        api_version=literal(metadata["apiVersion"]),
        xml_namespace=text(xml_namespace(metadata)),
        operations="kOperationRows",
        unlisted="kUnlisted" if model.unlisted else "",
    )


def xml_namespace(metadata: dict[str, Any]) -> str | None:
    namespace = metadata.get("xmlNamespace")
    return namespace.get("uri") if isinstance(namespace, dict) else namespace
