"""PyTorch as the oracle for our reader and writer of weights files.

  weights_oracle.py write FOLDER            files of many shapes, and FOLDER/expected.json
  weights_oracle.py describe FILE...        one line of JSON a file, as torch.load reads it

A tensor is described as [name, type, shape, sha256 of its dense bytes].
"""

import collections
import hashlib
import json
import pathlib
import sys

import torch

DTYPES = ["float32", "float16", "bfloat16", "float64", "int64", "int32", "int16", "int8", "uint8",
          "bool"]


def describe_tensor(name, tensor):
    dense = tensor.detach().contiguous()
    data = bytes(dense.reshape(-1).view(torch.uint8).numpy()) if dense.numel() else b""
    return [name, str(dense.dtype).removeprefix("torch."), list(dense.shape),
            hashlib.sha256(data).hexdigest()]


def describe(weights):
    return [describe_tensor(name, tensor) for name, tensor in weights.items()]


def describe_file(path):
    weights = torch.load(path, weights_only=True)
    assert type(weights) is collections.OrderedDict, type(weights)
    return describe(weights)


def every_dtype():
    values = torch.arange(-6, 6).reshape(3, 4)
    weights = collections.OrderedDict()
    for name in DTYPES:
        weights[name] = values.to(getattr(torch, name))
    return weights


def views():
    base = torch.arange(24.0).reshape(2, 3, 4)
    return collections.OrderedDict(
        transposed=base.permute(2, 0, 1),
        stepped=base[:, ::2, 1:3],
        tail=base[1],
        scalar=torch.tensor(2.5),
        empty=torch.zeros(0, 3),
        repeated=torch.tensor([1.0, 2.0]).expand(3, 2),
        channels_last=torch.arange(48.0).reshape(2, 3, 2, 4).to(memory_format=torch.channels_last),
        halves=torch.arange(6).to(torch.float16).reshape(2, 3).T)


def module_weights():
    """With _metadata, and an int64 among the floats."""
    torch.manual_seed(1)
    return torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2)).state_dict()


def checkpoint(weights, key):
    return {"epoch": 3, "best": torch.tensor(0.5), "name": "tiny", "rate": 0.1, "done": False,
            key: weights, "history": [1, 2.5, None, (1, 2)], "big": 2**40, "negative": -2**40}


def write(folder):
    expected = {}

    def save(name, thing, weights, **options):
        torch.save(thing, folder / name, **options)
        expected[name] = describe(weights)

    old = {"_use_new_zipfile_serialization": False}
    weights = module_weights()
    save("dtypes.pth", every_dtype(), every_dtype())
    save("dtypes_old.pth", every_dtype(), every_dtype(), **old)
    save("views.pth", views(), views())
    save("views_old.pth", views(), views(), **old)
    save("module.pth", weights, weights)
    for key in ("state_dict", "model_state_dict", "model"):
        save(f"{key}.pth", checkpoint(weights, key), weights)
    for protocol in (3, 4, 5):
        save(f"protocol{protocol}.pth", weights, weights, pickle_protocol=protocol)
        save(f"protocol{protocol}_old.pth", weights, weights, pickle_protocol=protocol, **old)
    parallel = {"module." + name: tensor for name, tensor in weights.items()}
    save("parallel.pth", parallel, weights)
    parameters = {"w": torch.nn.Parameter(torch.ones(2, 2))}
    save("parameters.pth", parameters, parameters)
    (folder / "expected.json").write_text(json.dumps(expected))

    torch.jit.script(torch.nn.Linear(2, 2)).save(folder / "script.pt")
    torch.save(torch.nn.Linear(2, 2), folder / "whole_module.pth")
    torch.save(torch.complex(torch.ones(1), torch.ones(1)), folder / "complex.pth")
    torch.save([1, 2], folder / "list.pth")
    torch.save({"epoch": 3}, folder / "no_tensors.pth")


def main():
    if sys.argv[1] == "write":
        write(pathlib.Path(sys.argv[2]))
    else:
        for path in sys.argv[2:]:
            print(json.dumps(describe_file(path)))


main()
