"""A person's own shape, learned over a track."""

import math

import numpy as np

from arpipe.geometry.procrustes import fit_similarity
from arpipe.geometry.transforms import Array, RigidTransform, angles_from_rotation
from arpipe.head_pose.face import FittedFace, SeenFace
from arpipe.head_pose.fit import DEPTH_SCALE, misfits, place_shape
from arpipe.head_pose.mesh import metric_mesh

PRIOR_FRAMES = 5.0  # frontal frames that weigh as much as the canonical shape does
FRONTAL_DEG = 25.0  # a frame turned by this weighs 0.6 of a frontal one: the networks underestimate turns
FORGET_FRAMES = 300.0  # weight of the past, in frontal frames
KNOWN_FRAMES = 30.0  # frontal frames after which the shape hardly changes
OBSERVE_EVERY = 5  # frames, from then on
WORST_ERROR = (
    1.25  # times the canonical shape's error: beyond it, the learned shape contradicts the landmarks
)
CONTRADICTED_FRAMES = 10  # observed in a row, after which the shape is forgotten


class PersonShape:
    """Running mean of a person's landmarks in the head frame, at the canonical face's size and place.

    Its rotation and size stay those of the canonical face, so that learning cannot turn or resize the head.

    Args:
        face: What is fitted.

    Attributes:
        points_m: (3, k) the shape so far; the canonical one at first.
    """

    def __init__(self, face: FittedFace) -> None:
        self._face = face
        self.points_m = face.canonical_m
        self._sum = PRIOR_FRAMES * face.canonical_m
        self._weight = PRIOR_FRAMES
        self._frames = 0
        self._contradicted = 0

    def wants_observation(self) -> bool:
        """Whether to add this frame: every one at first, fewer once the shape is known."""
        self._frames += 1
        return self._weight < KNOWN_FRAMES + PRIOR_FRAMES or self._frames % OBSERVE_EVERY == 0

    def observe(self, seen: SeenFace, own: RigidTransform) -> None:
        """Add a frame.

        Args:
            seen: The landmarks.
            own: `camera_from_head`, as fitted to the shape so far.
        """
        face = self._face
        pose = place_shape(face.canonical_m, seen, own.rotation)
        if pose is None:
            return
        self._judge(seen, pose, own)
        angles = angles_from_rotation(pose.rotation)
        turned = (angles.yaw_deg**2 + angles.pitch_deg**2) / (2.0 * FRONTAL_DEG**2)
        weight = math.exp(-turned)
        mesh = metric_mesh(face.canonical_m, seen, pose, DEPTH_SCALE)[face.indices].T
        keep = 1.0 - weight / FORGET_FRAMES
        self._sum = self._sum * keep + weight * self._as_canonical(mesh)
        self._weight = self._weight * keep + weight
        self.points_m = self._as_canonical(self._sum / self._weight)

    def _judge(self, seen: SeenFace, pose: RigidTransform, own: RigidTransform) -> None:
        """Forget the shape once it has contradicted the landmarks for several frames."""
        face = self._face
        own_misfit = float(misfits(self.points_m, seen, own).sum())
        contradicts = own_misfit > WORST_ERROR**2 * float(misfits(face.canonical_m, seen, pose).sum())
        self._contradicted = self._contradicted + 1 if contradicts else 0
        if self._contradicted >= CONTRADICTED_FRAMES:
            self.points_m = face.canonical_m
            self._sum, self._weight = PRIOR_FRAMES * face.canonical_m, PRIOR_FRAMES
            self._contradicted = 0

    def _as_canonical(self, points_m: Array) -> Array:
        face = self._face
        change = fit_similarity(points_m.T, face.canonical_m.T, face.weights)
        return np.ascontiguousarray(change.apply(points_m.T).T)
