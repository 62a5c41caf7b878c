"""How much of a batch is done, and when the rest will be."""

import pytest

from arpipe.apps.batch.reports.progress import Progress


class Clock:
    """Time that passes when it is told to."""

    def __init__(self):
        self.now_s = 100.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


def process(progress, clock, frames, seconds, worker=0):
    clock.now_s += seconds
    progress.advance(worker, frames)


def test_time_until_the_end_follows_from_the_speed_until_now(clock):
    progress = Progress(4, clock=clock)
    assert progress.remaining_s() is None
    clock.now_s += 50.0  # while workers start
    progress.start(0, "a", 90, 1.0)
    assert progress.remaining_s() is None
    process(progress, clock, 45, 10.0)
    assert (progress.done, progress.remaining_s()) == (0.5, 70.0)
    progress.stop(0)
    progress.end_input("a")
    assert (progress.done, progress.remaining_s()) == (1.0, 30.0)


def test_inputs_that_were_refused_before_say_nothing_of_the_speed(clock):
    progress = Progress(4, clock=clock)
    progress.drop_input("missing")
    progress.drop_input("empty")
    progress.start(0, "a", 90, 1.0)
    process(progress, clock, 45, 10.0)
    assert progress.remaining_s() == 30.0


def test_pieces_of_an_earlier_run_are_done_and_say_nothing_of_the_speed(clock):
    progress = Progress(2, clock=clock)
    progress.start(1, "b", 90, 1.0)
    process(progress, clock, 0, 5.0, worker=1)
    progress.reuse_pieces("long", 0.75)
    progress.start(0, "long", 90, 0.25)
    process(progress, clock, 45, 5.0)
    assert progress.done == 0.875
    assert progress.remaining_s() == pytest.approx(10.0 * 1.125 / 0.125)
    progress.stop(0)
    progress.end_piece("long", 0.25)
    progress.end_input("long")
    assert progress.done == 1.0
    assert progress.remaining_s() == pytest.approx(10.0 * 1.0 / 0.25)


def test_attempt_that_is_repeated_counts_once(clock):
    progress = Progress(1, clock=clock)
    progress.start(0, "a", 90, 1.0)
    process(progress, clock, 45, 10.0)
    progress.stop(0)
    assert (progress.done, progress.remaining_s()) == (0.0, None)
    progress.start(1, "a", 0, 1.0)
    process(progress, clock, 30, 10.0, worker=1)
    assert (progress.done, progress.ordinal) == (0.0, 2)  # nobody knows how many frames there are


def test_inputs_take_as_long_as_they_are_large(clock):
    progress = Progress(3, {"long": 2.5, "short": 0.3, "other": 0.2}, clock)
    progress.start(0, "long", 90, 1.0)
    process(progress, clock, 45, 10.0)
    assert progress.done == 0.5
    assert progress.remaining_s() == pytest.approx(10.0 * (3.0 - 1.25) / 1.25)
    progress.stop(0)
    progress.end_input("long")
    assert progress.done == 1.0
    assert progress.remaining_s() == pytest.approx(10.0 * 0.5 / 2.5)


def test_pieces_of_an_earlier_run_count_by_the_size_of_their_input(clock):
    progress = Progress(2, {"long": 1.6, "short": 0.4}, clock)
    progress.reuse_pieces("long", 0.5)
    progress.start(0, "short", 90, 1.0)
    process(progress, clock, 90, 10.0)
    assert progress.remaining_s() == pytest.approx(10.0 * 0.8 / 0.4)


def test_large_input_that_fails_at_once_says_nothing_of_the_speed(clock):
    progress = Progress(3, {"huge": 2.8, "short": 0.1, "other": 0.1}, clock)
    progress.start(0, "huge", 900, 1.0)
    progress.stop(0)
    progress.drop_input("huge")
    assert progress.remaining_s() is None
    progress.start(0, "short", 90, 1.0)
    process(progress, clock, 90, 10.0)
    assert (progress.done, progress.remaining_s()) == (2.0, pytest.approx(10.0))
