"""The live loop: takes the latest picture, presents it, hands it to the outlets, counts it."""

from collections.abc import Callable

from arpipe.apps.stream.camera_advice import advice
from arpipe.apps.stream.figures import LiveReport
from arpipe.apps.stream.session import LiveSession
from arpipe.config import LiveConfig
from arpipe.errors import DeviceError
from arpipe.timing import Span, StageTimer
from arpipe.types import Picture

PRESENT = "present"

Watch = Callable[[Picture], bool | None]
"""Called with each presented picture on the drawing thread; returning False ends the run."""


class Presenter:
    """Presents pictures to a viewer, on the drawing thread. This base class presents nothing.

    Attributes:
        timeout_s: Longest wait for a picture before `poll` is called again.
    """

    timeout_s = 0.1

    def poll(self) -> bool:
        """Handle events, once before each wait for a picture; returning False ends the run."""
        return True

    def show(self, picture: Picture) -> None:
        """Draw a picture. The time it takes is the stage "present"."""

    def swap(self) -> None:
        """Make visible what was drawn. Not timed, because it may wait for the screen."""

    def idle(self) -> None:
        """Handle a wait in which no picture came."""


class HeadlessPresenter(Presenter):
    """Presents nothing, and ends the run when the source has never worked.

    Args:
        session: The session.
        source: The configured source, for advice.
    """

    def __init__(self, session: LiveSession, source: str) -> None:
        self._session, self._source = session, source

    def idle(self) -> None:
        """Raise DeviceError if the camera failed before its first picture; one that stopped may come back."""
        capture = self._session.capture
        if capture.state == "failed" and not self._session.figures.frames:
            raise DeviceError(f"{capture.problem}\n{advice(self._source)}".strip())


class LiveLoop:
    """Runs a session until its source ends, a limit is reached, or presenter or watch ends it.

    Args:
        session: The session; the caller closes it.
        presenter: Presents the pictures.
        limits: `frames` and `seconds` limit the run.
        watch: Called with each presented picture; returning False ends the run.
        observer: Called with the span of each presentation.
    """

    def __init__(
        self,
        session: LiveSession,
        presenter: Presenter,
        limits: LiveConfig,
        watch: Watch | None = None,
        observer: Callable[[Span], None] | None = None,
    ) -> None:
        self._session, self._presenter, self._limits, self._watch = session, presenter, limits, watch
        self._timer = StageTimer(observer=observer)

    def run(self) -> LiveReport:
        """Run to the end, or to Ctrl-C."""
        try:
            while self.step():
                pass
        except KeyboardInterrupt:
            pass  # the usual way to end a run
        self._session.finish()
        return self._session.report()

    def step(self) -> bool:
        """Handle events and present at most one picture; False once the run is over."""
        if not self._presenter.poll():
            return False
        picture = self._session.next(self._presenter.timeout_s)
        if picture is None:
            self._presenter.idle()
        else:
            self._present(picture)
            if self._watch is not None and self._watch(picture) is False:
                return False
        return not self.is_over

    @property
    def is_over(self) -> bool:
        """Whether the source has ended or a limit is reached."""
        session, limits = self._session, self._limits
        enough = limits.frames and session.figures.frames >= limits.frames
        late = limits.seconds and session.age_s >= limits.seconds
        return bool(session.has_ended or enough or late)

    def _present(self, picture: Picture) -> None:
        timer = self._timer
        timer.begin_frame(picture.result.frame.index)
        with timer.stage(PRESENT):
            self._presenter.show(picture)
            self._session.offer(picture)
        self._presenter.swap()
        self._session.count(picture, timer.timings_ms[PRESENT])
