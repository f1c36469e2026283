"""What the documents say holds: figures, links, commands and options.

Needs the release programs; KENNEL_BUILD_DIR names their build folder, build/release by default.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1]
BUILD = Path(os.environ.get("KENNEL_BUILD_DIR", SOURCE / "build" / "release"))
KENNEL = BUILD / "src/apps/kennel"
sys.path.insert(0, str(SOURCE / "scripts"))

import bench_tables  # noqa: E402
import make_cli_docs  # noqa: E402

README = SOURCE / "README.md"
SETTING = {
    "date": "2026-01-02T03:04:05+00:00",
    "commit": "abcdef123456",
    "data": "dogs",
    "photos": {"train": 600, "valid": 160, "test": 160},
    "machine": {"processor": "Imagined Processor", "cores": 2},
}


def documents():
    listed = subprocess.run(
        ["git", "-C", SOURCE, "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        capture_output=True,
        text=True,
        check=True,
    )
    return [SOURCE / name for name in listed.stdout.split()]


def user_documents():
    return [path for path in documents() if path == README or path.parent == SOURCE / "docs"]


@pytest.fixture(scope="module")
def options_by_command():
    commands = make_cli_docs.find_commands(KENNEL)
    return {tuple(words): find_options(words) for words in commands}


def find_options(words):
    sections = make_cli_docs.read_help(KENNEL, words).sections.values()
    names = (name for entries in sections for entry in entries for name in entry.names.split(", "))
    return {name for name in names if name.startswith("-")}


def code_in(text):
    """Spans and blocks of code, line by line."""
    fenced = re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S)
    rest = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    indented = re.findall(r"^ {4}(.+)$", rest, re.M)
    spans = re.findall(r"`([^`]+)`", rest)
    return [line for part in [*fenced, *indented, *spans] for line in part.splitlines()]


def kennel_calls(path):
    for line in code_in(path.read_text()):
        found = re.match(r"(?:\$ )?kennel +([a-z].*)", line.partition(" #")[0])
        if found:
            yield found[1].split()


def test_readme_tables_are_what_the_bench_measured():
    assert bench_tables.fill(README.read_text(), bench_tables.RESULTS) == README.read_text()


def test_tables_that_were_not_measured_say_so(tmp_path):
    filled = bench_tables.fill(README.read_text(), tmp_path)
    assert filled.count("Not measured yet") == len(bench_tables.TABLES)


def test_accuracy_on_the_real_photos_says_that_the_network_has_seen_them(tmp_path):
    figures = {"kennel": 0.9444, "usual_script": 0.93, "usual_cached_features": 0.941}
    content = {"setting": SETTING, "epochs": 15, "means": figures, "seeds": [figures]}
    (tmp_path / "accuracy.json").write_text(json.dumps(content))
    filled = bench_tables.fill(README.read_text(), tmp_path)
    assert "| `kennel train` | 94.4 % | 94.4 % |" in filled
    assert "has seen them" in filled.partition("94.4 %")[2].partition("<!-- /bench:accuracy")[0]


def test_training_table_says_what_was_multiplied_and_not_run(tmp_path):
    process = {"wall_seconds": 3.44, "cpu_seconds": 6.2, "peak_rss_mib": 412.3}
    names = ("kennel_cold", "kennel_warm", "usual_script", "usual_cached_features")
    summary = {
        "medians": {name: process for name in names},
        "usual_epoch_seconds": 20.0,
        "usual_whole_seconds_by_multiplying": 300.0,
        "cold_per_epoch": 0.172,
        "whole_script_per_cold": 87.2,
        "whole_script_per_warm": 301.4,
        "cached_script_per_cold": 4.24,
    }
    content = {"setting": SETTING, "summary": summary, "rounds": [{}, {}, {}]}
    (tmp_path / "training.json").write_text(json.dumps(content))
    table = bench_tables.render("training", tmp_path)
    assert "| the usual script, **one** epoch | 3.4 s | 6.2 s | 412 MiB |" in table
    assert "with an empty cache takes 0.17 of that" in table
    assert "15 epochs would take 300 s (multiplied, not run): 87 times as long" in table
    assert "2 cores, Imagined Processor" in table


def test_extraction_table_gives_the_part_of_the_ceiling(tmp_path):
    medians = {
        "decode_ms_per_photo": 1.234,
        "infer_ms_per_photo": 4.321,
        "pipeline_photos_per_second": 350.4,
        "ceiling_photos_per_second": 360.6,
        "fraction": 0.9717,
    }
    content = {"setting": SETTING, "medians": medians}
    (tmp_path / "extraction.json").write_text(json.dumps(content))
    table = bench_tables.render("extraction", tmp_path)
    assert "| part of the ceiling | 97.2 % |" in table
    assert "| the backbone on a photo, alone | 4.32 ms |" in table


def test_frontdoor_table_says_what_moto_leaves_out(tmp_path):
    figures = {
        "good_per_second": 12345.6,
        "good_p50_ms": 5.14,
        "good_p99_ms": 21.05,
        "server_cpu_us_per_request": 93.4,
    }
    summary = {
        "medians": {name: figures for name in ("kennel_64", "moto_64", "kennel_200")},
        "first_ready_ms": 205.2,
        "ready_ms": 45.1,
        "idle_rss_mib": 16.4,
        "many_p99_ms": 63.9,
        "overload_good_share": 0.934,
        "overload_refused_p99_ms": 44.4,
        "overload_health_max_ms": 71.0,
    }
    disk = {"fdatasync_p50_ms": 0.74}
    content = {"setting": SETTING, "disk": disk, "summary": summary, "rounds": [{}, {}]}
    (tmp_path / "frontdoor.json").write_text(json.dumps(content))
    table = bench_tables.render("frontdoor", tmp_path)
    assert "| `kennel up`, 64 connections | 12,346 | 5.1 ms | 21.1 ms | 0.09 ms |" in table
    assert "fdatasync takes 0.7 ms here, one for many requests); moto does neither" in table
    assert "it gives 93 % of its peak, refuses the rest within 44 ms (p99)" in table


def test_objects_table_holds_a_large_object_against_the_disk(tmp_path):
    kennel = {"good_per_second": 4321.2, "good_p99_ms": 21.4}
    moto = {"good_per_second": 321.2, "good_p99_ms": 210.6}
    names = ("put_10kb", "get_10kb", "put_1mb", "get_1mb")
    moved = {"mb_per_second": 312.4, "per_disk": 0.912, "added_mib": 12.3}
    ways = ("whole_up", "whole_hashed_up", "parts_up", "whole_down", "parts_down")
    large = {"bytes": 5 << 30, "disk_write_mb_per_second": 342.6, "disk_read_mb_per_second": 1200.2}
    walls = {"discard": 2.5, "kennel": 2.84, "moto": 3.9}
    summary = {
        "sync": {name: {"wall_seconds": wall} for name, wall in walls.items()},
        "sync_per_client": 1.136,
        "many": {name: {"kennel": kennel, "moto": moto} for name in names},
        "large": large | dict.fromkeys(ways, moved),
        "listing_seconds": 1.23,
        "ready_ms": 61.4,
        "idle_rss_mib": 33.3,
    }
    content = {
        "setting": SETTING,
        "disk": {"fdatasync_p50_ms": 0.74},
        "summary": summary,
        "many": [{}, {}, {}],
        "keys": {"count": 100_000},
    }
    (tmp_path / "objects.json").write_text(json.dumps(content))
    table = bench_tables.render("objects", tmp_path)
    assert "| PUT of 10 KB | 4,321 | 21 ms | 321 | 211 ms |" in table
    assert "takes 2.8 s, 1.14 times as long as into a stub that keeps nothing (2.5 s" in table
    assert "| one object of 5 GiB | rate | of the disk's own | memory added |" in table
    assert "| up in one PUT | 312 MB/s | 91 % | 12 MiB |" in table
    assert "100,000 keys are listed, 1,000 a page, in 1.2 s" in table


def test_command_line_reference_is_what_the_programs_say():
    page = make_cli_docs.render_page(KENNEL)
    advice = "docs/cli.md is out of date: run scripts/make_cli_docs.py"
    assert (SOURCE / "docs/cli.md").read_text() == page, advice


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_relative_links_lead_somewhere(path):
    text = re.sub(r"^```.*?^```", "", path.read_text(), flags=re.M | re.S)
    links = re.findall(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"", text)
    targets = [markdown or html for markdown, html in links]
    local = [target.partition("#")[0] for target in targets if "://" not in target]
    assert [name for name in local if name and not (path.parent / name).exists()] == []


@pytest.mark.parametrize("path", user_documents(), ids=lambda path: path.name)
def test_commands_in_documents_exist_with_their_options(path, options_by_command):
    unknown = []
    for words in kennel_calls(path):
        command = tuple(words[:2]) if tuple(words[:2]) in options_by_command else (words[0],)
        known = options_by_command.get(command)
        options = [word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)]
        group = any(name[0] == command[0] for name in options_by_command)
        if known is None and group and not options:
            continue
        unknown += [words] if known is None else [name for name in options if name not in known]
    assert unknown == []


def test_options_named_in_documents_exist(options_by_command):
    known = set().union(*options_by_command.values()) | {"--help"}
    named = {
        (path.name, option)
        for path in user_documents()
        for span in re.findall(r"`([^`\n]+)`", path.read_text())
        for option in re.findall(r"(?:^|[ ,])(--[a-z][a-z-]*)", span)
    }
    assert len(named) > 10
    assert {entry for entry in named if entry[1] not in known} == set()


def test_pictures_are_small_and_need_nothing_else():
    terminal = (SOURCE / "docs/images/terminal.svg").read_text()
    assert len(terminal) < 100_000
    assert re.findall(r"(?:href|src|url)\s*[=(]|@import|<script", terminal) == []
    for picture in (SOURCE / "docs/images").glob("*.[pj]*g"):
        assert picture.stat().st_size < 200_000, picture
