"""`arpipe teach --web`: serve the page."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from arpipe.apps.signals import interrupt_on_termination
from arpipe.apps.web.address import print_address
from arpipe.config import RunConfig
from arpipe.io.atomic import require_writable
from arpipe.recognition.recognizer import Recognizer

PROMISE = "Pictures stay on this machine, and only numbers are saved."


def run(
    config: RunConfig, file: Path | None, output: Path, ready: Callable[[str], None] | None = None
) -> int:
    """Serve the page until Ctrl-C.

    Args:
        config: The configuration.
        file: Recogniser to add to; None, or a file that does not exist, for an empty one.
        output: File that is saved to.
        ready: Called with the address once the server answers; None prints it.

    Returns:
        Exit code: 0.

    Raises:
        ConfigError: The recogniser is damaged, or it would listen beyond loopback without TLS.
        DeviceError: The port is taken.
        OutputError: The output cannot be written.
    """
    from arpipe.apps.teach.web.site import TeachSite
    from arpipe.apps.web.server import PageServer

    require_writable(output)
    known = file if file is not None and file.exists() else None
    if known is not None:
        Recognizer.load(known)  # say what is wrong with it here, not on the page
    server = PageServer(config.web, TeachSite(config, known, output).app())
    with interrupt_on_termination():
        server.run(ready or partial(print_address, promise=PROMISE))
    return 0
