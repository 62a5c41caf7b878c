"""A link of limited rate on loopback, as a slow mobile network is: everything between page and server shares it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

PIECE = 1400  # bytes, as of a packet
BUFFER = 8192  # bytes that a socket may hold: a slow link does not swallow whole pictures at once


@dataclass
class SlowLink:
    """A link.

    Attributes:
        url: Address at which the server is reached through it.
        rate: Bytes per second in each direction, may be changed at any time; None for no limit.
        carried: Bytes so far, to the server and to the page.
    """

    url: str = ""
    rate: float | None = None
    carried: tuple[int, int] = (0, 0)


class _Direction:
    """The bytes of all connections in one direction, one after another."""

    def __init__(self, link: SlowLink, index: int) -> None:
        self._link, self._index = link, index
        self._free_s = 0.0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            while piece := await reader.read(PIECE):
                if self._link.rate is not None:
                    self._free_s = max(loop.time(), self._free_s) + len(piece) / self._link.rate
                    await asyncio.sleep(self._free_s - loop.time())
                carried = list(self._link.carried)
                carried[self._index] += len(piece)
                self._link.carried = (carried[0], carried[1])
                writer.write(piece)
                await writer.drain()
        writer.close()


@contextmanager
def slow_link(port: int) -> Iterator[SlowLink]:
    """A link to a server on a port of this machine."""
    loop, link, ready = asyncio.new_event_loop(), SlowLink(), threading.Event()
    up, down = _Direction(link, 0), _Direction(link, 1)
    stop, ends = asyncio.Event(), list[asyncio.StreamWriter]()

    async def connect(from_page: asyncio.StreamReader, to_page: asyncio.StreamWriter) -> None:
        ends.append(to_page)
        try:
            from_server, to_server = await asyncio.open_connection("127.0.0.1", port, limit=BUFFER)
        except OSError:
            to_page.close()
            return
        ends.append(to_server)
        await asyncio.gather(up.carry(from_page, to_server), down.carry(from_server, to_page))

    async def run() -> None:
        server = await asyncio.start_server(connect, "127.0.0.1", 0, limit=BUFFER)
        link.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ready.set()
        await stop.wait()
        server.close()
        for end in ends:
            end.close()
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), name="slow link")
    thread.start()
    ready.wait()
    try:
        yield link
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
