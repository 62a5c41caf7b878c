"""Occlusion of makeup, by the depth buffer: a turned face hides parts of itself, and hands hide parts of the face."""

import moderngl
import numpy as np
import numpy.typing as npt

from arpipe.effects.makeup.face import MakeupFace
from arpipe.effects.makeup.uniforms import DEPTH_PER_MM, set_placement
from arpipe.geometry.transforms import Array
from arpipe.render.context import GlContext
from arpipe.render.layer import Canvas
from arpipe.render.resources import Mesh, depth_only
from arpipe.topology import Topology, load_topology

SINK_MM = 2.0  # the face is drawn this far behind its surface, or it would hide its own makeup
HAND_DEPTH = -0.985  # of clip space, in front of lips and lines; see shape.vert
FINGER_OVER_PALM = 0.15  # half the width of a finger relative to the palm
PALM = (0, 1, 5, 9, 13, 17)
CORNERS = 8  # of the disc of a joint


class Occluders:
    """Draws the depth of one face at a time.

    Args:
        context: Context to draw with.
        topology: Topology of the faces.
    """

    def __init__(self, context: GlContext, topology: Topology) -> None:
        self._resources = context.resources
        self._program = self._resources.program("skin.vert", "depth.frag", shaders=__package__)
        self._face = self._mesh(topology.count, topology.triangles)
        bones = load_topology("hand").edges
        self._bones = bones
        discs, quads = 21 * (CORNERS + 1), 4 * len(bones)
        self._hand = self._mesh(discs + quads + len(PALM), _hand_triangles(len(bones)))

    def draw(self, canvas: Canvas, face: MakeupFace) -> None:
        """Replace the depth of the canvas; colour is unchanged."""
        framebuffer = canvas.gl.fbo
        set_placement(self._program, canvas, face)
        canvas.gl.enable_only(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        with depth_only(framebuffer):
            framebuffer.clear(depth=1.0)
            sunk = np.array([0.0, 0.0, SINK_MM * face.px_per_mm])
            self._face.write((face.points + sunk).astype(np.float32))
            self._face.vertex_array.render(moderngl.TRIANGLES)
            canvas.gl.enable_only(moderngl.DEPTH_TEST)
            for hand in face.hands:
                outline = hand_outline(hand, self._bones)
                depth = np.full((len(outline), 1), HAND_DEPTH * face.px_per_mm / DEPTH_PER_MM)
                self._hand.write(np.hstack([outline, depth]).astype(np.float32))
                self._hand.vertex_array.render(moderngl.TRIANGLES)

    def close(self) -> None:
        """Release the buffers; may be called twice."""
        self._resources.release(self._face)
        self._resources.release(self._hand)

    def _mesh(self, vertices: int, triangles: npt.NDArray[np.int32]) -> Mesh:
        empty = np.zeros((vertices, 3), np.float32)
        return self._resources.mesh(self._program, [(empty, "3f", ("in_position",))], triangles, dynamic=True)


def hand_outline(hand: Array, bones: npt.NDArray[np.int32]) -> Array:
    """Return (n, 2) vertices of discs on the joints, bars along the bones, and the palm; image px.

    Args:
        hand: (21, 2) landmarks, image px.
        bones: (m, 2) landmarks that bones connect.
    """
    radius = FINGER_OVER_PALM * max(
        float(np.linalg.norm(hand[5] - hand[17])), float(np.linalg.norm(hand[0] - hand[9])) * 0.6
    )
    angles = 2.0 * np.pi * np.arange(CORNERS) / CORNERS
    rim = radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    discs = np.concatenate([hand[:, None], hand[:, None] + rim], axis=1).reshape(-1, 2)
    start, end = hand[bones[:, 0]], hand[bones[:, 1]]
    along = end - start
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    across *= radius / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-6)
    bars = np.stack([start + across, start - across, end + across, end - across], axis=1).reshape(-1, 2)
    outline: Array = np.concatenate([discs, bars, hand[list(PALM)]])
    return outline


def _hand_triangles(bones: int) -> npt.NDArray[np.int32]:
    """Return the (m, 3) triangles for the vertices of `hand_outline`."""
    corner = np.arange(CORNERS)
    fan = np.stack([np.zeros(CORNERS, int), corner + 1, (corner + 1) % CORNERS + 1], axis=1)
    discs = (fan + (CORNERS + 1) * np.arange(21)[:, None, None]).reshape(-1, 3)
    first = 21 * (CORNERS + 1)
    bar = np.array([[0, 1, 2], [1, 3, 2]])
    bars = (bar + first + 4 * np.arange(bones)[:, None, None]).reshape(-1, 3)
    number = np.arange(1, len(PALM) - 1)
    palm = np.stack([np.zeros_like(number), number, number + 1], axis=1) + first + 4 * bones
    return np.concatenate([discs, bars, palm]).astype(np.int32)
