"""Compare two profiles: whether each stage became slower or faster, with a confidence interval."""

from dataclasses import dataclass

import numpy as np

from arpipe.apps.profile.report import ProfileReport
from arpipe.errors import ConfigError
from arpipe.geometry.transforms import Array
from arpipe.timing import FRAME_STAGE

RESAMPLES = 2000
CONFIDENCE = 0.95
TOLERANCE = 0.05  # smaller changes of the median are caused by the machine rather than the code
MIN_MS = 0.05  # shorter stages are not judged, because clock resolution and caches dominate them
BLOCK_FRAMES = 10  # neighbouring frames are correlated, so blocks are resampled


@dataclass(frozen=True, slots=True)
class StageComparison:
    """Comparison of a stage.

    Attributes:
        stage: Name of the stage; "frame" is the whole frame.
        before_ms, after_ms: Medians, ms.
        ratio: After over before.
        low, high: 95 % confidence interval of the ratio.
        verdict: "slower", "faster", "same", or "too short to judge".
    """

    stage: str
    before_ms: float
    after_ms: float
    ratio: float
    low: float
    high: float
    verdict: str


def compare(before: ProfileReport, after: ProfileReport) -> list[StageComparison]:
    """Compare each stage that both reports have, the whole frame last.

    The interval is a block bootstrap of the ratio of medians (Künsch 1989). A stage is slower if the whole interval
    lies above 1.05, and faster if it lies below 0.95.

    Raises:
        ConfigError: The reports differ in what was measured: source, size, faces or effects.
    """
    for key in ("source", "live", "width", "height", "faces", "effects", "track", "mesh"):
        # A report from before a key was introduced lacks it; the feature was off.
        if (before.run.get(key) or None) != (after.run.get(key) or None):
            raise ConfigError(
                f"the profiles differ in {key}: {before.run.get(key)!r} and {after.run.get(key)!r}; "
                "compare profiles of the same measurement"
            )
    stages = [stage for stage in before.samples if stage in after.samples and stage != FRAME_STAGE]
    rng = np.random.default_rng(0)
    return [
        _compare(stage, before.samples[stage], after.samples[stage], rng) for stage in [*stages, FRAME_STAGE]
    ]


def has_regressed(comparisons: list[StageComparison]) -> bool:
    """Whether any stage became slower."""
    return any(comparison.verdict == "slower" for comparison in comparisons)


def _compare(
    stage: str, before: list[float], after: list[float], rng: np.random.Generator
) -> StageComparison:
    a, b = float(np.median(before)), float(np.median(after))
    ratios = _medians(np.array(after), rng) / np.maximum(_medians(np.array(before), rng), 1e-9)
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = (float(value) for value in np.quantile(ratios, [tail, 1.0 - tail]))
    if max(a, b) < MIN_MS:
        verdict = "too short to judge"
    elif low > 1.0 + TOLERANCE:
        verdict = "slower"
    elif high < 1.0 - TOLERANCE:
        verdict = "faster"
    else:
        verdict = "same"
    return StageComparison(stage, a, b, b / max(a, 1e-9), low, high, verdict)


def _medians(values: Array, rng: np.random.Generator) -> Array:
    """Compute the medians of (RESAMPLES,) block resamples of the values."""
    block = min(BLOCK_FRAMES, len(values))
    count = -(-len(values) // block)
    starts = rng.integers(0, len(values) - block + 1, (RESAMPLES, count))
    drawn = values[starts[:, :, None] + np.arange(block)].reshape(RESAMPLES, -1)
    medians: Array = np.median(drawn, axis=1)
    return medians
