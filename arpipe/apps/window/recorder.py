"""Recording and snapshots at the press of a key."""

import time

from arpipe.apps.stream.outlets import Outlet, Recording, dated_path
from arpipe.apps.stream.session import LiveSession
from arpipe.config import RunConfig
from arpipe.timing import Clock


class Recorder:
    """Starts and stops recordings of a session; one that was begun with the session counts.

    Args:
        session: Whose pictures.
        run: Where recordings go, and how they are compressed.
        clock: Monotonic seconds.
    """

    def __init__(self, session: LiveSession, run: RunConfig, clock: Clock = time.monotonic) -> None:
        self._session, self._run, self._clock = session, run, clock
        self._since_s = clock()

    @property
    def seconds(self) -> float | None:
        """How long it has been recording; None while it is not."""
        return None if self._outlet is None else self._clock() - self._since_s

    def start(self) -> None:
        """Record into a new file.

        Raises:
            OutputError: There is no place for it.
        """
        path = dated_path(self._run.live.folder, ".mp4")
        self._since_s = self._clock()
        self._session.attach(Outlet(Recording(path, self._run.video), "recording"))

    def stop(self) -> str:
        """Finish the file; gives its name, "" if none was being recorded.

        Raises:
            OutputError: Its end cannot be written.
        """
        outlet = self._outlet
        if outlet is None or not isinstance(outlet.sink, Recording):
            return ""
        self._session.detach(outlet)
        return str(outlet.sink.path)

    @property
    def _outlet(self) -> Outlet | None:
        return next((outlet for outlet in self._session.outlets if isinstance(outlet.sink, Recording)), None)
