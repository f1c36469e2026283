"""Every constraint of every listed operation: broken one at a time it is told in AWS's sentence at
its path, and a value that keeps it passes."""

import copy
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from constraint_oracle import message
from java_patterns import find_match, find_mismatch
from shape_values import MOMENTS, to_document
from wire_probe import SERVICES, ask, listed_operations, load_service

LENGTH_MAX = 10_000  # a value that is too long for more than this is not tried
ITEMS_MAX = 300
MOMENT = MOMENTS[0]
DEPTH_MAX = 10


def bounds(shape: Shape) -> tuple[int, int]:
    return shape.metadata.get("min", 0), shape.metadata.get("max", 10**9)


def valid_string(shape: Shape) -> str:
    metadata = shape.metadata
    if metadata.get("enum"):
        return metadata["enum"][0]
    low, high = bounds(shape)
    if "pattern" not in metadata:
        return "v" * max(low, min(1, high))
    found = find_match(metadata["pattern"], low, high)
    assert found is not None, (
        f"no string of {low} to {high} characters for {metadata['pattern']!r}: add an example to "
        f"java_patterns.EXAMPLES"
    )
    return found


def valid_number(shape: Shape) -> float:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None:
        return low
    return min(1, high) if high is not None else 1


def valid(shape: Shape, depth: int = 0) -> Any:
    """The smallest value that keeps every constraint."""
    if isinstance(shape, StructureShape):
        names = shape.required_members
        if shape.is_tagged_union and not names:
            names = [simplest_member(shape)]
        return {name: valid(shape.members[name], depth + 1) for name in names}
    low = int(shape.metadata.get("min", 0))
    if isinstance(shape, ListShape):
        return [valid(shape.member, depth + 1) for _ in range(low)]
    if isinstance(shape, MapShape):
        return many_keys(shape, low)
    if shape.type_name == "string":
        return valid_string(shape)
    if shape.type_name == "blob":
        return b"b" * low
    if shape.type_name == "boolean":
        return True
    if shape.type_name == "timestamp":
        return MOMENT
    return valid_number(shape)


def simplest_member(shape: StructureShape) -> str:
    return min(shape.members, key=lambda name: shape.members[name].type_name in COMPOUND)


COMPOUND = {"structure", "list", "map"}


# No string that the lengths allow breaks them.
MATCH_EVERYTHING = {
    r"[\S\s]*",
    r"[\s\S]*",
    r"[\s\S]+",
    r".*(?:[ \r\n\t].*)*",
    r".*(?:[ \r\n\t].*)*.*",
}


@dataclass(frozen=True)
class Place:
    """A shape inside an input, and how to put a value there into a valid one."""

    shape: Shape
    put: Callable[[dict, Any], None]


def places(shape: Shape, put: Callable, path: tuple[str, ...] = ()) -> Iterator[Place]:
    """Every shape below, but none within itself."""
    yield Place(shape, put)
    if shape.name in path or len(path) > DEPTH_MAX:
        return
    path = (*path, shape.name)
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            yield from places(member, into_member(shape, put, name), path)
    elif isinstance(shape, ListShape):
        yield from places(shape.member, into_list(shape, put), path)
    elif isinstance(shape, MapShape):
        yield from places(shape.key, into_key(shape, put), path)
        yield from places(shape.value, into_value(shape, put), path)


def into_member(shape: StructureShape, put: Callable, name: str) -> Callable:
    def into(whole: dict, value: Any) -> None:
        structure = {} if shape.is_tagged_union else valid(shape)
        put(whole, structure | {name: value})

    return into


def into_list(shape: ListShape, put: Callable) -> Callable:
    return lambda whole, value: put(whole, [value, *valid(shape)[1:]])


def into_key(shape: MapShape, put: Callable) -> Callable:
    return lambda whole, value: put(whole, {value: valid(shape.value)} | further_entries(shape))


def into_value(shape: MapShape, put: Callable) -> Callable:
    return lambda whole, value: put(whole, {valid(shape.key): value} | further_entries(shape))


def further_entries(shape: MapShape) -> dict:
    """What it takes to have enough, beside one."""
    return dict(list(many_keys(shape, int(shape.metadata.get("min", 0))).items())[1:])


def too_many(shape: Shape, count: int) -> Any:
    if isinstance(shape, ListShape):
        return [valid(shape.member)] * count
    if isinstance(shape, MapShape):
        return many_keys(shape, count)
    if shape.type_name == "blob":
        return b"b" * count
    return (valid_string(shape) or "v")[:1] * count


def many_keys(shape: MapShape, count: int) -> dict:
    """Keys that differ by a tail of digits, which no pattern of a key minds."""
    key = valid(shape.key)
    return {f"{key}{index}" if index else key: valid(shape.value) for index in range(count)}


def breaking_values(shape: Shape) -> Iterator[tuple[str, Any]]:
    metadata = shape.metadata
    low, high = bounds(shape)
    if shape.type_name in {"integer", "long", "float", "double"}:
        if "max" in metadata:
            yield "max", metadata["max"] + 1
        if "min" in metadata:
            yield "min", metadata["min"] - 1
        return
    limit = ITEMS_MAX if shape.type_name in {"list", "map"} else LENGTH_MAX
    if "max" in metadata and high < limit:
        yield "max", too_many(shape, int(high) + 1)
    if low > 0 and shape.type_name not in {"structure"}:
        yield "min", too_many(shape, int(low) - 1)
    if "pattern" in metadata:
        text = find_mismatch(metadata["pattern"], int(low), int(high))
        if text is not None:
            yield "pattern", text
        else:
            assert metadata["pattern"] in MATCH_EVERYTHING, metadata["pattern"]
    if metadata.get("enum"):
        yield "enum", "no-such-value"


def replaced(whole: dict, value: dict) -> None:
    whole.clear()
    whole.update(value)


def required_and_whole(shape: StructureShape) -> list[str]:
    """A body that streams is not there when the rest is validated."""
    return [
        name
        for name in shape.required_members
        if not shape.members[name].serialization.get("streaming")
        and not shape.members[name].metadata.get("streaming")
    ]


def cases(operation: OperationModel) -> Iterator[tuple[str, dict]]:
    """What is tried, and the input: valid ones first."""
    shape = operation.input_shape
    base = valid(shape)
    yield "valid", base
    for place in places(shape, replaced):
        if isinstance(place.shape, StructureShape):
            for name in required_and_whole(place.shape):
                whole = copy.deepcopy(base)
                place.put(
                    whole, {key: item for key, item in valid(place.shape).items() if key != name}
                )
                yield "required", whole
        whole = copy.deepcopy(base)
        place.put(whole, valid(place.shape))
        yield "valid", whole
        for kind, value in breaking_values(place.shape):
            whole = copy.deepcopy(base)
            place.put(whole, value)
            yield kind, whole


@pytest.mark.parametrize("name", SERVICES)
def test_every_constraint_is_told(name: str) -> None:
    service = load_service(name)
    questions, wanted = [], []
    kinds: Counter[str] = Counter()
    for operation_name in listed_operations(name):
        operation = service.operation_model(operation_name)
        if operation.input_shape is None:
            continue
        for kind, value in cases(operation):
            sentence = message(operation, value)
            assert (sentence is None) == (kind == "valid"), (operation_name, kind, value, sentence)
            kinds[kind] += 1
            questions.append(
                {
                    "do": "validate",
                    "service": name,
                    "operation": operation_name,
                    "input": to_document(operation.input_shape, value),
                }
            )
            wanted.append(sentence)
    wrong = [
        f"{question['operation']} {question['input']!r:.300}\n  wanted {sentence!r:.600}\n  told   "
        f"{answer['message']!r:.600}"
        for question, sentence, answer in zip(questions, wanted, ask(questions), strict=True)
        if answer["message"] != sentence
    ]
    assert not wrong, f"{len(wrong)} of {len(wanted)} differ\n" + "\n".join(wrong[:8])
    print(f"{name}: {sum(kinds.values())} inputs, {dict(kinds)}")
