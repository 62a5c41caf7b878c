"""Stand-ins for the networks of faces, which follow a script."""

from collections.abc import Callable, Sequence

import numpy as np

from arpipe.models.face_mesh import FaceObservation, next_roi
from arpipe.timing import StageTimer
from arpipe.topology import Topology
from arpipe.types import Detection, Frame, Landmarks, Roi

Script = Callable[[int], Sequence[Landmarks]]
"""Frame index → the faces in it."""


class ScriptedFaces:
    """Detector and meshes of `FaceTracker` at once: the scripted faces, found only in squares on them.

    Args:
        script: Frame index → its faces.
        topology: Of the faces.

    Attributes:
        detections: How often the whole picture was searched.
        located: How many squares were located in.
        kind: As in `FaceMeshes`.
    """

    kind = "attention"

    def __init__(self, script: Script, topology: Topology) -> None:
        self._script = script
        self._nobody = Landmarks(np.zeros((topology.count, 3), np.float32), 0.0, topology)
        self.detections = 0
        self.located = 0

    def detect(self, frame: Frame, timer: StageTimer) -> tuple[Detection, ...]:
        """One detection per face; the keypoints are level with it."""
        with timer.stage("detect"):
            self.detections += 1
            return tuple(detection_of(face) for face in self._script(frame.index))

    def locate(self, frame: Frame, rois: Sequence[Roi], timer: StageTimer) -> list[FaceObservation]:
        """The face nearest to each square's centre if that lies in its box; a face of score 0 elsewhere."""
        with timer.stage("infer"):
            self.located += len(rois)
            faces = [_nearest(self._script(frame.index), roi) or self._nobody for roi in rois]
            return [FaceObservation(face, next_roi(face)) for face in faces]


def detection_of(face: Landmarks) -> Detection:
    """What a detector answers for a face."""
    x0, y0, x1, y1 = face.box_px
    middle = np.array([(x0 + x1) / 2.0, (y0 + y1) / 2.0])
    half = np.array([(x1 - x0) / 4.0, 0.0])
    keypoints = np.stack([middle - half, middle + half, middle, middle, middle - 2 * half, middle + 2 * half])
    return Detection(face.box_px, keypoints, face.score)


def _nearest(faces: Sequence[Landmarks], roi: Roi) -> Landmarks | None:
    inside = [
        face
        for face in faces
        if (face.box_px[:2] <= roi.center_px).all() and (roi.center_px <= face.box_px[2:]).all()
    ]
    if not inside:
        return None
    return min(
        inside, key=lambda face: float(np.linalg.norm(face.box_px.reshape(2, 2).mean(axis=0) - roi.center_px))
    )
