"""Writes the seeds of pth_fuzz and archive_fuzz: make_network_corpus.py (needs PyTorch)."""

import collections
import gzip
import io
import json
import pathlib
import pickle
import struct
import tarfile
import zipfile

import torch

CORPUS = pathlib.Path(__file__).parent / "corpus"
OLD = {"_use_new_zipfile_serialization": False}


def weights():
    """Storages of 64 bytes, as pth_fuzz lays them around a bare pickle."""
    block = torch.arange(16.0)
    shared = block.clone()
    return collections.OrderedDict(
        [
            ("module.fc.weight", block.reshape(4, 4).T),
            ("module.fc.bias", shared[:3]),
            ("module.fc.scale", shared[4:]),
            ("module.count", torch.arange(8)),
        ]
    )


def saved(thing, **options):
    file = io.BytesIO()
    torch.save(thing, file, **options)
    return file.getvalue()


def object_of(file):
    return zipfile.ZipFile(io.BytesIO(file)).read("archive/data.pkl")


def safetensors():
    header = json.dumps(
        {
            "__metadata__": {"format": "pt"},
            "a": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]},
            "b": {"dtype": "U8", "shape": [3], "data_offsets": [8, 11]},
        }
    ).encode()
    return struct.pack("<Q", len(header)) + header + bytes(range(11))


def pth_seeds():
    everything = weights()
    checkpoint = {"epoch": 3, "rate": 0.5, "done": False, "model": everything, "log": [1, None]}
    module = torch.nn.BatchNorm1d(2).state_dict()
    yield "zip.pth", saved(module)
    yield "old.pth", saved(everything, **OLD)
    yield "old4.pth", saved(module, pickle_protocol=4, **OLD)
    yield "two.safetensors", safetensors()
    for protocol in (2, 4, 5):
        yield f"object{protocol}.pkl", object_of(saved(everything, pickle_protocol=protocol))
    yield "checkpoint.pkl", object_of(saved(checkpoint))
    yield "parameter.pkl", object_of(saved({"w": torch.nn.Parameter(torch.zeros(16))}))
    yield "call.pkl", pickle.dumps(print, protocol=2)[:-1] + b")R."


def tar(kind, entries):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=kind) as archive:
        for name, content, entry_type, link in entries:
            info = tarfile.TarInfo(name)
            info.size, info.type, info.linkname = len(content), entry_type, link
            archive.addfile(info, io.BytesIO(content))
    data = file.getvalue().rstrip(b"\0")
    return data + bytes(-len(data) % 512 + 1024)


def archive_seeds():
    plain = [
        ("./", b"", tarfile.DIRTYPE, ""),
        ("./kennel.json", b"{}", tarfile.REGTYPE, ""),
        ("a/model.pth", b"w" * 600, tarfile.REGTYPE, ""),
    ]
    odd = [
        ("n" * 120 + "\u00e9", b"x", tarfile.REGTYPE, ""),
        ("l", b"", tarfile.SYMTYPE, "/etc"),
        ("h", b"", tarfile.LNKTYPE, "l"),
        ("p", b"", tarfile.FIFOTYPE, ""),
    ]
    yield "plain.tar.gz", gzip.compress(tar(tarfile.USTAR_FORMAT, plain), mtime=0)
    yield "plain.tar", tar(tarfile.USTAR_FORMAT, plain)
    yield "long_name_pax.tar", tar(tarfile.PAX_FORMAT, odd[:1])
    yield "long_name_gnu.tar", tar(tarfile.GNU_FORMAT, odd[:1])
    yield "links.tar", tar(tarfile.USTAR_FORMAT, odd[1:])
    yield "outside.tar", tar(tarfile.USTAR_FORMAT, [("../x", b"x", tarfile.REGTYPE, "")])


def main():
    for folder, seeds in ("pth", pth_seeds()), ("archive", archive_seeds()):
        (CORPUS / folder).mkdir(parents=True, exist_ok=True)
        for name, content in seeds:
            (CORPUS / folder / name).write_bytes(content)


main()
