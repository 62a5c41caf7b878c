"""What results and events are sent with, and how an address becomes one."""

import warnings
from collections.abc import Callable
from typing import Protocol

from arpipe.controls.senders.address import Address, checked_address
from arpipe.controls.watch import ControlEvent
from arpipe.needs import Need
from arpipe.types import FrameResult

Report = Callable[[Exception], None]
"""Called when something cannot be sent; the run goes on."""


class Sender(Protocol):
    """Sends the results of a stream, in `observe`, and events; it never makes the stream wait."""

    @property
    def needs(self) -> frozenset[Need]:
        """What perception must detect for it."""
        ...

    def observe(self, result: FrameResult) -> None:
        """Send the result of the next frame."""
        ...

    def send_event(self, event: ControlEvent) -> None:
        """Send an event."""
        ...

    def close(self) -> None:
        """Stop sending; may be called twice."""
        ...


def open_sender(text: str, report: Report | None = None) -> Sender:
    """Open a sender of results for an address; attach it with `pipeline.perception.attach`, and close it at the end.

    Args:
        text: The address: `osc://host:port` for the VMC protocol, `osc://host:port/path` for plain OSC, or
            `ws://host:port` to serve JSON on this machine.
        report: Called when something cannot be sent later on; None for a warning.

    Raises:
        ConfigError: It is no such address.
        MissingExtra: It is an address for OSC, and python-osc is not installed.
        OutputError: The host is unknown, or the port is taken.
    """
    address = checked_address(text)
    if address.scheme == "ws":
        from arpipe.controls.senders.json_server import JsonServer

        return JsonServer(address.host, address.port)
    return _osc_sender(address, report or _warn)


def _warn(error: Exception) -> None:
    warnings.warn(str(error), RuntimeWarning, stacklevel=2)


def _osc_sender(address: Address, report: Report) -> Sender:
    from arpipe.controls.senders.osc import OscPort
    from arpipe.controls.senders.osc_senders import OscSender, VmcSender

    port = OscPort(address.host, address.port, report)
    if address.path:
        return OscSender(port, address.path)
    presets, hands = address.options.get("blend") == "presets", address.options.get("hands") != "off"
    return VmcSender(port, presets=presets, hands=hands)
