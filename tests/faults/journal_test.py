"""What a journal says that a key may hold."""

import pytest
from journal import Journal
from lean_client import Content

ONE, TWO = Content.of(b"one"), Content.of(b"two")


@pytest.fixture
def journal() -> Journal:
    return Journal()


def write(journal: Journal, content: Content | None, acknowledged: bool = True) -> None:
    journal.end(journal.begin("key", content), acknowledged)


def test_nothing_was_there_before(journal):
    assert journal.possible("key") == {None}


def test_an_acknowledged_write_replaces_what_was_there(journal):
    write(journal, ONE)
    write(journal, TWO)
    assert journal.possible("key") == {TWO}
    write(journal, None)
    assert journal.possible("key") == {None}


def test_a_write_without_an_answer_happened_or_not(journal):
    write(journal, ONE)
    journal.begin("key", TWO)
    assert journal.possible("key") == {ONE, TWO}


def test_a_refused_write_happened_or_not_until_another_is_acknowledged(journal):
    write(journal, ONE, acknowledged=False)
    assert journal.possible("key") == {None, ONE}
    write(journal, TWO)
    assert journal.possible("key") == {TWO}


def test_of_writes_at_the_same_time_any_may_be_the_last(journal):
    first, second = journal.begin("key", ONE), journal.begin("key", TWO)
    journal.end(second, acknowledged=True)
    journal.end(first, acknowledged=True)
    assert journal.possible("key") == {ONE, TWO}


def test_what_was_found_after_a_death_is_what_there_is(journal):
    journal.begin("key", ONE)
    journal.settle("key", None)
    assert journal.possible("key") == {None}
