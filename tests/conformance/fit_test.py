"""`fit()` of the SageMaker SDK trains a model here: on the real photos where they lie beside the
project, and on drawn ones everywhere."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import training_jobs
from running_server import KENNEL, SOURCE, run, run_client

SHARED = Path(os.environ.get("KENNEL_SHARED", SOURCE.parent / "shared"))
DOGS = SHARED / "data" / "dogs"


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos") / "drawn"
    words = ("sample", folder, "--classes", "4", "--per-class", "20", "--quiet")
    assert subprocess.run([KENNEL, *words], check=False).returncode == 0
    return folder


@pytest.fixture(scope="module")
def trainer(environment):
    training_jobs.prepare(environment)
    return environment


def fit(environment, tmp_path, folder, instances: int) -> dict:
    surroundings = environment | {"TMPDIR": str(tmp_path)}
    return run_client("sagemaker_fit.py", surroundings, str(folder), str(instances))


@pytest.mark.parametrize("instances", [1, 2, 4])
def test_an_estimator_trains_a_model_that_torch_opens(trainer, tmp_path, photos, instances):
    found = fit(trainer, tmp_path, photos, instances)
    assert found["status"] == "Completed"
    assert found["stages"] == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert found["metrics"]["valid:top1"] > 0.5
    assert {"kennel.json", "model.pth", "labels.txt"} <= set(found["names"])
    assert found["billed"] >= 1
    for instance in range(1, instances + 1):
        assert f"algo-{instance}" in found["said"]
    script = "import sys, torch; print(len(torch.load(sys.argv[1], weights_only=True)))"
    opened = run(sys.executable, "-c", script, tmp_path / "model.pth", environment=trainer)
    assert int(opened.stdout) > 100
    photo = next(photos.glob("test/*/*.jpg"))
    named = run(KENNEL, "predict", tmp_path / "model.tar.gz", photo, environment=trainer)
    assert named.returncode == 0, named.stderr
    assert photo.parent.name in named.stdout


@pytest.mark.skipif(not DOGS.is_dir(), reason=f"needs ../shared: there is no {DOGS}")
def test_an_estimator_trains_on_the_real_photos(trainer, tmp_path):
    found = fit(trainer, tmp_path, DOGS, 1)
    assert found["status"] == "Completed"
    assert found["metrics"]["valid:top1"] > 0.8
