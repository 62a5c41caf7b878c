"""What is in a frame: runs the trackers that the effects and the configuration ask for."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from typing import Protocol

from arpipe.closing import Closing
from arpipe.errors import InferenceError
from arpipe.inference.runtime import Runtime
from arpipe.needs import AnyNeed, ModelNeed, Need, is_model, parse_needs
from arpipe.pipeline.camera_model import CameraConfig, CameraModel, longer_lens
from arpipe.pipeline.fork_guard import ForkGuard, ProcessBound
from arpipe.pipeline.perception_config import PerceptionConfig, PerceptionQuality
from arpipe.pipeline.subject_trackers import Seen, SubjectTrackers
from arpipe.subjects import SUBJECTS, required
from arpipe.timing import FRAME_STAGE, Span, StageTimer
from arpipe.tracking.context import FrameContext, PoseEffort
from arpipe.tracking.face_config import pose_effort
from arpipe.types import Frame, FrameResult

OBSERVE_STAGE = "observe"
_FIELDS = frozenset(each.name for each in fields(FrameResult))


class ResultObserver(Protocol):
    """Follows the results of a stream; see `Perception.attach`."""

    @property
    def needs(self) -> frozenset[AnyNeed]:
        """What must be detected for it."""
        ...

    def observe(self, result: FrameResult) -> None:
        """Take the result of the next frame into account; its durations are not known yet."""
        ...


class Perception(ProcessBound, Closing):
    """Detects and tracks what is in a stream of frames. Networks are loaded when they are first needed.

    Args:
        config: What is detected.
        needs: What effects need, as members of `Need` or their words; the networks for it are loaded now.
        camera: The camera that took the frames; None for an unknown one.
        observer: Called with every finished span, on the thread that did the work.

    Attributes:
        config: As given.
        camera: Gives the intrinsics of frames.
    """

    def __init__(
        self,
        config: PerceptionConfig | None = None,
        needs: Iterable[str] = (),
        camera: CameraConfig | None = None,
        observer: Callable[[Span], None] | None = None,
    ) -> None:
        self.config = config or PerceptionConfig()
        self.camera = CameraModel(camera)
        self._quality = PerceptionQuality(every=self.config.every)
        self._needs = parse_needs(needs, "Perception.needs")
        self._observers: tuple[ResultObserver, ...] = ()
        self._timer = StageTimer(observer=observer)
        self._lock = threading.RLock()  # observers may call any method but `detect`
        self._is_observing = False
        self._closed = False
        self._guard = ForkGuard("perception")
        self._runtime = Runtime(self.config.session)
        self._trackers = SubjectTrackers(self.config, self._runtime, self._reconsider_lens)
        self._begins = True
        try:
            self._trackers.load(self._wanted())
        except BaseException:
            self._runtime.close()
            raise

    @property
    def needs(self) -> frozenset[AnyNeed]:
        """What effects need; assign, from any thread, to change it from the next frame on."""
        return self._needs

    @needs.setter
    def needs(self, needs: Iterable[str]) -> None:
        self._needs = parse_needs(needs, "Perception.needs")

    @property
    def quality(self) -> PerceptionQuality:
        """What perception saves; assign, from any thread, to change it from the next frame on.

        The configured rates are lower limits of its own.
        """
        return self._quality

    @quality.setter
    def quality(self, quality: PerceptionQuality) -> None:
        self._quality = replace(quality, every=self.config.every.slowest(quality.every))

    @property
    def all_needs(self) -> frozenset[AnyNeed]:
        """What effects and observers need, unless the configuration turns it off."""
        needs = self._needs.union(*(observer.needs for observer in self._observers))
        return needs - {Need.OCCLUSION, Need.COVERED} if self.config.occlusion.use == "off" else needs

    def attach(self, observer: ResultObserver) -> None:
        """Show an observer all results from the next frame on, in the stage "observe", on the thread that detects.

        Raises:
            WeightsError: A network that the observer needs cannot be obtained; they are loaded now.
            InferenceError: It is closed.
        """
        self._guard.check()
        with self._lock:
            self._require_open()
            before = self._observers
            self._observers = (*before, observer)
            try:
                self._trackers.load(self._wanted())
            except BaseException:
                self._observers = before
                raise

    @property
    def faces_left_out(self) -> int:
        """Most faces of a frame since the last `reset` that a search found beyond `face.max_faces`; 0 if none."""
        return self._trackers.faces_left_out

    @property
    def provider(self) -> str:
        """Where the networks really run; "none" before any is loaded."""
        return self._runtime.provider

    @property
    def providers(self) -> dict[str, str]:
        """Name of each network that is loaded → where it runs."""
        return self._runtime.providers

    def detect(self, frame: Frame) -> FrameResult:
        """Detect everything that is asked for in the next frame of the stream; may be called from any thread.

        Returns:
            The results, with the durations of all stages.

        Raises:
            WeightsError: A network that is needed only now cannot be obtained.
            InferenceError: It is closed, or the call comes from an observer, within another `detect`.
            ForkError: This process was forked from the one that made the object.
        """
        self._guard.check()
        if not isinstance(frame, Frame):
            raise TypeError(
                f"Perception.detect: expected a Frame, got {type(frame).__name__}; see Frame.from_rgb"
            )
        with self._lock:
            self._require_open()
            if self._is_observing:
                raise InferenceError("detect was called by a function that it calls itself; return first")
            return self._detect(frame)

    def check_usable(self) -> None:
        """Raise ForkError in a forked process, and InferenceError once it is closed."""
        self._guard.check()
        self._require_open()

    def _require_open(self) -> None:
        if self._closed:
            raise InferenceError("the perception is closed; make a new pipeline")

    def effective(self, quality: PerceptionQuality) -> PerceptionQuality:
        """Return what a quality amounts to for what is detected now, as it is configured."""
        wanted = self._wanted()
        attention = (
            "face" in wanted and self.config.face.fullest_mesh != "plain" and self._runs_attention(quality)
        )
        every = self.config.every.slowest(quality.every)
        views = quality.pose_views and "face" in wanted and self._pose_effort(quality) != "none"
        return PerceptionQuality(attention, every.only(frozenset(wanted)), views)

    def reset(self) -> None:
        """Forget all tracks: the next frame begins another stream."""
        with self._lock:
            self._begins = True
            self.camera.reset()
            self._trackers.reset()

    def __repr__(self) -> str:
        state = ", closed" if self._closed else ""
        return f"Perception({', '.join(self._wanted())}{state})"

    def learn_neutral(self) -> None:
        """Learn the neutral expressions of all faces in the picture anew, from the next frame on."""
        with self._lock:
            self._trackers.learn_neutral()

    def close(self) -> None:
        """Free the networks; may be called twice."""
        if not self._guard.is_forked:
            with self._lock:
                self._closed = True
                self._runtime.close()

    def _detect(self, frame: Frame) -> FrameResult:
        camera, timer = self.camera.intrinsics_for(frame), self._timer
        wanted, quality = self._wanted(), self._quality
        attention, effort = self._runs_attention(quality), self._pose_effort(quality)
        self._trackers.load(wanted)
        seen = Seen(
            FrameContext(
                frame,
                timer,
                camera,
                attention=attention,
                pose_effort=effort,
                finds_bare_skin=self._finds_bare_skin(),
            )
        )
        timer.begin_frame(frame.index)
        with timer.stage(FRAME_STAGE):
            self._trackers.update(wanted, seen, quality.every)
            result = self._as_result(seen)
            if self._observers:
                self._show(result)
        return replace(result, timings_ms=timer.timings_ms)

    def _show(self, result: FrameResult) -> None:
        self._is_observing = True
        try:
            with self._timer.stage(OBSERVE_STAGE):
                for observer in self._observers:
                    observer.observe(result)
        finally:
            self._is_observing = False

    def _reconsider_lens(self, seen: Seen) -> None:
        """Take the intrinsics that follow from the faces; those of a photo are then detected with them again."""
        camera, faces = seen.context.camera, seen.context.faces
        if camera is None:
            return
        if self.config.face.follows:
            self.camera.learn_from(camera, faces)
            return
        longer = longer_lens(camera, faces)
        if longer is not None:
            seen.context = replace(seen.context, camera=longer)
            self._trackers.track_again("face", seen)

    def _as_result(self, seen: Seen) -> FrameResult:
        frame, results, camera = seen.context.frame, seen.results, seen.context.camera
        own = {key: value for key, value in results.items() if key in _FIELDS}
        models = {
            ModelNeed(key).model: value
            for key, value in results.items()
            if is_model(key) and value is not None
        }
        extra = {key: value for key, value in results.items() if key not in _FIELDS and not is_model(key)}
        begins, self._begins = self._begins, not self.config.follows
        return FrameResult(frame, **own, extra=extra, models=models, camera=camera, begins_stream=begins)

    def _wanted(self) -> tuple[str, ...]:
        """Return the subjects that effects and configuration ask for, in the order of the table, then networks."""
        track = self.config.track
        needs = required(track, self.all_needs)
        wanted = tuple(
            name for name, subject in SUBJECTS.items() if name in track or not needs.isdisjoint(subject.needs)
        )
        models = {*filter(is_model, track), *(need for need in needs if isinstance(need, ModelNeed))}
        return (*wanted, *sorted(models)) or ("face",)

    def _pose_effort(self, quality: PerceptionQuality) -> PoseEffort:
        return pose_effort(self.config.face, self.config.head_pose) if quality.pose_views else "none"

    def _runs_attention(self, quality: PerceptionQuality) -> bool:
        needs = required(self.config.track, self.all_needs)
        return Need.IRIS in needs or (quality.attention and not self._is_plain_mesh_enough())

    def _finds_bare_skin(self) -> bool:
        """Whether anything but objects such as glasses is drawn behind what stands before faces."""
        return Need.OCCLUSION in self.all_needs or "occlusion" in self.config.track

    def _is_plain_mesh_enough(self) -> bool:
        """Whether faces are only for effects that need no irises, and the mesh may follow from that."""
        face = self.config.face
        for_effects = Need.FACE in self.all_needs and "face" not in self.config.track
        return face.mesh == "auto" and face.follows and for_effects
