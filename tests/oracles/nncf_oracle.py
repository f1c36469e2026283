"""Post-training quantization as OpenVINO's own tools do it: what `kennel quantize` is held against.

nncf_oracle.py FOLDER CALIBRATION CHECK

FOLDER is an unpacked package in floating point; the other two are files with the paths of photos,
one a line. Prints {"f32": logits of the photos to check on, "int8": those after NNCF}.
"""

import contextlib
import json
import pathlib
import sys

import nncf
import openvino
from package_oracle import to_square


def squares(listed, transform):
    paths = pathlib.Path(listed).read_text().splitlines()
    return [to_square(path, transform)[None] for path in paths]


def logits(model, images):
    compiled = openvino.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return [compiled({"image": image})["logits"][0].tolist() for image in images]


def quantize(model, images):
    return nncf.quantize(
        model,
        nncf.Dataset(images, lambda image: {"image": image}),
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(images),
    )


def main(folder, calibration, check):
    transform = json.loads((folder / "kennel.json").read_text())["transform"]
    model = openvino.Core().read_model(folder / "graph.xml", folder / "graph.bin")
    known, asked = squares(calibration, transform), squares(check, transform)
    exact = logits(model, asked)
    with contextlib.redirect_stdout(sys.stderr):  # NNCF draws bars
        quantized = quantize(model, known)
    print(json.dumps({"f32": exact, "int8": logits(quantized, asked)}))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), *sys.argv[2:])
