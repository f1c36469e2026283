"""Writes torchvision's weights file of an untrained ResNet: random_resnet.py NAME OUT

For the system's Python. Prints its number of tensors.
"""

import sys

import torch
import torchvision

if __name__ == "__main__":
    name, out = sys.argv[1:]
    torch.manual_seed(1)
    weights = getattr(torchvision.models, name)().state_dict()
    torch.save(weights, out)
    print(len(weights))
