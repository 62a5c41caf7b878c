"""A running source: capture, perception and drawing overlap, and only the latest frame counts."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from arpipe.apps.failures import Failures
from arpipe.apps.stream.capture import Capture
from arpipe.apps.stream.figures import PLACES, LiveFigures, LiveReport
from arpipe.apps.stream.outlets import Outlet, Recording
from arpipe.apps.stream.pacer import Pacer
from arpipe.closing import Closing
from arpipe.effects.packs import Pack
from arpipe.needs import Need
from arpipe.pipeline.governor import GovernorConfig
from arpipe.pipeline.handover import LatestOnly
from arpipe.pipeline.perception import Perception
from arpipe.pipeline.renderer import EffectRenderer
from arpipe.timing import FRAME_STAGE, Clock
from arpipe.types import FrameResult, Picture

DEVICE_TIMEOUT_S = (
    0.5  # a driver that is slower to open a camera is left to its daemon thread, which ends by itself
)


class LiveSession(Closing):
    """Draws the latest frame of a running source on the caller's thread.

    Capture and perception have a thread each; a frame that its successor overtakes is dropped and counted. The caller
    closes perception and renderer after the session.

    Args:
        capture: The source; the session ends its iteration.
        perception: Detects, on a thread of the session.
        renderer: Draws, on the caller's thread.
        governor: When to change quality.
        outlets: Receive every presented picture; the session closes them.
        clock: Monotonic seconds; the clock of the frames.
        failures: Collects failures of outlets; None to print them.

    Attributes:
        capture: The source.
        perception: Detects.
        renderer: Draws.
        pacer: Holds the frame rate.
        figures: Figures of the run so far.
        outlets: The outlets in use; change them with `attach` and `detach`.
        failures: What failed beside the picture.
        recordings: Finished recordings.
    """

    def __init__(
        self,
        capture: Capture,
        perception: Perception,
        renderer: EffectRenderer,
        governor: GovernorConfig | None = None,
        outlets: Sequence[Outlet] = (),
        clock: Clock = time.monotonic,
        failures: Failures | None = None,
    ) -> None:
        self.capture, self.perception, self.renderer = capture, perception, renderer
        self.pacer = Pacer(governor or GovernorConfig(), perception, renderer, clock)
        self.figures = LiveFigures()
        self.outlets = list(outlets)
        self.failures = failures or Failures()
        self.recordings: list[Path] = []
        self._clock = clock
        self._started_s = clock()
        self._cost_ms = 0.0
        self._drop_counts = dict.fromkeys(PLACES, 0)
        self._detached_drops = 0
        self._frames = LatestOnly(capture, "capture")
        self._results = LatestOnly(map(perception.detect, self._frames), "perception")

    @property
    def age_s(self) -> float:
        """Seconds since the session was created."""
        return self._clock() - self._started_s

    @property
    def has_ended(self) -> bool:
        """Whether the source has ended and all its frames were drawn or dropped."""
        return self._results.has_ended

    def next(self, timeout_s: float) -> Picture | None:
        """Wait for the latest frame and draw it.

        Returns:
            The picture, or None when none came in time, the source is paused, or it has ended. A result that lacks
            what the effects need, because it was detected before they were chosen, is dropped.

        Raises:
            ArpipeError: The error that ended capture or perception.
        """
        if not self.capture.wait(timeout_s):
            return None
        result = self._results.take(timeout_s)
        if result is None:
            return None
        if self.lacks_mask(result):
            self.figures.dropped["render"] += 1
            return None
        start_s = self._clock()
        picture = self.renderer.render(replace(result, dropped=self._count_drops()))
        drawing_ms = (self._clock() - start_s) * 1000.0
        # Perception and drawing overlap, so the slower of the two limits the rate.
        self._cost_ms = max(result.timings_ms.get(FRAME_STAGE, 0.0), drawing_ms)
        return picture

    def offer(self, picture: Picture) -> None:
        """Pass a picture to all outlets; one that fails is reported and removed."""
        for outlet in list(self.outlets):
            try:
                outlet.offer(picture)
            except Exception as error:  # noqa: BLE001 - sinks may be the caller's own
                self.outlets.remove(outlet)
                self._detached_drops += outlet.dropped
                self.failures.note(outlet.name, error)
                with self.failures.guarded(outlet.name):
                    outlet.abandon()

    def lacks_mask(self, result: FrameResult) -> bool:
        """Whether the effects need a person mask and the result has none."""
        return result.mask is None and Need.MASK in self.renderer.needs

    def count(self, picture: Picture, presenting_ms: float = 0.0) -> None:
        """Count a picture that was presented, and adjust quality to what it cost.

        Args:
            picture: The picture, as returned by `next`.
            presenting_ms: Time it took to present it, without waiting for the screen.
        """
        result = picture.result
        stages_ms = {**result.timings_ms, "present": presenting_ms}
        self.figures.add(self._clock(), result.frame.captured_s, stages_ms)
        self.pacer.observe(self._cost_ms + presenting_ms)

    def set_effects(self, effects: Sequence[str | Pack]) -> None:
        """Draw other effects from the next frame on; those that stay are kept.

        Raises:
            ConfigError: An effect is wrong; the active ones stay.
        """
        self.pacer.settle()
        self.renderer.update_effects(effects)
        self.perception.needs = self.renderer.needs

    def attach(self, outlet: Outlet) -> None:
        """Pass pictures to one more outlet from now on."""
        self.outlets.append(outlet)

    def detach(self, outlet: Outlet) -> None:
        """Finish an outlet; raises what its sink raises."""
        self.outlets.remove(outlet)
        self._detached_drops += outlet.dropped
        self._close(outlet)

    def report(self) -> LiveReport:
        """Summarize the run so far; a source that never worked is a problem."""
        problems = self.failures.messages
        if self.capture.state == "failed" and not self.figures.frames:
            problems = (*problems, self.capture.problem)
        return self.figures.report(self.pacer.decisions, problems, self.recordings)

    def finish(self) -> None:
        """Complete all outlets; those that fail are reported."""
        outlets, self.outlets = self.outlets, []
        for outlet in outlets:
            with self.failures.guarded(outlet.name):
                self._close(outlet)

    def close(self) -> None:
        """Stop the threads and complete the outlets; may be called twice."""
        with ExitStack() as stack:
            stack.callback(self.finish)
            stack.callback(self._frames.close, DEVICE_TIMEOUT_S)
            stack.callback(self._results.close)
            stack.callback(self._frames.stop)
            stack.callback(self.capture.close)

    def _close(self, outlet: Outlet) -> None:
        outlet.close()
        if isinstance(outlet.sink, Recording) and outlet.sink.has_begun:
            self.recordings.append(outlet.sink.path)

    def _count_drops(self) -> dict[str, int]:
        """Count frames dropped since the last call, by place."""
        counts = {
            "source": self.capture.dropped,
            "inference": self._frames.dropped,
            "render": self._results.dropped,
            "encode": self._detached_drops + sum(outlet.dropped for outlet in self.outlets),
        }
        new = {place: count - self._drop_counts[place] for place, count in counts.items()}
        self._drop_counts = counts
        for place, count in new.items():
            self.figures.dropped[place] += count
        return new
