"""What botocore writes kennel reads, and what kennel writes botocore reads: every listed operation,
every member, value by value."""

import base64
import json
import math
from typing import Any

import pytest
from botocore.awsrequest import HeadersDict, create_request_object, prepare_request_dict
from botocore.model import OperationModel, ServiceModel, Shape
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from shape_values import (
    ABSENT,
    Values,
    carried_by_query,
    carried_by_rest,
    carried_by_xml,
    to_document,
)
from wire_probe import SERVICES, ask, listed_operations, load_service, to_base64

STYLES = ["minimal-0", "all-1", "all-2", "some-3", "some-4", "some-5"]

# The same method and path, and nothing that is required tells them apart. An overlay lists one.
TWINS = {
    "GetBucketLifecycleConfiguration": "GetBucketLifecycle",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "PutBucketLifecycleConfiguration": "PutBucketLifecycle",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "ListDirectoryBuckets": "ListBuckets",
}

# Two members of one element name: nobody can tell them apart. Out of use since 2014.
AMBIGUOUS = {"GetBucketNotification", "PutBucketNotification"}


def operations(service: ServiceModel) -> list[OperationModel]:
    names = listed_operations(service.service_name)
    return [service.operation_model(name) for name in names if name not in AMBIGUOUS]


def protocol_of(service: ServiceModel) -> str:
    return service.metadata["protocol"]


def draw(service: ServiceModel, operation: str, shape: Shape, style: str, side: str) -> dict:
    protocol = protocol_of(service)
    values = Values(
        f"{service.service_name} {operation} {style} {side}",
        style.split("-")[0],
        control_characters=side == "answer" or protocol != "rest-xml",
        empty_structures=protocol != "query" or side == "answer",
        special_reals=side == "request" or protocol not in {"json", "rest-json"},
    )
    return values.draw(shape)


def serialize(service: ServiceModel, operation: OperationModel, parameters: dict) -> dict:
    """The question to the probe: botocore's request."""
    serializer = create_serializer(protocol_of(service), include_validation=False)
    request = serializer.serialize_to_request(parameters, operation)
    prepare_request_dict(request, "http://127.0.0.1:8080")
    prepared = create_request_object(request).prepare()
    body = prepared.body or b""
    return {
        "do": "decode",
        "signing_name": service.signing_name,
        "method": prepared.method,
        "target": "/" + prepared.url.split("/", 3)[3],
        "fields": [[name, str(value)] for name, value in prepared.headers.items()],
        "body": to_base64(body.encode() if isinstance(body, str) else body),
    }


def carried_input(service: ServiceModel, operation: OperationModel, parameters: dict) -> dict:
    shape, protocol = operation.input_shape, protocol_of(service)
    if shape is None:
        return {}
    if protocol == "query":
        carried = carried_by_query(shape, parameters)
        return {} if carried is ABSENT else carried
    if protocol == "json":
        return to_document(shape, parameters)
    carried = carried_by_rest(protocol, shape, parameters, answer=False)
    payload = shape.serialization.get("payload")
    member = shape.members[payload] if payload else None
    if member is not None and member.type_name == "blob" and not is_streaming(member):
        body = parameters.get(payload)
        if body:
            carried[payload] = {"$blob": to_base64(body)}
    if member is not None and member.type_name == "string" and parameters.get(payload):
        carried[payload] = parameters[payload]
    if protocol == "rest-json" and member is not None and member.type_name == "structure":
        carried.setdefault(payload, {})  # botocore sends {} where there is none
    return carried


def is_streaming(member: Shape) -> bool:
    return bool(member.serialization.get("streaming") or member.metadata.get("streaming"))


@pytest.mark.parametrize("name", SERVICES)
def test_what_botocore_sends_is_what_is_read(name: str) -> None:
    service = load_service(name)
    questions, expected = [], []
    for operation in operations(service):
        for style in STYLES:
            shape = operation.input_shape
            parameters = draw(service, operation.name, shape, style, "request") if shape else {}
            question = serialize(service, operation, parameters)
            carried = carried_input(service, operation, parameters)
            if shape and "ContentLength" in shape.members:  # every request says it by itself
                carried["ContentLength"] = int(dict(question["fields"])["Content-Length"])
            expected.append(
                {
                    "service": name,
                    "operation": TWINS.get(operation.name, operation.name),
                    "input": carried,
                }
            )
            questions.append(question)
            if operation.name in TWINS:
                questions[-1] = question | {"as": operation.name}
                expected[-1]["operation"] = operation.name
    answers = ask(questions)
    wrong = [
        (question, wanted, answer)
        for question, wanted, answer in zip(questions, expected, answers, strict=True)
        if answer != wanted
    ]
    assert len(questions) >= len(STYLES)
    assert not wrong, report(wrong)


def differences(wanted: Any, read: Any, path: str = "") -> list[str]:
    if isinstance(wanted, dict) and isinstance(read, dict):
        return [
            line
            for key in sorted({*wanted, *read})
            for line in differences(wanted.get(key, ABSENT), read.get(key, ABSENT), f"{path}/{key}")
        ]
    return [] if wanted == read else [f"{path}: wanted {wanted!r:.200}, read {read!r:.200}"]


def report(wrong: list[tuple]) -> str:
    lines = [f"{len(wrong)} differ"]
    for question, wanted, answer in wrong[:8]:
        lines += [f"{question!r:.300}", *differences(wanted, answer)[:5]]
    return "\n".join(lines)


def test_of_operations_that_look_the_same_the_first_is_found() -> None:
    service = load_service("s3")
    questions = []
    for name in TWINS:
        operation = service.operation_model(name)
        parameters = draw(service, name, operation.input_shape, "minimal-0", "request")
        questions.append(serialize(service, operation, parameters))
    assert [answer["operation"] for answer in ask(questions)] == list(TWINS.values())


def has_event_stream(operation: OperationModel) -> bool:
    shape = operation.output_shape
    return shape is not None and any(
        member.serialization.get("eventstream") for member in shape.members.values()
    )


def draw_output(service: ServiceModel, operation: OperationModel, style: str) -> dict:
    """What a handler may return: status codes that are a success, bodies that are text (botocore's
    parser decodes them)."""
    shape = operation.output_shape
    output = draw(service, operation.name, shape, style, "answer")
    payload = shape.serialization.get("payload")
    for name, member in shape.members.items():
        if name in output and member.serialization.get("location") == "statusCode":
            output[name] = 202
        if name in output and name == payload and member.type_name == "blob":
            output[name] = "body ünï".encode()
    return output


def read_answer(answer: dict) -> dict:
    return {
        "status_code": answer["status"],
        "headers": HeadersDict({name: value for name, value in answer["fields"]}),
        "body": base64.b64decode(answer["body"]),
        "context": {},
    }


def parsed_document(shape: Shape, parsed: Any) -> Any:
    """botocore's result as a document. Milliseconds: it reads some moments in microseconds."""
    if shape.type_name == "structure":
        return {
            name: parsed_document(shape.members[name], item)
            for name, item in parsed.items()
            if name in shape.members
        }
    if shape.type_name == "list":
        return [parsed_document(shape.member, item) for item in parsed]
    if shape.type_name == "map":
        return {key: parsed_document(shape.value, item) for key, item in parsed.items()}
    return to_document(shape, parsed)


def carried_output(service: ServiceModel, operation: OperationModel, output: dict) -> dict:
    shape, protocol = operation.output_shape, protocol_of(service)
    if protocol == "query":
        return carried_by_xml(shape, output)
    if protocol == "json":
        return to_document(shape, output)
    carried = carried_by_rest(protocol, shape, output, answer=True)
    status = operation.http.get("responseCode", 200)
    without_body = operation.http["method"] == "HEAD" or status == 204
    for name, member in shape.members.items():
        location = member.serialization.get("location")
        if location == "statusCode":
            carried.setdefault(name, status)
        elif location == "headers":
            carried.setdefault(name, {})  # what botocore makes of none
        elif name == shape.serialization.get("payload"):
            if member.type_name in {"blob", "string"}:
                value = output.get(name, "")
                carried[name] = value.decode() if isinstance(value, bytes) else value
            else:
                carried.setdefault(name, {})
        elif without_body and location is None:
            carried.pop(name, None)
    return carried


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_answered_is_what_botocore_reads(name: str) -> None:
    service = load_service(name)
    parser = create_parser(protocol_of(service))
    cases = [
        (operation, draw_output(service, operation, style))
        for operation in operations(service)
        if operation.output_shape is not None and not has_event_stream(operation)
        for style in STYLES
    ]
    questions = [
        {
            "do": "encode",
            "service": name,
            "operation": operation.name,
            "output": to_document(operation.output_shape, output),
        }
        for operation, output in cases
    ]
    wrong = []
    for (operation, output), answer in zip(cases, ask(questions), strict=True):
        parsed = parser.parse(read_answer(answer), operation.output_shape)
        assert parsed.pop("ResponseMetadata")["RequestId"] == "request-1"
        wanted = carried_output(service, operation, output)
        read = {}
        payload = operation.output_shape.serialization.get("payload")
        for key, value in parsed.items():
            member = operation.output_shape.members[key]
            raw = key == payload and member.type_name in {"blob", "string"}
            read[key] = value if raw else parsed_document(member, value)
        for key, member in operation.output_shape.members.items():
            if member.serialization.get("name") == "Content-Type" and key not in wanted:
                read.pop(key, None)  # every body has a type
        if read != wanted:
            wrong.append((operation.name, wanted, read))
    assert not wrong, report(wrong)


@pytest.mark.parametrize("name", SERVICES)
def test_errors_are_what_botocore_reads(name: str) -> None:
    service = load_service(name)
    parser = create_parser(protocol_of(service))
    shapes = {
        error.name: error for operation in operations(service) for error in operation.error_shapes
    }
    message = "User 'ünï' is <not> & never \"was\"\nhere"
    questions, details = [], []
    for shape in shapes.values():
        output = draw(service, shape.name, shape, "all-1", "answer")
        output = {key: item for key, item in output.items() if key.lower() != "message"}
        trait = shape.metadata.get("error", {})
        details.append(output)
        questions.append(
            {
                "do": "error",
                "service": name,
                "code": shape.error_code or shape.name,
                "shape_name": shape.name,
                "status": trait.get("httpStatusCode", 400),
                "message": message,
                "sender": trait.get("senderFault", True),
                "details": to_document(shape, output),
            }
        )
    assert questions
    for shape, question, output, answer in zip(
        shapes.values(), questions, details, ask(questions), strict=True
    ):
        if question["status"] == 304:
            assert answer["body"] == ""
            continue
        response = read_answer(answer)
        error = parser.parse(response, None)
        assert error["Error"]["Code"] == question["code"], answer
        assert error["Error"]["Message"] == message
        assert error["ResponseMetadata"]["RequestId"] == "request-1"
        parsed = parser.parse(response, shape)
        spelling = next((key for key in shape.members if key.lower() == "message"), None)
        if spelling is not None:
            assert parsed.pop(spelling) == message
        wanted = carried_by_xml(shape, output) if "xml" in protocol_of(service) else output
        assert parsed_document(shape, parsed) == parsed_document(shape, wanted), shape.name


def test_the_values_that_are_drawn_have_special_numbers() -> None:
    """Or the tests above would say less than they seem to."""
    service = load_service("sagemaker")
    operation = service.operation_model("CreateHyperParameterTuningJob")
    drawn = [
        to_document(
            operation.input_shape,
            draw(service, operation.name, operation.input_shape, style, "request"),
        )
        for style in STYLES
    ]
    assert "犬" in json.dumps(drawn, ensure_ascii=False)
    assert math.isfinite(drawn[1]["HyperParameterTuningJobConfig"]["RandomSeed"])
