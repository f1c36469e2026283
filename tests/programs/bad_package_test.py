"""Packages that are damaged or hostile: refused with a reason, and nothing written anywhere."""

import gzip
import io
import json
import struct
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from kennel_program import listing, package_entry

ENTRIES = ["kennel.json", "labels.txt", "model.pth"]

NO_PACKAGES = {
    "text": b"hello",
    "zeros": bytes(2000),
    "gzipped text": gzip.compress(b"no tar at all" * 99),
}


@pytest.fixture(scope="module")
def parts(trained) -> dict[str, bytes]:
    return {name: package_entry(trained, name) for name in ENTRIES}


@pytest.fixture
def refuses(kennel, photos) -> Callable[[Path], str]:
    """The message with which predict and evaluate turn a package down."""
    photo = next((photos / "test").rglob("*.jpg"))

    def ask(package: Path) -> str:
        before = listing(kennel.folder.parent)
        message = kennel.refuses("predict", package, photo)
        kennel.refuses("evaluate", package, photos)
        assert listing(kennel.folder.parent) == before
        assert package.name in message
        return message

    return ask


def write_package(path: Path, parts: dict[str, bytes], *extra: tarfile.TarInfo) -> Path:
    """A package of the parts and of entries that hold four bytes or nothing."""
    with tarfile.open(path, "w:gz", compresslevel=0) as archive:
        for entry in extra:
            entry.size = 4 if entry.isreg() else 0
            archive.addfile(entry, io.BytesIO(b"evil"))
        for name, content in parts.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def entry(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type = kind
    made.linkname = target
    return made


HOSTILE = {
    "a way out": entry("../evil"),
    "a way out, later": entry("a/../../evil"),
    "an absolute path": entry("/tmp/kennel-evil"),
    "a symbolic link": entry("evil-link", tarfile.SYMTYPE, "/etc/passwd"),
    "a hard link": entry("evil-link", tarfile.LNKTYPE, "kennel.json"),
    "a device": entry("evil-device", tarfile.CHRTYPE),
    "a pipe": entry("evil-pipe", tarfile.FIFOTYPE),
    "two of one name": entry("kennel.json"),
    "two of one name, spelt otherwise": entry("./kennel.json"),
}


def test_rewritten_package_is_as_good_as_ours(kennel, photos, parts):
    package = write_package(kennel.folder / "again.tar.gz", parts)
    photo = next((photos / "test").rglob("*.jpg"))
    assert len(kennel.read_json("predict", package, photo)["predictions"]) == 5


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_entry_is_refused_by_name(kennel, refuses, parts, kind):
    package = write_package(kennel.folder / "package.tar.gz", parts, HOSTILE[kind])
    named = HOSTILE[kind].name.removeprefix("./")
    assert named in refuses(package)
    assert not Path("/tmp/kennel-evil").exists()


def test_too_many_entries(kennel, refuses, parts):
    many = [entry(f"file-{number}") for number in range(300)]
    assert "256" in refuses(write_package(kennel.folder / "package.tar.gz", parts, *many))


def bomb(bytes_total: int) -> bytes:
    """A gzipped tar of zeros, made from one deflated block that is repeated."""
    head = tarfile.TarInfo("zeros")
    head.size = bytes_total
    block = 16 * 2**20
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    start = deflate.compress(head.tobuf(tarfile.USTAR_FORMAT)) + deflate.flush(zlib.Z_FULL_FLUSH)
    repeated = deflate.compress(bytes(block)) + deflate.flush(zlib.Z_FULL_FLUSH)
    tail = deflate.compress(bytes(1024)) + deflate.flush()
    header = struct.pack("<BBBBIBB", 0x1F, 0x8B, 8, 0, 0, 0, 255)
    return header + start + repeated * (bytes_total // block) + tail + bytes(8)


def test_bomb_is_refused_for_its_ratio(kennel, refuses):
    package = kennel.folder / "bomb.tar.gz"
    package.write_bytes(bomb(2**30))
    assert package.stat().st_size < 2 * 2**20
    assert "200" in refuses(package)


@pytest.mark.parametrize("kept", [0, 10, 1000, 0.5, 0.999])
def test_truncated_package(kennel, refuses, trained, kept):
    content = (trained / "model.tar.gz").read_bytes()
    package = kennel.folder / "package.tar.gz"
    package.write_bytes(content[: kept if isinstance(kept, int) else int(kept * len(content))])
    refuses(package)


@pytest.mark.parametrize("place", [0.1, 0.3, 0.5, 0.7])
def test_flipped_byte(kennel, refuses, trained, place):
    content = bytearray((trained / "model.tar.gz").read_bytes())
    content[int(place * len(content))] ^= 0xFF
    package = kennel.folder / "package.tar.gz"
    package.write_bytes(content)
    refuses(package)


@pytest.mark.parametrize("kind", NO_PACKAGES)
def test_something_else_than_a_package(kennel, refuses, kind):
    package = kennel.folder / "package.tar.gz"
    package.write_bytes(NO_PACKAGES[kind])
    refuses(package)


def test_missing_package(refuses, kennel):
    assert "No such file" in refuses(kennel.folder / "nowhere.tar.gz")


@pytest.mark.parametrize("name", ["kennel.json", "model.pth"])
def test_missing_entry_is_named(kennel, refuses, parts, name):
    rest = {other: content for other, content in parts.items() if other != name}
    assert name in refuses(write_package(kennel.folder / "package.tar.gz", rest))


def test_weights_that_were_exchanged(kennel, refuses, parts):
    damaged = bytearray(parts["model.pth"])
    damaged[len(damaged) // 2] ^= 1
    package = write_package(kennel.folder / "p.tar.gz", parts | {"model.pth": bytes(damaged)})
    assert "model.pth is not the one" in refuses(package)


def without_a_class(description: dict) -> None:
    description["classes"].pop()


def with_unknown_backbone(description: dict) -> None:
    description["backbone"] = "../resnet18"


def with_giant_head(description: dict) -> None:
    for layer, side in zip(description["head"]["layers"], ("out", "in"), strict=True):
        layer[side] = 2**31
    description["head"]["hidden"] = 2**31


def from_the_future(description: dict) -> None:
    description["format"] = 99


def with_classes_of_numbers(description: dict) -> None:
    description["classes"] = [1, 2, 3, 4, 5, 6]


def with_a_range_of_nothing(description: dict) -> None:
    description["quantization"] = {"activations": {"image": [1e400, -1]}, "kept": []}


def with_a_foreign_layer(description: dict) -> None:
    description["quantization"] = {"activations": {}, "kept": ["layer1.0.conv1"]}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (without_a_class, "fc.2"),
        (with_unknown_backbone, "../resnet18"),
        (with_giant_head, "head.hidden"),
        (from_the_future, "99"),
        (with_classes_of_numbers, "classes"),
        (with_a_range_of_nothing, "JSON"),
        (with_a_foreign_layer, "has no layer"),
    ],
)
def test_description_that_lies(kennel, refuses, parts, change, named):
    description = json.loads(parts["kennel.json"])
    change(description)
    changed = parts | {"kennel.json": json.dumps(description).encode()}
    assert named in refuses(write_package(kennel.folder / "package.tar.gz", changed))


NO_DESCRIPTIONS = {
    "nothing": b"",
    "a list": b"[]",
    "half an object": b"{",
    "deep": b"[" * 100000,
    "too little": b'{"format": 1}',
}


@pytest.mark.parametrize("kind", NO_DESCRIPTIONS)
def test_description_that_is_none(kennel, refuses, parts, kind):
    changed = parts | {"kennel.json": NO_DESCRIPTIONS[kind]}
    assert "kennel.json" in refuses(write_package(kennel.folder / "package.tar.gz", changed))
