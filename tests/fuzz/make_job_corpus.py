"""Writes the seeds of the fuzzers of jobs, exchange_frame_fuzz and so on: make_job_corpus.py."""

import hashlib
import json
import pathlib
import struct

CORPUS = pathlib.Path(__file__).parent / "corpus"
WIDTH = 3


def text(value):
    return struct.pack("<H", len(value.encode())) + value.encode()


def photo(split, name, path, features):
    digest = hashlib.sha256(path.encode()).digest()
    return bytes([split]) + text(name) + text(path) + digest + struct.pack("<3f", *features)


def frame_seeds():
    """The width of the features, then a payload; or a whole message, whose checksum is wrong."""
    photos = photo(0, "Beagle", "train/Beagle/a.jpg", (0.5, -1, 2))
    photos += photo(1, "Größe 2", "train/Größe 2/b.jpg", (0, 1e9, -0.25))
    hello = {"protocol": 1, "host": "algo-2", "token": "00ff", "space": "ab" * 32}
    yield "photos", photos
    yield "photo_elsewhere", photo(2, "Beagle", "../a.jpg", (0, 0, 0))
    yield "photo_of_no_number", photo(0, "Beagle", "a.jpg", (0, float("nan"), 0))
    yield "hello", json.dumps(hello).encode()
    yield "done", b'{"photos": 2}'
    yield "thanks", b"KNX1" + struct.pack("<IQQ", 4, 0, 0)
    yield "too_long", b"KNX1" + struct.pack("<IQQ", 2, 1 << 40, 0)


def log_seeds():
    """How it is split, the length of a regular expression, that expression, what a job says."""
    for name, regex, said in (
        ("loss", rb"loss=([0-9.e-]+)", b"epoch 1 loss=0.5\nepoch 2 loss=1e-3 loss=nan\n"),
        ("bar", rb"(\d+)%", b"  1%\r 50%\r100%\ndone\r\nlast"),
        ("broken_text", rb"top1: (.*)", b"top1: \xff\xc3\n\x00\x1b[1m top1: 0.75\n"),
        ("steps", rb"(a+)+b", b"a" * 100 + b"\n"),
        ("nothing", rb"(x*)", b"\n\n x\n"),
        ("bad_regex", rb"loss=([0-9", b"loss=1\n"),
    ):
        yield name, bytes([3, len(regex)]) + regex + said


def manifest_seeds():
    yield "two", b'[{"prefix": "s3://dogs/photos/"}, "a.jpg", "n/b.jpg"]'
    yield "prefix_only", b'[{"prefix": "s3://dogs"}]'
    yield "elsewhere", b'[{"prefix": "s3://dogs/"}, "../a"]'
    yield "deep", b'[{"prefix": "s3://dogs/"}, ' + b"[" * 1000 + b"]" * 1000 + b"]"
    yield "escaped", rb'[{"prefix": "s3://dogs/"}, "\u00fc\u0000"]'


def list_seeds():
    yield "whole", b"7\t3\tn/a.jpg"
    yield "fraction", b"7\t3.000000\ta.jpg"
    yield "elsewhere", b"7\t3\tn/../../a.jpg"
    yield "several", b"7\t3\t4\ta.jpg"


def main():
    seeds = {
        "exchange_frame": ((name, bytes([WIDTH]) + seed) for name, seed in frame_seeds()),
        "job_log": log_seeds(),
        "list_line": list_seeds(),
        "manifest": manifest_seeds(),
    }
    for folder, contents in seeds.items():
        (CORPUS / folder).mkdir(parents=True, exist_ok=True)
        for name, content in contents:
            (CORPUS / folder / name).write_bytes(content)


main()
