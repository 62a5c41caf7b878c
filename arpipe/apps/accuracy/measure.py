"""Runs arpipe over pictures with known poses, and over pictures and their mirror images."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from arpipe.apps.accuracy.errors import PoseErrors, pose_errors
from arpipe.apps.accuracy.labels import LabelledSet
from arpipe.apps.accuracy.steadiness import Steadiness, measure_steadiness
from arpipe.apps.accuracy.variants import Variant
from arpipe.errors import MediaError
from arpipe.geometry.transforms import Array, RigidTransform
from arpipe.io.sample.source import SampleConfig, SampleSource
from arpipe.io.sources import open_source
from arpipe.pipeline.perception_config import PerceptionConfig
from arpipe.pipeline.pipeline import Pipeline
from arpipe.pipeline.pipeline_config import PipelineConfig
from arpipe.topology import load_topology
from arpipe.types import Frame, HeadPose, TrackedFace

MOST_FACES = 20  # of a picture that is compared with its mirror image
SAMPLE = SampleConfig(width=640, height=480, frames=150)


@dataclass(frozen=True, slots=True, eq=False)
class SampleErrors:
    """Errors on the bundled sample, whose truth is known exactly.

    Attributes:
        pose: Errors of the poses.
        depth: (n,) relative errors of the head's distance.
        pupillary_distance_mm: Error of the last estimate, mm; NaN while no iris was measured.
    """

    pose: PoseErrors
    depth: Array
    pupillary_distance_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class MirrorErrors:
    """Disagreement between pictures and their mirror images.

    Attributes:
        total: Number of faces with a pose.
        angles_deg: (n, 3) of yaw, pitch and roll, of the faces that the mirror image has, too.
        unread: Messages about the files that could not be read and were left out.
    """

    total: int
    angles_deg: Array
    unread: tuple[str, ...] = ()

    @property
    def rms_deg(self) -> Array:
        """(3,) root mean square, degrees."""
        if not len(self.angles_deg):
            return np.full(3, np.nan)
        roots: Array = np.sqrt(np.mean(self.angles_deg**2, axis=0))
        return roots

    @property
    def median_deg(self) -> Array:
        """(3,) median of the absolute angles, degrees; a few faces that are half hidden decide the RMS."""
        return np.median(np.abs(self.angles_deg), axis=0) if len(self.angles_deg) else np.full(3, np.nan)


def measure_labelled(labelled: LabelledSet, variant: Variant) -> PoseErrors:
    """Compare poses with labels."""
    mode: Literal["image", "video"] = "video" if labelled.is_clip else "image"
    with _open(variant, mode) as pipeline:
        pairs = [(_pose(pipeline, frame), truth) for frame, truth in labelled]
    estimated = _transforms(pose for pose, _ in pairs)
    return pose_errors(
        estimated, [truth.rotation for _, truth in pairs], [truth.place_mm for _, truth in pairs]
    )


def measure_sample(variant: Variant) -> SampleErrors:
    """Compare poses with the truth of the bundled sample."""
    with SampleSource(SAMPLE) as source, _open(variant, "video") as pipeline:
        poses = [_pose(pipeline, frame) for frame in source]
        truths = [source.truth(index) for index in range(len(poses))]
    estimated = _transforms(poses)
    true = [truth.camera_from_head for truth in truths]
    errors = pose_errors(
        estimated, [each.rotation for each in true], [1000.0 * each.translation_m for each in true]
    )
    depth = _depth_errors(estimated, true)
    return SampleErrors(errors, depth, _last_pupillary_mm(poses) - _pupillary_mm(truths[-1].metric_mesh_m))


def _depth_errors(estimated: Sequence[RigidTransform | None], true: Sequence[RigidTransform]) -> Array:
    """Return (n,) relative errors of the distance, where there is a pose."""
    errors = [
        float(pose.translation_m[2] / truth.translation_m[2]) - 1.0
        for pose, truth in zip(estimated, true, strict=True)
        if pose is not None
    ]
    return np.array(errors)


def _last_pupillary_mm(poses: Sequence[HeadPose | None]) -> float:
    """Return the pupillary distance of the last pose, mm; NaN if there is none."""
    measured = [pose.pupillary_distance_mm for pose in poses if pose is not None]
    return measured[-1] if measured and measured[-1] is not None else float("nan")


def _transforms(poses: Iterable[HeadPose | None]) -> list[RigidTransform | None]:
    return [None if pose is None else pose.camera_from_head for pose in poses]


def measure_mirror(media: Sequence[str], variant: Variant) -> MirrorErrors:
    """Compare the poses of all faces in pictures with those in their mirror images, picture by picture.

    Raises:
        MediaError: None of the files can be read.
    """
    rows: list[tuple[float, float, float]] = []
    unread: list[str] = []
    total = 0
    with _open(variant, "image", MOST_FACES) as pipeline:
        for frame in _frames(media, unread):
            faces = _posed(pipeline, frame)
            others = _posed(pipeline, _mirrored(frame))
            total += len(faces)
            rows += [
                (one.yaw_deg + other.yaw_deg, one.pitch_deg - other.pitch_deg, one.roll_deg + other.roll_deg)
                for one, other in _matched(faces, others, frame.width)
            ]
    return MirrorErrors(total, np.array(rows).reshape(-1, 3), tuple(unread))


def _posed(pipeline: Pipeline, frame: Frame) -> list[TrackedFace]:
    return [face for face in pipeline.detect(frame).faces if face.pose is not None]


def _matched(
    faces: Sequence[TrackedFace], others: Sequence[TrackedFace], width: int
) -> Iterator[tuple[HeadPose, HeadPose]]:
    """Return poses of the same faces in a picture, scaled to a width, and in its mirror image."""
    for face in faces:
        x0, y0, x1, y1 = face.landmarks.box_px
        place = np.array([width - 1 - (x0 + x1) / 2.0, (y0 + y1) / 2.0])
        distances = [float(np.hypot(*(_center(other) - place))) for other in others]
        if face.pose is not None and distances and min(distances) < (x1 - x0) / 4.0:
            pose = others[int(np.argmin(distances))].pose
            if pose is not None:
                yield face.pose, pose


def _center(face: TrackedFace) -> Array:
    x0, y0, x1, y1 = face.landmarks.box_px
    return np.array([(x0 + x1) / 2.0, (y0 + y1) / 2.0])


def _open(variant: Variant, mode: Literal["image", "video"], max_faces: int = 1) -> Pipeline:
    face = {"mesh": variant, "max_faces": max_faces}
    perception = PerceptionConfig.model_validate(
        {"track": ["face"], "face": face, "head_pose": {"views": "export"}}
    )
    return Pipeline(PipelineConfig(perception=perception.in_mode(mode)))


def _pose(pipeline: Pipeline, frame: Frame) -> HeadPose | None:
    """Return the pose of the largest face."""
    faces = _posed(pipeline, frame)
    if not faces:
        return None
    return max(faces, key=lambda face: float(np.ptp(face.landmarks.box_px[[0, 2]]))).pose


def _frames(media: Sequence[str], unread: list[str]) -> Iterator[Frame]:
    """Yield the frames of files; appends a message about each that cannot be read, unless that is all of them."""
    for spec in media:
        try:
            with open_source(spec) as source:
                yield from source
        except MediaError as error:
            unread.append(str(error))
            if len(unread) == len(media):
                raise


def _mirrored(frame: Frame) -> Frame:
    camera = frame.camera
    if camera is not None:
        camera = replace(camera, cx=camera.width - 1 - camera.cx)
    return Frame.from_rgb(frame.pixels[:, ::-1], frame.captured_s, frame.index, camera)


def _pupillary_mm(mesh_m: Array) -> float:
    face = load_topology("face")
    between = mesh_m[face.index("left_pupil")] - mesh_m[face.index("right_pupil")]
    return 1000.0 * float(np.linalg.norm(between[:2]))


def measure_variant_steadiness(variant: Variant) -> Steadiness:
    """Measure jitter and lag of live tracking with a mesh."""
    perception = PerceptionConfig.model_validate({"track": ["face"], "face": {"mesh": variant}})
    with Pipeline(PipelineConfig(perception=perception)) as pipeline:
        return measure_steadiness(pipeline)
