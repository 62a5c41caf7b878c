"""The page's server in a process of its own, whose memory and threads can be measured, and complete sessions of it."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.queues import Queue

import psutil

from arpipe.apps.web import run
from arpipe.config import RunConfig, WebConfig
from tests.apps.web_pages import page
from tests.patience import PATIENCE_S


def serve(addresses: "Queue[str]", max_sessions: int) -> None:
    """Serve the page on a free port, as `arpipe live --web` does."""
    run(RunConfig(), WebConfig(port=0, max_sessions=max_sessions), ready=addresses.put)


@contextmanager
def server_process(max_sessions: int = 4) -> Iterator[tuple[str, psutil.Process]]:
    """Start a server; gives its address and its process."""
    spawn = multiprocessing.get_context("spawn")
    addresses: Queue[str] = spawn.Queue()
    server = spawn.Process(target=serve, args=(addresses, max_sessions))
    server.start()
    try:
        yield addresses.get(timeout=PATIENCE_S).rstrip("/"), psutil.Process(server.pid)
    finally:
        server.terminate()
        server.join()
        addresses.close()
        addresses.join_thread()


def visit(url: str, jpeg: bytes, effect: str = "aviator") -> None:
    """Have one complete session: hello, an effect, a picture and its answer."""
    with page(url) as opened:
        opened.say(type="effects", ticket=1, effects=[{"id": effect, "params": {}}])
        opened.hear("applied")
        opened.send(jpeg, 7)
        assert opened.receive().sequence == 7
