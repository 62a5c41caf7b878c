"""Figures of a live run: frame rate, latency, stage durations, dropped frames."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from arpipe.pipeline.governor import Decision
from arpipe.timing import frames_per_second, low_frames_per_second, percentile

RECENT = 60  # frames behind the figures on screen
KEPT = 20_000  # latest frames behind the figures of the report
PLACES = ("source", "inference", "render", "encode")


@dataclass(frozen=True, slots=True)
class LiveReport:
    """Figures of a finished live run.

    Attributes:
        frames: Presented pictures.
        fps: Mean rate in wall time, from the first to the last picture.
        low_fps: Rate of the slowest hundredth of all intervals (1 % low).
        latency_p50_ms, latency_p95_ms: From capture to presentation.
        dropped: Dropped frames by the place that was busy: "source" is the camera's reader, "inference" perception,
            "render" drawing, and "encode" the outlets.
        decisions: Changes of quality by the governor.
        problems: What failed, such as an output, a preview, or a source that never gave a picture, and why.
        recordings: Files of the recordings, in the order in which they ended.
    """

    frames: int
    fps: float
    low_fps: float
    latency_p50_ms: float
    latency_p95_ms: float
    dropped: dict[str, int]
    decisions: tuple[Decision, ...]
    problems: tuple[str, ...] = ()
    recordings: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class StageMean:
    """What a stage costs on average.

    Attributes:
        mean_ms: Mean duration per frame, ms; frames in which it did not run count as 0.
        share: Share of the frames in which it ran, 0 to 1.
    """

    mean_ms: float
    share: float


@dataclass(slots=True, eq=False)
class LiveFigures:
    """Running figures.

    Attributes:
        frames: Presented pictures.
        stamps_s: When the latest pictures were presented, on the session's clock.
        latencies_ms: Their latencies, from capture to presentation.
        stages_ms: Durations of their stages, newest last.
        dropped: Dropped frames by place, see `LiveReport`.
    """

    frames: int = 0
    stamps_s: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))
    latencies_ms: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))
    stages_ms: deque[dict[str, float]] = field(default_factory=lambda: deque(maxlen=RECENT))
    dropped: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PLACES, 0))

    def add(self, presented_s: float, captured_s: float, stages_ms: dict[str, float]) -> None:
        """Count a presented picture."""
        self.frames += 1
        self.stamps_s.append(presented_s)
        self.latencies_ms.append((presented_s - captured_s) * 1000.0)
        self.stages_ms.append(stages_ms)

    @property
    def fps(self) -> float:
        """Rate of the latest pictures; 0.0 until there are two."""
        return frames_per_second(list(self.stamps_s)[-RECENT:])

    @property
    def latency_ms(self) -> float:
        """Median latency of the latest pictures; 0.0 until there is one."""
        recent = list(self.latencies_ms)[-RECENT:]
        return percentile(recent, 0.5) if recent else 0.0

    def stage_means(self) -> dict[str, StageMean]:
        """Mean duration of each stage per frame, over the latest pictures."""
        count = len(self.stages_ms)
        totals: dict[str, float] = {}
        runs: dict[str, int] = {}
        for stages in self.stages_ms:
            for name, duration_ms in stages.items():
                totals[name] = totals.get(name, 0.0) + duration_ms
                runs[name] = runs.get(name, 0) + 1
        return {name: StageMean(total / count, runs[name] / count) for name, total in totals.items()}

    def report(
        self, decisions: Sequence[Decision], problems: Sequence[str] = (), recordings: Sequence[Path] = ()
    ) -> LiveReport:
        """Summarize the run so far."""
        stamps = list(self.stamps_s)
        latencies = list(self.latencies_ms) or [0.0]
        return LiveReport(
            frames=self.frames,
            fps=frames_per_second(stamps),
            low_fps=low_frames_per_second(stamps),
            latency_p50_ms=percentile(latencies, 0.5),
            latency_p95_ms=percentile(latencies, 0.95),
            dropped=dict(self.dropped),
            decisions=tuple(decisions),
            problems=tuple(problems),
            recordings=tuple(recordings),
        )
