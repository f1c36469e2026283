"""Trains a classifier with the SageMaker Python SDK, as a notebook does. Nothing in it knows kennel
but the image's name.

    eval "$(kennel env)"
    python examples/fit.py s3://photos/dogs/
"""

import sys

import sagemaker
from sagemaker.estimator import Estimator

photos = sys.argv[1]  # train/, valid/ and test/ lie under it, a folder of photos for each class

estimator = Estimator(
    image_uri="kennel/image-classifier",
    role=sagemaker.get_execution_role(),
    instance_count=1,
    instance_type="ml.m5.2xlarge",
    hyperparameters={"epochs": 10, "learning_rate": 0.002},
    metric_definitions=[{"Name": "valid:top1", "Regex": r"valid_top1=([0-9.]+)"}],
)
estimator.fit({"training": photos})  # waits, and shows the job's log

job = estimator.latest_training_job.describe()
for metric in job["FinalMetricDataList"]:
    print(f"{metric['MetricName']} {metric['Value']:.3f}")
print(estimator.model_data)
