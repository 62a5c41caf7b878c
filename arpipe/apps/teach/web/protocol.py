"""Messages of the teaching page. Pictures are binary JPEG; each is answered with one `seen`, then the next may come."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from arpipe.apps.teach.session import Moment, TeachSession
from arpipe.apps.web.protocol import CloseCode, PageMessage, ProtocolError
from arpipe.types.rounding import Record

MAX_TEXT_LENGTH = 8 << 20  # a loaded file
MAX_LABEL = 40


Label = Annotated[str, Field(min_length=1, max_length=MAX_LABEL, pattern=r"^[^\x00-\x1f]+$")]


class StartRecording(PageMessage):
    """Begin to record a class."""

    type: Literal["record"]
    label: Label


class Stop(PageMessage):
    """End the recording."""

    type: Literal["stop"]


class Forget(PageMessage):
    """Discard a class."""

    type: Literal["forget"]
    label: Label


class Save(PageMessage):
    """Write the recogniser to the file that the command line names."""

    type: Literal["save"]


class Load(PageMessage):
    """Continue with the content of a file of the browser."""

    type: Literal["load"]
    text: str


Command = StartRecording | Stop | Forget | Save | Load
_COMMANDS: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="type")])


def parse_command(text: str) -> Command:
    """Parse a text message.

    Raises:
        ProtocolError: It is too long, not JSON, or not a command.
    """
    if len(text) > MAX_TEXT_LENGTH:
        raise ProtocolError(f"a command of {len(text)} characters is too long", CloseCode.TOO_BIG)
    try:
        return _COMMANDS.validate_json(text)
    except (ValidationError, RecursionError) as error:
        raise ProtocolError("malformed command") from error


def classes_message(session: TeachSession) -> Record:
    """Return the classes with their counts, and what is missing."""
    counts = session.counts
    return {
        "type": "classes",
        "classes": [{"label": name, "frames": counts[name]} for name in session.classes],
        "problem": session.problem,
    }


def seen_message(moment: Moment) -> Record:
    """Return what a picture shows, with points to draw as shares of its width and height."""
    frame, found = moment.result.frame, moment.found
    hands = [hand.landmarks.points_px[:, :2] / [frame.width, frame.height] for hand in moment.result.hands]
    boxes = [
        face.landmarks.box_px.reshape(2, 2) / [frame.width, frame.height] for face in moment.result.faces
    ]
    return {
        "type": "seen",
        "shows": moment.shows,
        "recording": moment.recording,
        "label": None if found is None else found.label,
        "scores": {} if found is None else {name: round(score, 3) for name, score in found.scores.items()},
        "hands": [points.round(4).tolist() for points in hands],
        "faces": [box.ravel().round(4).tolist() for box in boxes],
    }
