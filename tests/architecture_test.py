"""The source tree keeps to the rooms of docs/architecture.md, and to a few habits."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)
LINES_MAX = 400
WALLS = {"openvino/": "engine", "torch/": "train", "curl/": "fetch"}


def read_arrows() -> dict[str, set[str]]:
    """The room table: each room with the rooms that its row names."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    rows = re.findall(
        r"^\| `([\w/]+)` \|[^|]*\|([^|]*)\|$", text.split("## Rooms")[1], re.MULTILINE
    )
    return {room: set(re.findall(r"[\w/]+", allowed)) for room, allowed in rows}


def reachable(room: str, arrows: dict[str, set[str]]) -> set[str]:
    found = {room}
    for target in arrows[room]:
        found |= reachable(target, arrows)
    return found


ARROWS = read_arrows()


def source_files(room: str) -> list[Path]:
    return sorted(path for path in (SOURCE / room).rglob("*") if path.suffix in {".h", ".cpp"})


def room_of(path: str) -> str:
    """The room that an include or a file under src/ belongs to."""
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == "services" else parts[0]


def includes(path: Path) -> list[tuple[str, str]]:
    return INCLUDE.findall(path.read_text())


def test_every_room_has_a_row_and_every_row_a_room() -> None:
    folders = [path for path in SOURCE.iterdir() if path.is_dir() and path.name != "services"]
    services = [path for path in (SOURCE / "services").iterdir() if path.is_dir()]
    rooms = {path.relative_to(SOURCE).as_posix() for path in folders + services}
    assert rooms == set(ARROWS)


@pytest.mark.parametrize("room", sorted(ARROWS))
def test_a_room_includes_only_what_its_row_allows(room: str) -> None:
    allowed = reachable(room, ARROWS)
    wrong = [
        f"{path.relative_to(ROOT)} includes {name}"
        for path in source_files(room)
        for kind, name in includes(path)
        if kind == '"' and room_of(name) in ARROWS and room_of(name) not in allowed
    ]
    assert wrong == []


@pytest.mark.parametrize(("prefix", "room"), sorted(WALLS.items()))
def test_a_library_behind_a_wall_is_included_in_its_room_only(prefix: str, room: str) -> None:
    users = {
        room_of(path.relative_to(SOURCE).as_posix())
        for other in ARROWS
        for path in source_files(other)
        for kind, name in includes(path)
        if kind == "<" and name.startswith(prefix)
    }
    assert users == {room}


def test_no_other_room_includes_a_header_behind_a_wall() -> None:
    walled = {
        str(path.relative_to(SOURCE)): room
        for prefix, room in WALLS.items()
        for path in source_files(room)
        if any(name.startswith(prefix) for _, name in includes(path))
    }
    wrong = [
        f"{path.relative_to(ROOT)} includes {name}"
        for other in ARROWS
        for path in source_files(other)
        for _, name in includes(path)
        if walled.get(name, other) != other
    ]
    assert wrong == []


def test_the_arrows_have_no_circle() -> None:
    for room in ARROWS:
        for target in ARROWS[room]:
            assert room not in reachable(target, ARROWS)


@pytest.mark.parametrize("room", sorted(ARROWS))
def test_a_room_links_what_its_row_says(room: str) -> None:
    if room == "apps":
        return  # programs: they link the rooms that each of them needs
    words = re.split(r"[\s()]+", (SOURCE / room / "CMakeLists.txt").read_text())
    kind = "kennel_service" if room.startswith("services/") else "kennel_room"
    arguments = words[words.index(kind) + 2 :]
    keywords = [at for at, word in enumerate(arguments) if word.isupper() or word == ""]
    after_deps = arguments[1 : keywords[1]] if arguments[0] == "DEPS" else []
    assert set(after_deps) == ARROWS[room]


def test_no_source_file_is_too_long() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for room in ARROWS
        for path in source_files(room)
        if (lines := len(path.read_text().splitlines())) > LINES_MAX
    }
    assert long == {}


def test_nothing_is_left_to_be_done() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    assert [
        str(path)
        for room in ARROWS
        for path in source_files(room)
        if marks.search(path.read_text())
    ] == []
