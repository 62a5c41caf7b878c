"""`arpipe live --web`: serve the page."""

from collections.abc import Callable

from rich.console import Console

from arpipe.apps.malloc import limit_malloc_arenas
from arpipe.apps.signals import interrupt_on_sigterm
from arpipe.config import RunConfig, WebConfig


def run(
    config: RunConfig,
    web: WebConfig | None = None,
    source: str | None = None,
    ready: Callable[[str], None] | None = None,
) -> int:
    """Serve the page until Ctrl-C.

    Args:
        config: The configuration.
        web: Replaces `config.web`.
        source: Camera or file of the server, for pages that ask for it; None for none.
        ready: Called with the address once the server answers; None prints it.

    Returns:
        Exit code: 0.

    Raises:
        ConfigError: It would listen beyond loopback without TLS.
        DeviceError: The port is taken.
    """
    from arpipe.apps.web.server import WebServer

    limit_malloc_arenas()
    server = WebServer(config if web is None else config.model_copy(update={"web": web}), source)
    with interrupt_on_sigterm():
        server.run(ready or _print_address)
    return 0


def _print_address(url: str) -> None:
    console = Console()
    console.print(f"Open [bold]{url}[/] in a browser; Ctrl-C ends.", soft_wrap=True)
    console.print("Pictures stay on this machine; nothing is stored.", style="dim")
