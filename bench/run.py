"""Measures what the README quotes: `make bench`, or one part with --only."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import accuracy
import extraction
import frontdoor
import int8
import s3_objects
import sagemaker_jobs
import search_quality
import serving_load
import training
import tuning
from measured_process import BenchError
from setting import BUILD, ROOT, find_photos, warn_when_busy
from subjects import EPOCHS

PARTS = {
    "frontdoor": frontdoor.run,
    "objects": s3_objects.run,
    "jobs": sagemaker_jobs.run,
    "extraction": extraction.run,
    "training": training.run,
    "accuracy": accuracy.run,
    "int8": int8.run,
    "search": search_quality.run,
    "tuning": tuning.run,
    "serving": serving_load.run,
}
WITHOUT_PHOTOS = {"frontdoor"}


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=sorted(PARTS), action="append", help="may be repeated")
    parser.add_argument("--data", type=Path, help="photos with train, valid and test folders")
    parser.add_argument("--runs", type=positive, default=5, help="rounds; not of accuracy")
    parser.add_argument("--seeds", type=positive, default=3, help="seeds of the accuracy part")
    parser.add_argument(
        "--epochs", type=positive, default=EPOCHS, help="epochs of the accuracy part, on all sides"
    )
    parser.add_argument(
        "--script-seeds",
        type=int,
        help="seeds for which the usual script itself is run, 8 minutes each (default: all of "
        "them); its form with cached features is run for all",
    )
    parser.add_argument(
        "--object-size",
        type=byte_count,
        default="5GiB",
        help="of the large object of the objects part, e.g. 512MiB (default: 5GiB)",
    )
    parser.add_argument("--results", type=Path, default=ROOT / "bench/results")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="one round, one seed, two epochs, figures under build/: a trial, not evidence",
    )
    options = parser.parse_args()
    if options.quick:
        options.runs, options.seeds, options.epochs = 1, 1, 2
        options.object_size = byte_count("256MiB")
        options.results = BUILD / "bench-quick"
    return options


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{value} is not at least 1")
    return value


def byte_count(text: str) -> int:
    found = re.fullmatch(r"(\d+)(MiB|GiB)", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text} is not a size like 512MiB or 5GiB")
    return int(found[1]) << {"MiB": 20, "GiB": 30}[found[2]]


def main() -> int:
    options = parse_arguments()
    warn_when_busy()
    try:
        parts = options.only or list(PARTS)
        data = None if WITHOUT_PHOTOS.issuperset(parts) else find_photos(options.data)
        for part in parts:
            PARTS[part](options, data)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
