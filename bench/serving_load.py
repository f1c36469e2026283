"""Serving: photos over HTTP to labels, against this machine's ceiling and three usual servers."""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from figures import median, print_table, print_target, save_results
from measured_process import BenchError, run_measured
from setting import (
    BUILD,
    KENNEL,
    ROOT,
    SERVING_CEILING,
    SERVING_LOCK,
    describe_server_setting,
    prepare_serving_peers,
    require_program,
)

BACKBONES = ("resnet50", "efficientnet-lite0")
SIDES = (224, 1000)
CONNECTIONS = (1, 8, 64)
SECONDS = 5
PHOTOS = 40
ROUNDS_MAX = 3
CORES = len(os.sched_getaffinity(0))
START_SECONDS_MAX = 120
CEILING_SHARE_MIN = 0.85
TORCHSERVE_TIMES_MIN = 6
TORCHSERVE_P99_SHARE_MAX = 0.2
WARM_START_MS_MAX, FIRST_START_MS_MAX, PYTHON_STARTS_MAX = 150, 1500, 8
MEMORY_MIB_MAX = 150
OVERLOAD = 3  # times what it can do
OVERLOAD_SECONDS = 600
PEERS = ROOT / "bench/serving_peers.py"
USUAL_SERVER = ROOT / "bench/usual_server.py"


@dataclass(frozen=True)
class Model:
    backbone: str
    precision: str  # kennel's
    package: Path
    folder: Path  # what the peers serve


def run(options: argparse.Namespace, data: Path) -> None:
    require_program(SERVING_CEILING)
    peer = prepare_serving_peers()
    setting = describe_server_setting(SERVING_LOCK) | {"data": data.name}
    rounds = 1 if options.quick else min(options.runs, ROUNDS_MAX)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="bench-") as name:
        work = Path(name)
        os.environ["KENNEL_CACHE"] = str(work / "cache")
        photos = {side: draw_photos(peer, data, work, side) for side in SIDES}
        models = [make_model(peer, data, work, backbone) for backbone in BACKBONES]
        ceilings = measure_ceilings(models, photos)
        loads = [measure_loads(peer, models, photos, work, turn) for turn in range(rounds)]
        starts = {model.backbone: measure_starts(model, photos[224], work) for model in models}
        memory = measure_memory(models[0], photos[224])
        summary = summarize(loads, ceilings, starts, memory)
        capacity = summary["medians"]["efficientnet-lite0 224 64"]["kennel"]["per_second"]
        seconds = 20 if options.quick else OVERLOAD_SECONDS
        summary["overload"] = measure_overload(models[1], photos[224], capacity, seconds)
    print_summary(summary)
    content = {"setting": setting, "summary": summary, "loads": loads, "starts": starts}
    save_results(options.results, "serving", content)


def draw_photos(peer: Path, data: Path, work: Path, side: int) -> Path:
    folder = work / f"photos-{side}"
    run_measured([peer, PEERS, "photos", data, folder, str(side), str(PHOTOS)])
    return folder


def make_model(peer: Path, data: Path, work: Path, backbone: str) -> Model:
    """ResNet50 has random weights in 8 bits, EfficientNet-Lite0 its own in what is fastest."""
    print(f"serving: making {backbone}", flush=True)
    run_folder, words = work / backbone, []
    if backbone == "resnet50":
        weights = work / "resnet50.pth"
        run_measured([peer, PEERS, "weights", weights])
        words = ["--backbone", "resnet50", "--weights", weights, "--fraction", "0.1"]
    run_measured([KENNEL, "train", data, "--output", run_folder, "--quiet", *words])
    package, precision = run_folder / "model.tar.gz", "auto"
    if backbone == "resnet50":
        quantized = work / "resnet50-int8.tar.gz"
        command = [KENNEL, "quantize", package, "--calibrate", data, "--output", quantized]
        run_measured([*command, "--photos", "40", "--force", "--quiet"])
        run_measured([peer, PEERS, "models", package, backbone, work / "peers"])
        return Model(backbone, "int8", quantized, work / "peers")
    run_measured([peer, PEERS, "models", package, backbone, work / "peers"])
    return Model(backbone, precision, package, work / "peers")


def measure_ceilings(models: list[Model], photos: dict[int, Path]) -> dict[str, dict]:
    """Of decoding and network alone, both measured alone: photos a second of this machine."""
    found = {}
    for model in models:
        for side, folder in photos.items():
            command = [SERVING_CEILING, model.package, model.precision, "5"]
            process = run_measured([*command, *sorted(folder.iterdir())])
            lines = [json.loads(line) for line in process.output.splitlines()]
            found[f"{model.backbone} {side}"] = {
                figure: median([line[figure] for line in lines])
                for figure in ("decode_ms", "infer_ms", "ceiling")
            }
    return found


@contextmanager
def kennel_server(model: Model, *words: str) -> Iterator[tuple[str, subprocess.Popen]]:
    command = [KENNEL, "serve", model.package, "--port", "0", "--json", "--quiet"]
    command += ["--precision", model.precision, *words]
    process = subprocess.Popen(
        [str(word) for word in command], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        ready = json.loads(process.stdout.readline())
        yield f"{ready['url']}/invocations", process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate()


@contextmanager
def usual_server(peer: Path, engine: str, model: Model) -> Iterator[tuple[str, subprocess.Popen]]:
    port = free_port()
    if engine == "onnxruntime":
        files = [model.folder / f"{model.backbone}.onnx", model.folder / "imagenet.txt"]
    else:
        files = [model.folder / "graph.xml", model.folder / "labels.txt"]
    command = [peer, USUAL_SERVER, engine, *files, port]
    with background(command, f"http://127.0.0.1:{port}/ping") as process:
        yield f"http://127.0.0.1:{port}/invocations", process


@contextmanager
def torchserve(peer: Path, model: Model, work: Path) -> Iterator[tuple[str, subprocess.Popen]]:
    """One worker; PyTorch takes all cores for it."""
    inference, management, metrics = free_port(), free_port(), free_port()
    config = work / f"torchserve-{inference}.properties"
    config.write_text(
        f"inference_address=http://127.0.0.1:{inference}\n"
        f"management_address=http://127.0.0.1:{management}\n"
        f"metrics_address=http://127.0.0.1:{metrics}\n"
        "default_workers_per_model=1\njob_queue_size=1000\n"
    )
    command = [peer.parent / "torchserve", "--start", "--foreground", "--ncs"]
    command += ["--disable-token-auth", "--model-store", model.folder, "--ts-config", config]
    command += ["--models", f"net={model.backbone}.mar"]
    url = f"http://127.0.0.1:{inference}"
    environment = {"LOG_LOCATION": str(work), "METRICS_LOCATION": str(work)}
    path = f"{peer.parent}:{os.environ['PATH']}"
    with background(command, f"{url}/ping", environment | {"PATH": path}) as process:
        wait_for_worker(f"http://127.0.0.1:{management}/models/net")
        yield f"{url}/predictions/net", process


@contextmanager
def background(
    command: list, ping: str, environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(
        [str(word) for word in command],
        env=os.environ | (environment or {}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until(lambda: urllib.request.urlopen(ping).status == 200, ping)
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def wait_for_worker(url: str) -> None:
    def is_ready() -> bool:
        models = json.load(urllib.request.urlopen(url))
        return any(worker["status"] == "READY" for worker in models[0]["workers"])

    wait_until(is_ready, url)


def wait_until(holds, what: str) -> None:
    end = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < end:
        try:
            if holds():
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise BenchError(f"{what} did not come up")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def measure_loads(
    peer: Path, models: list[Model], photos: dict[int, Path], work: Path, turn: int
) -> dict[str, dict]:
    """Figures of every server by "backbone side connections"."""
    found: dict[str, dict] = {}
    for model in models:
        servers = {
            "kennel": lambda model=model: kennel_server(model),
            "openvino": lambda model=model: usual_server(peer, "openvino", model),
            "onnxruntime": lambda model=model: usual_server(peer, "onnxruntime", model),
            "torchserve": lambda model=model: torchserve(peer, model, work),
        }
        for name, start in servers.items():
            print(f"serving: round {turn + 1}, {model.backbone}, {name}", flush=True)
            with start() as (url, _):
                for side, folder in photos.items():
                    for connections in CONNECTIONS:
                        key = f"{model.backbone} {side} {connections}"
                        found.setdefault(key, {})[name] = load(url, folder, connections)
    return found


def load(url: str, photos: Path, connections: int, *words: str) -> dict[str, float]:
    command = [KENNEL, "load", url, photos, "--connections", connections, "--json"]
    timing = words or ("--duration", f"{SECONDS}s", "--warm-up", "2s")
    done = run_measured([str(word) for word in (*command, *timing, "--allow-errors")])
    figures = done.last_json()
    # What the generator took of the cores, the server had not.
    share = figures["cpu_seconds"] / (CORES * figures["seconds"])
    return {
        "per_second": figures["good_per_second"],
        "per_second_of_all_cores": figures["good_per_second"] / (1 - share),
        "failed": figures["failed"],
        **{name: figures["latency_ms"][name] for name in ("p50", "p90", "p99", "max")},
    }


def measure_starts(model: Model, photos: Path, work: Path) -> dict[str, float]:
    """Milliseconds from exec to the first answer: never seen before, and warm; a bare Python's."""
    photo = sorted(photos.iterdir())[0].read_bytes()
    first = [time_start(model, photo, work / f"cold-{number}") for number in range(3)]
    warm, python = [], []
    for _ in range(7):
        warm.append(time_start(model, photo, work / "cold-0"))
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", ""], check=True)
        python.append(1000 * (time.perf_counter() - start))
    return {"first_ms": median(first), "warm_ms": median(warm), "python_ms": median(python)}


def time_start(model: Model, photo: bytes, cache: Path) -> float:
    os.environ["KENNEL_CACHE"] = str(cache)
    start = time.perf_counter()
    with kennel_server(model) as (url, _):
        urllib.request.urlopen(urllib.request.Request(url, data=photo)).read()
        return 1000 * (time.perf_counter() - start)


def measure_memory(model: Model, photos: Path) -> float:
    """MiB resident after 1,000 requests in batches of up to 8, one stream, from a warm cache."""
    words = ("--streams", "1", "--max-batch", "8")
    with kennel_server(model, *words):
        pass
    with kennel_server(model, *words) as (url, process):
        load(url, photos, 8, "--requests", "1000", "--warm-up", "0s")
        return resident_mib(process)


def measure_overload(model: Model, photos: Path, capacity: float, seconds: int) -> dict:
    """An open loop at three times what it can do: what it answers, and what memory it takes."""
    print(f"serving: {seconds} s of overload", flush=True)
    with kennel_server(model) as (url, process):
        load(url, photos, 64, "--duration", "10s")
        before = resident_mib(process)
        words = ("--rate", str(round(OVERLOAD * capacity)), "--duration", f"{seconds}s")
        command = [KENNEL, "load", url, photos, "--connections", "512", "--json", *words]
        figures = run_measured([*map(str, command), "--allow-errors"]).last_json()
        after = resident_mib(process)
    return {
        "seconds": seconds,
        "offered_per_second": OVERLOAD * capacity,
        "good_per_second": figures["good_per_second"],
        "p99_ms": figures["latency_ms"]["p99"],
        "errors": figures["errors"],
        "not_begun": figures["not_begun"],
        "mib_before": before,
        "mib_after": after,
    }


def resident_mib(process: subprocess.Popen) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return round(int(line.split()[1]) / 1024, 1)


def summarize(loads: list[dict], ceilings: dict, starts: dict, memory: float) -> dict:
    medians = {
        key: {
            name: {figure: median([one[key][name][figure] for one in loads]) for figure in figures}
            for name, figures in players.items()
        }
        for key, players in loads[0].items()
    }
    shares = {}
    for key in ceilings:
        found = medians[f"{key} 8"]
        shares[key] = {
            "of_ceiling": found["kennel"]["per_second_of_all_cores"] / ceilings[key]["ceiling"],
            "per_torchserve": found["kennel"]["per_second"] / found["torchserve"]["per_second"],
            "p99_of_torchserve": found["kennel"]["p99"] / found["torchserve"]["p99"],
        }
    return {
        "medians": medians,
        "ceilings": ceilings,
        "shares": shares,
        "starts": starts,
        "memory_mib": memory,
    }


def print_summary(summary: dict) -> None:
    header = ("photos a second (p50, p99 ms)", "kennel", "openvino", "onnxruntime", "torchserve")
    rows = [
        (
            key,
            *(
                f"{one['per_second']:.0f} ({one['p50']:.1f}, {one['p99']:.1f})"
                for one in players.values()
            ),
        )
        for key, players in summary["medians"].items()
    ]
    print_table("Serving, by backbone, side in pixels, connections", header, rows)
    for key, one in summary["shares"].items():
        print_target(
            one["of_ceiling"] >= CEILING_SHARE_MIN,
            f"{key}: {100 * one['of_ceiling']:.0f} % of the ceiling (at least 85 %)",
        )
        print_target(
            one["per_torchserve"] >= TORCHSERVE_TIMES_MIN,
            f"{key}: {one['per_torchserve']:.1f} x TorchServe (at least 6 x)",
        )
        print_target(
            one["p99_of_torchserve"] <= TORCHSERVE_P99_SHARE_MAX,
            f"{key}: p99 is {one['p99_of_torchserve']:.2f} of TorchServe's (at most 0.2)",
        )
    for backbone, one in summary["starts"].items():
        limit = max(WARM_START_MS_MAX, PYTHON_STARTS_MAX * one["python_ms"])
        print_target(
            one["warm_ms"] < limit,
            f"{backbone}: first answer of a warm start after {one['warm_ms']:.0f} ms "
            f"(under {limit:.0f})",
        )
        print_target(
            one["first_ms"] < FIRST_START_MS_MAX,
            f"{backbone}: of a model never seen after {one['first_ms']:.0f} ms (under 1500)",
        )
    print_target(
        summary["memory_mib"] < MEMORY_MIB_MAX,
        f"ResNet50 in int8: {summary['memory_mib']:.0f} MiB after 1,000 requests (under 150)",
    )
    overload = summary["overload"]
    print_target(
        set(overload["errors"]) <= {"503"},
        f"overload: nothing but 200 and 503 ({overload['errors']})",
    )
    grown = overload["mib_after"] - overload["mib_before"]
    print_target(grown <= 16, f"overload: {grown:.0f} MiB more memory (flat: at most 16)")
    print(f"  overload: p99 of the good answers {overload['p99_ms']:.0f} ms")
