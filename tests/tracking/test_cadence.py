from arpipe.tracking.cadence import Cadence


def test_first_frame_and_every_nth_after_it_are_due():
    cadence = Cadence()
    assert [cadence.advance(3) for _ in range(7)] == [True, False, False, True, False, False, True]


def test_a_shorter_period_takes_effect_at_once():
    cadence = Cadence()
    assert [cadence.advance(4), cadence.advance(4), cadence.advance(2)] == [True, False, True]
    assert [cadence.advance(1) for _ in range(3)] == [True] * 3
