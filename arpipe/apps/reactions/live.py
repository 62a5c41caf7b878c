"""Reactions of a live run, with everything that leaves it."""

from contextlib import ExitStack
from functools import partial

from arpipe.apps.failures import Failures
from arpipe.apps.reactions.outward import OutwardActions
from arpipe.apps.reactions.reactions import Reactions, load_recognizer, triggers_of
from arpipe.closing import Closing
from arpipe.config import RunConfig
from arpipe.controls.senders.sender import Sender, open_sender
from arpipe.pipeline.perception import Perception


class Links(Closing):
    """Everything that leaves a live run, which several streams may share.

    Args:
        run: Controls, and addresses to send to.
        failures: Collects what cannot be done or sent.

    Attributes:
        failures: As above.
        recognizer: Knows classes of one's own; None for none.
        outward: Carries out what triggers do outside the app.
        senders: Send results and events.

    Raises:
        ArpipeError: As for `OutwardActions` and `open_sender`.
    """

    def __init__(self, run: RunConfig, failures: Failures) -> None:
        self.failures = failures
        self.recognizer = load_recognizer(run.recognizer)
        triggers = triggers_of(run.controls)
        with ExitStack() as stack:
            self.outward = OutwardActions(triggers, allow_keyboard=run.live.allow_keyboard, failures=failures)
            stack.callback(self.outward.close)
            self.senders = [self._open_sender(address, stack) for address in run.live.send]
            self._stack = stack.pop_all()

    def close(self) -> None:
        """Finish what was started and stop sending; may be called twice."""
        self._stack.close()

    def _open_sender(self, address: str, stack: ExitStack) -> Sender:
        sender = open_sender(address, partial(self.failures.note, "sending"))
        stack.callback(sender.close)
        return sender


class LiveReactions(Reactions):
    """Reactions of one stream, whose triggers also print, play, post and send.

    Args:
        run: The controls.
        links: What leaves the app; the caller closes it after the stream.
    """

    def __init__(self, run: RunConfig, links: Links) -> None:
        super().__init__(
            run.controls,
            links.failures,
            follows=run.perception.follows,
            perform=links.outward.perform,
            recognizer=links.recognizer,
        )
        self.listeners = tuple(sender.send_event for sender in links.senders)
        self._senders = links.senders

    def attach(self, perception: Perception) -> None:
        """Follow, and send, the results of a perception from now on."""
        super().attach(perception)
        for sender in self._senders:
            perception.attach(sender)
