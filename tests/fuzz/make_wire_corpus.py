"""Writes the seeds of the wire fuzzers: requests that botocore makes, a few of every kind.

make_wire_corpus.py            (from the project's environment; writes into tests/fuzz/corpus)
"""

import base64
import sys
from pathlib import Path

FUZZ = Path(__file__).resolve().parent
sys.path.insert(0, str(FUZZ.parent / "wire"))

from codec_truth_test import draw, serialize  # noqa: E402
from wire_probe import listed_operations, load_service  # noqa: E402

SEEDS = {
    "query_form": [("iam", 6), ("sts", 4)],
    "wire_json": [("sagemaker", 6), ("application-autoscaling", 4)],
    "wire_rest_json": [("lambda", 12), ("sagemaker-runtime", 3)],
    "wire_xml": [("s3", 24)],
}
SEED_BYTES_MAX = 20_000


def seed(question: dict, index: int, *, rest: bool) -> bytes:
    body = base64.b64decode(question["body"])
    if not rest:
        return bytes([index]) + b"\n" + body
    lines = [question["method"], question["target"]]
    lines += [f"{name}: {value}" for name, value in question["fields"]]
    return "\n".join(lines).encode() + b"\n\n" + body


def main() -> None:
    for target, services in SEEDS.items():
        folder = FUZZ / "corpus" / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, count in services:
            service = load_service(name)
            names = listed_operations(name)
            step = max(1, len(names) // count)
            for index in range(0, len(names), step):
                operation = service.operation_model(names[index])
                shape = operation.input_shape
                parameters = draw(service, names[index], shape, "all-1", "request") if shape else {}
                question = serialize(service, operation, parameters)
                content = seed(question, index, rest=target in {"wire_rest_json", "wire_xml"})
                if len(content) <= SEED_BYTES_MAX:
                    (folder / f"{name}-{names[index]}").write_bytes(content)


if __name__ == "__main__":
    main()
