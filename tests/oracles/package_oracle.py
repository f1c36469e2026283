"""A model package as ordinary Python code uses it: what `kennel predict` is held against.

package_oracle.py FOLDER PHOTO...

FOLDER is an unpacked package. Prints {"python": the logits of the PyTorch model, "graph": those of
the OpenVINO graph, or null where OpenVINO is not installed}, a row a photo. Runs in the project's
environment, and for ResNets under the system's Python with its torchvision.
"""

import json
import pathlib
import sys

import numpy
import torch
from PIL import Image
from torch import nn

FILTERS = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}


def efficientnet(name):
    from efficientnet_lite_pytorch import EfficientNet

    class Classifier(EfficientNet):
        def forward(self, images):
            return self.fc(self._avg_pooling(self.extract_features(images)).flatten(1))

    model = Classifier.from_name(name)
    del model._fc
    return model


def resnet(name):
    import torchvision

    return getattr(torchvision.models, name)()


def build(description, weights):
    name = description["backbone"]
    model = efficientnet(name) if name.startswith("efficientnet") else resnet(name)
    first, second = description["head"]["layers"]
    model.fc = nn.Sequential(
        nn.Linear(first["in"], first["out"]), nn.ReLU(), nn.Linear(second["in"], second["out"])
    )
    model.load_state_dict(torch.load(weights, weights_only=True), strict=True)
    return model.eval()


def to_square(path, transform):
    image = Image.open(path).convert("RGB")
    shorter = min(image.size)
    size = [int(transform["resize_shorter"] * side / shorter) for side in image.size]
    image = image.resize(size, FILTERS[transform["filter"]])
    crop = transform["crop"]
    left, top = (round((side - crop) / 2) for side in image.size)
    return numpy.asarray(image.crop((left, top, left + crop, top + crop)))


def python_logits(description, weights, squares):
    transform = description["transform"]
    mean, std = (numpy.array(transform[name], numpy.float32) for name in ("mean", "std"))
    normal = (squares.astype(numpy.float32) / 255 - mean) / std
    with torch.no_grad():
        planes = torch.from_numpy(normal).permute(0, 3, 1, 2).contiguous()
        return build(description, weights)(planes).tolist()


def graph_logits(folder, squares):
    try:
        import openvino
    except ImportError:
        return None
    core = openvino.Core()
    model = core.read_model(folder / "graph.xml", folder / "graph.bin")
    compiled = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return compiled({"image": squares})["logits"].tolist()


def main(folder, photos):
    description = json.loads((folder / "kennel.json").read_text())
    squares = numpy.stack([to_square(photo, description["transform"]) for photo in photos])
    logits = python_logits(description, folder / "model.pth", squares)
    print(json.dumps({"python": logits, "graph": graph_logits(folder, squares)}))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2:])
