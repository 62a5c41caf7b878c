"""A face of one frame with everything that makeup needs to know about it."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from arpipe.effects.makeup.people import PersonState
from arpipe.effects.makeup.person import Complexion
from arpipe.geometry.mesh import vertex_normals
from arpipe.geometry.transforms import Array
from arpipe.render.layer import Scene
from arpipe.render.view import box_around
from arpipe.topology import Topology, load_topology
from arpipe.types import TrackedFace

MARGIN_MM = 9.0  # lashes and wings extend beyond the landmarks
SELF_OCCLUDED = 0.22  # |x| of the mean normal: 12° of yaw
# Rooms are lit from above; x right, y down, z towards the viewer.
DEFAULT_LIGHT: Array = np.array([0.05, -0.5, 0.75])
USUAL_BLUR_PX = 0.8  # of webcams
NO_KEY = np.zeros(3)


@dataclass(frozen=True, slots=True, eq=False)
class MakeupFace:
    """A face that makeup is drawn on.

    Attributes:
        tracked: Landmarks, pose and identity.
        points: (n, 3) landmarks, image px, z negative towards the camera.
        normals: (n, 3) unit, x right, y down, z towards the viewer.
        complexion: Colours of the face without makeup.
        light: (3,) unit, towards the main light, axes as for `normals`.
        px_per_mm: Scale of the face in the image.
        box_px: (4,) box that all makeup stays in, image px.
        blur_px: Gaussian sigma by which the face is out of focus or smeared by its motion, px; 0 for the usual
            softness, which all makeup has.
        presence: In [0, 1], opacity of all makeup; below 1 while the landmark network is unsure of the face.
        is_occluded: Whether the turned face may hide a part of itself.
    """

    tracked: TrackedFace
    points: Array
    normals: Array
    complexion: Complexion
    light: Array
    px_per_mm: float
    box_px: Array
    blur_px: float = 0.0
    presence: float = 1.0
    is_occluded: bool = False

    @classmethod
    def in_scene(
        cls, tracked: TrackedFace, scene: Scene, person: PersonState, px_per_mm: float
    ) -> "MakeupFace":
        """Describe a tracked face of a scene.

        Args:
            tracked: The face.
            scene: The frame it is in.
            person: What is remembered of it.
            px_per_mm: Its scale in the image.
        """
        points = tracked.landmarks.points_px.astype(np.float64)
        points[:, 2] -= points[:, 2].mean()
        key = NO_KEY if tracked.pose is None else scene.lighting(tracked).key
        box_px = box_around(points[:, :2], MARGIN_MM * px_per_mm)
        normals = surface_normals(points, tracked.landmarks.topology)
        return cls(
            tracked,
            points,
            normals,
            person.complexion,
            light_direction(key),
            px_per_mm,
            box_px,
            math.sqrt(max(scene.look(tracked).spread_px ** 2 - USUAL_BLUR_PX**2, 0.0)),
            person.presence,
            is_occluded=abs(float(normals[:, 0].mean())) > SELF_OCCLUDED,
        )

    def region(self, name: str) -> Array:
        """Return (k, 2) points of a named region, image px, in its sequence."""
        places: Array = self.points[self.tracked.landmarks.topology.region(name), :2]
        return places

    def facing(self, name: str) -> Array:
        """Return (k,) cosine between the viewing direction and the surface normal at a region's points."""
        towards: Array = self.normals[self.tracked.landmarks.topology.region(name), 2]
        return towards

    def facing_by_pose(self, name: str) -> Array:
        """Return (k,) as `facing`, for the mean face in the pose of the head; 1 without a pose.

        In near profile, the network misplaces the far side of a face; the pose shows what is turned away.
        """
        topology = self.tracked.landmarks.topology
        indices = topology.region(name)
        if self.tracked.pose is None:
            return np.ones(len(indices))
        camera_from_head = self.tracked.pose.camera_from_head
        points = camera_from_head.apply(topology.canonical_m[indices])
        normals = _mean_normals()[indices] @ camera_from_head.rotation.T
        towards: Array = -(normals * points).sum(axis=1) / np.linalg.norm(points, axis=1)
        return towards


def surface_normals(points: Array, topology: Topology) -> Array:
    """Return (n, 3) unit normals of landmarks in image px; x right, y down, z towards the viewer."""
    upright = points * (1.0, -1.0, -1.0)  # right-handed, so that triangles keep their orientation
    normals: Array = vertex_normals(upright, topology.triangles) * (1.0, -1.0, 1.0)
    return normals


def light_direction(key: Array) -> Array:
    """Return the (3,) unit direction of the main light, pulled towards the default one; axes of `MakeupFace.normals`.

    Args:
        key: `Lighting.key`, gl frame.
    """
    toward = key * (1.0, -1.0, 1.0) + DEFAULT_LIGHT
    unit: Array = toward / np.linalg.norm(toward)
    return unit


@cache
def _mean_normals() -> Array:
    topology = load_topology("face")
    return vertex_normals(topology.canonical_m, topology.triangles)
