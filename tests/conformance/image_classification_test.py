"""Jobs as those who know SageMaker's Image Classification write them: .lst files; what is not here
is named."""

import subprocess
import tarfile

import pytest
import s3_client
import training_jobs
from running_server import KENNEL

IMAGE = "811284229777.dkr.ecr.us-east-1.amazonaws.com/image-classification:1"
RECORDS = {"ContentType": "application/x-recordio"}
PHOTOS = {"ContentType": "application/x-image"}


@pytest.fixture(scope="module")
def s3(environment):
    training_jobs.prepare(environment)
    client = s3_client.connect(environment)
    client.put_object(Bucket="models", Key="in/records/train.rec", Body=b"x")
    return client


@pytest.fixture(scope="module")
def photos(s3, tmp_path_factory) -> list[str]:
    """Keys below in/photos/, of three breeds."""
    folder = tmp_path_factory.mktemp("photos") / "drawn"
    words = ("sample", folder, "--classes", "3", "--per-class", "12", "--quiet")
    assert subprocess.run([KENNEL, *words], check=False).returncode == 0
    files = sorted(path for path in folder.rglob("*.jpg"))
    for path in files:
        s3.upload_file(str(path), "models", f"in/photos/{path.relative_to(folder)}")
    return [str(path.relative_to(folder)) for path in files]


@pytest.fixture(scope="module")
def sagemaker(environment, s3):
    return s3_client.connect(environment, service="sagemaker")


def run_job(server, sagemaker, *channels: dict, **hyperparameters: str) -> dict:
    name = s3_client.new_name("job")
    algorithm = {"TrainingImage": IMAGE, "TrainingInputMode": "File"}
    words = {"AlgorithmSpecification": algorithm, "InputDataConfig": list(channels)}
    words["HyperParameters"] = hyperparameters
    sagemaker.create_training_job(**training_jobs.request(name, **words))
    training_jobs.wait_for_end(server, name)
    return sagemaker.describe_training_job(TrainingJobName=name)


def why_it_failed(server, sagemaker, *channels: dict) -> str:
    return run_job(server, sagemaker, *channels)["FailureReason"]


def put_list(s3, name: str, rows: list[tuple[int, str]]) -> None:
    lines = [f"{i}\t{label}\t{path}\n" for i, (label, path) in enumerate(rows)]
    s3.put_object(Bucket="models", Key=f"in/{name}/photos.lst", Body="".join(lines).encode())


def breed_of(path: str) -> str:
    return path.split("/")[-2]


def channel(name: str, folder: str, **changes) -> dict:
    return training_jobs.channel(name, f"s3://models/in/{folder}/", **changes)


def test_labels_of_lists_are_the_classes(server, sagemaker, s3, photos, tmp_path):
    breeds = sorted({breed_of(path) for path in photos}, reverse=True)
    rows = [(breeds.index(breed_of(path)), path) for path in photos]
    put_list(s3, "train_lst", rows[::2])
    put_list(s3, "validation_lst", rows[1::2])
    folders = {"train": "photos", "validation": "photos"}
    names = ("train", "validation", "train_lst", "validation_lst")
    channels = [channel(name, folders.get(name, name), **PHOTOS) for name in names]
    facts = {"epochs": "2", "num_classes": "3", "num_training_samples": str(len(rows[::2]))}
    told = run_job(server, sagemaker, *channels, **facts)
    assert told["TrainingJobStatus"] == "Completed", told.get("FailureReason")
    bucket, _, key = told["ModelArtifacts"]["S3ModelArtifacts"][5:].partition("/")
    s3.download_file(bucket, key, str(tmp_path / "model.tar.gz"))
    with tarfile.open(tmp_path / "model.tar.gz") as archive:
        assert archive.extractfile("labels.txt").read().split() == [b"0", b"1", b"2"]


def test_a_list_that_names_no_photo_is_refused_by_its_line(server, sagemaker, s3, photos):
    put_list(s3, "wrong", [(0, photos[0]), (1, "no/such.jpg")])
    channels = [channel("train", "photos", **PHOTOS), channel("train_lst", "wrong", **PHOTOS)]
    assert why_it_failed(server, sagemaker, *channels) == (
        "AlgorithmError: CustomerError: channel train_lst: photos.lst, line 2: there is no photo "
        "no/such.jpg in channel train, exit code: 1"
    )


@pytest.mark.parametrize("changes", [RECORDS, {"RecordWrapperType": "RecordIO"}])
def test_records_are_refused_by_the_channels_name(server, sagemaker, changes):
    reason = why_it_failed(server, sagemaker, channel("train", "records", **changes))
    assert reason.startswith("AlgorithmError: CustomerError: channel train: RecordIO is not read")


def test_records_that_nobody_declared_are_refused_by_their_name(server, sagemaker):
    reason = why_it_failed(server, sagemaker, channel("train", "records"))
    assert "channel train holds RecordIO files (train.rec)" in reason
