"""Senders of OSC: the VMC protocol for puppets, and plain numbers for anything else."""

from collections.abc import Iterator

from arpipe.controls.catalog import number_signals
from arpipe.controls.senders.osc import OscMessage, OscPort
from arpipe.controls.senders.vmc import vmc_messages
from arpipe.controls.signals import ConditionInput
from arpipe.controls.watch import ControlEvent
from arpipe.needs import Need
from arpipe.types import FrameResult


class VmcSender:
    """Sends expressions, head and fingers of each frame by the VMC protocol.

    Args:
        port: Where to; closed with the sender.
        presets: Send the presets of VRM 0 instead of the clips of "perfect sync".
        hands: Send the fingers.
    """

    def __init__(self, port: OscPort, *, presets: bool, hands: bool) -> None:
        self._port, self._presets, self._hands = port, presets, hands
        self._began_s: float | None = None

    @property
    def needs(self) -> frozenset[Need]:
        """What perception must detect for it."""
        return frozenset({Need.FACE, Need.EXPRESSIONS, *([Need.HANDS] if self._hands else [])})

    def observe(self, result: FrameResult) -> None:
        """Send the messages of a frame."""
        now_s = result.frame.captured_s
        if self._began_s is None or result.begins_stream:
            self._began_s = now_s
        time_s = now_s - self._began_s
        self._port.send(vmc_messages(result, time_s, presets=self._presets, hands=self._hands))

    def send_event(self, event: ControlEvent) -> None:
        """Send nothing: the protocol has no events of this kind."""

    def close(self) -> None:
        """Close the port."""
        self._port.close()


class OscSender:
    """Sends every known number as a message, such as "/arpipe/expression/jawOpen 0.3", and gestures and events.

    Args:
        port: Where to; closed with the sender.
        path: What all addresses begin with, such as "/arpipe".
    """

    needs: frozenset[Need] = frozenset()

    def __init__(self, port: OscPort, path: str) -> None:
        self._port, self._path = port, path
        self._numbers = [(signal, f"{path}/{signal.name.replace('.', '/')}") for signal in number_signals()]

    def observe(self, result: FrameResult) -> None:
        """Send the numbers of a frame: those of subjects that are tracked and in the picture."""
        self._port.send(self._messages(result))

    def send_event(self, event: ControlEvent) -> None:
        """Send name and edge of an event."""
        self._port.send([OscMessage(f"{self._path}/event", (event.name, event.edge))])

    def close(self) -> None:
        """Close the port."""
        self._port.close()

    def _messages(self, result: FrameResult) -> Iterator[OscMessage]:
        moment = ConditionInput(result)
        for signal, address in self._numbers:
            value = signal.value(moment)
            if value is not None:
                yield OscMessage(address, (float(value),))
        for hand in result.hands:
            if hand.gesture is not None:
                label, score = hand.gesture.label, float(hand.gesture.score)
                yield OscMessage(f"{self._path}/{hand.side}_hand/gesture", (label, score))
