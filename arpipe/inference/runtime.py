"""Opens networks with one configuration and closes them together."""

from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Protocol, TypeVar

from arpipe.closing import Closing
from arpipe.errors import InferenceError
from arpipe.inference.providers import SessionConfig
from arpipe.inference.session import Session

BACKGROUND = "arpipe-background"
"""Begins the name of the thread of `Runtime.background`."""


class Closable(Protocol):
    """Anything that is closed."""

    def close(self) -> None:
        """Free what it holds."""


class RunningNetwork(Closable, Protocol):
    """A network that is loaded."""

    @property
    def name(self) -> str:
        """By which it is called."""

    @property
    def provider(self) -> str:
        """Where it runs."""


Running = TypeVar("Running", bound=RunningNetwork)


class Runtime(Closing):
    """Owns the networks of one stream.

    Models load their networks from a runtime and never close them; whoever creates the runtime closes it.

    Args:
        config: Provider and threads.

    Attributes:
        config: As given.
    """

    def __init__(self, config: SessionConfig | None = None) -> None:
        self.config = config or SessionConfig()
        self._sessions: list[RunningNetwork] = []
        self._others: list[Closable] = []
        self._background = ThreadPoolExecutor(1, BACKGROUND)  # its thread starts when it is first needed
        self._closed = False

    @property
    def background(self) -> Executor:
        """The one thread for networks whose results may come later: never do two of them run beside a frame."""
        return self._background

    @property
    def provider(self) -> str:
        """Where the networks really run, as in `Session.provider`; "none" before the first one is loaded."""
        return self._sessions[0].provider if self._sessions else "none"

    @property
    def providers(self) -> dict[str, str]:
        """Name of each network → where it runs, in the order in which they were loaded."""
        return {session.name: session.provider for session in self._sessions}

    def load(self, network: str, outputs: Sequence[str] = ()) -> Session:
        """Load a network of the catalogue.

        Args:
            network: Its name.
            outputs: Those that are read, all if empty; see `Session`.

        Raises:
            WeightsError: The weights cannot be obtained.
            InferenceError: The network does not load, or the runtime is closed.
        """
        if self._closed:
            raise InferenceError(f"network {network!r} was asked for, but its runtime is closed")
        session = Session(network, self.config, outputs=outputs)
        self._sessions.append(session)
        return session

    def adopt(self, network: Running) -> Running:
        """Take over a network that was loaded elsewhere, to list it and to close it with the others; returns it.

        Raises:
            InferenceError: The runtime is closed.
        """
        if self._closed:
            raise InferenceError(f"network {network.name!r} was given to a runtime that is closed")
        self._sessions.append(network)
        return network

    def own(self, network: Closable) -> None:
        """Take over a network of another runtime, to close it with the others."""
        self._others.append(network)

    def close(self) -> None:
        """Free all networks; may be called twice."""
        self._closed = True
        self._background.shutdown(cancel_futures=True)
        for network in (*self._sessions, *self._others):
            network.close()
        self._others.clear()
