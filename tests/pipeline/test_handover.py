"""Threads joined by mailboxes: order, limits, exceptions, clean ends."""

import threading
from collections.abc import Iterator

import pytest

from arpipe.pipeline.handover import Ahead, Behind, Mailbox, Newest


def test_order_is_kept_and_nothing_is_lost() -> None:
    with Ahead(range(500), "numbers") as ahead:
        assert list(ahead) == list(range(500))


def test_reader_is_never_further_behind_than_the_slots() -> None:
    produced: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(50):
            produced.append(number)
            yield number

    with Ahead(numbers(), "numbers", slots=2) as ahead:
        for number in ahead:
            assert len(produced) <= number + 4  # read, two waiting, one in work


def test_error_of_the_stage_arrives_after_what_it_made() -> None:
    def failing() -> Iterator[int]:
        yield 1
        yield 2
        raise OSError("no more")

    seen = []
    with Ahead(failing(), "failing") as ahead, pytest.raises(OSError, match="no more"):
        for number in ahead:
            seen.append(number)  # noqa: PERF402 - what arrives before the error counts
    assert seen == [1, 2]


def test_early_close_ends_the_thread_and_the_generator() -> None:
    ended = threading.Event()

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 0
        finally:
            ended.set()

    before = threading.active_count()
    ahead = Ahead(endless(), "endless")
    next(iter(ahead))
    ahead.close()
    ahead.close()
    assert ended.is_set()
    assert threading.active_count() == before


def test_consumer_gets_everything_in_order_before_close_returns() -> None:
    taken: list[int] = []
    with Behind(taken.append, "taker") as behind:
        for number in range(200):
            behind.put(number)
    assert taken == list(range(200))


def test_consumers_error_reaches_the_writer() -> None:
    def refuse(number: int) -> None:
        if number == 3:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"), Behind(refuse, "refuser") as behind:
        for number in range(100):
            behind.put(number)


def test_writers_error_drops_the_rest() -> None:
    go, taken = threading.Event(), list[int]()

    def slow(number: int) -> None:
        go.wait(5)
        taken.append(number)

    with pytest.raises(KeyError), Behind(slow, "slow", slots=10) as behind:
        for number in range(5):
            behind.put(number)
        go.set()
        raise KeyError
    assert len(taken) <= 5
    assert threading.active_count() < 20


def test_newest_replaces_what_was_not_read_and_counts_it():
    mailbox = Mailbox(1)
    assert [mailbox.replace(item) for item in range(3)] == [0, 1, 1]
    assert mailbox.get() == (2,)
    assert mailbox.get(timeout_s=0.0) is None
    mailbox.close()
    assert mailbox.is_drained


def test_newest_gives_rising_items_and_drops_the_rest():
    with Newest(iter(range(1000)), "test") as newest:
        got = list(newest)
    assert got == sorted(set(got))
    assert got[-1] == 999
    assert len(got) + newest.dropped == 1000
    assert newest.has_ended


def test_newest_raises_what_ended_its_items():
    def items():
        yield 1
        raise KeyError("lost")

    with Newest(items(), "test") as newest, pytest.raises(KeyError, match="lost"):
        list(newest)


def test_offer_does_not_wait():
    begun, release = threading.Event(), threading.Event()

    def consume(_: int) -> None:
        begun.set()
        release.wait(10)

    with Behind(consume, "test") as behind:
        assert behind.offer(1)
        assert begun.wait(10)
        assert behind.offer(2)
        assert not behind.offer(3)
        release.set()
