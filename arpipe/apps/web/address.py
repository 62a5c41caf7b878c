"""Addresses of a page: those of this machine, how the user is told, and as a QR code."""

import io
import socket
import sys

import psutil
from rich.console import Console

from arpipe.errors import MissingExtra


def print_address(url: str, promise: str = "") -> None:
    """Print the address of a page, and what it promises about the pictures."""
    console = Console()
    console.print(f"Open [bold]{url}[/] in a browser; Ctrl-C ends.", soft_wrap=True)
    if promise:
        console.print(promise, style="dim")


def print_phone_address(url: str) -> None:
    """Print the address for phones, as text and, on a terminal, as a QR code where the extra is installed."""
    console = Console()
    console.print(f"On a phone: [bold]{url}[/]", soft_wrap=True)
    if not sys.stdout.isatty():
        return
    try:
        console.print(qr_text(url), markup=False, highlight=False)
    except MissingExtra as error:
        console.print(str(error), style="dim", markup=False)


def local_addresses() -> list[str]:
    """Return the IPv4 addresses under which other machines of the network may reach this one."""
    up = {name for name, state in psutil.net_if_stats().items() if state.isup}
    found = [
        entry.address
        for name, entries in psutil.net_if_addrs().items()
        if name in up
        for entry in entries
        if entry.family == socket.AF_INET and not entry.address.startswith(("127.", "169.254."))
    ]
    return sorted(dict.fromkeys(found), key=_is_of_containers)


def _is_of_containers(address: str) -> bool:
    """Whether an address is probably of containers' networks, which no phone reaches."""
    return address.startswith("172.")


def qr_text(url: str) -> str:
    """Return a QR code for a terminal; raises MissingExtra if the extra is not installed."""
    from arpipe.apps.web.qr_code import qr_code

    out = io.StringIO()
    qr_code(url).terminal(out, compact=True, border=2)
    return out.getvalue()


def qr_svg(url: str) -> bytes:
    """Return a QR code as SVG; raises MissingExtra if the extra is not installed."""
    from arpipe.apps.web.qr_code import qr_code

    out = io.BytesIO()
    qr_code(url).save(out, kind="svg", scale=8, border=3, light="#ffffff", dark="#17141b")
    return out.getvalue()
