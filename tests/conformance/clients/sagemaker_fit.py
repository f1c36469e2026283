"""Trains with an Estimator, waits, attaches, fetches the model: arguments are a folder of photos
the number of instances. Nothing is patched, and waits are the SDK's own."""

import contextlib
import io
import json
import os
import sys
import tarfile
from pathlib import Path

from sagemaker import Session
from sagemaker.estimator import Estimator
from sagemaker.s3 import S3Downloader

folder = Path(os.environ["TMPDIR"])
photos, instances = sys.argv[1], int(sys.argv[2])
role = "arn:aws:iam::000000000000:role/trainer"
session = Session()
uri = session.upload_data(photos, key_prefix=Path(photos).name)
said = io.StringIO()
with contextlib.redirect_stdout(said):
    estimator = Estimator(
        "kennel/image-classifier",
        role,
        instances,
        "ml.m5.2xlarge",
        hyperparameters={"epochs": 2},
        metric_definitions=[{"Name": "valid:top1", "Regex": r"valid_top1=([0-9.]+)"}],
    )
    estimator.fit({"training": uri})
    attached = Estimator.attach(estimator.latest_training_job.name)
    S3Downloader.download(attached.model_data, str(folder))
with tarfile.open(folder / "model.tar.gz") as archive:
    names = archive.getnames()
    archive.extract("model.pth", folder)
job = estimator.latest_training_job.describe()
print(
    json.dumps(
        {
            "status": job["TrainingJobStatus"],
            "stages": [one["Status"] for one in job["SecondaryStatusTransitions"]],
            "metrics": {one["MetricName"]: one["Value"] for one in job["FinalMetricDataList"]},
            "names": sorted(names),
            "said": said.getvalue(),
            "billed": job["BillableTimeInSeconds"],
        }
    )
)
