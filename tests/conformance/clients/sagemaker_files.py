"""What the SageMaker SDK does with S3: its bucket, uploads of data and models, downloads."""

import tempfile
from pathlib import Path

import sagemaker
from asked import tell
from sagemaker.s3 import S3Downloader, S3Uploader

here = Path(tempfile.mkdtemp())  # below the test's TMPDIR


def files_in(folder: Path) -> dict[str, int]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.stat().st_size for path in sorted(paths)}


def make(folder: Path) -> Path:
    for name, size in {"train/dog ü.jpg": 5, "train/a/b.jpg": 0, "large": 9_000_000}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
    return folder


data = make(here / "data")
session = sagemaker.Session()
bucket = session.default_bucket()
uploaded = session.upload_data(str(data), key_prefix="photos")
one = session.upload_data(str(data / "large"), bucket=bucket, key_prefix="one")
text = session.upload_string_as_file_body("wau", bucket, "words/dog.txt")
session.download_data(str(here / "back"), bucket, key_prefix="photos")
root = f"s3://{bucket}/models"
S3Uploader.upload(str(data), root, sagemaker_session=session)
S3Uploader.upload_string_as_file_body("{}", f"{root}/model.json", sagemaker_session=session)
S3Downloader.download(root, str(here / "models"), sagemaker_session=session)
tell(
    {
        "bucket": bucket,
        "again": sagemaker.Session().default_bucket(),
        "uploaded": [uploaded, one, text],
        "went": files_in(data),
        "back": files_in(here / "back"),
        "models": files_in(here / "models"),
        "listed": sorted(session.list_s3_files(bucket, "photos")),
        "found": sorted(S3Downloader.list(root, sagemaker_session=session)),
        "read": session.read_s3_file(bucket, "words/dog.txt"),
        "model": S3Downloader.read_file(f"{root}/model.json", sagemaker_session=session),
        "region": session.boto_session.client("s3").head_bucket(Bucket=bucket)["BucketRegion"],
    }
)
