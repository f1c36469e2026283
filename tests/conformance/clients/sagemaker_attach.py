"""Starts jobs without waiting for them and attaches to each: one that ends well and whose model is
fetched, one that fails. Nothing is patched, and waits are the SDK's own."""

import contextlib
import io
import json
import tarfile
import tempfile
from pathlib import Path

from sagemaker.estimator import Estimator
from sagemaker.exceptions import UnexpectedStatusException
from sagemaker.s3 import S3Downloader

ROLE = "arn:aws:iam::000000000000:role/trainer"


def start(script: str) -> Estimator:
    estimator = Estimator(
        "kennel/process",
        ROLE,
        1,
        "ml.m5.large",
        container_entry_point=["/bin/sh", "-c", script],
    )
    estimator.fit(wait=False)
    return estimator


def read_model(uri: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        S3Downloader.download(uri, folder)
        with tarfile.open(Path(folder) / "model.tar.gz") as archive:
            return archive.extractfile("name").read().decode()


found = {}
said = io.StringIO()
with contextlib.redirect_stdout(said):
    estimator = start("echo woof; printf dog > /opt/ml/model/name")
    failing = start("echo 'no dogs' > /opt/ml/output/failure; exit 3")
    found["begun"] = estimator.latest_training_job.describe()["TrainingJobStatus"]
    attached = Estimator.attach(estimator.latest_training_job.name)
    attached.logs()
    try:
        Estimator.attach(failing.latest_training_job.name)
    except UnexpectedStatusException as error:
        found["failed"] = "AlgorithmError" if "no dogs" in str(error) else str(error)
found["status"] = attached.latest_training_job.describe()["TrainingJobStatus"]
found["same"] = attached.model_data == estimator.model_data
found["model"] = read_model(attached.model_data)
print(json.dumps(found | {"said": said.getvalue()}))
