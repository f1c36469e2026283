"""A disk without room, played by a limit on the size of files: no half-written result."""

import resource
import signal

import pytest
from kennel_program import Kennel, outcome

CAUSE = "File too large"  # what ENOSPC would be on a disk that is really full
KIB = 1024
SETTINGS = ("--epochs", 8, "--precision", "f32")  # as the run that the tests share


def limit_files(bytes_max: int):
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a failing write, not the end of the process
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_max, bytes_max))

    return limit


def refuses_for_room(kennel: Kennel, bytes_max: int, *words) -> str:
    message = kennel.refuses(*words, preexec_fn=limit_files(bytes_max))
    assert CAUSE in message
    assert not list(kennel.folder.rglob("*.part"))
    assert not list(kennel.cache.rglob("*.part"))
    return message


def test_no_room_for_the_checkpoint(kennel, photos):
    message = refuses_for_room(kennel, 1000 * KIB, "train", photos, "--output", "run", *SETTINGS)
    assert "run/checkpoint.pth" in message
    assert not (kennel.folder / "run").exists()


def test_no_room_for_the_package_until_there_is(kennel, photos, trained):
    command = ("train", photos, "--output", "run", *SETTINGS)
    assert "run/model.tar.gz" in refuses_for_room(kennel, 10000 * KIB, *command)
    assert [path.name for path in (kennel.folder / "run").iterdir()] == ["checkpoint.pth"]
    kennel.succeeds(*command, "--resume")
    assert outcome(kennel.folder / "run") == outcome(trained)


def test_no_room_for_the_features_until_there_is(cold_kennel, few_photos, few_trained):
    command = ("train", few_photos, "--output", "run", *SETTINGS)
    message = refuses_for_room(cold_kennel, 50 * KIB, *command)
    assert str(cold_kennel.cache) in message
    assert cold_kennel.segments() == []
    assert not (cold_kennel.folder / "run").exists()
    cold_kennel.succeeds(*command)
    assert outcome(cold_kennel.folder / "run") == outcome(few_trained)


def test_no_room_for_sample_photos(kennel):
    refuses_for_room(kennel, 1 * KIB, "sample", "box", "--classes", 2, "--per-class", 5)
    assert not (kennel.folder / "box").exists()


def test_no_room_for_an_evaluation_report(kennel, photos, trained):
    words = (trained / "model.tar.gz", photos, "--report", "page.html")
    assert "page.html" in refuses_for_room(kennel, 10 * KIB, "evaluate", *words)
    assert list(kennel.folder.iterdir()) == []


@pytest.mark.parametrize("output", ["missing/page.html", "file/page.html"])
def test_report_where_no_file_can_be(kennel, photos, trained, output):
    (kennel.folder / "file").write_text("dear")
    message = kennel.refuses("evaluate", trained / "model.tar.gz", photos, "--report", output)
    assert output in message


def test_run_folder_where_none_can_be(kennel, photos):
    (kennel.folder / "file").write_text("dear")
    assert "file/run" in kennel.refuses("train", photos, "--output", "file/run")


def test_cache_where_none_can_be(kennel, photos):
    (kennel.folder / "file").write_text("dear")
    blocked = kennel.with_cache(kennel.folder / "file")
    assert str(blocked.cache) in blocked.refuses("train", photos, "--output", "run")
    assert not (kennel.folder / "run").exists()
