"""The report of a profile: the JSON file, schema 1."""

import json
import statistics
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from arpipe.errors import ConfigError
from arpipe.io.files import read_whole
from arpipe.timing import frames_per_second, low_frames_per_second, percentile, summarize

Facts = dict[str, Any]
"""Plain values that end up as JSON."""

MAX_FILE_BYTES = 256 * 2**20  # an hour of frames has 30 MB
JANK_PERIODS = 1.5  # an interval of so many median intervals is visible as a stutter


class Distribution(BaseModel):
    """Distribution of the durations of a stage, ms."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    count: int
    mean: float
    p50: float
    p90: float
    p95: float
    p99: float
    max: float

    @classmethod
    def of(cls, durations_ms: Sequence[float]) -> "Distribution":
        """Summarize durations, ms; raises ValueError if there are none."""
        s = summarize(durations_ms)
        return cls(
            count=s.count,
            mean=s.mean_ms,
            p50=s.p50_ms,
            p90=s.p90_ms,
            p95=s.p95_ms,
            p99=s.p99_ms,
            max=s.max_ms,
        )


class Intervals(BaseModel):
    """Regularity of finished frames.

    Attributes:
        fps: Mean rate in wall time, from N−1 intervals, including the time to read the source.
        low_1_percent_fps: 99th percentile of the intervals as a rate (1 % low).
        jitter_ms: Standard deviation of the intervals.
        deviation_p95_ms: 95th percentile of the deviation from the median interval.
        jank: Number of intervals longer than 1.5 median intervals.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fps: float
    low_1_percent_fps: float
    jitter_ms: float
    deviation_p95_ms: float
    jank: int

    @classmethod
    def of(cls, stamps_s: Sequence[float]) -> "Intervals":
        """Compute them from the times at which frames were finished, s."""
        gaps_ms = [1000.0 * (b - a) for a, b in pairwise(stamps_s)]
        if not gaps_ms:
            return cls(fps=0.0, low_1_percent_fps=0.0, jitter_ms=0.0, deviation_p95_ms=0.0, jank=0)
        median = percentile(gaps_ms, 0.5)
        return cls(
            fps=frames_per_second(stamps_s),
            low_1_percent_fps=low_frames_per_second(stamps_s),
            jitter_ms=statistics.pstdev(gaps_ms),
            deviation_p95_ms=percentile([abs(gap - median) for gap in gaps_ms], 0.95),
            jank=sum(gap > JANK_PERIODS * median for gap in gaps_ms),
        )


class ProfileReport(BaseModel):
    """A profile.

    Attributes:
        schema_version: 1.
        machine: The computer; see `describe_machine`.
        run: What was measured: source, size, effects, provider in use, renderer, threads, frames, repeats.
        frame_ms: From the frame in memory to the finished picture in memory, without capture and encoding. Live, it is
            the time of perception and drawing, without the waits in between.
        stages: Name → durations, in order, including capture and encoding. `capture` of a camera includes the wait for
            its frame.
        intervals: Regularity of finished frames.
        latency_ms: From the frame in memory to the finished picture; live, from its capture to its presentation.
        dropped: Dropped frames by place.
        cpu_percent: CPU load; 100 is one core.
        rss_mb: Resident memory at the end, MiB, without the frames that the source holds.
        decisions: Changes of quality by the governor (live): `time_s` since the first counted frame, `from`, `to`,
            `p95_ms`.
        samples: Name → all counted durations, ms, including "frame"; used by `compare`.
        run_medians_ms: Median frame time of each repeat.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = 1
    machine: Facts
    run: Facts
    frame_ms: Distribution
    stages: dict[str, Distribution]
    intervals: Intervals
    latency_ms: Distribution
    dropped: dict[str, int]
    cpu_percent: float
    rss_mb: float
    decisions: list[Facts] = []
    samples: dict[str, list[float]]
    run_medians_ms: list[float]

    def to_json(self) -> str:
        """Return the text of the file."""
        return json.dumps(_rounded(self.model_dump()), indent=1) + "\n"


def quality_path(report: ProfileReport) -> str:
    """Describe the quality levels of a live run."""
    if not report.decisions:
        return f"{report.run.get('quality')} throughout"
    changes = [f"{change['to']} at {change['time_s']:.1f} s" for change in report.decisions]
    return " → ".join([report.decisions[0]["from"], *changes])


def load_report(path: Path) -> ProfileReport:
    """Load a report.

    Raises:
        ConfigError: The file is missing, not JSON, or not a profile of this schema.
    """
    try:
        table = json.loads(read_whole(path, MAX_FILE_BYTES))
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read ({error.strerror}); create it with: arpipe profile --json"
        ) from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} is not JSON ({error}); create it with: arpipe profile --json") from error
    version = table.get("schema_version") if isinstance(table, dict) else None
    if version != 1:
        raise ConfigError(
            f"{path}: expected a profile of schema 1, got {version!r}; create it again with: arpipe profile"
        )
    try:
        return ProfileReport.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigError(
            f"{path}: {place}: {first['msg']}; create it again with: arpipe profile --json"
        ) from error


def _rounded(value: object) -> object:
    """Round to microseconds, which keeps the file small."""
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value
