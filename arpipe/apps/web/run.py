"""`arpipe live --web`: serve the page."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rich.console import Console

from arpipe.apps.malloc import limit_malloc_arenas
from arpipe.apps.signals import interrupt_on_termination
from arpipe.apps.web.address import print_address, print_phone_address
from arpipe.config import LiveConfig, RunConfig, WebConfig
from arpipe.errors import ConfigError

PROMISE = "Pictures travel only between browsers and this machine; nothing is stored."

CERTIFICATE_ADVICE = (
    "A browser warns of the certificate once, because no public authority has signed it; "
    "a phone that trusts {authority} does not."
)

# Settings of the window that a page has no use for, with their flags.
OF_THE_WINDOW = {
    "window": "--no-window",
    "full_screen": "--full-screen",
    "record": "--record",
    "virtual_camera": "--virtual-camera",
    "outputs": "--output",
    "frames": "--frames",
    "mirror": "--no-mirror",
    "microphone": "--microphone",
    "hotkeys": "--hotkey",
}


def run(
    config: RunConfig,
    web: WebConfig | None = None,
    source: str | None = None,
    ready: Callable[[str], None] | None = None,
) -> int:
    """Serve the page until Ctrl-C, or for `config.live.seconds`.

    Args:
        config: The configuration.
        web: Replaces `config.web`.
        source: Camera or file of the server, for pages that ask for it; None for none.
        ready: Called with the address once the server answers; None prints it.

    Returns:
        Exit code: 0.

    Raises:
        ConfigError: It would listen beyond loopback without TLS, or a setting is for the window only.
        DeviceError: The port is taken.
    """
    from arpipe.apps.web.server import WebServer

    _refuse_window_settings(config.live)
    limit_malloc_arenas()
    server = WebServer(config.model_copy(update={"web": web or config.web}), source)
    tell = ready or partial(_print_addresses, phone_url=server.phone_url, authority=server.authority)
    end = threading.Timer(config.live.seconds, server.stop)

    def begin(url: str) -> None:
        tell(url)
        if config.live.seconds:
            end.start()

    try:
        with interrupt_on_termination():
            server.run(begin)
    finally:
        end.cancel()
    return 0


def _print_addresses(url: str, phone_url: str | None, authority: Path | None) -> None:
    print_address(url, PROMISE)
    if phone_url is not None:
        print_phone_address(phone_url)
    if authority is not None:
        Console().print(CERTIFICATE_ADVICE.format(authority=authority), style="dim", soft_wrap=True)


def _refuse_window_settings(live: LiveConfig) -> None:
    usual = LiveConfig()
    changed = [flag for key, flag in OF_THE_WINDOW.items() if getattr(live, key) != getattr(usual, key)]
    if changed:
        raise ConfigError(
            f"{' and '.join(changed)} cannot be used with --web: "
            "a page records, mirrors and goes to full screen by its own buttons"
        )
