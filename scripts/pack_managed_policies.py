"""Packs AWS's managed policies for the build: pack_managed_policies.py SITE_PACKAGES OUTPUT.

They are read from the moto wheel, one JSON object a line, ordered by name, deflated (zlib).
"""

import importlib.util
import json
import sys
import zlib
from datetime import datetime
from pathlib import Path
from typing import Any


def load_policies(site_packages: Path) -> dict[str, dict[str, Any]]:
    path = site_packages / "moto" / "iam" / "aws_managed_policies.py"
    spec = importlib.util.spec_from_file_location("aws_managed_policies", path)
    assert spec and spec.loader, path
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return json.loads(module.aws_managed_policies_data)


def to_seconds(date: str) -> int:
    return int(datetime.fromisoformat(date).timestamp())


def to_line(name: str, policy: dict[str, Any]) -> str:
    fields = {
        "name": name,
        "path": policy["Path"],
        "created_s": to_seconds(policy["CreateDate"]),
        "updated_s": to_seconds(policy.get("UpdateDate", policy["CreateDate"])),
        "version": policy["DefaultVersionId"],
        "document": policy["Document"],
    }
    return json.dumps(fields, separators=(",", ":"))


def main(site_packages: Path, output: Path) -> None:
    policies = load_policies(site_packages)
    lines = [to_line(name, policies[name]) for name in sorted(policies)]
    output.write_bytes(zlib.compress("\n".join(lines).encode(), 9))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
