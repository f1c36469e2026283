"""The same network as f32 and bf16, quantized by kennel and by NNCF: images a second of each.

int8_peer.py FOLDER QUANTIZED PHOTOS ROUNDS (in the peer's environment)

FOLDER and QUANTIZED are unpacked packages, PHOTOS a file with the paths of photos to calibrate
NNCF on. The graphs of the packages and NNCF's run in this one process, in turn in each round, with
a stream for each of two threads. Prints {"subject": [images a second, a round], ...}, by CPU time.
"""

import contextlib
import json
import sys
import time
from pathlib import Path

import nncf
import numpy
import openvino
from PIL import Image

THREADS = 2
BATCH = 4
ROUND_SECONDS = 0.5
SIDE = 224


def to_square(path: str) -> numpy.ndarray:
    return numpy.asarray(Image.open(path).convert("RGB").resize((SIDE, SIDE)))[None]


def by_nncf(model: openvino.Model, photos: list[str]) -> openvino.Model:
    images = [to_square(path) for path in photos]
    with contextlib.redirect_stdout(sys.stderr):  # NNCF draws bars
        return nncf.quantize(
            model,
            nncf.Dataset(images, lambda image: {"image": image}),
            preset=nncf.QuantizationPreset.MIXED,
            subset_size=len(images),
        )


class Subject:
    def __init__(self, model: openvino.Model, precision: str):
        fixed = model.clone()
        fixed.reshape([BATCH, SIDE, SIDE, 3])
        properties = {
            "INFERENCE_PRECISION_HINT": precision,
            "NUM_STREAMS": THREADS,
            "INFERENCE_NUM_THREADS": THREADS,
        }
        compiled = openvino.Core().compile_model(fixed, "CPU", properties)
        self.queue = openvino.AsyncInferQueue(compiled, THREADS)
        random = numpy.random.default_rng(1)
        self.images = random.integers(0, 255, (BATCH, SIDE, SIDE, 3), dtype=numpy.uint8)
        self.run(THREADS)
        start = time.perf_counter()
        self.run(2 * THREADS)
        seconds = max(time.perf_counter() - start, 1e-3)
        self.batches = max(THREADS, int(2 * THREADS * ROUND_SECONDS / seconds))

    def run(self, batches: int) -> float:
        """CPU time, which other work on the machine changes least."""
        start = time.process_time()
        for _ in range(batches):
            self.queue.start_async({"image": self.images})
        self.queue.wait_all()
        return time.process_time() - start

    def images_per_second(self) -> float:
        return THREADS * self.batches * BATCH / self.run(self.batches)


def main(folder: Path, quantized: Path, photos: Path, rounds: int) -> None:
    read = openvino.Core().read_model
    exact = read(folder / "graph.xml")
    theirs = by_nncf(exact.clone(), photos.read_text().splitlines())
    subjects = {
        "f32": Subject(exact, "f32"),
        "bf16": Subject(exact, "bf16"),
        "kennel_int8": Subject(read(quantized / "graph.xml"), "bf16"),
        "nncf_int8": Subject(theirs, "bf16"),
    }
    speeds = {name: [] for name in subjects}
    for _ in range(rounds):
        for name, subject in subjects.items():
            speeds[name].append(round(subject.images_per_second(), 2))
    print(json.dumps(speeds))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]), int(sys.argv[4]))
