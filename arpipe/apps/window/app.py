"""The window of `arpipe live`: shows pictures, does what keys say, tells what a person should know."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

from arpipe.apps.signals import ended_by_sigterm
from arpipe.apps.stream.camera_advice import advice
from arpipe.apps.stream.outlets import save_snapshot
from arpipe.apps.stream.session import LiveReport, LiveSession
from arpipe.apps.stream.setup import LiveParts, is_over, open_session
from arpipe.apps.window.adjusting import Adjustments
from arpipe.apps.window.fitting_room import FittingRoom
from arpipe.apps.window.hints import Hints
from arpipe.apps.window.hud import Hud
from arpipe.apps.window.keys import KEYS, REPEATABLE, Action, digit
from arpipe.apps.window.previews import PreviewPainter, kept
from arpipe.apps.window.recorder import Recorder
from arpipe.apps.window.screen import Placed, Screen
from arpipe.apps.window.wardrobe import Wardrobe
from arpipe.apps.window.window import Key, Window
from arpipe.config import RunConfig
from arpipe.errors import ArpipeError
from arpipe.render.context import GlContext
from arpipe.render.cut_out import over_checkerboard
from arpipe.types import Picture, Pixels

POLL_S = 0.03  # keys are answered after so long at most when no picture comes
REDRAW_S = 0.1  # without a new picture
WINDOW_SIZE = (1280, 720)
GOES_ON = "It is picked up again by itself."


def run_window(run: RunConfig, parts: LiveParts) -> LiveReport:
    """Open the window and show pictures in it until it is closed; see `arpipe.live`."""
    with ExitStack() as stack:
        stack.enter_context(ended_by_sigterm())
        window = stack.enter_context(Window("arpipe", *WINDOW_SIZE))
        context = stack.enter_context(window.context())
        app = LiveWindow(window, context, run, parts, stack)
        with suppress(KeyboardInterrupt):
            while app.step():
                pass
        app.finish()
        return app.session.report()


class LiveWindow:
    """One live run in a window.

    Args:
        window: To show it in.
        context: The window's OpenGL.
        run: What is shown.
        parts: What others bring.
        stack: Closes what is opened here.
        adjustments: Those kept; None for the person's own.
    """

    def __init__(
        self,
        window: Window,
        context: GlContext,
        run: RunConfig,
        parts: LiveParts,
        stack: ExitStack,
        adjustments: Adjustments | None = None,
    ) -> None:
        self._window, self._run, self._parts = window, run, parts
        kept = adjustments or Adjustments.load()
        self.wardrobe = Wardrobe(run.effects)
        self.screen = Screen(context)
        stack.callback(self.screen.close)
        self.hud = Hud(self.wardrobe)
        self._show_opening("Getting ready …")
        self._prepare_previews(context)
        self.session: LiveSession = open_session(stack, run, parts, context)
        self._hints = Hints()
        self._picture: Picture | None = None
        self._mirror, self._running = run.live.mirror, True
        self._recorder = Recorder(self.session, run)
        self._drawn_s = 0.0
        if run.live.full_screen:
            window.toggle_full_screen()
        self._room = FittingRoom(self.session, self.wardrobe, kept, self.hud)

    def step(self) -> bool:
        """Answer keys and show the newest picture; False when it is over."""
        keys = self._window.poll()
        for key in keys:
            with self._telling():
                self._press(key)
        picture = None
        if not self._paused:
            picture = self.session.next(POLL_S)
        else:
            if keys:
                self._draw_again()
            time.sleep(POLL_S)
        now_s = time.monotonic()
        if picture is not None:
            self._picture = picture
            perception = self.session.pipeline.perception
            self._hints.observe(picture.result, perception.needs.union(perception.config.track))
            self._show(picture)
        elif now_s - self._drawn_s > REDRAW_S:
            self._show(None)
        goes_on = picture is None or self._watched(picture)
        return (
            self._running
            and goes_on
            and not self._window.wants_to_close
            and not is_over(self._run.live, self.session)
        )

    def finish(self) -> None:
        """End the recording, keep the adjustments."""
        self._recorder.stop()
        self._room.leave()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Show what goes wrong in the block instead of ending the run."""
        try:
            yield
        except ArpipeError as error:
            self.hud.say(str(error), alarm=True)

    @property
    def _paused(self) -> bool:
        return self.session.capture.paused

    def _watched(self, picture: Picture) -> bool:
        return self._parts.watch is None or self._parts.watch(picture) is not False

    def _show_opening(self, text: str) -> None:
        """The first sight, before networks and camera are ready."""
        self._window.poll()
        panels = self.hud.opening(text, self._scale)
        self.screen.draw(self._size, self._scale, panels, mirror=False)
        self._window.swap()

    def _show(self, picture: Picture | None) -> None:
        size = self._window.size_px
        begun_s = time.perf_counter()
        if 0 not in size:
            if picture is not None:
                self.screen.take(over_checkerboard(picture.pixels, picture.alpha))
            self._draw()
        presenting_ms = (time.perf_counter() - begun_s) * 1000.0
        self._window.swap()
        self._drawn_s = time.monotonic()
        if picture is not None:
            with self._telling():
                self.session.presented(picture, presenting_ms)

    def _draw_again(self) -> None:
        """Draw the present frame anew, so that what is worn can be changed while it stands still."""
        if self._picture is not None:
            self._picture = self.session.pipeline.render(self._picture.result)
            self.screen.take(self._picture.pixels)
            self._drawn_s = 0.0

    def _draw(self) -> None:
        dark = 0.45 if self.hud.covers else 1.0
        self.screen.draw(self._size, self._scale, self.panels(), mirror=self._mirror, brightness=dark)

    @property
    def _size(self) -> tuple[int, int]:
        width, height = self._window.size_px
        return max(width, 1), max(height, 1)

    @property
    def _scale(self) -> float:
        """Units follow the screen's density, and shrink in small windows."""
        width, height = self._size
        return self._window.scale * min(
            1.0, max(0.5, min(width / 900.0, height / 560.0) / self._window.scale)
        )

    def screenshot(self) -> Pixels:
        """(h, w, 3) the window's contents."""
        self._draw()
        return self.screen.read(self._size)

    def panels(self) -> dict[str, Placed]:
        """What lies over the picture now."""
        capture = self.session.capture
        trouble = ""
        if capture.state == "failed":
            trouble = f"{capture.problem}\n{advice(self._run.live.source)}\n{GOES_ON}"
        return self.hud.panels(
            self.session,
            self._size,
            self._scale,
            hint=self._hints.text(capture.state),
            trouble=trouble,
            recording_s=self._recorder.seconds,
            adjustment=self._room.adjustment,
        )

    def _press(self, key: Key) -> None:
        if self._room.adjust(key, mirrored=self._mirror):
            return
        number = digit(key.code)
        action = KEYS.get(key.code)
        if number is not None:
            self._room.choose(number)
        elif action is not None and (not key.repeated or action in REPEATABLE):
            self._act(action)

    def _act(self, action: Action) -> None:
        hud, room = self.hud, self._room
        does: dict[Action, Callable[[], None]] = {
            Action.PAUSE: self._toggle_pause,
            Action.RECORD: self._toggle_recording,
            Action.SNAPSHOT: self._snapshot,
            Action.PREVIOUS: lambda: room.step(-1),
            Action.NEXT: lambda: room.step(1),
            Action.NONE: lambda: room.choose(0),
            Action.MIRROR: self._toggle_mirror,
            Action.DEBUG: room.toggle_mesh,
            Action.PROFILE: hud.toggle_profile,
            Action.FULL_SCREEN: self._window.toggle_full_screen,
            Action.HELP: hud.toggle_help,
            Action.ADJUST: room.toggle_adjusting,
            Action.BACK: self._back,
            Action.QUIT: self._quit,
        }
        does[action]()

    def _back(self) -> None:
        """Close what is open first, then the window."""
        if self.hud.adjusting:
            self._room.toggle_adjusting()
        elif self.hud.helping:
            self.hud.toggle_help()
        else:
            self._running = False

    def _quit(self) -> None:
        self._running = False

    def _toggle_pause(self) -> None:
        self.session.capture.paused = not self._paused

    def _toggle_mirror(self) -> None:
        self._mirror = not self._mirror

    def _toggle_recording(self) -> None:
        if self._recorder.seconds is None:
            self._recorder.start()
        else:
            self.hud.say(f"Recorded {self._recorder.stop()}")

    def _snapshot(self) -> None:
        if self._picture is not None:
            self.hud.say(f"Saved {save_snapshot(self._picture.with_alpha, self._run.live.folder)}")

    def _prepare_previews(self, context: GlContext) -> None:
        """Draw those that were not kept; only the first run has to."""
        outfits, previews = self.wardrobe.outfits, self.hud.previews
        previews[:] = [kept(outfit) for outfit in outfits]
        missing = [index for index, preview in enumerate(previews) if preview is None]
        painter = PreviewPainter(context) if missing else None
        for done, index in enumerate(missing):
            if painter is not None and not self._window.wants_to_close:
                self._show_opening(f"Preparing the wardrobe: {done + 1} of {len(missing)}")
                previews[index] = painter.draw(outfits[index])
