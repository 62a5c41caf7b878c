"""Build a live session from a configuration."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from arpipe.apps.heaps import share_heaps
from arpipe.apps.stream.capture import Capture, opener
from arpipe.apps.stream.outlets import Outlet, Recording, free_path
from arpipe.apps.stream.session import LiveSession
from arpipe.config import LiveConfig, RunConfig
from arpipe.io.camera.virtual_camera import VirtualCameraSink
from arpipe.io.sink import Sink
from arpipe.pipeline.governor import Governor
from arpipe.pipeline.pipeline import Pipeline
from arpipe.render.context import GlContext
from arpipe.render.layer import Layer
from arpipe.types import Picture

PEOPLE = 2  # looked for at least, so that a second person is noticed

Watch = Callable[[Picture], bool | None]


@dataclass(frozen=True, slots=True, eq=False)
class LiveParts:
    """What others bring to a live run.

    Attributes:
        watch: Called with each presented picture on the drawing thread; False ends the run.
        sinks: Take every picture, each in a thread of its own; the run closes them.
        layers: Effects of one's own; the run closes them.
        capture: Used instead of the configured source.
    """

    watch: Watch | None = None
    sinks: Sequence[Sink] = ()
    layers: Sequence[Layer] = ()
    capture: Capture | None = None


def open_session(
    stack: ExitStack, run: RunConfig, parts: LiveParts, context: GlContext | None = None
) -> LiveSession:
    """Everything of a run but its screen, closed by `stack`."""
    share_heaps()
    pipeline = stack.enter_context(Pipeline(pipeline_config(run), layers=parts.layers, context=context))
    capture = parts.capture or Capture(opener(run.live), run.live.loop)
    session = stack.enter_context(LiveSession(capture, pipeline, Governor(run.governor)))
    for sink in parts.sinks:
        session.attach(Outlet(sink, type(sink).__name__))
    if run.live.virtual_camera:
        session.attach(Outlet(VirtualCameraSink(), "virtual camera"))
    if run.live.record is not None:
        session.attach(Outlet(Recording(free_path(run.live.record), run.video), "recording"))
    return session


def pipeline_config(run: RunConfig) -> RunConfig:
    """The configuration with perception as live use wants it: an even pace, and an eye for a second person."""
    perception = run.perception.in_mode("live")
    most = max(perception.face.max_faces, PEOPLE)
    face = perception.face.model_copy(update={"max_faces": most})
    return run.model_copy(update={"perception": perception.model_copy(update={"face": face})})


def is_over(live: LiveConfig, session: LiveSession) -> bool:
    """Whether the source has ended, or as much was shown as was asked for."""
    enough = live.frames and session.figures.frames >= live.frames
    late = live.seconds and session.age_s >= live.seconds
    return bool(session.has_ended or enough or late)
