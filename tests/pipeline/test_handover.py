"""Threads joined by mailboxes: order, limits, exceptions, clean ends."""

import threading
from collections.abc import Iterator

import pytest

from arpipe.pipeline.handover import BackgroundWriter, LatestOnly, Mailbox, Prefetch
from tests.patience import PATIENCE_S


def test_order_is_kept_and_nothing_is_lost() -> None:
    with Prefetch(range(500), "numbers") as prefetch:
        assert list(prefetch) == list(range(500))


def test_reader_is_never_further_behind_than_the_slots() -> None:
    produced: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(50):
            produced.append(number)
            yield number

    with Prefetch(numbers(), "numbers", slots=2) as prefetch:
        for number in prefetch:
            assert len(produced) <= number + 4  # read, two waiting, one in work


def test_error_of_the_stage_arrives_after_what_it_made() -> None:
    def failing() -> Iterator[int]:
        yield 1
        yield 2
        raise OSError("no more")

    seen = []
    with Prefetch(failing(), "failing") as prefetch, pytest.raises(OSError, match="no more"):
        for number in prefetch:
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
    prefetch = Prefetch(endless(), "endless")
    next(iter(prefetch))
    prefetch.close()
    prefetch.close()
    assert ended.is_set()
    assert threading.active_count() <= before


def test_consumer_gets_everything_in_order_before_close_returns() -> None:
    taken: list[int] = []
    with BackgroundWriter(taken.append, "taker") as writer:
        for number in range(200):
            writer.put(number)
    assert taken == list(range(200))


def test_consumers_error_reaches_the_writer() -> None:
    def refuse(number: int) -> None:
        if number == 3:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"), BackgroundWriter(refuse, "refuser") as writer:
        for number in range(100):
            writer.put(number)


def test_writers_error_drops_the_rest() -> None:
    go, taken = threading.Event(), list[int]()

    def slow(number: int) -> None:
        go.wait(PATIENCE_S)
        taken.append(number)

    with pytest.raises(KeyError), BackgroundWriter(slow, "slow", slots=10) as writer:
        for number in range(5):
            writer.put(number)
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
    with LatestOnly(iter(range(1000)), "test") as latest:
        got = list(latest)
    assert got == sorted(set(got))
    assert got[-1] == 999
    assert len(got) + latest.dropped == 1000
    assert latest.has_ended


def test_newest_raises_what_ended_its_items():
    def items():
        yield 1
        raise KeyError("lost")

    with LatestOnly(items(), "test") as latest, pytest.raises(KeyError, match="lost"):
        list(latest)


def test_offer_does_not_wait():
    begun, release = threading.Event(), threading.Event()

    def consume(_: int) -> None:
        begun.set()
        release.wait(PATIENCE_S)

    with BackgroundWriter(consume, "test") as writer:
        assert writer.offer(1)
        assert begun.wait(PATIENCE_S)
        assert writer.offer(2)
        assert not writer.offer(3)
        release.set()
