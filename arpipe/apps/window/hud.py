"""Which panels lie over the picture now; each is drawn again only when what it says changes."""

import time
from collections.abc import Callable, Hashable

from arpipe.apps.stream.session import LiveSession
from arpipe.apps.window import panels
from arpipe.apps.window.adjusting import Adjustment
from arpipe.apps.window.keys import ADJUST_HELP, HELP
from arpipe.apps.window.panels import Panel
from arpipe.apps.window.screen import Placed
from arpipe.apps.window.wardrobe import Wardrobe
from arpipe.timing import Clock
from arpipe.types import Pixels

CAROUSEL_S, FIRST_CAROUSEL_S, MESSAGE_S, ALARM_S = 4.0, 8.0, 2.5, 8.0
PROFILE_EVERY_S = 0.25
CAROUSEL_LIFT = 158.0


class Hud:
    """Decides on panels and keeps them.

    Args:
        wardrobe: What the carousel shows.
        clock: Monotonic seconds.

    Attributes:
        previews: Of the outfits, None where none was drawn yet.
        helping, profiling, adjusting: Whether these panels are open.
    """

    def __init__(self, wardrobe: Wardrobe, clock: Clock = time.monotonic) -> None:
        self.previews: list[Pixels | None] = [None] * len(wardrobe.outfits)
        self.helping = self.profiling = self.adjusting = False
        self._wardrobe, self._clock = wardrobe, clock
        self._kept: dict[str, tuple[Hashable, Panel]] = {}
        self._carousel_until_s = clock() + FIRST_CAROUSEL_S
        self._message, self._alarm, self._message_until_s = "", False, 0.0

    @property
    def covers(self) -> bool:
        """Whether a panel in the middle wants the picture darker."""
        return self.helping

    @property
    def shows_carousel(self) -> bool:
        """Whether the effects are to be seen."""
        return self._clock() < self._carousel_until_s and not (self.adjusting or self.helping)

    def toggle_help(self) -> None:
        """Open or close the list of keys."""
        self.helping = not self.helping

    def toggle_profile(self) -> None:
        """Open or close the durations."""
        self.profiling = not self.profiling

    def show_carousel(self) -> None:
        """Show the effects for a while."""
        self._carousel_until_s = self._clock() + CAROUSEL_S

    def say(self, message: str, *, alarm: bool = False) -> None:
        """Show a line for a while."""
        self._message, self._alarm = message, alarm
        self._message_until_s = self._clock() + (ALARM_S if alarm else MESSAGE_S)

    def opening(self, text: str, scale: float) -> dict[str, Placed]:
        """Before anything is ready."""
        panel = self._panel("notice", (text, scale), lambda: panels.notice(text, (), scale))
        return {"notice": Placed(panel, "middle")}

    def panels(
        self,
        session: LiveSession,
        size_px: tuple[int, int],
        scale: float,
        hint: str,
        trouble: str,
        recording_s: float | None,
        adjustment: Adjustment | None,
    ) -> dict[str, Placed]:
        """All panels of now, by name, lowest first.

        Args:
            session: What runs.
            size_px: Of the window.
            scale: Px a unit.
            hint: One sentence on the picture, or "".
            trouble: Why the camera fails, lines of it, or "".
            recording_s: How long it has been recording, or None.
            adjustment: Of the worn pack while it is being adjusted, or None.
        """
        shown: dict[str, Placed] = {}
        if self.shows_carousel:
            shown["carousel"] = Placed(self._carousel(size_px, scale), "bottom")
        if self.profiling:
            shown["profile"] = Placed(self._profile(session, scale), "top left")
        if recording_s is not None:
            text = f"REC {int(recording_s) // 60}:{int(recording_s) % 60:02d}"
            shown["recording"] = Placed(self._pill("recording", text, scale, panels.ALARM), "top right")
        if adjustment is not None:
            shown["adjust"] = Placed(
                self._adjusting(adjustment, scale), "top right", 0 if recording_s is None else 50
            )
        lift = CAROUSEL_LIFT if self.shows_carousel else 0.0
        if self._clock() < self._message_until_s:
            dot = panels.ALARM if self._alarm else panels.ACCENT
            shown["message"] = Placed(self._pill("message", self._message, scale, dot), "bottom", lift)
        if session.capture.paused:
            shown["hint"] = Placed(self._pill("hint", "Paused", scale, panels.ACCENT), "top")
        elif trouble:
            shown["notice"] = Placed(self._trouble(trouble, scale), "middle")
        elif hint:
            shown["hint"] = Placed(self._pill("hint", hint, scale, panels.CALM), "top")
        if self.helping:
            table = self._panel("help", scale, lambda: panels.key_table("Keys", HELP, scale))
            shown["help"] = Placed(table, "middle")
        return shown

    def _panel(self, name: str, key: Hashable, make: Callable[[], Panel]) -> Panel:
        known = self._kept.get(name)
        if known is None or known[0] != key:
            known = self._kept[name] = (key, make())
        return known[1]

    def _pill(self, name: str, text: str, scale: float, dot: tuple[int, int, int, int]) -> Panel:
        return self._panel(name, (text, scale, dot), lambda: panels.pill(text, scale, dot))

    def _trouble(self, text: str, scale: float) -> Panel:
        lines = tuple(text.strip().splitlines())
        return self._panel(
            "trouble", (lines, scale), lambda: panels.notice("No picture from the camera", lines, scale)
        )

    def _carousel(self, size_px: tuple[int, int], scale: float) -> Panel:
        fitting = int((size_px[0] / scale - 60) // (panels.TILE + panels.TILE_GAP))
        tiles = max(1, min(panels.TILES, fitting))
        chosen = self._wardrobe.index
        drawn = sum(preview is not None for preview in self.previews)
        titles = [outfit.title for outfit in self._wardrobe.outfits]
        return self._panel(
            "carousel",
            (chosen, tiles, drawn, scale),
            lambda: panels.carousel(titles, self.previews, chosen, tiles, scale),
        )

    def _profile(self, session: LiveSession, scale: float) -> Panel:
        def make() -> Panel:
            figures = session.figures
            lost = sum(figures.dropped.values())
            level = session.governor.level.name
            foot = (f"{figures.latency_ms:.0f} ms from camera to screen,  {lost} dropped",)
            return panels.profile(figures.median_stages_ms(), f"{figures.fps:.1f} FPS", level, foot, scale)

        return self._panel("profile", (int(self._clock() / PROFILE_EVERY_S), scale), make)

    def _adjusting(self, adjustment: Adjustment, scale: float) -> Panel:
        rows = tuple((keys, text.format(**adjustment.model_dump())) for keys, text in ADJUST_HELP)
        return self._panel("adjust", (rows, scale), lambda: panels.key_table("Adjust", rows, scale))
