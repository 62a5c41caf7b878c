"""`arpipe teach FILE`: record classes by key, and try at once what was learned."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

import glfw
from rich.console import Console

from arpipe.apps.signals import interrupt_on_termination
from arpipe.apps.stream.camera_advice import explain
from arpipe.apps.stream.capture import Capture, opener
from arpipe.apps.teach.session import Moment, TeachSession
from arpipe.apps.window import panels
from arpipe.apps.window.canvas import ACCENT, ALARM, CALM
from arpipe.apps.window.keys import digit
from arpipe.apps.window.placement import PlacedPanel
from arpipe.apps.window.screen import Screen
from arpipe.apps.window.window import Key, Window
from arpipe.config import RunConfig
from arpipe.errors import ArpipeError, ConfigError
from arpipe.io.atomic import require_writable
from arpipe.pipeline.handover import LatestOnly
from arpipe.recognition.recognizer import NONE
from arpipe.render.context import GlContext
from arpipe.timing import Clock
from arpipe.types import Frame

WINDOW_SIZE = (1120, 680)
RECORD_S = 2.0  # of one press of a key
GET_READY_S = 0.8  # from the press until the recording begins
MESSAGE_S = 4.0
POLL_S = 0.03
MOST_CLASSES = 9
QUITS = (glfw.KEY_ESCAPE, glfw.KEY_Q)


def run_window(run: RunConfig, classes: Sequence[str], file: Path | None, output: Path) -> int:
    """Teach in a window until it is closed, or until Ctrl-C; what was learned is saved then.

    Args:
        run: The configuration; `run.live` names camera or file.
        classes: Names of new classes; without any, a new recogniser learns one that is called as the file.
        file: Recogniser to add to; None for an empty one.
        output: File that is saved to.

    Returns:
        Exit code: 0.

    Raises:
        ConfigError: There is no class to record but "none", or the recogniser is damaged.
        DeviceError: There is no display.
        OutputError: The output cannot be written.
    """
    require_writable(output)
    with ExitStack() as stack:
        session = TeachSession(run, file)
        stack.callback(session.close)
        _add_classes(session, classes, output)
        stack.enter_context(interrupt_on_termination())
        window = stack.enter_context(Window("arpipe teach", *WINDOW_SIZE))
        context = stack.enter_context(window.context())
        capture = Capture(opener(run.live), run.live.loop)
        app = TeachWindow(
            window, context, session, output, partial(_camera_problem, capture, run.live.source)
        )
        stack.callback(app.close)
        frames = stack.enter_context(LatestOnly(capture, "capture"))
        # Closed first, because its thread may be waiting for a camera that never comes.
        stack.callback(capture.close)
        with suppress(KeyboardInterrupt):
            while app.step(frames.take(POLL_S)) and not frames.has_ended:
                pass
        _save(session, output)
    return 0


class TeachWindow:
    """Shows camera, classes and what is recognised; keys record.

    Args:
        window: The window.
        context: The window's OpenGL.
        session: Learns and recognises.
        output: File that is saved to.
        camera_problem: Returns lines about why there is no picture, or "".
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        window: Window,
        context: GlContext,
        session: TeachSession,
        output: Path,
        camera_problem: Callable[[], str] = str,
        clock: Clock = time.monotonic,
    ) -> None:
        self._window, self._session, self._output, self._clock = window, session, output, clock
        self._camera_problem = camera_problem
        self._screen = Screen(context)
        self._moment: Moment | None = None
        self._label: str | None = None
        self._starts_s = self._ends_s = self._message_until_s = 0.0
        self._message = ""

    def step(self, frame: Frame | None) -> bool:
        """Act on keys, take a frame, if there is one, and draw; False once the window is to be closed."""
        keys = self._window.poll()
        if any(key.code in QUITS for key in keys):
            return False
        for key in keys:
            self._press(key)
        self._progress()
        if frame is not None:
            self._moment = self._session.observe(frame)
            self._screen.take(frame.pixels)
        self._draw()
        return not self._window.should_close

    def close(self) -> None:
        """Free what is drawn with."""
        self._screen.close()

    def _press(self, key: Key) -> None:
        number = 0 if key.code == glfw.KEY_0 else digit(key.code)
        if number is not None and not key.repeated and self._label is None:
            self._begin(number)
        elif key.code == glfw.KEY_S:
            self._try(self._save)
        elif key.code == glfw.KEY_BACKSPACE and self._session.recordings:
            discarded = self._session.recordings[-1].label
            self._session.discard_last()
            self._say(f"Discarded the last recording of {discarded}")

    def _begin(self, number: int) -> None:
        """Get ready to record the class of a number key."""
        names = _keyed(self._session)
        if number in names:
            self._label = names[number]
            self._starts_s = self._clock() + GET_READY_S
            self._ends_s = self._starts_s + RECORD_S
            self._message = ""

    def _progress(self) -> None:
        """Begin and end the recording when it is time."""
        if self._label is None or self._clock() < self._starts_s:
            return
        if self._moment is None or self._moment.recording != self._label:
            self._session.record(self._label)
        if self._clock() >= self._ends_s:
            self._label = None
            self._try(self._session.stop)

    def _save(self) -> None:
        self._session.save(self._output)
        self._say(f"Saved as {self._output}")

    def _try(self, work: Callable[[], None]) -> None:
        try:
            work()
        except ArpipeError as error:
            self._say(str(error))

    def _say(self, message: str) -> None:
        self._message, self._message_until_s = message, self._clock() + MESSAGE_S

    def _draw(self) -> None:
        width, height = self._window.size_px
        if 0 in (width, height):
            return
        scale = self._window.scale
        self._screen.draw((width, height), scale, self._panels(scale), mirror=True)
        self._window.swap()

    def _panels(self, scale: float) -> dict[str, PlacedPanel]:
        found = None if self._moment is None else self._moment.found
        scores = {} if found is None else found.scores
        counts = self._session.counts
        rows = [
            (f"{number}  {name} ({counts[name]})", scores.get(name, 0.0))
            for number, name in _keyed(self._session).items()
        ]
        hints = (f"Number keys record {RECORD_S:.0f} s", "S saves, Backspace discards, Q ends")
        shown = {"classes": PlacedPanel(panels.scores("Classes", rows, hints, scale), "top left")}
        problem = self._camera_problem()
        if problem:
            shown["problem"] = PlacedPanel(panels.no_picture(problem, scale), "middle")
        if self._label is not None:
            shown["recording"] = PlacedPanel(panels.pill(self._countdown(), scale, ALARM), "top")
        message = self._message if self._clock() < self._message_until_s else self._session.problem
        if message:
            shown["message"] = PlacedPanel(panels.pill(message, scale, CALM), "bottom")
        elif found is not None and found.label != NONE:
            shown["found"] = PlacedPanel(panels.pill(found.label, 2.0 * scale, ACCENT), "bottom")
        return shown

    def _countdown(self) -> str:
        now_s = self._clock()
        if now_s < self._starts_s:
            return f"Get ready: {self._label}"
        return f"Recording {self._label}: {max(self._ends_s - now_s, 0.0):.1f} s"


def _keyed(session: TeachSession) -> dict[int, str]:
    """Return number keys and their classes; 0 is none."""
    own = [name for name in session.classes if name != NONE][:MOST_CLASSES]
    return {**dict(enumerate(own, start=1)), 0: NONE}


def _camera_problem(capture: Capture, source: str) -> str:
    """Return lines about why there is no picture, or ""."""
    return explain(capture.problem, source) if capture.state == "failed" else ""


def _add_classes(session: TeachSession, names: Sequence[str], output: Path) -> None:
    """Add the named classes; if there are none, also of a loaded recogniser, the one that the file is called after."""
    for name in names:
        session.add_class(name)
    if session.classes == [NONE]:
        session.add_class(output.stem)
    if session.classes == [NONE]:
        raise ConfigError("name the classes that are to be recorded, such as --class wave --class shake")


def _save(session: TeachSession, output: Path) -> None:
    """Save what was learned; say what is missing if nothing can be saved."""
    console = Console()
    try:
        session.save(output)
    except ConfigError as error:
        console.print(f"{output} was not written: {error}", soft_wrap=True)
    else:
        console.print(f"Saved as {output}", soft_wrap=True)
