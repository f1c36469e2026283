"""The program that shows what the codecs make of bytes, and the models that it has tables of."""

import base64
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import botocore
import botocore.model

SOURCE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "scripts"))

from generator.model import load_service_model  # noqa: E402

SITE_PACKAGES = Path(botocore.__file__).parents[1]
BUILD = Path(os.environ.get("KENNEL_BUILD_DIR", SOURCE / "build" / "release"))
PROBE = BUILD / "src" / "wire" / "kennel_wire_probe"
SECONDS_MAX = 300

SERVICES = [
    "application-autoscaling",
    "iam",
    "lambda",
    "logs",
    "s3",
    "sagemaker",
    "sagemaker-runtime",
    "sts",
]


def ask(questions: list[dict]) -> list[dict]:
    """One answer a question. See src/wire/tests/probe/wire_probe.cpp."""
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    done = subprocess.run(
        [PROBE], input=lines, capture_output=True, text=True, timeout=SECONDS_MAX, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(questions)
    return answers


def load_service(name: str) -> botocore.model.ServiceModel:
    """As our tables are made of it: without botocore's patches (S3's Expires is a string)."""
    return botocore.model.ServiceModel(load_service_model(SITE_PACKAGES, name), name)


def listed_operations(name: str) -> list[str]:
    """What the service's overlay lists, or the tests' own."""
    for folder in ("src/wire/tests/models", f"src/services/{name}"):
        overlay = SOURCE / folder / f"{name}.toml"
        if overlay.exists():
            content = tomllib.loads(overlay.read_text())
            if content.get("all_operations"):
                return load_service(name).operation_names
            return list(content["operations"])
    raise AssertionError(f"no overlay for {name}")


def to_base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
