"""Values of botocore's shapes by seed, and what they are in kennel's documents."""

import datetime
import math
import random
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from wire_probe import to_base64

UTC = datetime.UTC
DEPTH_MAX = 6  # of shapes that contain themselves
ABSENT = object()

STRINGS = [
    "a",
    "",
    " ",
    " blanks around ",
    "plus+and space",
    "a&b=c;d%20e%",
    "ünïcödé 犬 \U0001f415",
    "line\nbreak\ttab",
    "'\"<>&]]>",
    "x" * 300,
    "0",
    "null",
]
ASCII = ["a", "plus+and space", "a&b=c;d%20e%", "'\"<>&", "x" * 300, "0", "arn:aws:iam::1:role/x"]
LABELS = ["a", "with space", "plus+", "per%20cent", "ünï 犬", "q?x=1&y", "#fragment", "a.b", "~-_"]
INTEGERS = [0, 1, -1, 2**31 - 1, -(2**31)]
LONGS = [*INTEGERS, 2**63 - 1, -(2**63), 2**53 + 1]
REALS = [0.0, -1.5, 0.1, 1e-7, 1e22, 1.7976931348623157e308, 5e-324]
SPECIAL_REALS = [math.inf, -math.inf, math.nan]
MOMENTS = [
    datetime.datetime(1970, 1, 1, tzinfo=UTC),
    datetime.datetime(2026, 11, 21, 10, 0, 0, 123000, tzinfo=UTC),
    datetime.datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC),
    datetime.datetime(1962, 2, 28, 1, 2, 3, 500000, tzinfo=UTC),
    datetime.datetime(2100, 3, 1, 0, 0, 0, 1000, tzinfo=UTC),
]
BLOBS = [b"", b"\x00\xff\x80bytes", b"text", bytes(range(256))]


class Values:
    """Draws values. `style`: "minimal" has the required members, "all" has every one, "some" any
    of them and likes what is empty."""

    def __init__(
        self,
        seed: str,
        style: str,
        *,
        control_characters: bool,
        special_reals: bool,
        empty_structures: bool = True,
    ):
        self.random = random.Random(seed)
        self.style = style
        self.strings = [text for text in STRINGS if control_characters or "\n" not in text]
        self.empty_structures = empty_structures
        self.reals = REALS + (SPECIAL_REALS if special_reals else [])

    def draw(self, shape: Shape, depth: int = 0) -> Any:
        location = shape.serialization.get("location")
        if isinstance(shape, StructureShape):
            return self.structure(shape, depth)
        if isinstance(shape, ListShape):
            count = self.count(shape, depth)
            if location == "header":
                return [self.random.choice(ASCII) for _ in range(count)]
            return [self.draw(shape.member, depth + 1) for _ in range(count)]
        if isinstance(shape, MapShape):
            keys = [f"key-{index}" for index in range(self.count(shape, depth))]
            plain = location == "headers"
            return {
                key: self.random.choice(ASCII) if plain else self.draw(shape.value, depth + 1)
                for key in keys
            }
        return self.scalar(shape, location)

    def count(self, shape: Shape, depth: int) -> int:
        if depth > DEPTH_MAX:
            return 0
        if self.style == "some":
            return self.random.choice([0, 0, 1, 12])
        return self.random.choice([1, 2])

    def members(self, shape: StructureShape, depth: int) -> list[str]:
        drawn = self.some_members(shape, depth)
        if drawn or not shape.members or depth == 0 or self.empty_structures:
            return drawn
        return list(shape.members)[:1]

    def some_members(self, shape: StructureShape, depth: int) -> list[str]:
        names = list(shape.members)
        if shape.is_tagged_union:
            return [self.random.choice(names)]
        required = set(shape.required_members)
        if self.style == "minimal" or depth > DEPTH_MAX:
            return [name for name in names if name in required]
        if self.style == "all":
            return names
        return [name for name in names if name in required or self.random.random() < 0.5]

    def structure(self, shape: StructureShape, depth: int) -> dict:
        return {
            name: self.draw(shape.members[name], depth + 1) for name in self.members(shape, depth)
        }

    def scalar(self, shape: Shape, location: str | None) -> Any:
        choose = self.random.choice
        if shape.type_name == "string":
            if shape.serialization.get("hostLabel"):
                return "route-1"
            if location == "uri":
                return choose(LABELS)
            return choose(ASCII if location == "header" else self.strings)
        pools = {
            "integer": INTEGERS,
            "long": LONGS,
            "float": self.reals,
            "double": self.reals,
            "boolean": [True, False],
            "timestamp": MOMENTS,
            "blob": BLOBS,
        }
        return choose(pools[shape.type_name])


def to_document(shape: Shape, value: Any, *, whole_seconds: bool = False) -> Any:
    """As kennel has the value, whatever carried it."""
    if isinstance(shape, StructureShape):
        return {name: to_document(shape.members[name], item) for name, item in value.items()}
    if isinstance(shape, ListShape):
        return [to_document(shape.member, item) for item in value]
    if isinstance(shape, MapShape):
        return {key: to_document(shape.value, item) for key, item in value.items()}
    if shape.type_name == "timestamp":
        seconds = value.timestamp()
        return math.floor(seconds) if whole_seconds else seconds
    if shape.type_name == "blob":
        return {"$blob": to_base64(value)}
    if shape.type_name in {"float", "double"} and not math.isfinite(value):
        name = "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        return {"$number": name}
    return value


def is_second_only(shape: Shape, *, answer: bool = False) -> bool:
    """HTTP's own form of a moment has no fraction, and botocore sends none in headers at all."""
    form = shape.serialization.get("timestampFormat")
    in_header = shape.serialization.get("location") == "header"
    return form == "rfc822" or (in_header and (form is None or not answer))


def is_flattened(shape: Shape) -> bool:
    return bool(shape.serialization.get("flattened"))


def carried_by_query(shape: Shape, value: Any) -> Any:
    """What is empty, apart from lists, leaves no trace in a form."""
    if isinstance(shape, StructureShape):
        members = {
            name: carried
            for name, item in value.items()
            if (carried := carried_by_query(shape.members[name], item)) is not ABSENT
        }
        return members or ABSENT
    if isinstance(shape, ListShape):
        return [to_document(shape.member, item) for item in value]
    if isinstance(shape, MapShape):
        return to_document(shape, value) if value else ABSENT
    return to_document(shape, value)


def carried_by_xml(shape: Shape, value: Any) -> Any:
    """An empty flattened collection leaves no trace."""
    if isinstance(shape, StructureShape):
        return {
            name: carried
            for name, item in value.items()
            if (carried := carried_by_xml(shape.members[name], item)) is not ABSENT
        }
    if isinstance(shape, ListShape):
        if is_flattened(shape) and not value:
            return ABSENT
        return [carried_by_xml(shape.member, item) for item in value]
    if isinstance(shape, MapShape):
        return {key: carried_by_xml(shape.value, item) for key, item in value.items()}
    return to_document(shape, value, whole_seconds=is_second_only(shape))


def carried_by_rest(protocol: str, shape: StructureShape, value: dict, *, answer: bool) -> dict:
    """Headers, paths and query strings, and the body in the protocol's own form."""
    carried = {}
    payload = shape.serialization.get("payload")
    for name, item in value.items():
        member = shape.members[name]
        location = member.serialization.get("location")
        raw_body = name == payload and member.type_name in {"blob", "string"}
        if raw_body and not answer:
            continue  # checked apart: an empty body and none are the same
        if location in {"header", "headers", "querystring"} and item in ([], {}):
            continue
        if location is None and protocol == "rest-xml" and not raw_body:
            inner = carried_by_xml(member, item)
        elif location is not None and member.type_name == "timestamp":
            inner = to_document(member, item, whole_seconds=is_second_only(member, answer=answer))
        else:
            inner = to_document(member, item)
        if inner is not ABSENT:
            carried[name] = inner
    return carried
