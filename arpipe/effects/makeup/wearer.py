"""One made-up face of one frame, and the uniforms that all makeup shaders share."""

from dataclasses import dataclass
from functools import cache

import moderngl
import numpy as np

from arpipe.effects.makeup.person import Complexion, shares
from arpipe.geometry.mesh import vertex_normals
from arpipe.geometry.transforms import Array
from arpipe.render.layer import Canvas
from arpipe.render.lighting import LUMINANCE
from arpipe.render.program import Program
from arpipe.topology import Topology, load_topology
from arpipe.types import TrackedFace

USUAL_LIGHT: Array = np.array(
    [0.05, -0.5, 0.75]
)  # rooms are lit from above; x right, y down, z to the viewer
SKIN_REACH, REACH_OVER_SPREAD = 0.08, 1.6  # shares of r + g + b; see skin_evidence in makeup_common.glsl
DEPTH_OVER_FACE = 0.004  # clip depth a mm: a face is some 150 mm deep

BACKDROP_UNIT = 0


@dataclass(frozen=True, slots=True, eq=False)
class Wearer:
    """A face as makeup sees it.

    Attributes:
        face: Landmarks and identity.
        points: (n, 3) landmarks, image px, z negative towards the camera.
        normals: (n, 3) unit, x right, y down, z towards the viewer.
        complexion: Without makeup.
        light: (3,) unit, towards the main light, axes as the normals'.
        px_per_mm: Size in the image.
        presence: In [0, 1], how much of the makeup shows; less than 1 while the network doubts the face.
        hands: (21, 2) landmarks of each hand before the face, image px.
        is_covered: Whether something may lie in front of a part of the face: itself, as it is turned, or a hand.
    """

    face: TrackedFace
    points: Array
    normals: Array
    complexion: Complexion
    light: Array
    px_per_mm: float
    presence: float = 1.0
    hands: tuple[Array, ...] = ()
    is_covered: bool = False

    @property
    def depth_test(self) -> int:
        """State to draw makeup with: depth has been drawn for a covered face."""
        return moderngl.DEPTH_TEST if self.is_covered else moderngl.NOTHING

    def region(self, name: str) -> Array:
        """(k, 2) points of a named region, in its order."""
        places: Array = self.points[self.face.landmarks.topology.region(name), :2]
        return places

    def facing(self, name: str) -> Array:
        """(k,) cosine between the view and the surface at a region's points."""
        towards: Array = self.normals[self.face.landmarks.topology.region(name), 2]
        return towards

    def facing_by_pose(self, name: str) -> Array:
        """(k,) likewise, of the mean face placed as the head is; 1 without a pose.

        In near profile the network draws the far side where it cannot be; this says what has turned away.
        """
        topology = self.face.landmarks.topology
        indices = topology.region(name)
        if self.face.pose is None:
            return np.ones(len(indices))
        camera_from_head = self.face.pose.camera_from_head
        points = camera_from_head.apply(topology.canonical_m[indices])
        normals = _mean_normals()[indices] @ camera_from_head.rotation.T
        towards: Array = -(normals * points).sum(axis=1) / np.linalg.norm(points, axis=1)
        return towards


@cache
def _mean_normals() -> Array:
    topology = load_topology("face")
    return vertex_normals(topology.canonical_m, topology.triangles)


def surface_normals(points: Array, topology: Topology) -> Array:
    """(n, 3) unit normals of landmarks in image px, x right, y down, z towards the viewer."""
    upright = points * (1.0, -1.0, -1.0)  # right-handed, so triangles keep their sense
    normals: Array = vertex_normals(upright, topology.triangles) * (1.0, -1.0, 1.0)
    return normals


def light_direction(key: Array) -> Array:
    """(3,) unit direction of the main light, pulled towards the usual one; axes of `Wearer.normals`.

    Args:
        key: `Lighting.key`, gl frame.
    """
    toward = key * (1.0, -1.0, 1.0) + USUAL_LIGHT
    unit: Array = toward / np.linalg.norm(toward)
    return unit


def place(program: Program, canvas: Canvas, wearer: Wearer) -> None:
    """Set the uniforms of makeup_place.glsl."""
    region = canvas.region
    scale = np.array([2.0 / region.width, 2.0 / region.height])
    offset = (0.5 - np.array([region.x, region.y])) * scale - 1.0
    program.set("u_clip_from_px", [*scale.tolist(), *offset.tolist()])
    if program.has("u_depth"):
        program.set("u_depth", DEPTH_OVER_FACE / wearer.px_per_mm)


def describe(program: Program, wearer: Wearer) -> None:
    """Set those uniforms of makeup_common.glsl that the program uses; the backdrop is in unit 0."""
    complexion = wearer.complexion
    values = {
        "u_skin": [*shares(complexion.skin).tolist(), float(complexion.skin @ LUMINANCE)],
        "u_white": complexion.white.tolist(),
        "u_colorful": float(complexion.colorful),
        "u_reach": SKIN_REACH + REACH_OVER_SPREAD * float(complexion.spread),
        "u_light": wearer.light.tolist(),
        "u_lips": complexion.lips.tolist(),
        "u_irises": complexion.irises.tolist(),
        "u_px_mm": wearer.px_per_mm,
    }
    for name, value in values.items():
        if program.has(name):
            program.set(name, value)
    program.set("u_backdrop", BACKDROP_UNIT)
