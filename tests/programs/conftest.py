"""Photos, features and a run that the program tests share."""

import shutil
from pathlib import Path

import pytest
from kennel_program import Kennel


@pytest.fixture(scope="session")
def shared_kennel(tmp_path_factory) -> Kennel:
    return Kennel(tmp_path_factory.mktemp("shared"), tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def photos(shared_kennel) -> Path:
    """6 classes of 14 train, 3 valid and 3 test photos. Not to be changed."""
    folder = shared_kennel.folder / "photos"
    shared_kennel.succeeds("sample", folder, "--classes", 6, "--per-class", 20)
    return folder


@pytest.fixture(scope="session")
def trained(shared_kennel, photos) -> Path:
    """The folder of a short run in f32. Not to be changed."""
    return shared_kennel.train(photos, "trained", "--epochs", 8, "--precision", "f32")


@pytest.fixture
def kennel(shared_kennel, tmp_path) -> Kennel:
    """In a folder of its own, with the features of all tests."""
    return Kennel(tmp_path, shared_kennel.cache)


@pytest.fixture
def cold_kennel(tmp_path_factory, tmp_path) -> Kennel:
    """In a folder of its own, with a cache of its own."""
    return Kennel(tmp_path, tmp_path_factory.mktemp("cold"))


@pytest.fixture(scope="session")
def few_photos(shared_kennel) -> Path:
    """30 photos of 3 classes, for what must compute their features. Not to be changed."""
    folder = shared_kennel.folder / "few"
    shared_kennel.succeeds("sample", folder, "--classes", 3, "--per-class", 10)
    return folder


@pytest.fixture(scope="session")
def few_kennel(shared_kennel, tmp_path_factory) -> Kennel:
    return Kennel(shared_kennel.folder, tmp_path_factory.mktemp("few-cache"))


@pytest.fixture(scope="session")
def few_trained(few_kennel, few_photos) -> Path:
    """The folder of a short run in f32 on the few photos. Not to be changed."""
    return few_kennel.train(few_photos, "few-trained", "--epochs", 8, "--precision", "f32")


@pytest.fixture
def warm_kennel(few_kennel, few_trained, tmp_path_factory, tmp_path) -> Kennel:
    """In a folder of its own, with a cache of its own that holds the few photos in f32."""
    cache = tmp_path_factory.mktemp("warm") / "cache"
    shutil.copytree(few_kennel.cache, cache)
    return Kennel(tmp_path, cache)
