"""The panels over the picture. Each is drawn again only when its contents change."""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from arpipe.apps.stream.carousel import Carousel
from arpipe.apps.stream.session import LiveSession
from arpipe.apps.window import panels
from arpipe.apps.window.adjustments import UserAdjustment
from arpipe.apps.window.keys import ADJUST_HELP, HELP
from arpipe.apps.window.panels import Color, Panel
from arpipe.apps.window.readings import Readings
from arpipe.apps.window.screen import PlacedPanel
from arpipe.timing import Clock
from arpipe.types import Pixels

CAROUSEL_S, FIRST_CAROUSEL_S, MESSAGE_S, ALARM_S = 4.0, 8.0, 2.5, 8.0
PROFILE_INTERVAL_S = 0.25
READINGS = "Expressions and gestures"
CAROUSEL_LIFT = 158.0
RECORDING_LIFT = 50.0
"""How far panels are moved, in units, to make room for the carousel or the recording time."""


@dataclass(frozen=True, slots=True)
class HudState:
    """What the panels report.

    Attributes:
        status: One short sentence about the picture, or "".
        problem: Lines that explain why the camera fails, or "".
        recording_s: Length of the recording, s, or None.
        adjustment: Adjustment of the selected glasses while adjusting is active, or None.
        readings: Expressions and gestures, or None where they are not detected.
    """

    status: str = ""
    problem: str = ""
    recording_s: float | None = None
    adjustment: UserAdjustment | None = None
    readings: Readings | None = None


class Hud:
    """Decides which panels are shown, and keeps them.

    Args:
        carousel: The selection of effects.
        clock: Monotonic seconds.

    Attributes:
        previews: Previews of the carousel's choices; None where there is none yet.
        helping, profiling, adjusting, reading: Whether these panels are open.
    """

    def __init__(self, carousel: Carousel, clock: Clock = time.monotonic) -> None:
        self.previews: list[Pixels | None] = [None] * len(carousel.choices)
        self.helping = self.profiling = self.adjusting = self.reading = False
        self._carousel, self._clock = carousel, clock
        self._cache: dict[str, tuple[Hashable, Panel]] = {}
        self._carousel_until_s = clock() + FIRST_CAROUSEL_S
        self._message, self._alarm, self._message_until_s = "", False, 0.0

    @property
    def shows_carousel(self) -> bool:
        """Whether the carousel is visible."""
        return self._clock() < self._carousel_until_s and not (self.adjusting or self.helping)

    def toggle_help(self) -> None:
        """Open or close the list of keys."""
        self.helping = not self.helping

    def toggle_profile(self) -> None:
        """Open or close the stage durations."""
        self.profiling = not self.profiling

    def toggle_readings(self) -> None:
        """Open or close the expressions and gestures."""
        self.reading = not self.reading

    def show_carousel(self) -> None:
        """Show the carousel for a while."""
        self._carousel_until_s = self._clock() + CAROUSEL_S

    def say(self, message: str, *, alarm: bool = False) -> None:
        """Show a message for a while."""
        self._message, self._alarm = message, alarm
        self._message_until_s = self._clock() + (ALARM_S if alarm else MESSAGE_S)

    def opening(self, text: str, scale: float) -> dict[str, PlacedPanel]:
        """Return the panel shown before the session is open."""
        panel = self._cached("notice", (text, scale), lambda: panels.notice(text, (), scale))
        return {"notice": PlacedPanel(panel, "middle")}

    def panels(
        self, session: LiveSession, size_px: tuple[int, int], scale: float, state: HudState
    ) -> dict[str, PlacedPanel]:
        """Return the visible panels by name, lowest first.

        Args:
            session: The session.
            size_px: Size of the window.
            scale: Pixels per unit.
            state: What to report.
        """
        shown: dict[str, PlacedPanel] = {}
        if self.shows_carousel:
            shown["carousel"] = PlacedPanel(self._carousel_panel(size_px, scale), "bottom")
        shown |= self._left_panels(session, state, scale)
        shown |= self._activity_panels(state, scale)
        if self._clock() < self._message_until_s:
            lift = CAROUSEL_LIFT if self.shows_carousel else 0.0
            dot = panels.ALARM if self._alarm else panels.ACCENT
            shown["message"] = PlacedPanel(self._pill("message", self._message, scale, dot), "bottom", lift)
        shown |= self._status_panels(session.capture.paused, state, scale)
        if self.helping:
            table = self._cached("help", scale, lambda: panels.key_table("Keys", HELP, scale))
            shown["help"] = PlacedPanel(table, "middle")
        return shown

    def _left_panels(self, session: LiveSession, state: HudState, scale: float) -> dict[str, PlacedPanel]:
        """Return the panel of figures that is open; readings hide timings."""
        if self.reading:
            return {"readings": PlacedPanel(self._readings_panel(state.readings, scale), "top left")}
        if self.profiling:
            return {"profile": PlacedPanel(self._profile_panel(session, scale), "top left")}
        return {}

    def _activity_panels(self, state: HudState, scale: float) -> dict[str, PlacedPanel]:
        """Return what is recorded and adjusted, if anything."""
        shown: dict[str, PlacedPanel] = {}
        if state.recording_s is not None:
            shown["recording"] = PlacedPanel(self._recording_panel(state.recording_s, scale), "top right")
        if state.adjustment is not None:
            lift = 0.0 if state.recording_s is None else RECORDING_LIFT
            shown["adjust"] = PlacedPanel(self._adjust_panel(state.adjustment, scale), "top right", lift)
        return shown

    def _status_panels(self, paused: bool, state: HudState, scale: float) -> dict[str, PlacedPanel]:
        """Return the most important message about source and picture, if any."""
        if paused:
            return {"status": PlacedPanel(self._pill("status", "Paused", scale, panels.ACCENT), "top")}
        if state.problem:
            return {"notice": PlacedPanel(self._problem_panel(state.problem, scale), "middle")}
        if state.status:
            return {"status": PlacedPanel(self._pill("status", state.status, scale, panels.CALM), "top")}
        return {}

    def _cached(self, name: str, key: Hashable, draw: Callable[[], Panel]) -> Panel:
        known = self._cache.get(name)
        if known is None or known[0] != key:
            known = self._cache[name] = (key, draw())
        return known[1]

    def _pill(self, name: str, text: str, scale: float, dot: Color) -> Panel:
        return self._cached(name, (text, scale, dot), lambda: panels.pill(text, scale, dot))

    def _recording_panel(self, seconds: float, scale: float) -> Panel:
        text = f"REC {int(seconds) // 60}:{int(seconds) % 60:02d}"
        return self._pill("recording", text, scale, panels.ALARM)

    def _problem_panel(self, text: str, scale: float) -> Panel:
        lines = tuple(text.strip().splitlines())
        return self._cached(
            "problem", (lines, scale), lambda: panels.notice("No picture from the camera", lines, scale)
        )

    def _carousel_panel(self, size_px: tuple[int, int], scale: float) -> Panel:
        fitting = int((size_px[0] / scale - 60) // (panels.TILE + panels.TILE_GAP))
        tiles = max(1, min(panels.TILES, fitting))
        index = self._carousel.index
        drawn = sum(preview is not None for preview in self.previews)
        titles = [choice.title for choice in self._carousel.choices]
        return self._cached(
            "carousel",
            (index, tiles, drawn, scale),
            lambda: panels.carousel(titles, self.previews, index, tiles, scale),
        )

    def _profile_panel(self, session: LiveSession, scale: float) -> Panel:
        def draw() -> Panel:
            figures = session.figures
            dropped = sum(figures.dropped.values())
            level = session.pacer.level.name
            foot = (f"{figures.latency_ms:.0f} ms from camera to screen,  {dropped} dropped",)
            return panels.profile(figures.median_stages_ms(), f"{figures.fps:.1f} FPS", level, foot, scale)

        return self._cached("profile", (int(self._clock() / PROFILE_INTERVAL_S), scale), draw)

    def _readings_panel(self, readings: Readings | None, scale: float) -> Panel:
        if readings is None:
            hint = ("Not detected: start with --track expressions,gestures",)
            return self._cached("readings", (hint, scale), lambda: panels.scores(READINGS, (), hint, scale))
        return self._cached(
            "readings",
            (readings, scale),
            lambda: panels.scores(READINGS, readings.scores, readings.lines, scale),
        )

    def _adjust_panel(self, adjustment: UserAdjustment, scale: float) -> Panel:
        rows = tuple((keys, text.format(**adjustment.model_dump())) for keys, text in ADJUST_HELP)
        return self._cached("adjust", (rows, scale), lambda: panels.key_table("Adjust", rows, scale))
