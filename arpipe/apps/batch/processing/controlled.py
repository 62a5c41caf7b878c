"""A pipeline whose effects follow the configured controls, frame by frame."""

from collections.abc import Sequence

from arpipe.apps.batch.processing.pipelines import ControllablePipeline
from arpipe.apps.failures import Failures
from arpipe.apps.reactions.reactions import EventListener, Reactions, effects_of
from arpipe.apps.stream.carousel import Carousel
from arpipe.apps.stream.commands import SelectionCommands
from arpipe.apps.stream.selection import EffectSelection, selectable_needs
from arpipe.controls.config import ControlConfig
from arpipe.effects.packs import Pack
from arpipe.pipeline.camera_model import CameraModel
from arpipe.pipeline.perception import Perception
from arpipe.recognition.recognizer import Recognizer
from arpipe.types import Frame, FrameResult, Picture


class ControlledPipeline:
    """A `BatchPipeline` that carries out what triggers ask for before it draws their frame.

    What leaves an app, such as sounds and webhooks, is left out: a batch is not live.

    Args:
        pipeline: Detects and draws; closed with this one.
        controls: The controls.
        effects: Specs of the configured effects, with which each input begins.
        follows: Whether frames follow each other; photos are taken by themselves.
        recognizer: Knows the classes of conditions on `class`; None for none.
    """

    def __init__(
        self,
        pipeline: ControllablePipeline,
        controls: Sequence[ControlConfig],
        effects: Sequence[str],
        *,
        follows: bool,
        recognizer: Recognizer | None = None,
    ) -> None:
        self._pipeline, self._controls, self._effects = pipeline, controls, effects
        self._reactions = Reactions(
            controls,
            Failures(),
            follows=follows,
            recognizer=recognizer,
            needs=selectable_needs(controls, Carousel(effects)),
        )
        self._reactions.attach(pipeline.perception)
        self._commands = self._fresh_commands()

    @property
    def camera(self) -> CameraModel:
        """Gives the intrinsics of frames."""
        return self._pipeline.camera

    @property
    def faces_left_out(self) -> int:
        """As `Perception.faces_left_out`."""
        return self._pipeline.faces_left_out

    @property
    def perception(self) -> Perception:
        """Detects."""
        return self._pipeline.perception

    def set_effects(self, effects: Sequence[str | Pack]) -> None:
        """Draw other effects from the next frame on."""
        self._pipeline.set_effects(effects)

    def listen(self, listener: EventListener | None) -> None:
        """Call a function with every event from now on, or none any more."""
        self._reactions.listeners = () if listener is None else (listener,)

    def detect(self, frame: Frame) -> FrameResult:
        """Detect everything in the next frame."""
        return self._pipeline.detect(frame)

    def render(self, result: FrameResult) -> Picture:
        """Carry out what was triggered up to this frame, and draw it."""
        self._reactions.run(self._commands, result.frame.index)
        return self._pipeline.render(result)

    def reset(self) -> None:
        """Begin another input, with the configured effects."""
        self._pipeline.reset()
        self._reactions.clear()
        self._commands = self._fresh_commands()

    def close(self) -> None:
        """Close the pipeline; may be called twice."""
        self._pipeline.close()

    def _fresh_commands(self) -> SelectionCommands:
        carousel = Carousel(self._effects, effects_of(self._controls))
        selection = EffectSelection(carousel, self._pipeline.set_effects, self._reactions.drives)
        selection.update()
        return SelectionCommands(selection, {})
