"""Addresses that results and events are sent to, checked where they enter."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from pydantic import AfterValidator

from arpipe.errors import ConfigError
from arpipe.spelling import nearest

OSC_PATH = re.compile(r"(/[^\s#*,?\[\]{}/]+)+")  # without the characters of OSC's patterns
EXAMPLES = {
    "osc": "osc://127.0.0.1:39540",
    "ws": "ws://127.0.0.1:8765",
    "http": "http://127.0.0.1:8080/event",
}
OPTIONS: Mapping[str, tuple[str, ...]] = {"blend": ("perfect", "presets"), "hands": ("on", "off")}
"""Options after "?" of an address of the VMC protocol → their values, the default first."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address in parts.

    Attributes:
        scheme: "osc", "ws" or "http".
        host, port: Where.
        path: What follows, from its slash on; "" if nothing does.
        options: Options after "?".
    """

    scheme: str
    host: str
    port: int
    path: str
    options: Mapping[str, str]

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this machine."""
        return is_loopback(self.host)


def parse_address(text: str, schemes: tuple[str, ...]) -> Address:
    """Split an address into its parts.

    Raises:
        ValueError: A part is missing or wrong; the message has an example.
    """
    example = EXAMPLES[schemes[0]]
    try:
        address, is_plain = _split(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not an address ({error}); expected one such as {example}") from error
    if address.scheme not in schemes:
        known = " or ".join(f"{scheme}://" for scheme in schemes)
        raise ValueError(f"{text!r} does not begin with {known}; expected an address such as {example}")
    if not is_plain:
        raise ValueError(f"{text!r} has more than scheme, host, port and path, as in {example}")
    if not address.host or not address.port:
        missing = "a port" if address.host else "a host"
        raise ValueError(f"{text!r} lacks {missing}; expected an address such as {example}")
    return address


def _split(text: str) -> tuple[Address, bool]:
    """Return an address, and whether it has neither a user nor a fragment."""
    parts = urlsplit(text)
    options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    address = Address(parts.scheme, parts.hostname or "", parts.port or 0, parts.path.rstrip("/"), options)
    return address, "@" not in parts.netloc and not parts.fragment


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its address or as "localhost"; names are not looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _osc_address(text: str) -> str:
    address = parse_address(text, ("osc",))
    if not OSC_PATH.fullmatch(address.path):
        raise ValueError(f"{text!r} lacks a path for the message, as in osc://127.0.0.1:9000/arpipe/smile")
    _refuse_options(text, address)
    return text


def _webhook(text: str) -> str:
    if not parse_address(text, ("http",)).is_loopback:
        raise ValueError(
            f"{text!r} leaves this machine; a webhook must be on loopback, as in {EXAMPLES['http']}"
        )
    return text


def checked_address(text: str) -> Address:
    """Split an address for results; see `SendAddress`.

    Raises:
        ConfigError: It is no such address.
    """
    if not isinstance(text, str):
        raise ConfigError(f"expected an address such as {EXAMPLES['osc']}, got {text!r}")
    try:
        return parse_address(_send_address(text), ("osc", "ws"))
    except ValueError as error:
        raise ConfigError(str(error)) from error


def _send_address(text: str) -> str:
    address = parse_address(text, ("osc", "ws"))
    if address.scheme == "ws" and not address.is_loopback:
        raise ValueError(
            f"{text!r} is not on loopback; results are served to this machine only, as in {EXAMPLES['ws']}"
        )
    if address.scheme == "osc" and address.path and not OSC_PATH.fullmatch(address.path):
        raise ValueError(f"{text!r} has no valid path for messages, as in osc://127.0.0.1:9000/arpipe")
    if address.scheme == "ws" or address.path:
        _refuse_options(text, address)
    _check_options(text, address.options)
    return text


def _check_options(text: str, options: Mapping[str, str]) -> None:
    for key, value in options.items():
        if key not in OPTIONS:
            raise ValueError(f"{text!r}: there is no option {key!r}{nearest(key, OPTIONS)}")
        if value not in OPTIONS[key]:
            raise ValueError(f"{text!r}: {key} cannot be {value!r}{nearest(value, OPTIONS[key])}")


def _refuse_options(text: str, address: Address) -> None:
    if address.options:
        raise ValueError(
            f"{text!r} takes no options; they are for the VMC protocol, as in {EXAMPLES['osc']}?hands=off"
        )


OscAddress = Annotated[str, AfterValidator(_osc_address)]
"""`osc://host:port/path`."""
WebhookUrl = Annotated[str, AfterValidator(_webhook)]
"""`http://host:port/path` on this machine."""
SendAddress = Annotated[str, AfterValidator(_send_address)]
"""`osc://host:port` for the VMC protocol, `osc://host:port/path` for plain OSC, or `ws://host:port` for JSON."""
