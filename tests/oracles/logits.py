"""Logits of a reference network: what engine and train are held against.

logits.py efficientnet-lite0 WEIGHTS IMAGES OUT      (the project's environment)
logits.py resnet50 WEIGHTS IMAGES OUT                (the system's Python with torchvision)

IMAGES: 8-bit RGB, [N, 224, 224, 3]; OUT: float32, [N, 1000].
"""

import sys

import numpy
import torch


def build(name: str, weights: str) -> tuple[torch.nn.Module, list[float], list[float]]:
    state = torch.load(weights, map_location="cpu")
    if name.startswith("efficientnet"):
        from efficientnet_lite_pytorch import EfficientNet

        model = EfficientNet.from_name(name)
        mean, std = [127 / 255] * 3, [128 / 255] * 3
    else:
        import torchvision

        model = getattr(torchvision.models, name)()
        mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    model.load_state_dict(state)
    return model.eval(), mean, std


def main(name: str, weights: str, images: str, out: str) -> None:
    model, mean, std = build(name, weights)
    pixels = numpy.fromfile(images, dtype=numpy.uint8).reshape(-1, 224, 224, 3)
    planes = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255
    normal = (planes - torch.tensor(mean).view(1, 3, 1, 1)) / torch.tensor(std).view(1, 3, 1, 1)
    with torch.no_grad():
        model(normal).numpy().astype(numpy.float32).tofile(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
