"""Training on real photos with the default settings."""

import os
from pathlib import Path

import pytest
from kennel_program import SOURCE, results

SHARED = Path(os.environ.get("KENNEL_SHARED", SOURCE.parent / "shared"))
DOGS = SHARED / "data" / "dogs"


@pytest.mark.skipif(not DOGS.is_dir(), reason=f"needs ../shared: there is no {DOGS}")
def test_real_dogs_are_told_apart(kennel):
    found = results(kennel.train(DOGS, "run"))
    splits = [found["valid"], found["test"]]
    right = sum(split["top1"] * split["photos"] for split in splits)
    photos = sum(split["photos"] for split in splits)
    assert photos == 320
    assert right / photos >= 0.92
