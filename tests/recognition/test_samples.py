import numpy as np
import pytest

from arpipe.recognition.samples import BETWEEN, BLOCKS, ClassRecording, collect, summarize

RATE = 20


def recording(label, seconds, size=4):
    count = int(seconds * RATE)
    vectors = np.arange(count, dtype=np.float32)[:, np.newaxis] + np.zeros(size, np.float32)
    return ClassRecording(label, "", np.arange(count) / RATE, vectors)


def test_a_window_is_mean_deviation_and_speed():
    times_s = np.arange(11) / 10.0
    path = np.column_stack([np.full(11, 3.0), 2.0 * times_s]).astype(np.float32)
    mean, deviation, speed = summarize(times_s, path, 1.0).reshape(3, 2)
    assert mean == pytest.approx([3.0, 1.1])  # of the last second, without its beginning
    assert deviation[0] == pytest.approx(0.0)
    assert deviation[1] > 0.5
    assert speed == pytest.approx([0.0, 0.4])  # change within 0.2 s


def test_a_window_that_is_not_covered_is_no_sample():
    times_s = np.array([0.0, 0.1, 0.2])
    assert summarize(times_s, np.zeros((3, 2), np.float32), 1.0) is None
    assert summarize(times_s, np.ones((3, 2), np.float32), 0.0).tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("window_s", "seconds", "parts"), [(0.6, 9.0, 3), (0.6, 2.0, 2), (0.0, 3.0, 3), (0.0, 1.0, 2)]
)
def test_samples_of_different_blocks_share_no_moment(window_s, seconds, parts):
    """The vectors count frames, so a sample says which frames it was made of."""
    samples = collect((recording("a", seconds),), ("a",), window_s)
    blocks = samples.blocks
    assert set(blocks.tolist()) - {BETWEEN} == set(range(parts))
    frames = samples.vectors[:, 0]  # the last frame of a still sample, the mean one of a window
    for block in range(parts - 1):
        gap = (frames[blocks == block + 1].min() - frames[blocks == block].max()) / RATE
        assert gap >= max(window_s, 0.3) - 1.5 / RATE


def test_whole_recordings_are_blocks_where_there_are_enough():
    recordings = tuple(recording("a", 1.0) for _ in range(4))
    samples = collect(recordings, ("a",), 0.0)
    assert samples.blocks.tolist() == [index % BLOCKS for index in range(4) for _ in range(RATE)]
