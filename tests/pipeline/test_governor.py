"""The governor under a fake clock: down when slow, up when long fast, never pumping."""

from collections.abc import Callable
from itertools import pairwise

from arpipe.pipeline.governor import Decision, Governor, GovernorConfig
from arpipe.pipeline.quality import QualityLevel

LEVELS = tuple(QualityLevel(name=name) for name in ("full", "less", "least"))
CONFIG = GovernorConfig(levels=LEVELS)


def drive(
    governor: Governor, seconds: float, cost_ms: Callable[[str], float], start_s: float = 0.0
) -> list[Decision]:
    """Feed 30 frames a second whose cost depends on the level in force."""
    before = len(governor.decisions)
    for frame in range(int(seconds * 30)):
        governor.observe(start_s + frame / 30.0, cost_ms(governor.level.name))
    return governor.decisions[before:]


def test_fast_frames_keep_full_quality() -> None:
    governor = Governor(CONFIG)
    assert drive(governor, 60, lambda _: 15.0) == []
    assert governor.level.name == "full"


def test_slow_frames_step_down_one_level_at_a_time() -> None:
    governor = Governor(CONFIG)
    decisions = drive(governor, 10, lambda _: 55.0)
    assert [(d.from_level, d.to_level) for d in decisions] == [("full", "less"), ("less", "least")]
    assert decisions[1].time_s - decisions[0].time_s >= CONFIG.window_s


def test_single_slow_frames_do_not_matter_but_one_in_ten_does() -> None:
    assert drive(Governor(CONFIG), 20, lambda _: 15.0) == []
    rare, frequent = Governor(CONFIG), Governor(CONFIG)
    for frame in range(600):
        rare.observe(frame / 30, 90.0 if frame % 60 == 0 else 15.0)
        frequent.observe(frame / 30, 90.0 if frame % 10 == 0 else 15.0)
    assert rare.decisions == []
    assert frequent.decisions[0].to_level == "less"


def test_quality_returns_when_the_load_goes_away() -> None:
    governor = Governor(CONFIG)
    drive(governor, 3, lambda _: 55.0)
    drive(governor, 20, lambda _: 10.0, start_s=3.0)
    assert governor.level.name == "full"


def test_level_that_only_just_fits_is_kept() -> None:
    governor = Governor(CONFIG)
    drive(governor, 30, lambda name: {"full": 50.0, "less": 35.0, "least": 20.0}[name])
    assert [d.to_level for d in governor.decisions] == ["less"]


def test_level_above_is_tried_rarely_while_it_is_known_to_take_too_much() -> None:
    governor = Governor(CONFIG)
    drive(governor, 600, lambda name: {"full": 50.0, "less": 20.0, "least": 10.0}[name])
    ups = [d.time_s for d in governor.decisions if d.to_level == "full"]
    assert 5 <= len(ups) <= 10
    assert all(later - earlier >= CONFIG.longest_patience_s for earlier, later in pairwise(ups))
    assert governor.decisions[-1].time_s - ups[-1] < 2.5


def test_step_up_that_fails_is_tried_ever_more_rarely() -> None:
    governor = Governor(CONFIG)
    drive(governor, 600, lambda name: {"full": 50.0, "less": 12.0, "least": 6.0}[name])
    ups = [d.time_s for d in governor.decisions if d.to_level == "full"]
    gaps = [later - earlier for earlier, later in pairwise(ups)]
    assert all(later > 1.5 * earlier for earlier, later in pairwise(gaps[:4]))
    assert len(ups) <= 15
    assert governor.decisions[-1].time_s - ups[-1] < 2.5


def test_patience_recovers_once_a_step_up_holds() -> None:
    governor = Governor(CONFIG)
    drive(governor, 100, lambda name: {"full": 50.0, "less": 20.0, "least": 10.0}[name])
    drive(governor, 120, lambda _: 10.0, start_s=100.0)
    assert governor.level.name == "full"
    first = drive(governor, 3, lambda _: 60.0, start_s=220.0)[0].time_s
    back = drive(governor, 10, lambda _: 10.0, start_s=223.0)
    assert back
    assert back[0].time_s - first < 10.0


def test_equivalent_levels_are_skipped() -> None:
    alike = {"full": 0, "less": 0, "least": 1}
    governor = Governor(CONFIG, lambda one, other: alike[one.name] == alike[other.name])
    drive(governor, 10, lambda _: 55.0)
    drive(governor, 30, lambda _: 10.0, start_s=10.0)
    assert [(d.from_level, d.to_level) for d in governor.decisions] == [("full", "least"), ("least", "full")]
