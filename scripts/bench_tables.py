"""Fills the README's marked tables from bench/results/*.json, so that no figure is typed by hand.

    python3 scripts/bench_tables.py

A table stands between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`; what is there is replaced.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from statistics import median

SOURCE = Path(__file__).resolve().parents[1]
README = SOURCE / "README.md"
RESULTS = SOURCE / "bench/results"
NOT_MEASURED = "Not measured yet. `make bench` measures it."
REAL_PHOTOS_NOTE = (
    "The photos are of the Stanford Dogs set, which is drawn from ImageNet's training images: a "
    "network with ImageNet weights has seen them, and scores on them are higher than on unseen "
    "photos. That holds for every row."
)
# The folder that the bench takes when it is there; its SOURCE.md says what the note says.
REAL_PHOTOS = "dogs"
OBJECT_LABELS = {
    "put_10kb": "PUT of 10 KB",
    "get_10kb": "GET of 10 KB",
    "put_1mb": "PUT of 1 MB",
    "get_1mb": "GET of 1 MB",
}
LARGE_LABELS = {
    "whole_up": "up in one PUT",
    "whole_hashed_up": "up in one PUT, its SHA-256 signed",
    "parts_up": "up in parts of 64 MiB, 8 at a time",
    "whole_down": "down in one GET",
    "parts_down": "down in ranges of 64 MiB, 8 at a time",
}


def training(content: dict) -> str:
    summary, setting = content["summary"], content["setting"]
    subjects = {
        "kennel_cold": "`kennel train`, nothing in the cache",
        "kennel_warm": "`kennel train` again, features from the cache",
        "usual_script": "the usual script, **one** epoch",
        "usual_cached_features": "the usual script, written to cache features",
    }
    rows = [(label, *process(summary["medians"][name])) for name, label in subjects.items()]
    return "\n\n".join(
        [
            table(("from photos to a model on disk", "time", "CPU time", "peak memory"), rows),
            compare_training(summary),
            f"Whole processes, {machine(setting)}, {photos(setting)}, "
            f"medians of {len(content['rounds'])} rounds, {made(setting)}.",
        ]
    )


def compare_training(summary: dict) -> str:
    whole = summary["usual_whole_seconds_by_multiplying"]
    epoch = summary["usual_epoch_seconds"]
    return (
        f"An epoch of the usual script, without its start, takes {seconds(epoch)}; all of "
        f"`kennel train` with an empty cache takes {summary['cold_per_epoch']:.2f} of that. The "
        f"script's {round(whole / epoch)} epochs would take {seconds(whole)} "
        "(multiplied, not run): "
        f"{times(summary['whole_script_per_cold'])} as long as kennel with an empty cache, "
        f"{times(summary['whole_script_per_warm'])} as long as with a full one. The script that "
        f"caches features takes {times(summary['cached_script_per_cold'])} as long as kennel with "
        "an empty cache."
    )


def accuracy(content: dict) -> str:
    setting, seeds = content["setting"], content["seeds"]
    subjects = {
        "kennel": "`kennel train`",
        "usual_script": "the usual script",
        "usual_cached_features": "the usual script, written to cache features",
    }
    header = ("top-1 on valid and test", "mean", *(f"seed {n + 1}" for n in range(len(seeds))))
    rows = [
        (
            label,
            *(
                percent(value[name]) if name in value else "-"
                for value in (content["means"], *seeds)
            ),
        )
        for name, label in subjects.items()
        if name in content["means"]
    ]
    note = [REAL_PHOTOS_NOTE] if setting["data"] == REAL_PHOTOS else []
    how = f"{content['epochs']} epochs, {photos(setting)}, {made(setting)}."
    return "\n\n".join([table(header, rows), how, *note])


def extraction(content: dict) -> str:
    medians, setting = content["medians"], content["setting"]
    rows = [
        ("decoding and resizing a photo, alone", f"{medians['decode_ms_per_photo']:.2f} ms"),
        ("the backbone on a photo, alone", f"{medians['infer_ms_per_photo']:.2f} ms"),
        ("ceiling", rate(medians["ceiling_photos_per_second"])),
        ("both together, in `kennel`", rate(medians["pipeline_photos_per_second"])),
        ("part of the ceiling", f"{100 * medians['fraction']:.1f} %"),
    ]
    how = f"{machine(setting)}, {photos(setting)}, {made(setting)}."
    return "\n\n".join([table(("features", "median"), rows), how])


def frontdoor(content: dict) -> str:
    summary, setting = content["summary"], content["setting"]
    subjects = {
        "kennel_64": "`kennel up`, 64 connections",
        "kennel_200": "`kennel up`, 200 connections",
        "moto_64": "moto's server, 64 connections",
    }
    rows = [(label, *load(summary["medians"][name])) for name, label in subjects.items()]
    header = ("signed GetCallerIdentity", "a second", "p50", "p99", "server CPU each")
    how = (
        f"Server and client on a core of their own, {machine(setting)}, medians of "
        f"{len(content['rounds'])} rounds, {made(setting)}. kennel checks every signature and "
        "answers once the audit record is on the disk (fdatasync takes "
        f"{content['disk']['fdatasync_p50_ms']:.1f} ms here, one for many requests); moto does "
        "neither."
    )
    return "\n\n".join([table(header, rows), how, describe_server(summary)])


def load(figures: dict) -> tuple[str, str, str, str]:
    return (
        f"{figures['good_per_second']:,.0f}",
        f"{figures['good_p50_ms']:.1f} ms",
        f"{figures['good_p99_ms']:.1f} ms",
        f"{figures['server_cpu_us_per_request'] / 1000:.2f} ms",
    )


def describe_server(summary: dict) -> str:
    return (
        f"From exec to ready: {summary['ready_ms']:.0f} ms, the first time "
        f"{summary['first_ready_ms']:.0f} ms; {summary['idle_rss_mib']:.0f} MiB when idle. With "
        f"1,000 idle and 200 active connections p99 is {summary['many_p99_ms']:.0f} ms. Asked for "
        "four times as much as it can give, it gives "
        f"{100 * summary['overload_good_share']:.0f} % of its peak, refuses the rest within "
        f"{summary['overload_refused_p99_ms']:.0f} ms (p99) and says that it is healthy within "
        f"{summary['overload_health_max_ms']:.0f} ms (slowest)."
    )


def objects(content: dict) -> str:
    summary, setting = content["summary"], content["setting"]
    rows = [
        (label, *subject(summary["many"][name]["kennel"]), *subject(summary["many"][name]["moto"]))
        for name, label in OBJECT_LABELS.items()
    ]
    header = ("signed, a second", "kennel", "p99", "moto's server", "p99")
    how = (
        f"Server and client on a core of their own, {machine(setting)}, medians of "
        f"{len(content['many'])} rounds, {made(setting)}. kennel answers a PUT once the object is "
        f"on the disk (fdatasync takes {content['disk']['fdatasync_p50_ms']:.1f} ms here); moto "
        "keeps objects in memory."
    )
    return "\n\n".join(
        [
            table(header, rows),
            how,
            describe_sync(content),
            describe_large(content),
            describe_keys(content),
        ]
    )


def subject(figures: dict) -> tuple[str, str]:
    return f"{figures['good_per_second']:,.0f}", f"{figures['good_p99_ms']:.0f} ms"


def describe_sync(content: dict) -> str:
    summary = content["summary"]
    walls = {name: figures["wall_seconds"] for name, figures in summary["sync"].items()}
    return (
        f"`aws s3 sync` of {photos(content['setting'])} takes {seconds(walls['kennel'])}, "
        f"{summary['sync_per_client']:.2f} times as long as into a stub that keeps nothing "
        f"({seconds(walls['discard'])}, the client's own time); into moto's server "
        f"{seconds(walls['moto'])}."
    )


def describe_large(content: dict) -> str:
    large = content["summary"]["large"]
    header = (
        f"one object of {large['bytes'] / 2**30:.4g} GiB",
        "rate",
        "of the disk's own",
        "memory added",
    )
    rows = [
        (
            label,
            f"{large[name]['mb_per_second']:.0f} MB/s",
            f"{100 * large[name]['per_disk']:.0f} %",
            f"{large[name]['added_mib']:.0f} MiB",
        )
        for name, label in LARGE_LABELS.items()
    ]
    how = (
        "The disk's own: a file of that size beside it, written with fdatasync at the end at "
        f"{large['disk_write_mb_per_second']:.0f} MB/s and read at "
        f"{large['disk_read_mb_per_second']:.0f} MB/s, neither of them from the page cache."
    )
    return "\n\n".join([table(header, rows), how])


def describe_keys(content: dict) -> str:
    summary, count = content["summary"], content["keys"]["count"]
    return (
        f"{count:,} keys are listed, 1,000 a page, in {summary['listing_seconds']:.1f} s. On that "
        f"store the server is ready {summary['ready_ms']:.0f} ms after exec and needs "
        f"{summary['idle_rss_mib']:.0f} MiB when idle."
    )


def jobs(content: dict) -> str:
    summary, setting = content["summary"], content["setting"]
    header = ("photos to a model", "`kennel train`", "a training job", "ratio", "first epoch later")
    states = {"cold": "nothing in the cache", "warm": "features from the cache"}
    rows = [
        (
            label,
            f"{summary['medians'][f'train_{state}']['wall_seconds']:.2f} s",
            f"{summary['medians'][f'job_{state}']['wall_seconds']:.2f} s",
            f"{summary['fit_per_train'][state]:.2f}",
            f"{summary['first_epoch_added_seconds'][state]:.2f} s",
        )
        for state, label in states.items()
    ]
    how = (
        f"By the server's clock, without the client's polling, {machine(setting)}, "
        f"{photos(setting)}, medians of {len(content['rounds'])} rounds (the ratio: of the "
        f"rounds' ratios), {made(setting)}."
    )
    return "\n\n".join([table(header, rows), how, describe_many_jobs(content)])


def describe_many_jobs(content: dict) -> str:
    summary, many = content["summary"], content["many"]
    memory, at_once = many["rss_mib"], content["at_once"]
    return (
        f"The sandbox costs {summary['sandbox_added_ms']:.0f} ms an instance. Among "
        f"{many['count']:,} jobs that have ended the slowest List or Describe has a median of "
        f"{summary['slowest_p50_ms']:.1f} ms and a p99 of {summary['slowest_p99_ms']:.1f} "
        f"ms; the server has {memory['after_reads']:.0f} MiB then, and {memory['a_tenth']:.0f} "
        f"with a tenth of them. {at_once[0]['count']} jobs of `/bin/true` at once, in sandboxes, "
        f"take {summary['at_once_seconds']:.1f} s."
    )


def tuning(content: dict) -> str:
    summary, setting = content["summary"], content["setting"]
    header = ("from photos to the best model", "20 trials of 10 epochs", "2 trials of 2 epochs")
    rows = [
        (
            "`kennel tune`, nothing in the cache",
            seconds(summary["kennel_seconds"]),
            seconds(summary["kennel_few_seconds"]),
        ),
        (
            "the usual script",
            seconds(summary["script_seconds_by_multiplying"]) + " (multiplied, not run)",
            seconds(summary["script_few_seconds"]),
        ),
        (
            "times as long",
            times(summary["script_per_kennel"]),
            times(summary["script_per_kennel_few"]),
        ),
        (
            "the usual script, written to cache features",
            seconds(summary["cached_script_seconds_by_multiplying"]) + " (multiplied, not run)",
            "-",
        ),
        ("times as long", times(summary["cached_script_per_kennel"]), "-"),
    ]
    how = (
        f"Whole processes, no early stopping, {machine(setting)}, {photos(setting)}, medians of "
        f"{len(content['rounds'])} rounds, {made(setting)}. Test top-1 of the best model: "
        f"{percent(summary['kennel_test_top1'])}; of the script's that caches features, with its "
        f"defaults: {percent(median(one['cached']['test_top1'] for one in content['rounds']))}."
    )
    return "\n\n".join([table(header, rows), how, describe_halving(content)])


def describe_halving(content: dict) -> str:
    """A share above 1 stands for a search that never found as good a value."""
    parts = []
    for strategy, name in {"asha": "ASHA", "hyperband": "Hyperband"}.items():
        shares = [one[strategy] for one in content["halving"]]
        failed = sum(share > 1 for share in shares)
        parts.append(
            f"{name} after {percent(median(shares))} of its epochs (in {failed} of {len(shares)} "
            "seeds never)"
        )
    return (
        "What 30 trials of random search end with has been found by "
        f"{' and by '.join(parts)}; medians of the seeds."
    )


def search(content: dict) -> str:
    players = ("kennel", "optuna", "botorch", "random")
    header = ("lowest value found", "kennel", "Optuna 5 (TPE)", "BoTorch 0.18", "random")
    rows = [
        (
            f"{function}, {trials} trials",
            *(median_after(curves.get(player), trials) for player in players),
        )
        for function, curves in content["curves"].items()
        for trials in (10, 20, content["trials"])
    ]
    worse = [
        f"{function} and {player} {probability:.2f}"
        for function, tests in content["summary"]["p_worse"].items()
        for player, probability in tests.items()
    ]
    how = (
        f"Medians of {content['seeds']} seeds, {made(content['setting'])}. The lowest values there "
        "are: 0.398 (branin), -3.322 (hartmann6), 0 (rosenbrock, 4 parameters; mixed). On the "
        f"photos ({photos(content['setting'])}) it is the valid loss, and everybody begins with "
        "what `kennel train` does by itself. BoTorch's default model knows no categories. A rank "
        "test whether kennel is worse gives p = "
        f"{', '.join(worse)}. The slowest of 200 proposals takes "
        f"{content['summary']['proposal_ms_at_200']:.0f} ms."
    )
    return "\n\n".join([table(header, rows), how])


def median_after(curve: list[float] | None, trials: int) -> str:
    return "-" if curve is None else f"{curve[trials - 1]:.3f}"


TABLES = {
    "training": training,
    "accuracy": accuracy,
    "extraction": extraction,
    "frontdoor": frontdoor,
    "objects": objects,
    "jobs": jobs,
    "tuning": tuning,
    "search": search,
}


def table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [header, ("---", *["---:"] * (len(header) - 1)), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def process(figures: dict) -> tuple[str, str, str]:
    wall, cpu = seconds(figures["wall_seconds"]), seconds(figures["cpu_seconds"])
    return wall, cpu, f"{figures['peak_rss_mib']:.0f} MiB"


def seconds(value: float) -> str:
    return f"{value:.0f} s" if value >= 100 else f"{value:.1f} s"


def times(ratio: float) -> str:
    return f"{ratio:.0f} times" if ratio >= 10 else f"{ratio:.1f} times"


def percent(part: float) -> str:
    return f"{100 * part:.1f} %"


def rate(photos_per_second: float) -> str:
    return f"{photos_per_second:.0f} photos/s"


def machine(setting: dict) -> str:
    described = setting["machine"]
    return f"{described['cores']} cores, {described['processor']}"


def photos(setting: dict) -> str:
    counts = " + ".join(str(count) for count in setting["photos"].values())
    kind = "real photos of 20 dog breeds" if setting["data"] == REAL_PHOTOS else "drawn photos"
    return f"{counts} {kind}"


def made(setting: dict) -> str:
    return f"{setting['date'][:10]}, commit {setting['commit']}"


def render(name: str, results: Path) -> str:
    path = results / f"{name}.json"
    return TABLES[name](json.loads(path.read_text())) if path.is_file() else NOT_MEASURED


def fill(text: str, results: Path) -> str:
    for name in TABLES:
        pattern = rf"(<!-- bench:{name} -->\n).*?(\n<!-- /bench:{name} -->)"
        content = render(name, results)
        text, count = re.subn(
            pattern, lambda found, new=content: f"{found[1]}\n{new}\n{found[2]}", text, flags=re.S
        )
        if count != 1:
            raise ValueError(f"{count} marked places for the table {name}; there must be one")
    return text


def main() -> None:
    README.write_text(fill(README.read_text(), RESULTS))


if __name__ == "__main__":
    main()
