"""The commands of a live session, with or without a window."""

from collections.abc import Callable, Mapping, Set

from arpipe.apps.stream.outlets import save_snapshot
from arpipe.apps.stream.recorder import Recorder
from arpipe.apps.stream.selection import EffectSelection
from arpipe.apps.stream.session import LiveSession
from arpipe.config import RunConfig
from arpipe.controls.actions import Action
from arpipe.controls.config import ParameterValue
from arpipe.types import Picture

Handlers = Mapping[Action, Callable[[], None]]


class SelectionCommands:
    """Commands on the selected effects; see `arpipe.apps.reactions.commands.Commands`.

    Args:
        selection: The effects that are drawn.
        further: Actions that only this app has.
    """

    def __init__(self, selection: EffectSelection, further: Handlers) -> None:
        self._selection = selection
        self._handlers: Handlers = {
            Action.PREVIOUS: lambda: selection.step(-1),
            Action.NEXT: lambda: selection.step(1),
            Action.NONE: lambda: selection.select(0),
            Action.BACKGROUND: selection.next_background,
            **further,
        }

    @property
    def actions(self) -> Set[Action]:
        """The actions that this app has."""
        return self._handlers.keys()

    def act(self, action: Action) -> None:
        """Carry out one of the actions."""
        self._handlers[action]()

    def choose(self, effect: str) -> None:
        """Select an effect."""
        self._selection.choose(effect)

    def set_background(self, parameters: str) -> None:
        """Put a background behind the person, or none."""
        self._selection.set_background(parameters)

    def set_parameter(self, key: str, value: ParameterValue) -> None:
        """Change a parameter of an effect."""
        self._selection.set_parameter(key, value)


class SessionCommands(SelectionCommands):
    """Commands on a live session, which can be recorded.

    Args:
        session: The session.
        selection: The effects that are drawn.
        run: Folder and compression of snapshots and recordings.
        say: Reports which file was written, or that there was nothing to write.
        further: Actions that only this app has.

    Attributes:
        picture: The latest picture, for snapshots; None until there is one.
        recorder: Starts and stops recordings.
    """

    def __init__(
        self,
        session: LiveSession,
        selection: EffectSelection,
        run: RunConfig,
        say: Callable[[str], None],
        further: Handlers,
    ) -> None:
        recording = {Action.RECORD: self._toggle_recording, Action.SNAPSHOT: self._snapshot}
        super().__init__(selection, {**recording, **further})
        self.picture: Picture | None = None
        self.recorder = Recorder(session, run)
        self._folder, self._say = run.live.folder, say

    def _toggle_recording(self) -> None:
        if self.recorder.seconds is None:
            self.recorder.start()
            return
        path = self.recorder.stop()
        self._say("Nothing was recorded: there was no picture" if path is None else f"Recorded {path}")

    def _snapshot(self) -> None:
        if self.picture is not None:
            self._say(f"Saved {save_snapshot(self.picture.with_alpha, self._folder)}")
