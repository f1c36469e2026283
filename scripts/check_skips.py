"""Fails when a test was skipped, unless it needs ../shared and there is none."""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / "shared"
ALLOWED = "needs ../shared"


def skip_message(case: ElementTree.Element) -> str | None:
    skipped = case.find("skipped")
    if skipped is not None:
        return f"{skipped.get('message', '')} {skipped.text or ''}"
    return "" if case.get("result") == "skipped" else None


def main(folder: Path) -> int:
    cases = [
        case for path in folder.rglob("*.xml") for case in ElementTree.parse(path).iter("testcase")
    ]
    if not cases:
        print(f"no test results in {folder}")
        return 1
    skips = [(case, message) for case in cases if (message := skip_message(case)) is not None]
    forbidden = [
        f"{case.get('classname')}.{case.get('name')}: {message}"
        for case, message in skips
        if SHARED.exists() or ALLOWED not in message
    ]
    for line in forbidden:
        print(f"skipped: {line}")
    print(f"{len(cases) - len(skips)} passed, {len(forbidden)} failed, {len(skips)} skipped")
    return 1 if forbidden else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
