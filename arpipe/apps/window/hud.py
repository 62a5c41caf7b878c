"""The panels over the picture: decides which are shown, and where."""

import time
from collections.abc import Sequence, Set
from dataclasses import dataclass

from arpipe.apps.stream.carousel import Carousel
from arpipe.apps.stream.session import LiveSession
from arpipe.apps.window import panels
from arpipe.apps.window.bars import CAROUSEL_LIFT, FadingBars
from arpipe.apps.window.canvas import ACCENT, ALARM, CALM, Color, Panel
from arpipe.apps.window.keys import HELP
from arpipe.apps.window.placement import PlacedPanel
from arpipe.apps.window.readings import Readings
from arpipe.apps.window.sheet_cache import SheetCache
from arpipe.apps.window.sliders import MAX_ROWS, Row, sliders
from arpipe.controls.actions import Action
from arpipe.timing import Clock

MESSAGE_S, ALARM_S = 3.0, 8.0
PROFILE_INTERVAL_S = 0.25
READINGS = "Expressions and gestures"
RECORDING_LIFT = 50.0
TOOLBAR_INSET = 70.0
"""How far panels are moved, in units, to make room for the recording time and the toolbar."""
NARROW, HELD_OPACITY = 1000.0, 0.35
"""Width of a window, units, below which the panel of parameters may cover the face; then it is translucent."""
QUIT_ANSWERS = (
    panels.Answer("Save and quit", "Enter", Action.QUIT),
    panels.Answer("Keep recording", "Esc", Action.BACK),
)


@dataclass(frozen=True, slots=True)
class HudState:
    """What the panels report.

    Attributes:
        status: One short sentence about the picture, or "".
        problem: Lines that explain why the camera fails, or "".
        recording_s: Length of the recording, s, or None.
        rows: Parameters of the selected effect while they are adjusted, else None.
        title: Title of the selected effect.
        readings: Expressions and gestures, or None where they are not detected.
        active: Actions whose state is on.
        sliding: Whether a slider is held.
    """

    status: str = ""
    problem: str = ""
    recording_s: float | None = None
    rows: Sequence[Row] | None = None
    title: str = ""
    readings: Readings | None = None
    active: Set[Action] = frozenset()
    sliding: bool = False


class Hud:
    """Decides which panels are shown, and keeps them.

    Args:
        carousel: The selection of effects.
        clock: Monotonic seconds.

    Attributes:
        bars: Carousel and toolbar.
        helping, profiling, adjusting, reading, asking: Whether these panels are open; `asking` is the question whether
            to end the recording.
    """

    def __init__(self, carousel: Carousel, clock: Clock = time.monotonic) -> None:
        self.bars = FadingBars(carousel, clock)
        self.helping = self.profiling = self.adjusting = self.reading = self.asking = False
        self._clock, self._cache = clock, SheetCache()
        self._message, self._alarm, self._message_until_s = "", False, 0.0
        self._first_row = 0

    @property
    def shows_carousel(self) -> bool:
        """Whether the carousel is visible."""
        return self.bars.carousel_opacity > 0.0 and not (self.adjusting or self.is_modal)

    @property
    def is_modal(self) -> bool:
        """Whether a panel covers the picture, which is dimmed."""
        return self.helping or self.asking

    def toggle_help(self) -> None:
        """Open or close the list of keys."""
        self.helping = not self.helping

    def toggle_profile(self) -> None:
        """Open or close the stage durations."""
        self.profiling = not self.profiling

    def toggle_readings(self) -> None:
        """Open or close the expressions and gestures."""
        self.reading = not self.reading

    def open_adjusting(self) -> None:
        """Open the parameters of the selected effect, at the first of them."""
        self.adjusting, self._first_row = True, 0

    def scroll_rows(self, rows: int, count: int) -> None:
        """Move the visible part of the parameters down."""
        self._first_row = _first_visible(self._first_row + rows, count)

    def show_carousel(self) -> None:
        """Show the carousel for a while."""
        self.bars.show_carousel()

    def say(self, message: str, *, alarm: bool = False) -> None:
        """Show a message for a while."""
        self._message, self._alarm = message, alarm
        self._message_until_s = self._clock() + (ALARM_S if alarm else MESSAGE_S)

    def opening(self, text: str, scale: float) -> dict[str, PlacedPanel]:
        """Return the panel shown before the session is open."""
        panel = self._cache.panel("notice", (text, scale), lambda: panels.notice(text, (), scale))
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
        shown = self._bars(size_px, scale, state)
        shown |= self._figures(session, state, scale)
        shown |= self._activity(state, scale, size_px[0] / scale < NARROW)
        shown |= self._status(session.capture.paused, state, scale)
        return shown | self._modal(state, scale)

    def _bars(self, size_px: tuple[int, int], scale: float, state: HudState) -> dict[str, PlacedPanel]:
        shown: dict[str, PlacedPanel] = {}
        if self.shows_carousel:
            shown["carousel"] = self.bars.carousel_panel(size_px, scale)
        if self.bars.toolbar_opacity > 0.0 and not self.asking:
            shown["toolbar"] = self.bars.toolbar_panel(state.active, scale, CAROUSEL_LIFT)
        return shown

    def _figures(self, session: LiveSession, state: HudState, scale: float) -> dict[str, PlacedPanel]:
        """Return the panel of figures that is open; readings hide timings."""
        lift = 0.0 if state.recording_s is None else RECORDING_LIFT
        if self.reading:
            return {"readings": PlacedPanel(self._readings_panel(state.readings, scale), "top left", lift)}
        if self.profiling:
            return {"profile": PlacedPanel(self._profile_panel(session, scale), "top left", lift)}
        return {}

    def _activity(self, state: HudState, scale: float, is_narrow: bool) -> dict[str, PlacedPanel]:
        """Return what is recorded, adjusted and said; narrow windows show the face through a slider that is held."""
        shown: dict[str, PlacedPanel] = {}
        if state.recording_s is not None:
            shown["recording"] = PlacedPanel(self._recording_panel(state.recording_s, scale), "top left")
        if state.rows is not None:
            rows = tuple(state.rows)
            first = _first_visible(self._first_row, len(rows))  # another effect may have fewer
            sheet = self._cache.sheet(
                "adjust", (state.title, rows, first, scale), lambda: sliders(state.title, rows, first, scale)
            )
            shown["adjust"] = PlacedPanel(
                sheet.panel,
                "top right",
                inset=TOOLBAR_INSET,
                opacity=HELD_OPACITY if state.sliding and is_narrow else 1.0,
                hotspots=sheet.hotspots,
            )
        if self._clock() < self._message_until_s:
            lift = CAROUSEL_LIFT if self.shows_carousel else 0.0
            dot = ALARM if self._alarm else ACCENT
            shown["message"] = PlacedPanel(self._pill("message", self._message, scale, dot), "bottom", lift)
        return shown

    def _status(self, paused: bool, state: HudState, scale: float) -> dict[str, PlacedPanel]:
        """Return the most important message about source and picture, if any."""
        if paused:
            return {"status": PlacedPanel(self._pill("status", "Paused", scale, ACCENT), "top")}
        if state.problem:
            return {"notice": PlacedPanel(self._problem_panel(state.problem, scale), "middle")}
        if state.status:
            return {"status": PlacedPanel(self._pill("status", state.status, scale, CALM), "top")}
        return {}

    def _modal(self, state: HudState, scale: float) -> dict[str, PlacedPanel]:
        """Return the question or the list of keys, if one is open."""
        if self.asking:
            text = f"{_clock_time(state.recording_s or 0.0)} recorded so far"
            sheet = self._cache.sheet(
                "question",
                (text, scale),
                lambda: panels.question("Stop the recording?", text, QUIT_ANSWERS, scale),
            )
            return {"question": PlacedPanel(sheet.panel, hotspots=sheet.hotspots)}
        if self.helping:
            table = self._cache.panel("help", scale, lambda: panels.key_table("Keys and mouse", HELP, scale))
            return {"help": PlacedPanel(table, "middle")}
        return {}

    def _pill(self, name: str, text: str, scale: float, dot: Color) -> Panel:
        return self._cache.panel(name, (text, scale, dot), lambda: panels.pill(text, scale, dot))

    def _recording_panel(self, seconds: float, scale: float) -> Panel:
        return self._pill("recording", f"REC {_clock_time(seconds)}", scale, ALARM)

    def _problem_panel(self, text: str, scale: float) -> Panel:
        lines = tuple(text.strip().splitlines())
        return self._cache.panel("problem", (lines, scale), lambda: panels.no_picture(text, scale))

    def _profile_panel(self, session: LiveSession, scale: float) -> Panel:
        def draw() -> Panel:
            figures = session.figures
            dropped = sum(figures.dropped.values())
            level = session.pacer.level.name
            foot = (f"{figures.latency_ms:.0f} ms from camera to screen,  {dropped} dropped",)
            return panels.profile(figures.stage_means(), f"{figures.fps:.1f} FPS", level, foot, scale)

        return self._cache.panel("profile", (int(self._clock() / PROFILE_INTERVAL_S), scale), draw)

    def _readings_panel(self, readings: Readings | None, scale: float) -> Panel:
        hint = ("Not detected: start with --track expressions,gestures",)
        scores, lines = ((), hint) if readings is None else (readings.scores, readings.lines)
        return self._cache.panel(
            "readings", (scores, lines, scale), lambda: panels.scores(READINGS, scores, lines, scale)
        )


def _first_visible(wanted: int, count: int) -> int:
    """Return the index of the first visible row: the wanted one, if as many rows as fit follow it."""
    return min(max(wanted, 0), max(count - MAX_ROWS, 0))


def _clock_time(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
