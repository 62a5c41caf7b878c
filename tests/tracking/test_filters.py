import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arpipe.tracking.filters import FIRST_INTERVAL_S, RESTART_AFTER_S, OneEuroConfig, OneEuroFilter

SIZE = 100.0
START = np.random.default_rng(0).uniform(0, 100, (20, 3)).astype(np.float32)


def smooth(rows, times, size=SIZE, config=None):
    one_euro = OneEuroFilter(config or OneEuroConfig())
    return np.stack([one_euro.apply(row, time, size) for row, time in zip(rows, times, strict=True)])


def times(count, fps=30.0):
    return np.arange(count) / fps


def noisy(count, sigma, seed=1):
    return START + np.random.default_rng(seed).normal(0, sigma, (count, *START.shape)).astype(np.float32)


def test_the_first_points_pass_as_they_are():
    assert (smooth([START], [5.0])[0] == START).all()


def test_points_at_rest_stay():
    assert np.abs(smooth([START] * 20, times(20)) - START).max() < 1e-4


def test_noise_of_a_resting_face_shrinks_to_less_than_half():
    rows = noisy(200, 0.1)
    still = smooth(rows, times(200))
    assert still[50:].std(axis=0).mean() < 0.45 * rows[50:].std(axis=0).mean()


def test_a_quick_move_is_followed_within_few_frames():
    path = np.clip((np.arange(40) - 10) / 4.0, 0, 1) * 80.0  # 80 % of the face within 4 frames
    rows = [START + np.float32([x, 0, 0]) for x in path]
    lag = np.array(rows)[..., 0] - smooth(rows, times(40))[..., 0]
    assert np.abs(lag).max() < 0.06 * SIZE
    assert np.abs(lag[20:]).max() < 0.005 * SIZE


def test_a_swing_that_turns_back_is_followed():
    path = 0.75 * SIZE * np.sin(2.0 * np.pi * times(90))  # to and fro once a second
    rows = [START + np.float32([x, 0, 0]) for x in path]
    lag = np.array(rows)[..., 0] - smooth(rows, times(90))[..., 0]
    assert np.abs(lag[5:]).max() < 0.015 * SIZE


def test_at_steady_speed_it_lags_by_milliseconds():
    speed = 1.5 * SIZE
    rows = [START + np.float32([speed * time, 0, 0]) for time in times(90)]
    lag_s = (np.array(rows) - smooth(rows, times(90)))[-1, :, 0] / speed
    assert lag_s.max() < 0.004


@pytest.mark.parametrize("scale", [0.1, 10.0])
def test_a_larger_face_is_smoothed_alike(scale):
    rows = noisy(30, 0.5)
    expected = smooth(rows, times(30)) * scale
    assert np.allclose(smooth(rows * np.float32(scale), times(30), SIZE * scale), expected, rtol=1e-4)


def test_the_frame_rate_hardly_matters():
    seconds, speed = 1.0, 0.5 * SIZE
    ends = []
    for fps in (15.0, 60.0):
        count = int(seconds * fps) + 1
        rows = [START + np.float32([speed * time, 0, 0]) for time in times(count, fps)]
        ends.append(smooth(rows, times(count, fps))[-1])
    assert np.abs(ends[0] - ends[1]).max() < 0.005 * SIZE


@given(steps=st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=2, max_size=12))
def test_no_timestamp_is_fatal(steps):
    rows = noisy(len(steps), 0.5)
    found = smooth(rows, steps)
    assert np.isfinite(found).all()
    assert np.abs(found - START).max() < 5.0


@pytest.mark.parametrize("step_s", [0.0, -0.5, float("nan")])
def test_a_time_that_does_not_rise_counts_as_one_usual_interval(step_s):
    rows = noisy(3, 0.5)
    usual = smooth(rows, [0.0, 0.05, 0.1])
    assert np.allclose(smooth(rows, [0.0, 0.05, 0.05 + step_s]), usual)
    assert np.allclose(smooth(rows[:2], [0.0, step_s]), smooth(rows[:2], [0.0, FIRST_INTERVAL_S]))


def test_after_a_long_gap_it_starts_anew():
    far = START + np.float32(500)
    assert (smooth([START, far], [0.0, RESTART_AFTER_S + 0.1])[1] == far).all()
