"""int8: what `kennel quantize` costs in answers and gains in speed, beside NNCF."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from figures import median, median_ratio, print_table, print_target, save_results
from measured_process import run_measured
from setting import (
    BUILD,
    INT8_LOCK,
    KENNEL,
    ROOT,
    count_photos,
    describe_server_setting,
    prepare_int8_peer,
    require_program,
    with_load_at_end,
)

# The second with random weights: speed does not depend on them, and answers are not looked at.
BACKBONES = ("efficientnet-lite0", "resnet50")
RANDOM_RESNET = ROOT / "tests/oracles/random_resnet.py"
SYSTEM_PYTHON = Path("/usr/bin/python3")  # has torchvision
SUBJECTS = ("f32", "bf16", "kennel_int8", "nncf_int8")
PART_OF_NNCF_MIN = 0.95
PHOTOS_FOR_NNCF = 100
ROUNDS_A_RUN = 3


def run(options: argparse.Namespace, data: Path) -> None:
    require_program(KENNEL)
    python = prepare_int8_peer()
    setting = describe_server_setting(INT8_LOCK) | {"data": data.name, "photos": count_photos(data)}
    found = {}
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="bench-") as folder:
        for backbone in BACKBONES:
            print(f"int8: {backbone}", flush=True)
            rounds = ROUNDS_A_RUN * options.runs
            found[backbone] = measure(data, Path(folder) / backbone, backbone, python, rounds)
    print_summary(found)
    content = {"setting": with_load_at_end(setting), "backbones": found}
    save_results(options.results, "int8", content)


def measure(data: Path, work: Path, backbone: str, python: Path, rounds: int) -> dict:
    work.mkdir()
    random = backbone != BACKBONES[0]
    words = weights_words(work, backbone) if random else []
    command = [KENNEL, "train", data, "--output", work / "run", "--quiet", "--backbone", backbone]
    run_measured([*command, *words], {"KENNEL_CACHE": str(work / "cache")})
    package, quantized = work / "run/model.tar.gz", work / "int8.tar.gz"
    command = [KENNEL, "quantize", package, "--calibrate", data, "--output", quantized, "--json"]
    process = run_measured([*command, *(["--force"] if random else [])])
    told = process.last_json()
    speeds = run_peer(data, work, (package, quantized), python, rounds)
    answers = None if random else {key: told[key] for key in ("photos", "differing", "kept")}
    top1 = None if random else {key: told[f"top1_{key}"] for key in ("f32", "int8")}
    return {
        "quantize": process.figures(),
        "answers": answers,
        "top1": top1,
        "images_per_second": {name: median(speeds[name]) for name in SUBJECTS},
        "rounds": speeds,
    }


def weights_words(work: Path, backbone: str) -> list[str | Path]:
    weights = work / f"{backbone}-random.pth"
    run_measured([SYSTEM_PYTHON, RANDOM_RESNET, backbone, weights])
    return ["--weights", weights, "--fraction", "0.2", "--epochs", "1"]


def run_peer(
    data: Path, work: Path, packages: tuple[Path, Path], python: Path, rounds: int
) -> dict[str, list[float]]:
    folders = []
    for package in packages:
        folders.append(work / package.name.removesuffix(".tar.gz"))
        shutil.unpack_archive(package, folders[-1], filter="data")
    photos = sorted((data / "train").glob("*/*"))
    listed = work / "photos"
    listed.write_text("\n".join(map(str, photos[:: max(1, len(photos) // PHOTOS_FOR_NNCF)])))
    peer = ROOT / "bench/int8_peer.py"
    return run_measured([python, peer, *folders, listed, str(rounds)]).last_json()


def print_summary(found: dict[str, dict]) -> None:
    rows = [
        (backbone, *(entry["images_per_second"][name] for name in SUBJECTS))
        for backbone, entry in found.items()
    ]
    print_table("int8, images a second of CPU time", ("network", *SUBJECTS), rows)
    for backbone, entry in found.items():
        part = median_ratio(entry["rounds"]["kennel_int8"], entry["rounds"]["nncf_int8"])
        print_target(
            part >= PART_OF_NNCF_MIN, f"{backbone}: {part:.2f} times as fast as NNCF's int8"
        )
    entry = found[BACKBONES[0]]
    share = entry["answers"]["differing"] / entry["answers"]["photos"]
    lost = 100 * (entry["top1"]["f32"] - entry["top1"]["int8"])
    print_target(
        share <= 0.02 and lost <= 0.5,
        f"{100 * share:.1f} % of the answers differ (at most 2), top-1 loses {lost:+.2f} points "
        "(at most 0.5)",
    )
