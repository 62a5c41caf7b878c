"""Timers, percentiles and frame rates with a fake clock."""

import pytest

from arpipe.timing import (
    FRAME_STAGE,
    Span,
    StageTimer,
    TimingLog,
    frames_per_second,
    low_frames_per_second,
    percentile,
    summarize,
)


class FakeClock:
    """Advances only when told."""

    def __init__(self) -> None:
        self.now_s = 10.0

    def __call__(self) -> float:
        return self.now_s


def test_stage_entered_twice_adds_up_and_a_new_frame_forgets() -> None:
    clock, spans = FakeClock(), list[Span]()
    timer = StageTimer(clock, spans.append)
    timer.begin_frame(4)
    for _ in range(2):
        with timer.stage("crop"):
            clock.now_s += 0.003
    assert timer.timings_ms == pytest.approx({"crop": 6.0})
    assert [(span.stage, span.frame) for span in spans] == [("crop", 4), ("crop", 4)]
    timer.begin_frame(5)
    assert timer.timings_ms == {}


def test_stage_that_fails_is_booked_too() -> None:
    clock = FakeClock()
    timer = StageTimer(clock)
    with pytest.raises(KeyError), timer.stage("draw"):
        clock.now_s += 0.002
        raise KeyError
    assert timer.timings_ms["draw"] == pytest.approx(2.0)


def test_percentiles_interpolate() -> None:
    values = [4.0, 1.0, 3.0, 2.0]
    assert percentile(values, 0.0) == 1.0
    assert percentile(values, 0.5) == 2.5
    assert percentile(values, 1.0) == 4.0


@pytest.mark.parametrize(("values", "fraction"), [([], 0.5), ([1.0], 1.5)])
def test_percentile_of_nothing_or_beyond_is_refused(values: list[float], fraction: float) -> None:
    with pytest.raises(ValueError, match="percentile"):
        percentile(values, fraction)


def test_rate_counts_intervals_not_stamps() -> None:
    assert frames_per_second([0.0, 0.04, 0.08, 0.12, 0.16]) == pytest.approx(25.0)
    assert frames_per_second([1.0]) == 0.0


def test_log_leaves_warm_up_out_and_puts_the_frame_last() -> None:
    log = TimingLog(warm_up=1)
    for duration in (100.0, 10.0, 20.0):
        log.record({FRAME_STAGE: duration, "draw": duration / 2})
    summaries = log.summaries()
    assert list(summaries) == ["draw", FRAME_STAGE]
    assert summaries["draw"].count == 2
    assert summaries[FRAME_STAGE].p50_ms == pytest.approx(15.0)
    assert summaries[FRAME_STAGE].fps == pytest.approx(1000 / 15)


def test_stages_that_the_first_frames_lack_are_listed_in_their_place() -> None:
    log = TimingLog()
    log.record({"capture": 1.0, "detect": 1.0, "track": 1.0, FRAME_STAGE: 3.0})
    log.add("encode", 1.0)
    other = TimingLog()
    other.record({"capture": 1.0, "crop": 1.0, "infer": 1.0, "track": 1.0, "pose": 1.0, FRAME_STAGE: 5.0})
    log.extend(other)
    assert list(log.summaries()) == [
        *("capture", "detect", "crop", "infer", "track", "pose", "encode"),
        FRAME_STAGE,
    ]
    assert log.summaries()["capture"].count == 2


def test_summary_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        summarize([])


def test_one_percent_low_is_the_rate_of_the_slowest_hundredth():
    even = [0.04 * frame for frame in range(101)]
    assert low_frames_per_second(even) == pytest.approx(25.0)
    stutter = [*even[:51], *(stamp + 0.36 for stamp in even[51:])]  # one of 100 intervals takes 0.4 s
    assert low_frames_per_second(stutter) == pytest.approx(1.0 / percentile([0.04] * 99 + [0.4], 0.99))
    assert low_frames_per_second(stutter) < 25.0
    assert low_frames_per_second([1.0]) == low_frames_per_second([]) == 0.0
