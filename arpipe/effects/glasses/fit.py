"""How glasses rest on a face: on the bridge of the nose, in front of the eyes, over the ears.

The model frame has its origin where the bridge rests on the nose, is metric, and includes tilt and wrap, so that
`head_from_glasses` is close to the identity. What differs between people is the place of the bridge, the size, and the
angle of each temple about its hinge.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from arpipe.effects.glasses.head_shape import HeadShape
from arpipe.geometry.transforms import Array, rotation_about
from arpipe.topology import Topology

# Opticians' rule: a frame is as wide as the face at the temples. Both are compared as seen from the front, because that
# is what looks right: glasses are nearer to the camera than temples, so that with the wrong lens, which places the head
# too near, frames of the same real width would reach far beyond the face.
SEEN_WIDTH_SHARE = 1.015
USUAL_DISTANCE_M = 0.7  # of a face in front of a webcam
FACE_SCALE_LIMITS = (0.8, 1.2)  # children's to very large frames, at the usual distance
NEAREST_M = 0.03  # between camera and glasses, where a wrong lens places the head in the camera
CORNEA_BEHIND_SELLION_M = 0.008  # from a head scan; the network places the irises too deep
CONTACT_GAP_M = 0.0006
CONTACT_UP_M = 0.0015  # the bridge rests this far above the pupils, which puts lens centres 4–5 mm below them
TEMPLE_CLEARANCE_M = 0.0015
MAX_SPLAY_DEG, MAX_DROP_DEG = 14.0, 12.0  # limits of hinges and of what opticians bend
BESIDE_M = 0.009  # skin within this distance above or below a temple must not stick out of it
MIN_TEMPLE_M = -0.02  # where temple or ear reach less far behind the hinge, the temple does not turn
REST_DEPTH_M = 0.0015  # depth to which pads press into the skin
MAX_PUSH_M = 0.009
PUSH_NEIGHBOURS = 4


class GlassesSize(BaseModel):
    """Dimensions of a frame as stated on eyewear, mm and degrees.

    Attributes:
        lens_width_mm, lens_height_mm, bridge_mm: Dimensions in the boxing system.
        temple_mm: Length of a temple along its bend.
        vertex_distance_mm: Distance from the back of the lens to the cornea.
        pantoscopic_deg, wrap_deg: Pantoscopic tilt and face-form wrap, which the model includes.
        frame_width_mm: Outer width of the front.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    lens_width_mm: float = Field(default=52.0, gt=10, lt=100)
    lens_height_mm: float = Field(default=40.0, gt=10, lt=100)
    bridge_mm: float = Field(default=18.0, gt=5, lt=40)
    temple_mm: float = Field(default=145.0, gt=50, lt=200)
    vertex_distance_mm: float = Field(default=13.0, ge=5, le=30)
    pantoscopic_deg: float = Field(default=8.0, ge=-5, le=25)
    wrap_deg: float = Field(default=5.0, ge=0, le=40)
    frame_width_mm: float = Field(default=140.0, gt=60, lt=220)


@dataclass(frozen=True, slots=True, eq=False)
class ModelShape:
    """Dimensions of a model that fitting needs; model frame, m.

    Attributes:
        front_m: (n, 3) points of the front, including pads and lenses.
        lens_back_m: z of the back of the lenses at their centre.
        hinges_m: (3,) hinge per temple, by "left" and "right".
        temple_points_m: (k, 3) points per temple.
    """

    front_m: Array
    lens_back_m: float
    hinges_m: dict[str, Array]
    temple_points_m: dict[str, Array]


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Changes that the user makes to the fit.

    Attributes:
        offset_mm: To the person's left, up, and forward.
        scale: Factor of the size.
        tilt_deg: Positive tilts the upper edge forward.
    """

    offset_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    scale: float = 1.0
    tilt_deg: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Pose of glasses on a head.

    Attributes:
        scale: Scale of the model.
        head_from_glasses: (4, 4) transform of the front, including scale.
        head_from_temple: (4, 4) per temple of the model, from the model frame, including scale.
        ear_z_m: Head z of the roots of the ears, m.
    """

    scale: float
    head_from_glasses: Array
    head_from_temple: dict[str, Array]
    ear_z_m: float


def fit_glasses(
    shape: ModelShape,
    size: GlassesSize,
    metric_mesh_m: Array,
    topology: Topology,
    mode: Literal["face", "real"],
    adjustment: Adjustment | None = None,
    distance_m: float = USUAL_DISTANCE_M,
) -> Fit:
    """Fit glasses to a face.

    Args:
        shape: Shape of the model.
        size: Dimensions stated by the pack.
        metric_mesh_m: (n, 3) landmarks in the head frame, m.
        topology: Topology of the landmarks.
        mode: "face" scales the glasses to the person, "real" keeps their dimensions.
        adjustment: Changes applied to the resting position.
        distance_m: Distance of the head's origin from the camera, m; for "face", which compares widths in the image.
    """
    head = HeadShape.of_mesh(metric_mesh_m, topology)
    wish = adjustment or Adjustment()
    scale = wish.scale
    if mode == "face":
        front_z_m = float(_resting_place(shape, size, metric_mesh_m, topology, 1.0)[2])
        scale *= face_scale(size, head, front_z_m, distance_m)
    tilt = rotation_about("x", np.deg2rad(wish.tilt_deg))
    place = _resting_place(shape, size, metric_mesh_m, topology, scale)
    place[2] += _push_forward(shape.front_m * scale @ tilt.T + place, metric_mesh_m, topology)
    place += np.array(wish.offset_mm) * 1e-3
    front = _matrix(scale * tilt, place)
    temples = {
        side: front
        @ _temple_turn(
            front,
            shape.hinges_m[side],
            shape.temple_points_m[side],
            head.ear_root_m(sign),
            metric_mesh_m[sign * metric_mesh_m[:, 0] > 0],
        )
        for side, sign in (("left", 1), ("right", -1))
        if side in shape.hinges_m
    }
    ear_z_m = float((head.ear_root_m(1)[2] + head.ear_root_m(-1)[2]) / 2.0)
    return Fit(scale, front, temples, ear_z_m)


def fit_anchor(
    anchor: str,
    metric_mesh_m: Array,
    topology: Topology,
    mode: Literal["face", "real"],
    adjustment: Adjustment,
) -> Fit:
    """Place the origin of an object between the pupils ("head") or on a landmark, upright in the head frame."""
    head = HeadShape.of_mesh(metric_mesh_m, topology)
    canonical = HeadShape.of_mesh(topology.canonical_m, topology)
    size = head.half_width_m / canonical.half_width_m if mode == "face" else 1.0
    scale = adjustment.scale * size
    origin = np.zeros(3) if anchor == "head" else metric_mesh_m[topology.index(anchor)]
    place = origin + np.array(adjustment.offset_mm) * 1e-3
    return Fit(scale, _matrix(scale * rotation_about("x", np.deg2rad(adjustment.tilt_deg)), place), {}, -1.0)


def face_scale(size: GlassesSize, head: HeadShape, front_z_m: float, distance_m: float) -> float:
    """Return the factor that gives a frame the width that suits the head, as seen from the front.

    Args:
        size: Dimensions of the frame.
        head: The head.
        front_z_m: z of the front of the glasses in the head frame, m.
        distance_m: Distance of the head's origin from the camera, m.
    """
    lead_m = front_z_m - float(head.middle_m[2])
    wanted = 2.0 * head.half_width_m * SEEN_WIDTH_SHARE / (size.frame_width_mm * 1e-3)
    usual = _nearer(USUAL_DISTANCE_M - front_z_m, lead_m)
    low, high = FACE_SCALE_LIMITS
    return min(max(wanted * usual, low), high) * _nearer(distance_m - front_z_m, lead_m) / usual


def _nearer(distance_m: float, lead_m: float) -> float:
    """Return the size of what a camera sees as large as something that is farther away by `lead_m`."""
    distance_m = max(distance_m, NEAREST_M)
    return distance_m / (distance_m + lead_m)


def _resting_place(
    shape: ModelShape, size: GlassesSize, mesh: Array, topology: Topology, scale: float
) -> Array:
    """Return the (3,) contact point of the bridge: on the skin, or further out for the vertex distance."""
    names = ("glabella", "sellion", "nose_bridge", "nose_bridge_low")
    ridge = mesh[[topology.index(name) for name in names]]
    rising = np.argsort(ridge[:, 1])
    y = float(ridge[1, 1] + ridge[2, 1]) / 2.0 + CONTACT_UP_M
    x, skin_z = (float(np.interp(y, ridge[rising, 1], ridge[rising, axis])) for axis in (0, 2))
    cornea_z = float(ridge[1, 2]) - CORNEA_BEHIND_SELLION_M
    eye_z = cornea_z + size.vertex_distance_mm * 1e-3 - shape.lens_back_m * scale
    return np.array([x, y, max(skin_z + CONTACT_GAP_M, eye_z)])


def _push_forward(front: Array, mesh: Array, topology: Topology) -> float:
    """Return by how much the front must move forward so that it does not intersect the skin, m, at least 0."""
    skin = mesh[topology.surface]
    skin = skin[(skin[:, 1] > front[:, 1].min() - 0.01) & (skin[:, 1] < front[:, 1].max() + 0.01)]
    if len(skin) < PUSH_NEIGHBOURS:  # the front is above or below the face
        return 0.0
    across = front[:, None, :2] - skin[None, :, :2]
    distances = (across**2).sum(axis=2)
    nearest = np.argpartition(distances, PUSH_NEIGHBOURS, axis=1)[:, :PUSH_NEIGHBOURS]
    weights = 1.0 / (np.take_along_axis(distances, nearest, axis=1) + 1e-7)
    height = (weights * skin[nearest, 2]).sum(axis=1) / weights.sum(axis=1)
    over_face = np.take_along_axis(distances, nearest[:, :1], axis=1)[:, 0] < 0.012**2
    depth = np.where(over_face, height - front[:, 2], 0.0)
    return float(np.clip(depth.max() - REST_DEPTH_M, 0.0, MAX_PUSH_M))


def _temple_turn(front: Array, hinge: Array, points: Array, ear_root: Array, side_m: Array) -> Array:
    """Return the (4, 4) rotation about the hinge, model frame, that rests a temple on the ear and clears the head.

    Args:
        front: (4, 4) transform from the model to the head frame.
        hinge: (3,) hinge, model frame.
        points: (k, 3) points of the temple, model frame.
        ear_root: (3,) root of the ear, head frame.
        side_m: (j, 3) skin on this side of the head, head frame.
    """
    inverse = np.linalg.inv(front)
    target = inverse[:3, :3] @ ear_root + inverse[:3, 3] - hinge
    local = points - hinge
    if target[2] > MIN_TEMPLE_M or local[:, 2].min() > MIN_TEMPLE_M:
        return np.eye(4)
    side = 1.0 if hinge[0] >= 0 else -1.0
    drop = _drop(local, target)
    skin = side_m @ inverse[:3, :3].T + inverse[:3, 3] - hinge
    level = skin[:, 1] + skin[:, 2] * np.tan(drop)  # height above the line of the lowered temple
    beside = (np.abs(level) < BESIDE_M) & (skin[:, 2] < MIN_TEMPLE_M) & (skin[:, 2] > target[2])
    blocks = np.vstack([target, skin[beside]])
    wanted = np.arctan2(side * blocks[:, 0] + TEMPLE_CLEARANCE_M, -blocks[:, 2])
    splay = max(
        float(angle - np.arctan2(_inner(local, side, z), -z))
        for angle, z in zip(wanted, blocks[:, 2], strict=True)
    )
    splay = float(np.clip(splay, -np.deg2rad(MAX_SPLAY_DEG) / 4.0, np.deg2rad(MAX_SPLAY_DEG)))
    turn = rotation_about("y", -side * splay) @ rotation_about("x", -drop)
    return _matrix(turn, hinge - turn @ hinge)


def _inner(local: Array, side: float, z: float) -> float:
    """Return the lateral distance of a temple's inner side from its hinge at a depth z; model frame, m."""
    around = local[np.abs(local[:, 2] - z) < 0.012]
    return float((side * around[:, 0]).min()) if len(around) else 0.0


def _drop(local: Array, target: Array) -> float:
    """Return the angle by which a temple is lowered so that it rests on the root of the ear, rad."""
    straight = local[local[:, 2] > 0.62 * local[:, 2].min()]  # without the bend at its end
    rear = straight[straight[:, 2] < 0.8 * straight[:, 2].min()]
    slope = np.arctan2(float(rear[:, 1].min()), -float(rear[:, 2].mean()))
    drop = float(slope - np.arctan2(target[1], -target[2]))
    return float(np.clip(drop, -np.deg2rad(MAX_DROP_DEG), np.deg2rad(MAX_DROP_DEG)))


def _matrix(linear: Array, offset: Array) -> Array:
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = linear, offset
    return matrix
