"""A live run from its configuration: in a window, or without one."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from arpipe.apps.heaps import share_heaps
from arpipe.apps.live.capture import Capture, opener
from arpipe.apps.live.outlets import Outlet, Recording, free_path
from arpipe.apps.live.session import LiveReport, LiveSession
from arpipe.apps.live.trouble import advice
from arpipe.apps.signals import ended_by_sigterm
from arpipe.config import LiveConfig, RunConfig
from arpipe.errors import DeviceError
from arpipe.io.camera.virtual_camera import VirtualCameraSink
from arpipe.io.sink import Sink
from arpipe.pipeline.governor import Governor
from arpipe.pipeline.pipeline import Pipeline
from arpipe.render.context import GlContext
from arpipe.render.layer import Layer, PixelLayer
from arpipe.types import Picture

POLL_S = 0.1
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
    layers: Sequence[Layer | PixelLayer] = ()
    capture: Capture | None = None


def live(
    config: LiveConfig | None = None,
    run: RunConfig | None = None,
    watch: Watch | None = None,
    sinks: Sequence[Sink] = (),
    layers: Sequence[Layer | PixelLayer] = (),
) -> LiveReport:
    """Show a camera with effects until the window is closed, the source or the time ends, or Ctrl-C.

    Args:
        config: Source, window and outputs; None for those of `run`.
        run: Pipeline, effects and governor; None for the defaults.
        watch: Called with each presented picture on the drawing thread; False ends the run.
        sinks: Take every picture, each in a thread of its own; closed at the end.
        layers: Effects of one's own; closed at the end.

    Raises:
        DeviceError: No window can be opened; or, without one, the camera cannot.
        ArpipeError: As for `Pipeline` and the sinks.
    """
    run = run or RunConfig()
    run = run.model_copy(update={"live": config or run.live})
    parts = LiveParts(watch, sinks, layers)
    if not run.live.window:
        return run_headless(run, parts)
    from arpipe.apps.window.app import run_window

    return run_window(run, parts)


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


def run_headless(run: RunConfig, parts: LiveParts) -> LiveReport:
    """Without a window: pictures go to outlets and callbacks only."""
    with ExitStack() as stack:
        stack.enter_context(ended_by_sigterm())
        session = open_session(stack, run, parts)
        try:
            while not is_over(run.live, session):
                picture = session.next(POLL_S)
                if picture is None:
                    _give_up_without_camera(run.live, session)
                    continue
                session.presented(picture)
                if parts.watch is not None and parts.watch(picture) is False:
                    break
        except KeyboardInterrupt:
            pass  # the usual way to end it
        return session.report()


def _give_up_without_camera(live: LiveConfig, session: LiveSession) -> None:
    """A camera that never worked is an error; one that stopped working may come back."""
    if session.capture.state == "failed" and not session.figures.frames:
        raise DeviceError(f"{session.capture.problem}\n{advice(live.source)}".strip())
