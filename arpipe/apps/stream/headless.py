"""A live run without a window that acts on triggers and hotkeys."""

import sys
from collections.abc import Sequence

from arpipe.apps.reactions.hotkeys import Hotkeys
from arpipe.apps.reactions.reactions import Reactions, effects_of, missing_actions
from arpipe.apps.stream.carousel import Carousel
from arpipe.apps.stream.commands import SessionCommands
from arpipe.apps.stream.loop import HeadlessPresenter
from arpipe.apps.stream.selection import EffectSelection
from arpipe.apps.stream.session import LiveSession
from arpipe.config import RunConfig
from arpipe.controls.actions import Action
from arpipe.types import Picture


class ControlledPresenter(HeadlessPresenter):
    """Presents nothing and acts on triggers and hotkeys.

    Args:
        session: The session.
        run: The configuration.
        reactions: Follows the configured conditions; the caller closes it.
        hotkeys: Keys pressed in other programs; the caller closes them.
    """

    def __init__(
        self, session: LiveSession, run: RunConfig, reactions: Reactions, hotkeys: Hotkeys | None = None
    ) -> None:
        super().__init__(session, run.live.source)
        self._reactions, self._hotkeys, self._is_running = reactions, hotkeys, True
        self._commands = self._open_commands(run) if run.controls or run.live.hotkeys else None
        reactions.attach(session.perception)

    def poll(self) -> bool:
        """Act on triggers and hotkeys; False once one of them quits."""
        if self._commands is not None:
            self._reactions.run(self._commands)
            if self._hotkeys is not None:
                self._press(self._hotkeys.take(), self._commands)
        return self._is_running

    def show(self, picture: Picture) -> None:
        """Keep the picture for snapshots."""
        if self._commands is not None:
            self._commands.picture = picture

    def _open_commands(self, run: RunConfig) -> SessionCommands:
        carousel = Carousel(run.effects, effects_of(run.controls))
        selection = EffectSelection(carousel, self._session.set_effects, self._reactions.drives)
        selection.update()
        commands = SessionCommands(self._session, selection, run, _say, {Action.QUIT: self._quit})
        missing = {*missing_actions(run.controls, commands), *run.live.hotkeys.values()} - commands.actions
        if missing:
            _say(f"without a window, triggers and hotkeys do not {', '.join(sorted(missing))}")
        return commands

    def _press(self, actions: Sequence[Action], commands: SessionCommands) -> None:
        for action in actions:
            if action in commands.actions:
                with self._session.failures.guarded(f"hotkey for {action}"):
                    commands.act(action)

    def _quit(self) -> None:
        self._is_running = False


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
