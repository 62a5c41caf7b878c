"""`arpipe model page`: serve the page of a network."""

from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from arpipe.apps.model.page.answers import PageAnswers
from arpipe.apps.model.page.runtime import runtime_folder
from arpipe.apps.model.page.site import ModelSite
from arpipe.apps.signals import interrupt_on_termination
from arpipe.apps.web.address import print_address
from arpipe.apps.web.security import WASM_POLICY
from arpipe.apps.web.server import PageServer
from arpipe.config import WebConfig
from arpipe.custom.library import find_model
from arpipe.errors import WeightsError
from arpipe.inference.providers import ProviderName, SessionConfig

NOT_IN_BROWSERS = "a browser cannot make float16 tensors; this network runs on this machine"


class ModelServer(PageServer):
    """The server of a network's page.

    Args:
        name: Of the network, or its path.
        web: Address and limits.
        config: Provider and threads, for prediction on this machine.
        runtime: The package of the browser's runtime, obtained by hand.

    Attributes:
        why_not: Why the browser cannot predict; empty if it can.

    Raises:
        ModelError: There is no such network, or it is not a classifier.
        ConfigError, DeviceError: As for `PageServer`.
    """

    def __init__(
        self,
        name: str,
        web: WebConfig | None = None,
        config: SessionConfig | None = None,
        runtime: Path | None = None,
    ) -> None:
        web = web or WebConfig()
        stored = find_model(name)
        folder: Path | None = None
        self.why_not = ""
        if stored.card.input.dtype == "float16":
            self.why_not = NOT_IN_BROWSERS
        else:
            try:
                folder = runtime_folder(runtime)
            except WeightsError as error:
                self.why_not = str(error)
        self._answers = PageAnswers(stored, config)
        site = ModelSite(self._answers, folder, self.why_not, web.max_message_kb * 1024)
        try:
            super().__init__(web, site.app(), WASM_POLICY)
        except BaseException:
            self._answers.close()
            raise

    def close(self) -> None:
        """Stop listening, and free the network; `run` does so at its end."""
        super().close()
        self._answers.close()


def run(
    name: str,
    web: WebConfig,
    provider: ProviderName = "auto",
    runtime: Path | None = None,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve the page of a network until Ctrl-C.

    Args:
        name: Of the network, or its path.
        web: Address and limits.
        provider: Where the network runs on this machine.
        runtime: The package of the browser's runtime, obtained by hand.
        ready: Called with the address once the server answers; None prints it.
    """
    server = ModelServer(name, web, SessionConfig(provider=provider), runtime)
    if server.why_not:
        Console().print(f"not in the browser: {server.why_not}", style="yellow", markup=False, soft_wrap=True)
    with interrupt_on_termination():
        server.run(ready or print_address)
