"""Recording at the press of a key."""

import time
from pathlib import Path

from arpipe.apps.stream.outlets import Outlet, Recording, dated_path
from arpipe.apps.stream.recorded_sound import recorded_sound
from arpipe.apps.stream.session import LiveSession
from arpipe.config import RunConfig
from arpipe.timing import Clock


class Recorder:
    """Starts and stops recordings of a session, also one that was started together with it.

    Args:
        session: The session to record.
        run: Folder and compression of recordings.
        clock: Monotonic seconds.
    """

    def __init__(self, session: LiveSession, run: RunConfig, clock: Clock = time.monotonic) -> None:
        self._session, self._run, self._clock = session, run, clock
        self._since_s = clock()

    @property
    def seconds(self) -> float | None:
        """Length of the running recording, s; None if there is none."""
        return None if self._outlet is None else self._clock() - self._since_s

    def start(self) -> None:
        """Start to record into a new file.

        Raises:
            OutputError: Its folder cannot be created.
        """
        path = dated_path(self._run.live.folder, ".mp4")
        self._since_s = self._clock()
        sound = recorded_sound(self._run.live, self._session.failures.mention)
        self._session.attach(Outlet(Recording(path, self._run.video, sound), "recording"))

    def stop(self) -> Path | None:
        """Finish the recording; returns its file, or None if there was nothing to record.

        Raises:
            OutputError: The end of the file cannot be written.
        """
        outlet = self._outlet
        if outlet is None or not isinstance(outlet.sink, Recording):
            return None
        self._session.detach(outlet)
        return outlet.sink.path if outlet.sink.has_begun else None

    @property
    def _outlet(self) -> Outlet | None:
        return next((outlet for outlet in self._session.outlets if isinstance(outlet.sink, Recording)), None)
