"""What a profile found: the JSON file, schema 1."""

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
JANK_PERIODS = 1.5  # an interval longer than that many usual ones is seen as a stutter


class Distribution(BaseModel):
    """One stage's durations, ms."""

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
        """Condense durations; ValueError when there are none."""
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
    """How evenly frames were finished.

    Attributes:
        fps: Over wall time, N-1 intervals; reading the source included.
        low_1_percent_fps: From the 99th percentile of the intervals.
        jitter_ms: Standard deviation of the intervals.
        deviation_p95_ms: 95th percentile of the distance from the median interval.
        jank: Intervals longer than 1.5 usual ones.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fps: float
    low_1_percent_fps: float
    jitter_ms: float
    deviation_p95_ms: float
    jank: int

    @classmethod
    def of(cls, stamps_s: Sequence[float]) -> "Intervals":
        """From the times at which frames were finished, s."""
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
        machine: Where; see `describe_machine`.
        run: What was measured: source, size, effects, provider really used, renderer, threads, frames, repeats.
        frame_ms: From a frame in memory to the finished picture in memory; capture and encode apart.
        stages: Name → durations, in order of the frame's way; capture and encode too. A camera's `capture`
            contains the wait for it. Live, `frame_ms` is what perception and drawing took, the waits between left out.
        intervals: How evenly frames were finished.
        latency_ms: From a frame in memory to the finished picture; live, from its capture until it is presented.
        dropped: Frames lost, by place.
        cpu_percent: Of one core; 200 is two cores at work.
        rss_mb: Resident memory at the end, MiB.
        decisions: Changes of quality by the governor, live: `time_s` since the first counted frame, `from`, `to`,
            `p95_ms`.
        samples: Name → every counted duration, ms, "frame" included: what `compare` judges.
        run_medians_ms: Median frame of each repeat.
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
        """The file's text."""
        return json.dumps(_rounded(self.model_dump()), indent=1) + "\n"


def quality_path(report: ProfileReport) -> str:
    """The quality levels that a live run went through."""
    if not report.decisions:
        return f"{report.run.get('quality')} throughout"
    changes = [f"{change['to']} at {change['time_s']:.1f} s" for change in report.decisions]
    return " → ".join([report.decisions[0]["from"], *changes])


def load_report(path: Path) -> ProfileReport:
    """Read a report.

    Raises:
        ConfigError: The file is missing, not JSON, or no profile of this schema.
    """
    try:
        table = json.loads(read_whole(path, MAX_FILE_BYTES))
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read ({error.strerror}); make it with: arpipe profile --json"
        ) from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} is not JSON ({error}); make it with: arpipe profile --json") from error
    version = table.get("schema_version") if isinstance(table, dict) else None
    if version != 1:
        raise ConfigError(
            f"{path}: expected a profile of schema 1, got {version!r}; make it anew with: arpipe profile"
        )
    try:
        return ProfileReport.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigError(
            f"{path}: {place}: {first['msg']}; make it anew with: arpipe profile --json"
        ) from error


def _rounded(value: Any) -> Any:
    """Microseconds are enough, and keep the file small."""
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value
