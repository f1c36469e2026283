"""The feature cache: shared by processes, proof against damage, listed and trimmed."""

import pytest
from kennel_program import outcome, results

F32 = ("--epochs", 8, "--precision", "f32")  # as the run that the tests share


def flip_bytes(content: bytes) -> bytes:
    damaged = bytearray(content)
    for at in range(0, len(damaged), 5000):
        damaged[at] ^= 0x41
    return bytes(damaged)


def flip_last_byte(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 0xFF])


DAMAGES = {
    "bytes are flipped everywhere": flip_bytes,
    "the last row has one bad byte": flip_last_byte,
    "half is missing": lambda content: content[: len(content) // 2],
    "something follows": lambda content: content + b"tail",
    "nothing is left": lambda content: b"",
}


def test_two_processes_fill_an_empty_cache_together(cold_kennel, photos, trained):
    command = ("train", photos, *F32, "--output")
    processes = [cold_kennel.start(*command, name) for name in ("one", "two")]
    for process in processes:
        _, errors = process.communicate()
        assert process.returncode == 0, errors
    assert outcome(cold_kennel.folder / "one") == outcome(trained)
    assert outcome(cold_kennel.folder / "two") == outcome(trained)

    third = cold_kennel.succeeds(*command, "three")
    assert "features: all 120 from the cache" in third.stdout


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_cache_is_mended_on_the_way(cold_kennel, photos, trained, damage):
    cold_kennel.train(photos, "first", *F32)
    for segment in cold_kennel.segments():
        segment.write_bytes(DAMAGES[damage](segment.read_bytes()))
    second = cold_kennel.train(photos, "second", *F32)
    assert outcome(second) == outcome(trained)
    assert results(second)["photos"]["cached"] < 120
    third = cold_kennel.train(photos, "third", *F32)
    assert results(third)["photos"]["cached"] == 120


def test_damaged_description_of_a_space_hurts_nobody(cold_kennel, photos):
    cold_kennel.train(photos, "first", *F32)
    for description in cold_kennel.cache.rglob("space.json"):
        description.write_text('{"backbone": [')
    cold_kennel.train(photos, "second", *F32)
    assert len(cold_kennel.read_json("cache", "list")["spaces"]) == 1


def test_changed_photo_is_computed_again(cold_kennel):
    photos = cold_kennel.folder / "photos"
    cold_kennel.succeeds("sample", photos, "--classes", 2, "--per-class", 5)
    first, second, *_ = sorted((photos / "train").rglob("*.jpg"))
    cold_kennel.train(photos, "first")
    first.write_bytes(first.read_bytes() + b"\0")
    second.touch()
    again = cold_kennel.train(photos, "second")
    assert results(again)["photos"]["cached"] == 9


def test_each_precision_has_a_space_of_its_own(cold_kennel, photos):
    for precision in ("f32", "bf16"):
        cold_kennel.train(photos, precision, "--epochs", 1, "--precision", precision)
    spaces = cold_kennel.read_json("cache", "list")["spaces"]
    assert sorted(space["precision"] for space in spaces) == ["bf16", "f32"]
    for space in spaces:
        assert (space["backbone"], space["photos"]) == ("efficientnet-lite0", 120)
        assert 120 * 1280 * 4 <= space["bytes"] < 120 * 1280 * 4 + 10000


def test_list_is_legible(cold_kennel, photos):
    assert "nothing is kept there yet" in cold_kennel.succeeds("cache", "list").stdout
    cold_kennel.train(photos, "run", *F32)
    seen = cold_kennel.succeeds("cache", "list").stdout
    assert str(cold_kennel.cache) in seen
    assert "efficientnet-lite0" in seen
    assert "120 photos" in seen


def test_trim_to_nothing_empties_the_cache(cold_kennel, photos):
    cold_kennel.train(photos, "first", *F32)
    taken = sum(segment.stat().st_size for segment in cold_kennel.segments())
    assert cold_kennel.read_json("cache", "trim", "--max-size", 0)["freed_bytes"] >= taken
    assert cold_kennel.segments() == []
    again = cold_kennel.train(photos, "second", *F32)
    assert results(again)["photos"]["cached"] == 0


def test_trim_keeps_what_fits(cold_kennel, photos):
    cold_kennel.train(photos, "run", *F32)
    kept = cold_kennel.segments()
    assert "freed 0" in cold_kennel.succeeds("cache", "trim", "--max-size", "100MB").stdout
    assert cold_kennel.segments() == kept


def test_trim_asks_how_much_to_keep(kennel):
    done = kennel("cache", "trim")
    assert done.returncode == 2
    assert "--max-size" in done.stderr
