"""One socket: the page's messages in, pictures out, and an end with a reason."""

import asyncio
import time
from collections import deque
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from arpipe.apps.web.protocol import (
    CREDIT,
    VERSION,
    Ack,
    Close,
    Command,
    Hello,
    ProtocolError,
    Reset,
    View,
    Wear,
    parse_command,
    parse_picture,
)
from arpipe.apps.web.server_camera import ServerCamera
from arpipe.apps.web.session import WebSession
from arpipe.config import WebConfig
from arpipe.errors import ArpipeError, ConfigError

HELLO_TIMEOUT_S = 10.0
MOST_COMMANDS_PER_S = 60
LONGEST_REASON = 120  # bytes that a closing frame holds
PROBLEM_CHECK_S = 1.0


GONE = (WebSocketDisconnect, RuntimeError)
"""What sending raises when the page has gone."""


class Rate:
    """Counts events of the last second.

    Args:
        limit: That many are allowed.
        what: For the message.
    """

    def __init__(self, limit: float, what: str) -> None:
        self._limit, self._what = limit, what
        self._times: deque[float] = deque()

    def count(self, now_s: float) -> None:
        """Take note of one more; ProtocolError when they are too many."""
        self._times.append(now_s)
        while self._times[0] < now_s - 1.0:
            self._times.popleft()
        if len(self._times) > self._limit:
            raise ProtocolError(f"more than {self._limit:g} {self._what} a second")


async def read_hello(socket: WebSocket) -> Hello:
    """The page's first message.

    Raises:
        ProtocolError: It is another one, or none comes.
    """
    try:
        message = await asyncio.wait_for(socket.receive_text(), HELLO_TIMEOUT_S)
    except TimeoutError as error:
        raise ProtocolError("no hello came") from error
    except KeyError as error:
        raise ProtocolError("the first message must be hello, got a picture") from error
    command = parse_command(message)
    if not isinstance(command, Hello):
        raise ProtocolError(f"the first message must be hello, got {command.type}")
    return command


async def close(socket: WebSocket, code: Close, reason: str) -> None:
    """End the session; the page shows the reason. Does nothing when the page has gone."""
    with suppress(*GONE):
        await socket.close(code, reason.encode()[:LONGEST_REASON].decode(errors="ignore"))


class Connection:
    """A session and its page, talking.

    Args:
        socket: Accepted.
        session: Sees and draws.
        limits: What the page may ask for.
    """

    def __init__(self, socket: WebSocket, session: WebSession, limits: WebConfig) -> None:
        self._socket, self._session, self._limits = socket, session, limits
        self._pictures = Rate(limits.max_fps, "pictures")
        self._commands = Rate(MOST_COMMANDS_PER_S, "commands")
        self._unanswered = 0
        self._shown = asyncio.Event()

    async def serve(self, camera: ServerCamera | None) -> None:
        """Talk until the page goes.

        Args:
            camera: Watched instead of pictures from the page.

        Raises:
            ProtocolError: The page broke a rule, or was silent for too long.
        """
        await self._say({"type": "welcome", "version": VERSION, "credit": CREDIT})
        try:
            async with asyncio.TaskGroup() as tasks:
                watcher = None if camera is None else tasks.create_task(self._watch(camera, tasks))
                await self._listen(tasks, camera is None)
                if watcher is not None:
                    watcher.cancel()
        except* (ProtocolError, ArpipeError) as broken:
            raise _first(broken) from None

    async def _listen(self, tasks: asyncio.TaskGroup, takes_pictures: bool) -> None:
        while True:
            try:
                message = await asyncio.wait_for(self._socket.receive(), self._limits.idle_s)
            except TimeoutError as error:
                reason = f"No picture came for {self._limits.idle_s:g} seconds."
                raise ProtocolError(reason, Close.GOING_AWAY) from error
            if message["type"] == "websocket.disconnect":
                return
            data, text = message.get("bytes"), message.get("text")
            if data is None:
                self._commands.count(time.monotonic())
                await self._obey(parse_command(text or ""))
            elif not takes_pictures:
                raise ProtocolError("this session watches the server's camera; it takes no pictures")
            else:
                self._take(data, tasks)

    def _take(self, data: bytes, tasks: asyncio.TaskGroup) -> None:
        self._pictures.count(time.monotonic())
        picture = parse_picture(data)
        if self._unanswered >= CREDIT:
            raise ProtocolError(f"more than {CREDIT} pictures unanswered")
        self._unanswered += 1
        _begin(tasks, self._session.answer_picture(picture, self._answer))

    async def _obey(self, command: Command) -> None:
        if isinstance(command, Wear):
            await self._wear(command)
        elif isinstance(command, View):
            self._session.set_view(command)
        elif isinstance(command, Ack):
            self._unanswered = max(0, self._unanswered - 1)
            self._shown.set()
        elif isinstance(command, Reset):
            self._session.restart()
        else:
            raise ProtocolError("hello comes once")

    async def _wear(self, order: Wear) -> None:
        started_s = time.perf_counter()
        try:
            await self._session.set_effects(order)
        except ConfigError as error:
            await self._say({"type": "refused", "ticket": order.ticket, "reason": str(error)})
            return
        took_ms = round((time.perf_counter() - started_s) * 1000.0, 1)
        await self._say({"type": "worn", "ticket": order.ticket, "ms": took_ms})

    async def _watch(self, camera: ServerCamera, tasks: asyncio.TaskGroup) -> None:
        """Send the camera's newest picture whenever the page has shown one."""
        number, told = 0, None
        async with camera.watching():
            while True:
                self._shown.clear()
                if self._unanswered >= CREDIT:
                    await self._shown.wait()
                    continue
                try:
                    async with asyncio.timeout(PROBLEM_CHECK_S):
                        number, frame = await camera.newest(number)
                except TimeoutError:
                    if camera.problem != told:
                        told = camera.problem
                        await self._say({"type": "trouble", "reason": told or ""})
                    continue
                self._unanswered += 1
                sent_ms = time.monotonic() * 1000.0
                answer = self._session.answer_frame(frame, number, sent_ms, self._send)
                _begin(tasks, answer)  # its credit comes back with the page's ack

    async def _answer(self, data: bytes) -> None:
        self._unanswered -= 1  # before it is sent: the page may send its next picture at once
        await self._send(data)

    async def _send(self, data: bytes) -> None:
        with suppress(*GONE):
            await self._socket.send_bytes(data)

    async def _say(self, message: dict[str, Any]) -> None:
        with suppress(*GONE):
            await self._socket.send_json(message)


def _begin(tasks: asyncio.TaskGroup, work: Coroutine[Any, Any, None]) -> None:
    """Let something be done beside the rest; nothing any more when the group is ending because of an error."""
    try:
        tasks.create_task(work)
    except RuntimeError:
        work.close()


def _first(broken: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first error in a group of groups."""
    error = broken.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
