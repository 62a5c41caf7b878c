"""Build a live session from a configuration."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from arpipe.apps.failures import Failures
from arpipe.apps.malloc import limit_malloc_arenas
from arpipe.apps.stream.capture import Capture, opener
from arpipe.apps.stream.loop import Watch
from arpipe.apps.stream.outlets import Outlet, Recording, free_path
from arpipe.apps.stream.recorded_sound import check_microphone, recorded_sound
from arpipe.apps.stream.session import LiveSession
from arpipe.config import RunConfig
from arpipe.io.atomic import GrowingFile
from arpipe.io.camera.virtual_camera import VirtualCameraSink
from arpipe.io.outputs import NamedFile, named_files, refuse_overwriting
from arpipe.io.sink import Sink
from arpipe.io.sinks import LiveSink, names_sink
from arpipe.pipeline.perception import Perception
from arpipe.pipeline.perception_config import PerceptionConfig
from arpipe.pipeline.renderer import EffectRenderer
from arpipe.render.context import GlContext
from arpipe.render.layer import Layer
from arpipe.timing import Span

MIN_FACES = 2  # so that a second person is noticed


@dataclass(frozen=True, slots=True, eq=False)
class LiveParts:
    """What the caller adds to a live run.

    Attributes:
        watch: Called with each presented picture on the drawing thread; returning False ends the run.
        sinks: Receive every picture, each on a thread of its own; the run closes them.
        layers: Custom effects; the run closes them.
        capture: Replaces the configured source.
    """

    watch: Watch | None = None
    sinks: Sequence[Sink] = ()
    layers: Sequence[Layer] = ()
    capture: Capture | None = None


def open_session(
    stack: ExitStack,
    run: RunConfig,
    parts: LiveParts,
    context: GlContext | None = None,
    failures: Failures | None = None,
) -> LiveSession:
    """Open everything of a live run but its window; `stack` closes it.

    Args:
        stack: Closes pipeline and session.
        run: The configuration.
        parts: What the caller adds.
        context: OpenGL to draw with; None for a headless context.
        failures: Collects what fails beside the picture; None to print it.

    Raises:
        ArpipeError: As for `Pipeline` and the sinks.
    """
    recorded = None if run.live.record is None else free_path(run.live.record)
    _require_new(recorded, run.live.outputs)
    check_microphone(run.live)
    limit_malloc_arenas()
    failures = failures or Failures()
    named = _configured_sinks(run, recorded, failures)
    capture = parts.capture or Capture(opener(run.live), run.live.loop)
    session = connect(stack, run, capture, parts.layers, context, failures=failures)
    for sink in parts.sinks:
        session.attach(Outlet(sink, type(sink).__name__))
    for name, sink in named:
        session.attach(Outlet(sink, name))
    return session


def connect(
    stack: ExitStack,
    run: RunConfig,
    capture: Capture,
    layers: Sequence[Layer] = (),
    context: GlContext | None = None,
    observer: Callable[[Span], None] | None = None,
    failures: Failures | None = None,
) -> LiveSession:
    """Connect a capture with perception and drawing.

    Args:
        stack: Closes all of them.
        run: The configuration.
        capture: The source.
        layers: Custom effects.
        context: OpenGL to draw with; None for a headless context.
        observer: Called with every finished span, on the thread that did the work.
        failures: Collects what fails beside the picture; None to print it.

    Raises:
        ArpipeError: As for `Pipeline`.
    """
    renderer = stack.enter_context(EffectRenderer(run.render, run.effects, layers, context, observer))
    perception = stack.enter_context(
        Perception(_live_perception(run.perception), renderer.needs, run.camera, observer)
    )
    return stack.enter_context(LiveSession(capture, perception, renderer, run.governor, failures=failures))


def _configured_sinks(run: RunConfig, recorded: Path | None, failures: Failures) -> list[tuple[str, Sink]]:
    """Return the outputs of a configuration with their names; none of them is opened before the first picture.

    Raises:
        OutputError, PluginError: There is no such output, or it cannot be written by its name.
    """
    sound = recorded_sound(run.live, failures.mention)
    named: list[tuple[str, Sink]] = []
    if run.live.virtual_camera:
        named.append(("virtual camera", VirtualCameraSink()))
    if recorded is not None:
        named.append(("recording", Recording(recorded, run.video, sound)))
    return named + [(output, LiveSink(output, run.video, sound)) for output in run.live.outputs]


def _require_new(recorded: Path | None, outputs: Sequence[str]) -> None:
    """Raise OutputError if files that a live run will write exist, cannot be written, or are the same.

    This is checked now, because the files themselves are begun by the first picture.
    """
    paths = [Path(output) for output in outputs if not names_sink(output)]
    files = [*named_files({"--record": recorded}), *(NamedFile("--output", path) for path in paths)]
    refuse_overwriting(files, ())
    for file in files:
        GrowingFile(file.path).discard()


def _live_perception(config: PerceptionConfig) -> PerceptionConfig:
    """Return the configuration for live mode, which keeps an even pace and notices a second person."""
    config = config.in_mode("live")
    max_faces = max(config.face.wanted, MIN_FACES)
    return config.model_copy(update={"face": config.face.model_copy(update={"max_faces": max_faces})})
