"""The window of `arpipe live`: presents pictures and panels."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from rich.console import Console

from arpipe.apps.failures import Failures, print_failure, print_note
from arpipe.apps.reactions.hotkeys import Hotkeys
from arpipe.apps.reactions.live import Links, LiveReactions
from arpipe.apps.reactions.reactions import effects_of
from arpipe.apps.signals import interrupt_on_termination
from arpipe.apps.stream.camera_advice import explain
from arpipe.apps.stream.carousel import Carousel
from arpipe.apps.stream.figures import LiveReport
from arpipe.apps.stream.loop import LiveLoop, Presenter
from arpipe.apps.stream.selection import check_controls
from arpipe.apps.stream.setup import LiveParts, open_session
from arpipe.apps.window.adjustments import Adjustments
from arpipe.apps.window.hud import Hud, HudState
from arpipe.apps.window.interaction import Interaction
from arpipe.apps.window.mouse import WindowView
from arpipe.apps.window.placement import PlacedPanel
from arpipe.apps.window.previews import load_previews
from arpipe.apps.window.readings import Readings, ReadingsLog, detects_readings
from arpipe.apps.window.screen import Screen
from arpipe.apps.window.status import StatusLine
from arpipe.apps.window.try_on import TryOn
from arpipe.apps.window.window import Window
from arpipe.config import RunConfig
from arpipe.controls.watch import ControlEvent
from arpipe.errors import ArpipeError
from arpipe.render.context import GlContext
from arpipe.render.cut_out import over_checkerboard
from arpipe.types import Picture, Pixels

REDRAW_S = 0.1  # interval of redraws while no picture comes
WINDOW_SIZE = (1280, 720)
MODAL_BRIGHTNESS = 0.45  # of the picture behind the help and questions
FULL_SCALE_SIZE = (800.0, 560.0)  # of the smallest window in which a unit is one pixel of the screen
MIN_SCALE = 0.5


def run_window(run: RunConfig, parts: LiveParts) -> LiveReport:
    """Open the window and present pictures in it until it is closed; see `arpipe.live`."""
    with ExitStack() as stack:
        stack.enter_context(interrupt_on_termination())
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
        interaction: Acts on keys and the mouse.
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
        self.failures = Failures(self._show_failure, self._show_note)
        self.carousel = Carousel(run.effects, effects_of(run.controls))
        self.screen = Screen(context)
        stack.callback(self.screen.close)
        self.hud = Hud(self.carousel)
        self._show_opening("Starting …")
        load_previews(
            self.carousel.choices, self.hud.bars.previews, context, self.failures, self._show_rendering
        )
        check_controls(run.controls)
        reactions = LiveReactions(run, stack.enter_context(Links(run, self.failures)))
        self.session = open_session(stack, run, parts, context, self.failures)
        self._status, self._log = StatusLine(), ReadingsLog()
        self._hotkeys = stack.enter_context(Hotkeys(run.live.hotkeys))
        self._view = WindowView()
        self._drawn_s = 0.0
        if run.live.full_screen:
            window.toggle_full_screen()
        self._try_on = TryOn(self.session, self.carousel, adjustments, self.hud, reactions.drives)
        self.interaction = Interaction(window, self.session, run, self.hud, self._try_on, self._say_saved)
        reactions.listeners = (*reactions.listeners, self._announce)
        reactions.attach(self.session.perception)
        self._reactions = reactions

    def poll(self) -> bool:
        """Act on keys, hotkeys, mouse and triggers; False once the window is to be closed."""
        keys, actions = self._window.poll(), self._hotkeys.take()
        changed = bool(keys or actions)
        for key in keys:
            with self._errors_shown("the last key"):
                self.interaction.press(key)
        for action in actions:
            with self._errors_shown(f"hotkey for {action}"):
                self.interaction.commands.act(action)
        for event in self._window.take_pointer():
            with self._errors_shown("the mouse"):
                changed = self.interaction.point(event, self._view) or changed
        self._reactions.run(self.interaction.commands)
        if changed and self.session.capture.paused:
            with self._errors_shown("the paused picture"):
                self._render_again()
        is_bare = self._window.is_full_screen and self.hud.bars.toolbar_opacity == 0.0
        self._window.show_cursor(not is_bare)
        return self.interaction.is_running and not self._window.should_close

    def show(self, picture: Picture) -> None:
        """Draw a picture and the panels."""
        self.interaction.commands.picture = picture
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
        self._try_on.save()

    @contextmanager
    def _errors_shown(self, what: str) -> Iterator[None]:
        """Show an error of the block, which `what` names if it is a defect."""
        try:
            yield
        except ArpipeError as error:
            self.hud.say(str(error), alarm=True)
        except Exception as error:  # noqa: BLE001 - a defect that the user runs into must not end the run
            self.failures.note(what, error)

    def _show_failure(self, message: str) -> None:
        print_failure(message)
        self.hud.say(message, alarm=True)

    def _show_note(self, message: str) -> None:
        print_note(message)
        self.hud.say(message)

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

    def _show_rendering(self, number: int, count: int) -> bool:
        """Show which preview is being rendered; False once the window is to be closed."""
        self._show_opening(f"Rendering previews: {number} of {count}")
        return not self._window.should_close

    def _say_saved(self, message: str) -> None:
        """Report a file that was written, in the window and on the terminal."""
        Console().print(message, markup=False, highlight=False, soft_wrap=True)
        self.hud.say(message)

    def _render_again(self) -> None:
        """Render the current frame again, so that effects can be changed while it is paused."""
        commands = self.interaction.commands
        picture = commands.picture
        if picture is None:
            return
        if self.session.lacks_mask(picture.result):
            self.hud.say("This effect needs a new picture: press Space")
        else:
            commands.picture = picture = self.session.renderer.render(picture.result)
            self.screen.take(picture.pixels)
            self._drawn_s = 0.0

    def _draw(self) -> None:
        brightness = MODAL_BRIGHTNESS if self.hud.is_modal else 1.0
        panels: dict[str, PlacedPanel] = {}
        with self.failures.guarded("the panels over the picture"):
            panels = self.panels()
        mirror = self.interaction.mirror
        self.screen.draw(self._size, self._scale, panels, mirror=mirror, brightness=brightness)
        picture = self.interaction.commands.picture
        self._view = WindowView(
            panels,
            self._size,
            self._scale,
            self.screen.picture_px(self._size),
            None if picture is None else picture.result,
            mirror,
        )

    @property
    def _size(self) -> tuple[int, int]:
        width, height = self._window.size_px
        return max(width, 1), max(height, 1)

    @property
    def _scale(self) -> float:
        """Pixels per unit: follows the density of the screen, and shrinks in small windows."""
        width, height = self._size
        fitting = min(width / FULL_SCALE_SIZE[0], height / FULL_SCALE_SIZE[1]) / self._window.scale
        return self._window.scale * min(1.0, max(MIN_SCALE, fitting))

    def screenshot(self) -> Pixels:
        """Return the contents of the window, (h, w, 3) uint8 RGB."""
        self._draw()
        return self.screen.read(self._size)

    def panels(self) -> dict[str, PlacedPanel]:
        """Return the panels that lie over the picture now."""
        capture, interaction = self.session.capture, self.interaction
        problem = ""
        if capture.state == "failed":
            problem = explain(capture.problem, self._run.live.source)
        state = HudState(
            self._status.text(capture.state),
            problem,
            interaction.commands.recorder.seconds,
            self._try_on.rows if self.hud.adjusting else None,
            self._try_on.title,
            self._readings(),
            interaction.active,
            interaction.mouse.is_sliding,
        )
        shown = self.hud.panels(self.session, self._size, self._scale, state)
        found = interaction.mouse.hit(WindowView(shown, self._size, self._scale))
        return shown if found is None else shown | self.hud.bars.hover(found, self._size, self._scale)

    def _readings(self) -> Readings | None:
        """Return what is read from the current picture while the panel is open."""
        picture = self.interaction.commands.picture
        if not self.hud.reading or picture is None or not detects_readings(picture.result):
            return None
        return self._log.read(picture.result)
