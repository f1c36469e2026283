"""The feature cache: shared by processes, proof against damage, listed and trimmed."""

import shutil

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
def test_damaged_cache_is_mended_on_the_way(warm_kennel, few_photos, few_trained, damage):
    for segment in warm_kennel.segments():
        segment.write_bytes(DAMAGES[damage](segment.read_bytes()))
    first = warm_kennel.train(few_photos, "first", *F32)
    assert outcome(first) == outcome(few_trained)
    assert results(first)["photos"]["cached"] < 30
    second = warm_kennel.train(few_photos, "second", *F32)
    assert results(second)["photos"]["cached"] == 30


def test_damaged_description_of_a_space_hurts_nobody(warm_kennel, few_photos):
    for description in warm_kennel.cache.rglob("space.json"):
        description.write_text('{"backbone": [')
    warm_kennel.train(few_photos, "run", *F32)
    assert len(warm_kennel.read_json("cache", "list")["spaces"]) == 1


def test_changed_photo_is_computed_again(warm_kennel, few_photos):
    photos = warm_kennel.folder / "photos"
    shutil.copytree(few_photos, photos)
    first, second, *_ = sorted((photos / "train").rglob("*.jpg"))
    first.write_bytes(first.read_bytes() + b"\0")
    second.touch()
    run = warm_kennel.train(photos, "run", *F32)
    assert results(run)["photos"]["cached"] == 29


def test_each_precision_has_a_space_of_its_own(warm_kennel, few_photos):
    warm_kennel.train(few_photos, "run", "--epochs", 1, "--precision", "bf16")
    spaces = warm_kennel.read_json("cache", "list")["spaces"]
    assert sorted(space["precision"] for space in spaces) == ["bf16", "f32"]
    for space in spaces:
        assert (space["backbone"], space["photos"]) == ("efficientnet-lite0", 30)
        assert 30 * 1280 * 4 <= space["bytes"] < 30 * 1280 * 4 + 10000


def test_list_is_legible(cold_kennel, warm_kennel):
    assert "nothing is kept there yet" in cold_kennel.succeeds("cache", "list").stdout
    seen = warm_kennel.succeeds("cache", "list").stdout
    assert str(warm_kennel.cache) in seen
    assert "efficientnet-lite0" in seen
    assert "30 photos" in seen


def test_trim_to_nothing_empties_the_cache(warm_kennel, few_photos):
    taken = sum(segment.stat().st_size for segment in warm_kennel.segments())
    assert warm_kennel.read_json("cache", "trim", "--max-size", 0)["freed_bytes"] >= taken
    assert warm_kennel.segments() == []
    run = warm_kennel.train(few_photos, "run", *F32)
    assert results(run)["photos"]["cached"] == 0


def test_trim_keeps_what_fits(warm_kennel):
    kept = warm_kennel.segments()
    assert "freed 0" in warm_kennel.succeeds("cache", "trim", "--max-size", "100MB").stdout
    assert warm_kennel.segments() == kept


def test_trim_asks_how_much_to_keep(kennel):
    done = kennel("cache", "trim")
    assert done.returncode == 2
    assert "--max-size" in done.stderr
