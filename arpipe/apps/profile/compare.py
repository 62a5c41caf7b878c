"""Judges two profiles: is a stage slower, faster or the same, and how sure is that."""

from dataclasses import dataclass

import numpy as np

from arpipe.apps.profile.report import ProfileReport
from arpipe.errors import ConfigError
from arpipe.geometry.transforms import Array
from arpipe.timing import FRAME_STAGE

RESAMPLES = 2000
CONFIDENCE = 0.95
TOLERANCE = 0.05  # a change of the median below that is the machine's, not the code's
SMALLEST_MS = 0.05  # stages that take less are not judged: the clock and the caches are
BLOCK_FRAMES = 10  # frames near each other are alike, so they are drawn together


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one stage.

    Attributes:
        stage: Its name, "frame" for the whole.
        before_ms, after_ms: Medians.
        ratio: After over before.
        low, high: 95 % confidence interval of the ratio.
        word: "slower", "faster", "same", or "too short to judge".
    """

    stage: str
    before_ms: float
    after_ms: float
    ratio: float
    low: float
    high: float
    word: str


def compare(before: ProfileReport, after: ProfileReport) -> list[Verdict]:
    """One verdict a stage that both have, the whole frame last.

    The interval is a block bootstrap of the ratio of medians (Künsch 1989). A stage is slower when the whole
    interval lies more than 5 % above 1, faster when it lies more than 5 % below.

    Raises:
        ConfigError: The two were measured on different things: source, size, faces or effects.
    """
    for key in ("source", "live", "width", "height", "faces", "effects", "track", "mesh"):
        # What a profile made before the key was there lacks was off.
        if (before.run.get(key) or None) != (after.run.get(key) or None):
            raise ConfigError(
                f"the profiles differ in {key}: {before.run.get(key)!r} and {after.run.get(key)!r}; "
                "compare runs of the same thing"
            )
    stages = [stage for stage in before.samples if stage in after.samples and stage != FRAME_STAGE]
    rng = np.random.default_rng(0)
    return [
        _verdict(stage, before.samples[stage], after.samples[stage], rng) for stage in [*stages, FRAME_STAGE]
    ]


def has_regressed(verdicts: list[Verdict]) -> bool:
    """Whether any stage became slower."""
    return any(verdict.word == "slower" for verdict in verdicts)


def _verdict(stage: str, before: list[float], after: list[float], rng: np.random.Generator) -> Verdict:
    a, b = float(np.median(before)), float(np.median(after))
    ratios = _medians(np.array(after), rng) / np.maximum(_medians(np.array(before), rng), 1e-9)
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = (float(value) for value in np.quantile(ratios, [tail, 1.0 - tail]))
    if max(a, b) < SMALLEST_MS:
        word = "too short to judge"
    elif low > 1.0 + TOLERANCE:
        word = "slower"
    elif high < 1.0 - TOLERANCE:
        word = "faster"
    else:
        word = "same"
    return Verdict(stage, a, b, b / max(a, 1e-9), low, high, word)


def _medians(values: Array, rng: np.random.Generator) -> Array:
    """(RESAMPLES,) medians of `values` drawn anew in blocks."""
    block = min(BLOCK_FRAMES, len(values))
    count = -(-len(values) // block)
    starts = rng.integers(0, len(values) - block + 1, (RESAMPLES, count))
    drawn = values[starts[:, :, None] + np.arange(block)].reshape(RESAMPLES, -1)
    medians: Array = np.median(drawn, axis=1)
    return medians
