"""Sends OSC messages over UDP (extra `osc`)."""

import socket
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from arpipe.errors import MissingExtra, OutputError

try:
    from pythonosc.parsing import osc_types
except ImportError as error:
    raise MissingExtra('OSC needs python-osc; run: pip install "arpipe[osc]"') from error

MAX_PACKET_BYTES = 1400  # fits into an Ethernet frame, so that the network does not split it
BUNDLE_HEADER = b"#bundle\0" + (1).to_bytes(8)  # OSC's time tag "immediately"
LENGTH = struct.Struct(">i")  # before each message of a bundle

Argument = str | int | float


@dataclass(frozen=True, slots=True)
class OscMessage:
    """A message: an address such as "/VMC/Ext/T", and its arguments."""

    address: str
    arguments: tuple[Argument, ...] = ()

    def encoded(self) -> bytes:
        """Return the message as OSC 1.0, with numbers of 32 bits."""
        parts = [_encoded(argument) for argument in self.arguments]
        tags = "".join(tag for tag, _ in parts)
        head = osc_types.write_string(self.address) + osc_types.write_string(f",{tags}")
        return b"".join((head, *(value for _, value in parts)))


class OscPort:
    """A UDP port to which messages are sent; nothing ever waits for it.

    Args:
        host: Name or address.
        port: Number.
        report: Called once when nothing listens there; messages are sent again as soon as something does.

    Raises:
        OutputError: The host is unknown.
    """

    def __init__(self, host: str, port: int, report: Callable[[Exception], None]) -> None:
        self._place, self._report, self._has_reported = f"{host}:{port}", report, False
        try:
            family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        except OSError as error:
            raise OutputError(
                f"osc://{self._place}: the host cannot be found ({error.strerror or error})"
            ) from error
        self._socket = socket.socket(family, kind, protocol)
        try:
            self._socket.setblocking(False)
            self._socket.connect(place)  # which sends nothing, and lets the system report refused packets
        except OSError as error:
            self._socket.close()
            raise OutputError(
                f"osc://{self._place}: cannot be reached ({error.strerror or error})"
            ) from error

    def send(self, messages: Iterable[OscMessage]) -> None:
        """Send messages in as few packets as possible, in order."""
        for packet in packets(messages):
            try:
                self._socket.send(packet)
            except ConnectionRefusedError:
                self._note("nothing listens there; start the receiver, or check its port")
            except OSError as error:
                self._note(error.strerror or str(error))

    def close(self) -> None:
        """Close the port; may be called twice."""
        self._socket.close()

    def _note(self, reason: str) -> None:
        if not self._has_reported:
            self._has_reported = True
            self._report(OutputError(f"osc://{self._place}: {reason}"))


def _encoded(argument: Argument) -> tuple[str, bytes]:
    """Return the type tag of an argument, and its bytes."""
    if isinstance(argument, str):
        return "s", osc_types.write_string(argument)
    if isinstance(argument, int):
        return "i", osc_types.write_int(argument)
    return "f", osc_types.write_float(argument)


def packets(messages: Iterable[OscMessage]) -> Iterator[bytes]:
    """Put messages into bundles that are as long as a packet may be."""
    packet = BUNDLE_HEADER
    for message in messages:
        encoded = message.encoded()
        element = LENGTH.pack(len(encoded)) + encoded
        if packet != BUNDLE_HEADER and len(packet) + len(element) > MAX_PACKET_BYTES:
            yield packet
            packet = BUNDLE_HEADER
        packet += element
    if packet != BUNDLE_HEADER:
        yield packet
