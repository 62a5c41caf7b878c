"""Soft shadow of glasses on the skin, at the pads, under the rims and along the temples: what it depends on.

The front is a curved sheet with a density map, and the temples are lines.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.geometry.mesh import vertex_normals
from arpipe.geometry.transforms import Array, RigidTransform
from arpipe.render.lighting import Lighting
from arpipe.render.object_mesh import Batch, ObjectMesh
from arpipe.topology import Topology

MAP_WIDTH, MAP_HEIGHT = 256, 128
BLURS_M = (0.0015, 0.003, 0.0055, 0.010)  # as in shadow.frag
MAP_MARGIN_M = 0.022  # around the front, for the widest blur

# Reach of shadows from the front, model frame: right, down and back; left, up and forward.
REACH_BEFORE_M = np.array([0.004, 0.024, 0.030])
REACH_BEYOND_M = np.array([0.004, 0.008, 0.0])
SKIN_ABOVE_M, SKIN_BELOW_M = 0.040, -0.070  # range of skin relative to the pupils that a shadow can reach
INSIDE_SIDE = 64
# In the UV layout, in which a face is about 0.2 m wide and high.
RIM_FADE = 0.07
NOSE_RADIUS, NOSE_FADE = 0.072, 0.09  # around its tip

DIRECTED, AMBIENT = 0.72, 0.36  # darkest shadow of the main light, and of the ambient light
TEMPLE = 0.8  # darkest shadow of temples, relative to their sum
DEFAULT_LIGHT: Array = np.array(
    [0.0, 0.45, 0.65]
)  # gl frame; rooms are lit from above; a prior for the estimate
MIN_FORWARD = 0.45  # minimum forward component of the light


@dataclass(frozen=True, slots=True, eq=False)
class Cast:
    """The shadow on one face.

    Attributes:
        gl_from_head: (4, 4).
        glasses_from_head: (4, 4).
        metric_mesh_m: (n, 3) landmarks in the head frame, m.
        to_light: (3,) unit vector, glasses frame; z is positive.
        directed: Strength of the main light's shadow.
        ambient: Strength of the ambient occlusion.
        temple: Strength of the temples' shadow.
        temple_start, temple_end: (2, 3) left and right, glasses frame, m.
        colorful: See `Lighting.colorful`.
        track_id: Id of the face; what stands before it is not shaded.
    """

    gl_from_head: Array
    glasses_from_head: Array
    metric_mesh_m: Array
    to_light: Array
    directed: float
    ambient: float
    temple: float
    temple_start: Array
    temple_end: Array
    colorful: float
    track_id: int


@dataclass(frozen=True, slots=True, eq=False)
class ShadowModel:
    """What the shadow of a model depends on, whoever wears it.

    Attributes:
        density: (h, w, 4) uint8 opacity of the front with four blurs, from sharp to soft; see `density_map`.
        density_place: Map coordinates are `xy * place[:2] + place[2:]` of glasses-frame points, m.
        sheet: z of the front: `s[0] + s[1] x² + s[2] y + s[3] y²`.
        reach: y below and above which the shadow has faded out, glasses frame, m.
        inside: (side, side, 1) uint8 how far a shadow shows at each place of the UV layout; see `inside_map`.
        triangles: (m, 3) uint32 triangles of the face that a shadow can reach.
        vertices: (n, 5) float32 normal of the mean face, and uv, of each landmark.
    """

    density: npt.NDArray[np.uint8]
    density_place: tuple[float, float, float, float]
    sheet: tuple[float, float, float, float]
    reach: tuple[float, float]
    inside: npt.NDArray[np.uint8]
    triangles: npt.NDArray[np.uint32]
    vertices: npt.NDArray[np.float32]

    @classmethod
    def of_mesh(cls, mesh: ObjectMesh, topology: Topology) -> "ShadowModel":
        """Look at a model, whose first part is the front, and at the faces that will wear it."""
        front = mesh.positions(0)
        low = front.min(axis=0)[:2] - MAP_MARGIN_M
        high = front.max(axis=0)[:2] + MAP_MARGIN_M
        scale_x, scale_y = (1.0 / (high - low)).tolist()
        start_x, start_y = (-low / (high - low)).tolist()
        z_0, z_xx, z_y, z_yy = sheet_of(front).tolist()
        canonical, triangles = topology.canonical_m, topology.lean_triangles
        heights = canonical[triangles][..., 1]
        near = (heights.max(axis=1) > SKIN_BELOW_M) & (heights.min(axis=1) < SKIN_ABOVE_M)
        return cls(
            density_map(mesh, low, high),
            (scale_x, scale_y, start_x, start_y),
            (z_0, z_xx, z_y, z_yy),
            (
                float(front[:, 1].min() - REACH_BEFORE_M[1]),
                float(front[:, 1].max() + REACH_BEYOND_M[1]),
            ),
            inside_map(topology),
            triangles[near].astype(np.uint32),
            np.column_stack([vertex_normals(canonical, topology.triangles), topology.uv]).astype(np.float32),
        )


def cast_shadow(
    gl_from_head: RigidTransform,
    metric_mesh_m: Array,
    head_from_glasses: Array,
    temples_m: Array,
    lighting: Lighting,
    track_id: int,
    strength: float,
) -> Cast:
    """Return the shadow on one face.

    Args:
        gl_from_head: Pose of the head.
        metric_mesh_m: (n, 3) landmarks in the head frame, m.
        head_from_glasses: (4, 4) pose of the front in the head frame.
        temples_m: (2, 2, 3) start and end of the left and the right temple, head frame, m.
        lighting: Light on the face.
        track_id: Id of the face.
        strength: Factor of the estimated shadow.
    """
    glasses_from_head: Array = np.linalg.inv(head_from_glasses).astype(np.float64)
    # Inverse rotation up to a positive factor: the transform is a similarity, so that its transpose will do.
    toward = head_from_glasses[:3, :3].T @ gl_from_head.rotation.T @ (lighting.key + DEFAULT_LIGHT)
    toward /= math.sqrt(float(head_from_glasses[:3, 0] @ head_from_glasses[:3, 0]))
    toward[2] = max(toward[2], MIN_FORWARD)
    share = math.sqrt(float(lighting.key @ lighting.key))
    ends = temples_m @ glasses_from_head[:3, :3].T + glasses_from_head[:3, 3]
    return Cast(
        gl_from_head.matrix(),
        glasses_from_head,
        metric_mesh_m,
        toward / math.sqrt(float(toward @ toward)),
        strength * DIRECTED * (0.5 + 0.5 * share),
        strength * AMBIENT,
        strength * TEMPLE * (DIRECTED * (0.5 + 0.5 * share) + AMBIENT),
        ends[:, 0],
        ends[:, 1],
        lighting.colorful,
        track_id,
    )


def density_map(mesh: ObjectMesh, low: Array, high: Array) -> npt.NDArray[np.uint8]:
    """Render the opacity of the front as (h, w, 4), seen from the front, with four blurs.

    Args:
        mesh: The model.
        low: (2,) x, y of the map's first corner, m; row 0 is at low y.
        high: (2,) x, y of its last corner, m.
    """
    scale = np.array([MAP_WIDTH, MAP_HEIGHT]) / (high - low)
    density = np.zeros((MAP_HEIGHT, MAP_WIDTH), np.float32)
    for batch in sorted(
        mesh.batches, key=lambda batch: not batch.glass
    ):  # opaque batches last, over the lenses
        front = batch.surfaces[batch.indices[:, 0], 6] == 0
        corners = (batch.vertices[:, :2] - low) * scale - 0.5
        fixed = np.rint(corners * 16.0).astype(np.int32)[batch.indices[front]]
        blocked = _blocked(batch)
        for triangle in fixed:
            cv2.fillConvexPoly(density, triangle, blocked, cv2.LINE_8, 4)
    levels = []
    for blur in BLURS_M:
        across, along = blur * scale
        levels.append(cv2.GaussianBlur(density, (0, 0), float(across), sigmaY=float(along)))
    density_levels: npt.NDArray[np.uint8] = np.rint(np.dstack(levels) * 255.0).astype(np.uint8)
    return density_levels


def sheet_of(front: Array) -> Array:
    """Fit z = s0 + s1 x² + s2 y + s3 y² to (n, 3) points of the front by least squares; return (4,) s."""
    x, y, z = front.T
    design = np.column_stack([np.ones_like(x), x * x, y, y * y])
    solution: Array = np.linalg.lstsq(design, z, rcond=None)[0]
    return solution


def _blocked(batch: Batch) -> float:
    """Return the share of the light that a batch blocks, in [0, 1]."""
    if not batch.glass:
        return 1.0
    through = batch.colors[:, :3].astype(np.float64).mean() * batch.surfaces[:, 4].mean() / 255.0
    metallic = batch.surfaces[:, 0].mean() / 255.0
    return float(1.0 - through * (1.0 - metallic) * 0.92)  # each surface reflects 4 %


def inside_map(topology: Topology) -> npt.NDArray[np.uint8]:
    """Return (side, side, 1) how far a shadow shows at each place of the UV layout, from 0 to 255.

    It fades towards the border of the face mesh, and towards the wings of the nose, whose steep flanks would cut it
    off. Weights at the landmarks, interpolated over the large triangles of cheeks and forehead, would leave spikes.
    """
    finer = 4 * INSIDE_SIDE
    outline = np.rint(topology.uv[topology.region("face_oval")] * finer - 0.5).astype(np.int32)
    filled = cv2.fillPoly(np.zeros((finer, finer), np.uint8), [outline], 255)
    from_rim = cv2.distanceTransform(filled, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) / finer
    columns, rows = np.meshgrid(*[(np.arange(finer) + 0.5) / finer] * 2)
    x, y = topology.uv[topology.index("nose_tip")]
    from_nose = np.hypot(columns - x, rows - y)
    # Zero at the texels of the border, too.
    shown = _smoothstep((from_rim - 1.0 / INSIDE_SIDE) / RIM_FADE)
    shown *= _smoothstep((from_nose - NOSE_RADIUS) / NOSE_FADE)
    small = cv2.resize(255.0 * shown, (INSIDE_SIDE, INSIDE_SIDE), interpolation=cv2.INTER_AREA)
    return np.rint(small).astype(np.uint8)[..., None]


def _smoothstep(share: Array) -> Array:
    inside = np.clip(share, 0.0, 1.0)
    return inside * inside * (3.0 - 2.0 * inside)
