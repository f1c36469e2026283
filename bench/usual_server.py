"""A model behind HTTP as everybody writes it: the peer that `kennel serve` is measured against.

FastAPI and uvicorn, PIL, and a network in ONNX Runtime or OpenVINO on all cores. Answers
POST /invocations with the five most likely classes; a photo is decoded, resized and run by itself.

    usual_server.py onnxruntime MODEL.onnx LABELS.txt PORT
    usual_server.py openvino GRAPH.xml LABELS.txt PORT
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import uvicorn
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from PIL import Image

MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
STD = np.array([0.229, 0.224, 0.225], dtype=np.float32)
SIDE = 224
TOP = 5
Infer = Callable[[np.ndarray], np.ndarray]


def read_photo(body: bytes) -> np.ndarray:
    """[224, 224, 3], 8 bits."""
    with Image.open(io.BytesIO(body)) as file:
        image = file.convert("RGB")
    scale = 256 / min(image.size)
    size = tuple(max(SIDE, round(side * scale)) for side in image.size)
    image = image.resize(size, Image.Resampling.BILINEAR)
    left, top = ((side - SIDE) // 2 for side in image.size)
    return np.asarray(image.crop((left, top, left + SIDE, top + SIDE)))


def load_onnxruntime(path: str) -> Infer:
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name

    def infer(photo: np.ndarray) -> np.ndarray:
        planes = ((photo / np.float32(255) - MEAN) / STD).transpose(2, 0, 1)[None]
        return session.run(None, {name: planes.astype(np.float32)})[0][0]

    return infer


def load_openvino(path: str) -> Infer:
    """The graph takes 8-bit photos and normalizes them itself."""
    import openvino

    core = openvino.Core()
    model = core.read_model(path)
    model.reshape([1, SIDE, SIDE, 3])
    compiled = core.compile_model(model, "CPU", {"PERFORMANCE_HINT": "THROUGHPUT"})

    def infer(photo: np.ndarray) -> np.ndarray:
        return compiled.create_infer_request().infer([photo[None]])[0][0]

    return infer


LOADERS = {"onnxruntime": load_onnxruntime, "openvino": load_openvino}


def make_app(infer: Infer, labels: list[str]) -> FastAPI:
    app = FastAPI()

    def classify(body: bytes) -> dict:
        start = time.perf_counter()
        logits = infer(read_photo(body))
        exponents = np.exp(logits - logits.max())
        probabilities = exponents / exponents.sum()
        best = np.argsort(-probabilities)[:TOP]
        return {
            "predictions": [
                {"label": labels[place], "probability": float(probabilities[place])}
                for place in best
            ],
            "latency_ms": 1000 * (time.perf_counter() - start),
        }

    @app.get("/ping")
    def ping() -> dict:
        return {}

    @app.post("/invocations")
    async def invocations(request: Request) -> dict:
        return await run_in_threadpool(classify, await request.body())

    return app


def main() -> None:
    engine, model, labels, port = sys.argv[1:]
    names = Path(labels).read_text().splitlines()
    app = make_app(LOADERS[engine](model), names)
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="error")


if __name__ == "__main__":
    main()
