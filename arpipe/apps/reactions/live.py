"""Reactions of a live run, with everything that leaves it."""

from contextlib import ExitStack
from functools import partial

from arpipe.apps.failures import Failures
from arpipe.apps.reactions.outward import OutwardActions
from arpipe.apps.reactions.reactions import Reactions, triggers_of
from arpipe.config import RunConfig
from arpipe.controls.senders.sender import Sender, open_sender
from arpipe.pipeline.perception import Perception


class LiveReactions(Reactions):
    """Reactions whose triggers also print, play, post and send, and senders of all results.

    Args:
        run: Controls, and addresses to send to.
        failures: Collects what cannot be done or sent.
        stack: Closes what is opened here.

    Raises:
        ArpipeError: As for `OutwardActions` and `open_sender`.
    """

    def __init__(self, run: RunConfig, failures: Failures, stack: ExitStack) -> None:
        outward = OutwardActions(
            triggers_of(run.controls), allow_keyboard=run.live.allow_keyboard, failures=failures
        )
        stack.callback(outward.close)
        super().__init__(run.controls, failures, follows=run.perception.follows, perform=outward.perform)
        self._senders: list[Sender] = []
        for address in run.live.send:
            sender = open_sender(address, partial(failures.note, "sending"))
            stack.callback(sender.close)
            self._senders.append(sender)
        self.listeners = tuple(sender.send_event for sender in self._senders)

    def attach(self, perception: Perception) -> None:
        """Follow, and send, the results of a perception from now on."""
        super().attach(perception)
        for sender in self._senders:
            perception.attach(sender)
