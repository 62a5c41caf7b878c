"""The socket of one teaching page."""

import asyncio
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar, TypeVarTuple

from starlette.websockets import WebSocket

from arpipe.apps.teach.session import TeachSession
from arpipe.apps.teach.web.protocol import (
    Command,
    Forget,
    Load,
    Save,
    StartRecording,
    Stop,
    classes_message,
    parse_command,
    seen_message,
)
from arpipe.apps.web.protocol import CloseCode, ProtocolError
from arpipe.config import RunConfig
from arpipe.errors import ArpipeError, MediaError
from arpipe.io.video.stream_codec import decode_jpeg
from arpipe.types import Frame
from arpipe.types.rounding import Record

_Arguments = TypeVarTuple("_Arguments")
_Result = TypeVar("_Result")


class TeachConnection:
    """Serves a page: one worker thread sees, learns and recognises.

    Args:
        socket: The accepted socket.
        run: The configuration.
        file: Recogniser to begin with; None for an empty one.
        output: File that is saved to.
    """

    def __init__(self, socket: WebSocket, run: RunConfig, file: Path | None, output: Path) -> None:
        self._socket, self._run, self._file, self._output = socket, run, file, output
        self._worker = ThreadPoolExecutor(1, "teach")
        self._count = 0

    async def serve(self) -> None:
        """Serve the page until it disconnects.

        Raises:
            ProtocolError: The page violated the protocol, or was silent for too long.
            ArpipeError: The recogniser cannot be loaded, or a network cannot be obtained.
        """
        session = await self._do(TeachSession, self._run, self._file)
        try:
            await self._say({"type": "welcome", "file": str(self._output)})
            await self._say(await self._do(classes_message, session))
            while await self._answer_next(session):
                pass
        finally:
            await asyncio.shield(self._do(session.close))
            self._worker.shutdown(wait=False)

    async def _answer_next(self, session: TeachSession) -> bool:
        """Answer the next message; False once the page has gone."""
        idle_s = self._run.web.idle_s
        try:
            message = await asyncio.wait_for(self._socket.receive(), idle_s)
        except TimeoutError as error:
            raise ProtocolError(f"No picture came for {idle_s:g} seconds.", CloseCode.GOING_AWAY) from error
        if message["type"] == "websocket.disconnect":
            return False
        data = message.get("bytes")
        if data is not None:
            await self._say(await self._do(self._see, session, data))
        else:
            await self._execute(session, parse_command(message.get("text") or ""))
        return True

    async def _execute(self, session: TeachSession, command: Command) -> None:
        told: Record = {}
        try:
            said = await self._do(self._obey, session, command)
            told = {"type": "done", "text": said} if said else {}
        except ArpipeError as error:
            told = {"type": "problem", "reason": str(error)}
        await self._say(await self._do(classes_message, session))
        if told:
            await self._say(told)

    def _see(self, session: TeachSession, data: bytes) -> Record:
        web = self._run.web
        try:
            pixels = decode_jpeg(data, web.max_width * web.max_height)
        except MediaError as error:
            raise ProtocolError(f"the picture cannot be used: {error}") from error
        frame = Frame.from_rgb(pixels, time.monotonic(), self._count)
        self._count += 1
        return seen_message(session.observe(frame))

    def _obey(self, session: TeachSession, command: Command) -> str:
        """Carry out a command; returns what to tell the person, if anything."""
        match command:
            case StartRecording():
                session.record(command.label)
            case Stop():
                session.stop()
            case Forget():
                session.forget(command.label)
            case Save():
                session.save(self._output)
                return f"Saved as {self._output}"
            case Load():
                with tempfile.TemporaryDirectory() as folder:
                    path = Path(folder) / "the file"
                    path.write_text(command.text, "utf-8")
                    session.load(path)
                return "Loaded"
        return ""

    async def _say(self, message: Record) -> None:
        await self._socket.send_json(message)

    async def _do(self, work: Callable[[*_Arguments], _Result], *arguments: *_Arguments) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._worker, work, *arguments)
