"""A WebSocket connection: receives messages of the page and sends pictures, until it ends with a reason."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from functools import partial

from starlette.websockets import WebSocket, WebSocketDisconnect

from arpipe.apps.web.protocol import (
    CREDIT,
    VERSION,
    Ack,
    CloseCode,
    Command,
    Hello,
    ProtocolError,
    Reset,
    SetEffects,
    SetNetwork,
    SetView,
    parse_command,
    parse_picture,
)
from arpipe.apps.web.server_camera import ServerCamera
from arpipe.apps.web.session import WebSession
from arpipe.config import WebConfig
from arpipe.errors import ConfigError

MAX_COMMANDS_PER_S = 60
MAX_REASON_BYTES = 120  # limit of a closing frame
PROBLEM_CHECK_S = 1.0
CLOSE_TIMEOUT_S = 1.0


DISCONNECTED = (WebSocketDisconnect, RuntimeError)
"""Raised when sending to a page that is gone."""


class RateLimit:
    """Limits the events per second.

    Args:
        limit: Maximum number of events per second.
        what: Name of the events, for the message.
    """

    def __init__(self, limit: float, what: str) -> None:
        self._limit, self._what = limit, what
        self._times: deque[float] = deque()

    def count(self, now_s: float) -> None:
        """Count an event; raises ProtocolError if there are too many."""
        self._times.append(now_s)
        while self._times[0] < now_s - 1.0:
            self._times.popleft()
        if len(self._times) > self._limit:
            raise ProtocolError(f"more than {self._limit:g} {self._what} per second")


async def read_hello(socket: WebSocket, timeout_s: float) -> Hello:
    """Wait for the first message of a page.

    Args:
        socket: The accepted socket.
        timeout_s: How long to wait, s.

    Raises:
        ProtocolError: It is another message, or none comes in time.
    """
    try:
        message = await asyncio.wait_for(socket.receive_text(), timeout_s)
    except TimeoutError as error:
        raise ProtocolError("no hello came") from error
    except KeyError as error:
        raise ProtocolError("the first message must be hello, got a picture") from error
    command = parse_command(message)
    if not isinstance(command, Hello):
        raise ProtocolError(f"the first message must be hello, got {command.type}")
    return command


async def close(socket: WebSocket, code: CloseCode, reason: str) -> None:
    """End a session with a reason that the page shows; no effect if the page is gone or does not read."""
    with suppress(*DISCONNECTED, TimeoutError):
        async with asyncio.timeout(CLOSE_TIMEOUT_S):
            await socket.close(code, reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore"))


class PageConnection:
    """Connects a session and its page.

    Args:
        socket: The accepted socket.
        session: The session.
        limits: Limits of what the page may send.
    """

    def __init__(self, socket: WebSocket, session: WebSession, limits: WebConfig) -> None:
        self._socket, self._session, self._limits = socket, session, limits
        self._pictures = RateLimit(limits.max_fps, "pictures")
        self._commands = RateLimit(MAX_COMMANDS_PER_S, "commands")
        self._unanswered = 0  # pictures that the page has not been answered, or has not acknowledged
        self._unwritten = 0  # pictures of the camera that wait for the page to read
        self._acknowledged = asyncio.Event()
        self._sent_s: dict[int, float] = {}  # number of a picture of the camera → when it was sent
        self._period_s = 0.0  # least time between pictures of the camera

    async def serve(self, camera: ServerCamera | None) -> None:
        """Serve the page until it disconnects.

        Args:
            camera: Source of the pictures; None if the page sends them.

        Raises:
            ProtocolError: The page violated the protocol or was silent for too long.
        """
        await self._say({"type": "welcome", "version": VERSION, "credit": CREDIT})
        try:
            async with asyncio.TaskGroup() as tasks:
                watcher = None if camera is None else tasks.create_task(self._watch(camera, tasks))
                await self._listen(tasks, accepts_pictures=camera is None)
                if watcher is not None:
                    watcher.cancel()
        except* Exception as errors:  # noqa: BLE001 - raised again without its groups
            raise _first(errors) from None

    async def _listen(self, tasks: asyncio.TaskGroup, *, accepts_pictures: bool) -> None:
        while True:
            try:
                message = await asyncio.wait_for(self._socket.receive(), self._limits.idle_s)
            except TimeoutError as error:
                reason = f"No picture came for {self._limits.idle_s:g} seconds."
                raise ProtocolError(reason, CloseCode.GOING_AWAY) from error
            if message["type"] == "websocket.disconnect":
                return
            data, text = message.get("bytes"), message.get("text")
            if data is None:
                self._commands.count(time.monotonic())
                await self._execute(parse_command(text or ""))
            elif not accepts_pictures:
                raise ProtocolError("this session watches the server's camera; it accepts no pictures")
            else:
                self._accept(data, tasks)

    def _accept(self, data: bytes, tasks: asyncio.TaskGroup) -> None:
        self._pictures.count(time.monotonic())
        picture = parse_picture(data)
        if self._unanswered >= CREDIT:
            raise ProtocolError(f"more than {CREDIT} unanswered pictures")
        self._unanswered += 1
        _start(tasks, self._session.answer_picture(picture, self._answer))

    async def _execute(self, command: Command) -> None:
        if isinstance(command, SetEffects):
            await self._set_effects(command)
        elif isinstance(command, SetView):
            self._session.set_view(command)
        elif isinstance(command, SetNetwork):
            self._period_s = 1.0 / command.fps if command.kbit is not None else 0.0
            self._session.set_network(command)
        elif isinstance(command, Ack):
            self._unanswered = max(0, self._unanswered - 1)
            self._acknowledged.set()
            await self._report_transit(command.sequence)
        elif isinstance(command, Reset):
            self._session.restart()
        else:
            raise ProtocolError("hello was sent twice")

    async def _set_effects(self, command: SetEffects) -> None:
        start_s = time.perf_counter()
        try:
            await self._session.set_effects(command)
        except ConfigError as error:
            await self._say({"type": "refused", "ticket": command.ticket, "reason": str(error)})
            return
        duration_ms = round((time.perf_counter() - start_s) * 1000.0, 1)
        await self._say({"type": "applied", "ticket": command.ticket, "ms": duration_ms})

    async def _watch(self, camera: ServerCamera, tasks: asyncio.TaskGroup) -> None:
        """Send the latest picture of the camera whenever the page has credit."""
        number, reported, due_s = 0, None, 0.0
        async with camera.watching():
            while True:
                await asyncio.sleep(due_s - time.monotonic())
                self._acknowledged.clear()
                if max(self._unanswered, self._unwritten) >= CREDIT:
                    await self._acknowledged.wait()
                    continue
                try:
                    async with asyncio.timeout(PROBLEM_CHECK_S):
                        number, frame = await camera.latest(number)
                except TimeoutError:
                    if camera.problem != reported:
                        reported = camera.problem
                        await self._say({"type": "problem", "reason": reported or ""})
                    continue
                self._unanswered += 1
                self._unwritten += 1
                now_s = time.monotonic()
                due_s = now_s + self._period_s
                show = partial(self._show, number)
                answer = self._session.answer_frame(frame, number, now_s * 1000.0, show)
                _start(tasks, answer)  # the page's ack returns its credit

    async def _answer(self, data: bytes) -> None:
        """Send an answer; the page has its credit back once the answer is written, not before."""
        await self._send(data)
        self._unanswered -= 1
        await self._react()

    async def _show(self, number: int, data: bytes) -> None:
        """Send a picture of the server's camera; a page that acknowledges what it never read gets no more."""
        self._sent_s[number] = time.monotonic()
        if len(self._sent_s) > 2 * CREDIT:  # a page may acknowledge others than it was sent
            del self._sent_s[next(iter(self._sent_s))]
        await self._send(data)
        self._unwritten -= 1
        self._acknowledged.set()
        await self._react()

    async def _report_transit(self, number: int) -> None:
        """Tell the page how long a picture of the server's camera and its acknowledgement were on the network."""
        sent_s = self._sent_s.pop(number, None)
        if sent_s is not None:
            await self._say({"type": "transit", "ms": round((time.monotonic() - sent_s) * 1000.0, 1)})

    async def _react(self) -> None:
        """Tell the page what was triggered."""
        for message in await self._session.react():
            await self._say(message)

    async def _send(self, data: bytes) -> None:
        async with _time_to_read(self._limits.answer_s):
            await self._socket.send_bytes(data)

    async def _say(self, message: dict[str, object]) -> None:
        async with _time_to_read(self._limits.answer_s):
            await self._socket.send_json(message)


@asynccontextmanager
async def _time_to_read(timeout_s: float) -> AsyncIterator[None]:
    """Limit the wait for a page that does not read; nothing is sent to one that is gone.

    Raises:
        ProtocolError: The page did not read in time.
    """
    try:
        async with asyncio.timeout(timeout_s):
            yield
    except DISCONNECTED:
        return
    except TimeoutError as error:
        raise ProtocolError(f"the page has read nothing for {timeout_s:g} seconds") from error


def _start(tasks: asyncio.TaskGroup, work: Coroutine[None, None, None]) -> None:
    """Start a task, unless the group is already ending because of an error."""
    try:
        tasks.create_task(work)
    except RuntimeError:
        work.close()


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first error of nested groups."""
    error = errors.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
