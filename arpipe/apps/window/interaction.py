"""What keys, buttons and triggers do in the window."""

from collections.abc import Callable

from arpipe.apps.stream.commands import SessionCommands
from arpipe.apps.stream.selection import BACKGROUNDS
from arpipe.apps.stream.session import LiveSession
from arpipe.apps.window.hud import Hud
from arpipe.apps.window.keys import KEYS, REPEATABLE, YES_KEYS, digit
from arpipe.apps.window.mouse import Mouse, WindowView
from arpipe.apps.window.pointer import PointerEvent
from arpipe.apps.window.try_on import TryOn
from arpipe.apps.window.window import Key, Window
from arpipe.config import RunConfig
from arpipe.controls.actions import Action


class Interaction:
    """Acts on keys and the mouse.

    Args:
        window: The window.
        session: The live session.
        run: The configuration.
        hud: The panels.
        try_on: The selected effects.
        say: Reports which file was written.

    Attributes:
        commands: The commands of the session, which triggers give as well.
        mouse: The mouse.
        mirror: Whether the picture is mirrored.
        is_running: Whether the window is to stay open.
    """

    def __init__(
        self,
        window: Window,
        session: LiveSession,
        run: RunConfig,
        hud: Hud,
        try_on: TryOn,
        say: Callable[[str], None],
    ) -> None:
        self._window, self._session, self._hud, self._try_on = window, session, hud, try_on
        self.mirror, self.is_running = run.live.mirror, True
        self.commands = SessionCommands(session, try_on, run, say, self._handlers())
        self.mouse = Mouse(hud, try_on, self._act)

    @property
    def active(self) -> frozenset[Action]:
        """Actions whose state is on."""
        states = {
            Action.RECORD: self.commands.recorder.seconds is not None,
            Action.BACKGROUND: bool(self._try_on.background),
            Action.ADJUST: self._hud.adjusting,
            Action.MIRROR: self.mirror,
            Action.PAUSE: self._session.capture.paused,
            Action.FULL_SCREEN: self._window.is_full_screen,
            Action.HELP: self._hud.helping,
        }
        return frozenset(action for action, is_on in states.items() if is_on)

    def press(self, key: Key) -> None:
        """Act on a key."""
        if self._hud.asking:
            if not key.repeated:  # a held Esc asks once, and does not answer itself
                self._act(Action.QUIT if key.code in YES_KEYS else Action.BACK)
            return
        if self._try_on.adjust(key, mirrored=self.mirror):
            return
        number = digit(key.code)
        action = KEYS.get(key.code)
        if number is not None:
            self._try_on.select(number)
        elif action is not None and (not key.repeated or action in REPEATABLE):
            self._act(action)

    def point(self, event: PointerEvent, view: WindowView) -> bool:
        """Act on the mouse; returns whether effects may have changed."""
        return self.mouse.handle(event, view)

    def _act(self, action: Action) -> None:
        self.commands.act(action)

    def _handlers(self) -> dict[Action, Callable[[], None]]:
        """Return the actions that only the window has, or does otherwise."""
        hud, try_on = self._hud, self._try_on
        return {
            Action.BACKGROUND: self._next_background,
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
        """Close what is open, or else the window; a running recording is not ended without asking."""
        if self._hud.asking:
            self._hud.asking = False
        elif self._hud.adjusting:
            self._try_on.toggle_adjusting()
        elif self._hud.helping:
            self._hud.toggle_help()
        elif self.commands.recorder.seconds is not None:
            self._hud.asking = True
        else:
            self.is_running = False

    def _quit(self) -> None:
        self.is_running = False

    def _next_background(self) -> None:
        self._try_on.next_background()
        self._hud.say(BACKGROUNDS[self._try_on.background])

    def _toggle_pause(self) -> None:
        self._session.capture.paused = not self._session.capture.paused

    def _learn_neutral(self) -> None:
        self._session.perception.learn_neutral()
        self._hud.say("Learning your neutral face: look into the camera and rest")

    def _toggle_mirror(self) -> None:
        self.mirror = not self.mirror
