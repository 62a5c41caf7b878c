"""Places the people of the sample in front of the camera and renders them in perspective."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import (
    FLIP_YZ,
    Array,
    RigidTransform,
    angles_from_rotation,
    rotation_from_angles,
)
from arpipe.io.sample.layers import draw_body, draw_head, fit_background, fit_body, fit_head
from arpipe.io.sample.path import Motion
from arpipe.io.sample.relief import LANDMARKS, Relief, load_relief
from arpipe.topology import load_topology
from arpipe.types import Pixels, Points

VERTICAL_FOV_DEG = 42.0  # of a laptop's camera
DISTANCES_M = (0.58, 0.84, 1.02, 1.20)  # from the camera to the pupils, by number of people
MIN_ASPECT = (1.2, 1.6, 1.6, 1.6)  # narrower pictures need people farther away
SINGLE_AT = 0.472  # of the width: position of the face in the portrait, between flag and model
EYES_AT = 0.41  # of the height
BODY_BELOW_EYES_M = 0.55  # the photograph ends there; the frame must end above

# Pivots of neck and trunk: m from between the pupils, x right, y down, z away from the photographer.
NECK_M = np.array([-0.004, 0.075, 0.090])
TRUNK_M = np.array([-0.010, 0.420, 0.130])

LID_CLOSURE = 0.92  # of the distance to the lower lid, where the lashes meet
LID_REACH_M = 0.011  # height of the skin above the lid that a blink moves


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """One person in the scene at one time.

    Attributes:
        camera_from_head: Pose of the head.
        camera_from_rest: Pose of the body.
        points_m: (n, 3) vertices of the head's relief in the camera frame.
        metric_mesh_m: (478, 3) the face's landmarks in the `head` frame.
        landmarks_px: (478, 2) landmarks as drawn.
    """

    camera_from_head: RigidTransform
    camera_from_rest: RigidTransform
    points_m: Array
    metric_mesh_m: Array
    landmarks_px: Array


class SampleScene:
    """The studio with its people.

    Args:
        width, height: Size of the picture, px.
        people: Number of people side by side, 1 to 4.
    """

    def __init__(self, width: int, height: int, people: int) -> None:
        self.camera = CameraIntrinsics.from_fov(width, height, VERTICAL_FOV_DEG)
        self._relief = load_relief()
        self._rest_angles = angles_from_rotation(self._relief.photo_from_head.rotation)
        self._lids_m = _lid_travel(self._relief)
        self._eyes_m = _places(self.camera, people)
        px_per_m = self.camera.fy / self._eyes_m[0, 2]
        self._background = fit_background(self._relief.background, width, height)
        self._head = fit_head(self._relief, px_per_m)
        self._body = fit_body(self._relief, px_per_m)

    def place(self, person: int, motion: Motion) -> Placed:
        """Place one person, counted from the left, at a point of the path."""
        relief = self._relief
        eyes_m = self._eyes_m[person] + (motion.right_m, 0.0, -motion.nearer_m)
        turn = (
            rotation_from_angles(motion.body_yaw_deg, motion.body_pitch_deg, motion.body_roll_deg) @ FLIP_YZ
        )
        camera_from_rest = RigidTransform(turn, eyes_m + TRUNK_M - turn @ TRUNK_M)
        rest = self._rest_angles
        rotation = rotation_from_angles(
            rest.yaw_deg + motion.yaw_deg, rest.pitch_deg + motion.pitch_deg, rest.roll_deg + motion.roll_deg
        )
        neck_in_head = relief.rest_from_head.inverse().apply(NECK_M)
        camera_from_head = RigidTransform(rotation, camera_from_rest.apply(NECK_M) - rotation @ neck_in_head)
        points_m = relief.points_m.copy()
        points_m[:LANDMARKS] += motion.closed * self._lids_m
        with_head = camera_from_head.apply(points_m)
        with_body = (camera_from_rest @ relief.rest_from_head).apply(points_m)
        in_camera = with_body + relief.head_share[:, None] * (with_head - with_body)
        landmarks_px = self.camera.project(in_camera[:LANDMARKS])
        return Placed(camera_from_head, camera_from_rest, in_camera, points_m[:LANDMARKS], landmarks_px)

    def draw(self, people: Sequence[Placed]) -> Pixels:
        """Return (height, width, 3) RGB; people farther left are drawn behind."""
        pixels = self._background.copy()
        self._draw_onto(pixels, people)
        return pixels

    def mask(self, people: Sequence[Placed]) -> Points:
        """Return (height, width) float32 in [0, 1]: how much of each pixel people cover.

        What shows through people is what differs between a picture over black and one over white.
        """
        black, white = np.zeros_like(self._background), np.full_like(self._background, 255)
        self._draw_onto(black, people)
        self._draw_onto(white, people)
        through = white[..., 1].astype(np.float32) - black[..., 1]
        return np.asarray(np.clip(1.0 - through / 255.0, 0.0, 1.0), np.float32)

    def _draw_onto(self, pixels: Pixels, people: Sequence[Placed]) -> None:
        for person in people:
            draw_body(pixels, self._body, self.camera, person.camera_from_rest)
            turn = person.camera_from_head.rotation @ self._relief.photo_from_head.rotation.T
            draw_head(pixels, self._head, self.camera, person.points_m, turn)


def _places(camera: CameraIntrinsics, people: int) -> Array:
    """Return (people, 3) rest positions of the points between the pupils, m, camera frame."""
    aspect = camera.width / camera.height
    distance_m = DISTANCES_M[people - 1] * max(1.0, MIN_ASPECT[people - 1] / aspect)
    columns = (np.arange(people) + 0.5) / people if people > 1 else np.array([SINGLE_AT])
    lowest_px = camera.height - BODY_BELOW_EYES_M * camera.fy / distance_m
    row_px = max(EYES_AT * camera.height, lowest_px)
    px = np.stack([columns * camera.width, np.full(people, row_px)], axis=-1) - 0.5
    return np.column_stack([camera.unproject(px), np.ones(people)]) * distance_m


def _lid_travel(relief: Relief) -> Array:
    """Return (478, 3) displacements of the face points from open to closed eyes, m, head frame.

    The upper lids move to the lower ones; the skin above them is pulled along.
    """
    topology = load_topology("face")
    face_m = relief.points_m[:LANDMARKS]
    travel_m = np.zeros((LANDMARKS, 3))
    for side in ("left", "right"):
        ring = topology.region(f"{side}_eye")
        half = len(ring) // 2
        lower, upper = ring[1:half], ring[:half:-1]
        way_m = LID_CLOSURE * (face_m[lower] - face_m[upper])
        travel_m[upper] = way_m
        way_m = way_m[np.argsort(face_m[upper, 0])]
        lid_m = face_m[upper][np.argsort(face_m[upper, 0])]
        above = np.setdiff1d(np.flatnonzero(_beside(face_m, lid_m)), ring)
        lid_y = np.interp(face_m[above, 0], lid_m[:, 0], lid_m[:, 1])
        height_m = face_m[above, 1] - lid_y
        share = np.where(height_m > 0.0, np.clip(1.0 - height_m / LID_REACH_M, 0.0, 1.0), 0.0)
        drawn = [np.interp(face_m[above, 0], lid_m[:, 0], way_m[:, axis]) for axis in range(3)]
        travel_m[above] = share[:, None] * np.stack(drawn, axis=-1)
    return travel_m


def _beside(face_m: Array, lid_m: Array) -> npt.NDArray[np.bool_]:
    """Return which of the (478,) face points lie above or below an eye."""
    beside = (face_m[:, 0] > lid_m[0, 0]) & (face_m[:, 0] < lid_m[-1, 0])
    return np.asarray(beside & (face_m[:, 1] < LID_REACH_M + lid_m[:, 1].max()))
