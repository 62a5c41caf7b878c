"""Recordings of a class, and the samples that a classifier gets of them: single frames, or windows of time."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from arpipe.errors import ConfigError
from arpipe.geometry.transforms import Array
from arpipe.types import Points

BLOCKS = 3  # parts of time that recordings are divided into for tests; 2 of those that are too short for 3
BETWEEN = -1  # instead of a block: a sample that shares moments with two of them takes no part in tests
APART_S = 0.3  # least distance of samples in different blocks, where they are single frames
FULL_SHARE = 0.6  # of a window that must be covered by frames
STEPS_PER_S = 10.0  # windows taken of a recording
SPEED_S = 0.2  # speeds are given as the change within this time


@dataclass(frozen=True, slots=True, eq=False)
class ClassRecording:
    """What was seen while a class was recorded: a photo, a clip, or the time that a button was held.

    Attributes:
        label: The class.
        source: Where it comes from, such as the name of a file.
        times_s: (n,) float64, rising.
        vectors: (n, d) float32, one per frame that shows something.
    """

    label: str
    source: str
    times_s: Array
    vectors: Points

    def __post_init__(self) -> None:
        if len(self.times_s) != len(self.vectors) or self.vectors.ndim != 2:
            raise ValueError(
                f"ClassRecording: expected (n,) times and (n, d) vectors, got {self.times_s.shape} {self.vectors.shape}"
            )


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """What a classifier is trained with.

    Attributes:
        vectors: (n, d) float32.
        labels: (n,) position of each sample's class.
        blocks: (n,) part of time, 0 to `BLOCKS` − 1, or `BETWEEN`.
    """

    vectors: Points
    labels: np.ndarray
    blocks: np.ndarray


def collect(recordings: tuple[ClassRecording, ...], classes: tuple[str, ...], window_s: float) -> Samples:
    """Return the samples of recordings.

    Args:
        recordings: At least one with samples of each class.
        classes: Names of the classes.
        window_s: Length of a window, or 0 for single frames.

    Raises:
        ConfigError: A class has no sample: its recordings show nothing, or are shorter than a window.
    """
    vectors, labels, blocks = [], [], []
    for label, name in enumerate(classes):
        own = [recording for recording in recordings if recording.label == name]
        found = [
            (index, *each) for index, recording in enumerate(own) for each in _windows(recording, window_s)
        ]
        if not found:
            raise ConfigError(_nothing(name, own, window_s))
        for index, block, vector in found:
            vectors.append(vector)
            labels.append(label)
            blocks.append(block if len(own) < BLOCKS else index % BLOCKS)
    return Samples(np.stack(vectors), np.array(labels), np.array(blocks))


def summarize(times_s: Array, vectors: Points, window_s: float) -> Points | None:
    """Return the sample that ends with the last of some frames.

    Args:
        times_s: (n,) rising.
        vectors: (n, d).
        window_s: Length of the window; 0 for the last frame alone.

    Returns:
        (d,) of a frame; or (3·d,) of a window: mean, deviation and mean speed of each entry. None for a window that the
        frames do not cover yet.
    """
    if window_s == 0:
        last: Points = vectors[-1]
        return last
    inside = times_s > times_s[-1] - window_s
    times, path = times_s[inside], vectors[inside]
    if len(path) < 3 or times[-1] - times[0] < FULL_SHARE * window_s:
        return None
    steps = np.abs(np.diff(path, axis=0)) / np.diff(times)[:, np.newaxis]
    parts = [path.mean(axis=0), path.std(axis=0), steps.mean(axis=0) * SPEED_S]
    return np.concatenate(parts).astype(np.float32)


def _windows(recording: ClassRecording, window_s: float) -> Iterator[tuple[int, Points]]:
    """Yield the samples of one recording, each with the block of time that it lies in."""
    times, last_s = recording.times_s, -np.inf
    for end in range(1, len(times) + 1):
        if window_s and times[end - 1] - last_s < 1.0 / STEPS_PER_S:
            continue
        sample = summarize(times[:end], recording.vectors[:end], window_s)
        if sample is not None:
            last_s = times[end - 1]
            yield _block(times, float(last_s), window_s), sample


def _block(times_s: Array, end_s: float, window_s: float) -> int:
    """Return the block of time of a sample that ends at a time, or `BETWEEN`."""
    begin_s, length_s = float(times_s[0]), float(times_s[-1] - times_s[0])
    span_s = max(window_s, APART_S)
    count = BLOCKS if length_s >= 2.0 * BLOCKS * span_s else 2
    if length_s == 0:
        return 0
    first, last = (
        min(max(int((moment_s - begin_s) / length_s * count), 0), count - 1)
        for moment_s in (end_s - span_s, end_s)
    )
    return last if first == last else BETWEEN


def _nothing(name: str, recordings: list[ClassRecording], window_s: float) -> str:
    if not recordings:
        return f"class {name!r} has no samples; record some, or leave the class out"
    if not any(len(recording.times_s) for recording in recordings):
        return f"class {name!r}: its recordings show nothing of the features; choose others, or record anew"
    return (
        f"class {name!r}: its recordings are shorter than the window of {window_s} s; record longer ones, "
        "or learn still poses with a window of 0 s"
    )
