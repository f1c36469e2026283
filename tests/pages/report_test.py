"""Opens a report in headless Chromium and checks what a reader sees and can do.

Needs the example program (target kennel_report_example; KENNEL_BUILD_DIR names its build folder,
build/release by default), `npm ci` and Chromium. KENNEL_SCREENSHOTS keeps pictures of the page.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("KENNEL_BUILD_DIR", SOURCE / "build" / "release"))
CLASSES = 133


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    page = tmp_path_factory.mktemp("report") / "page.html"
    subprocess.run([BUILD / "src/report/kennel_report_example", page], check=True)
    command = ["node", SOURCE / "tests/pages/observe_report.mjs", page]
    if "KENNEL_SCREENSHOTS" in os.environ:
        command.append(os.environ["KENNEL_SCREENSHOTS"])
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_makes_no_complaint_and_no_request(seen, scheme):
    assert seen[scheme]["complaints"] == []
    assert seen[scheme]["requests"] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_chart_is_drawn(seen, scheme):
    drawings = seen[scheme]["drawings"]
    assert len(drawings) == 10
    for drawing in drawings:
        assert drawing["width"] > 300, drawing
        assert drawing["height"] > 100, drawing
        assert drawing["colours"] > 10, drawing


def test_dark_scheme_has_a_dark_ground(seen):
    assert seen["light"]["ground"] == "rgb(251, 251, 249)"
    assert seen["dark"]["ground"] == "rgb(20, 23, 26)"


def test_class_name_with_a_script_in_it_changes_nothing(seen):
    assert seen["light"]["title"] == "133 breeds, EfficientNet-Lite0"


def test_policy_stops_foreign_scripts_pictures_and_calls(seen):
    attack = seen["light"]["attack"]
    assert attack["title"] == "133 breeds, EfficientNet-Lite0"
    assert sorted(attack["blocked"]) == ["connect-src", "img-src", "script-src-elem"]


def test_pointer_on_a_curve_shows_all_series(seen):
    words = seen["light"]["lineTooltip"]
    assert "Epoch" in words
    assert "train" in words
    assert "valid" in words
    assert words.count("%") == 2


def test_matrix_shows_all_classes_then_errors_only(seen):
    matrix = seen["light"]["matrix"]
    assert matrix["overview"]["columns"] == matrix["overview"]["rows"] == CLASSES
    assert matrix["overview"]["right"] == CLASSES
    assert matrix["overview"]["wrong"] > CLASSES
    assert not matrix["overview"]["counted"]
    assert matrix["errorsOnly"]["right"] == 0
    assert matrix["errorsOnly"]["wrong"] == matrix["overview"]["wrong"]


def test_click_into_the_matrix_shows_twenty_classes_with_counts(seen):
    closer = seen["light"]["matrix"]["closer"]
    assert (closer["columns"], closer["rows"]) == (20, 20)
    assert closer["counted"]
    assert seen["light"]["matrix"]["back"] == seen["light"]["matrix"]["overview"]


def test_long_table_starts_folded_and_unfolds(seen):
    table = seen["light"]["table"]
    assert len(table["folded"]) == 20
    assert len(table["ascending"]) == CLASSES


def test_click_on_a_heading_sorts_both_ways_with_missing_numbers_last(seen):
    table = seen["light"]["table"]
    assert table["announced"] == ["descending", "ascending"]
    assert table["folded"] != sorted(filter(None, table["folded"]), reverse=True)
    assert table["descending"] == sorted(table["descending"], reverse=True)
    *numbers, last = table["ascending"]
    assert last is None
    assert numbers == sorted(numbers)
    assert table["descending"] == sorted(numbers, reverse=True)[:20]


def test_phone_needs_no_scrolling_sideways(seen):
    assert seen["phoneWidth"] == 390


def test_tables_photos_and_facts_need_no_javascript(seen):
    assert seen["withoutScript"] == {"rows": CLASSES, "photos": 6, "facts": 6}
