"""The window of `arpipe live`: presents pictures and panels, and acts on keys."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from arpipe.apps.failures import Failures, print_failure
from arpipe.apps.reactions.live import Links, LiveReactions
from arpipe.apps.reactions.reactions import effects_of
from arpipe.apps.signals import interrupt_on_sigterm
from arpipe.apps.stream.camera_advice import advice
from arpipe.apps.stream.carousel import Carousel
from arpipe.apps.stream.commands import SessionCommands
from arpipe.apps.stream.figures import LiveReport
from arpipe.apps.stream.loop import LiveLoop, Presenter
from arpipe.apps.stream.selection import check_controls
from arpipe.apps.stream.setup import LiveParts, open_session
from arpipe.apps.window.adjustments import Adjustments
from arpipe.apps.window.hud import Hud, HudState
from arpipe.apps.window.keys import KEYS, REPEATABLE, digit
from arpipe.apps.window.previews import PreviewRenderer, cached_preview
from arpipe.apps.window.readings import Readings, ReadingsLog, detects_readings
from arpipe.apps.window.screen import PlacedPanel, Screen
from arpipe.apps.window.status import StatusLine
from arpipe.apps.window.try_on import TryOn
from arpipe.apps.window.window import Key, Window
from arpipe.config import RunConfig
from arpipe.controls.actions import Action
from arpipe.controls.watch import ControlEvent
from arpipe.errors import ArpipeError
from arpipe.render.context import GlContext
from arpipe.render.cut_out import over_checkerboard
from arpipe.types import Picture, Pixels

REDRAW_S = 0.1  # interval of redraws while no picture comes
WINDOW_SIZE = (1280, 720)
HELP_BRIGHTNESS = 0.45  # of the picture behind the help
RETRY_NOTE = "arpipe keeps trying."


def run_window(run: RunConfig, parts: LiveParts) -> LiveReport:
    """Open the window and present pictures in it until it is closed; see `arpipe.live`."""
    with ExitStack() as stack:
        stack.enter_context(interrupt_on_sigterm())
        window = stack.enter_context(Window("arpipe", *WINDOW_SIZE))
        context = stack.enter_context(window.context())
        app = LiveWindow(window, context, run, parts, stack)
        report = LiveLoop(app.session, app, run.live, parts.watch).run()
        app.finish()
        return report


class LiveWindow(Presenter):
    """Presents a live session in a window.

    Args:
        window: The window.
        context: The window's OpenGL.
        run: The configuration.
        parts: What the caller adds.
        stack: Closes what is opened here.
        adjustments: Adjustments of glasses; None for the user's own file.

    Attributes:
        session: The session.
        carousel: The selection of effects.
        hud: Panels over the picture.
        failures: What failed beside the picture.
        screen: Draws into the window.
    """

    timeout_s = 0.03  # so that keys are answered promptly while no picture comes

    def __init__(
        self,
        window: Window,
        context: GlContext,
        run: RunConfig,
        parts: LiveParts,
        stack: ExitStack,
        adjustments: Adjustments | None = None,
    ) -> None:
        self._window, self._run = window, run
        adjustments = adjustments or Adjustments.load()
        self.failures = Failures(self._show_failure)
        self.carousel = Carousel(run.effects, effects_of(run.controls))
        self.screen = Screen(context)
        stack.callback(self.screen.close)
        self.hud = Hud(self.carousel)
        self._show_opening("Starting …")
        self._prepare_previews(context)
        check_controls(run.controls)
        self._reactions = LiveReactions(run, stack.enter_context(Links(run, self.failures)))
        self.session = open_session(stack, run, parts, context, self.failures)
        self._status, self._log = StatusLine(), ReadingsLog()
        self._mirror, self._running = run.live.mirror, True
        self._drawn_s = 0.0
        if run.live.full_screen:
            window.toggle_full_screen()
        self._try_on = TryOn(self.session, self.carousel, adjustments, self.hud, self._reactions.drives)
        self._commands = SessionCommands(self.session, self._try_on, run, self.hud.say, self._handlers())
        self._reactions.listeners = (*self._reactions.listeners, self._announce)
        self._reactions.attach(self.session.perception)

    def poll(self) -> bool:
        """Act on keys and triggers; False once the window is to be closed."""
        keys = self._window.poll()
        for key in keys:
            with self._errors_shown():
                self._press(key)
        self._reactions.run(self._commands)
        if keys and self.session.capture.paused:
            with self._errors_shown():
                self._render_again()
        return self._running and not self._window.should_close

    def show(self, picture: Picture) -> None:
        """Draw a picture and the panels."""
        self._commands.picture = picture
        self._log.observe(picture.result)
        perception = self.session.perception
        with self.failures.guarded("the status line"):
            self._status.observe(picture.result, perception.all_needs.union(perception.config.track))
        if 0 not in self._window.size_px:
            self.screen.take(over_checkerboard(picture.pixels, picture.alpha))
            self._draw()

    def swap(self) -> None:
        """Show what was drawn."""
        self._window.swap()
        self._drawn_s = time.monotonic()

    def idle(self) -> None:
        """Redraw the panels from time to time."""
        if time.monotonic() - self._drawn_s > REDRAW_S:
            if 0 not in self._window.size_px:
                self._draw()
            self.swap()

    def finish(self) -> None:
        """Save adjustments; the session has finished the recording."""
        self._try_on.close()

    @contextmanager
    def _errors_shown(self) -> Iterator[None]:
        try:
            yield
        except ArpipeError as error:
            self.hud.say(str(error), alarm=True)
        except Exception as error:  # noqa: BLE001 - a key that trips over a defect must not end the run
            self.failures.note("the last key", error)

    def _show_failure(self, message: str) -> None:
        print_failure(message)
        self.hud.say(message, alarm=True)

    def _announce(self, event: ControlEvent) -> None:
        """Show the name of a trigger, until its own message replaces it."""
        if event.edge == "start":
            self.hud.say(event.name)

    def _show_opening(self, text: str) -> None:
        """Show a message before the session is open."""
        self._window.poll()
        panels = self.hud.opening(text, self._scale)
        self.screen.draw(self._size, self._scale, panels, mirror=False)
        self._window.swap()

    def _render_again(self) -> None:
        """Render the current frame again, so that effects can be changed while it is paused."""
        picture = self._commands.picture
        if picture is None:
            return
        if self.session.lacks_mask(picture.result):
            self.hud.say("This effect needs a new picture: press Space")
        else:
            self._commands.picture = picture = self.session.renderer.render(picture.result)
            self.screen.take(picture.pixels)
            self._drawn_s = 0.0

    def _draw(self) -> None:
        brightness = HELP_BRIGHTNESS if self.hud.helping else 1.0
        panels: dict[str, PlacedPanel] = {}
        with self.failures.guarded("the panels over the picture"):
            panels = self.panels()
        self.screen.draw(self._size, self._scale, panels, mirror=self._mirror, brightness=brightness)

    @property
    def _size(self) -> tuple[int, int]:
        width, height = self._window.size_px
        return max(width, 1), max(height, 1)

    @property
    def _scale(self) -> float:
        """Pixels per unit: follows the density of the screen, and shrinks in small windows."""
        width, height = self._size
        return self._window.scale * min(
            1.0, max(0.5, min(width / 900.0, height / 560.0) / self._window.scale)
        )

    def screenshot(self) -> Pixels:
        """Return the contents of the window, (h, w, 3) uint8 RGB."""
        self._draw()
        return self.screen.read(self._size)

    def panels(self) -> dict[str, PlacedPanel]:
        """Return the panels that lie over the picture now."""
        capture = self.session.capture
        problem = ""
        if capture.state == "failed":
            problem = f"{capture.problem}\n{advice(self._run.live.source)}\n{RETRY_NOTE}"
        return self.hud.panels(
            self.session,
            self._size,
            self._scale,
            HudState(
                self._status.text(capture.state),
                problem,
                self._commands.recorder.seconds,
                self._try_on.adjustment,
                self._readings(),
            ),
        )

    def _readings(self) -> Readings | None:
        """Return what is read from the current picture while the panel is open."""
        picture = self._commands.picture
        if not self.hud.reading or picture is None or not detects_readings(picture.result):
            return None
        return self._log.read(picture.result)

    def _press(self, key: Key) -> None:
        if self._try_on.adjust(key, mirrored=self._mirror):
            return
        number = digit(key.code)
        action = KEYS.get(key.code)
        if number is not None:
            self._try_on.select(number)
        elif action is not None and (not key.repeated or action in REPEATABLE):
            self._commands.act(action)

    def _handlers(self) -> dict[Action, Callable[[], None]]:
        """Return the actions that only the window has."""
        hud, try_on = self.hud, self._try_on
        return {
            Action.PAUSE: self._toggle_pause,
            Action.MIRROR: self._toggle_mirror,
            Action.DEBUG: try_on.toggle_mesh,
            Action.PROFILE: hud.toggle_profile,
            Action.EXPRESSIONS: hud.toggle_readings,
            Action.NEUTRAL: self._learn_neutral,
            Action.FULL_SCREEN: self._window.toggle_full_screen,
            Action.HELP: hud.toggle_help,
            Action.ADJUST: try_on.toggle_adjusting,
            Action.BACK: self._back,
            Action.QUIT: self._quit,
        }

    def _back(self) -> None:
        """Close what is open, or else the window."""
        if self.hud.adjusting:
            self._try_on.toggle_adjusting()
        elif self.hud.helping:
            self.hud.toggle_help()
        else:
            self._running = False

    def _quit(self) -> None:
        self._running = False

    def _toggle_pause(self) -> None:
        self.session.capture.paused = not self.session.capture.paused

    def _learn_neutral(self) -> None:
        self.session.perception.learn_neutral()
        self.hud.say("Learning your neutral face: look into the camera and rest")

    def _toggle_mirror(self) -> None:
        self._mirror = not self._mirror

    def _prepare_previews(self, context: GlContext) -> None:
        """Load the previews and render the missing ones, which usually only the first run has to."""
        choices, previews = self.carousel.choices, self.hud.previews
        for index, choice in enumerate(choices):
            with self.failures.guarded(f"the preview of {choice.title}"):
                previews[index] = cached_preview(choice)
        missing = [index for index, preview in enumerate(previews) if preview is None]
        if not missing:
            return
        with self.failures.guarded("the previews"):
            renderer = PreviewRenderer(context)
            for done, index in enumerate(missing):
                if self._window.should_close:
                    return
                self._show_opening(f"Rendering previews: {done + 1} of {len(missing)}")
                with self.failures.guarded(f"the preview of {choices[index].title}"):
                    previews[index] = renderer.render(choices[index])
