"""The closed surface of the head: the measured face, surrounded by hair, skull and neck on meridians.

Everything outside the face lies on meridians: half-planes around the axis through `CENTRE_PX`, each starting at the
outline of the face, bulging to the silhouette of the head and closing behind it. Texture coordinates are px of the
photograph where the surface faces the camera; where it turns away, they continue outwards with the length of the
surface, into the painted margin of `head_texture`.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from sample.portrait import ZOOM, Picture, Portrait, polygon

from arpipe.geometry.transforms import Array
from arpipe.topology import IndexArray, load_topology

CENTRE_PX = np.array([228.0, 112.0])
MERIDIANS = 144
FRONT_RINGS = 12
BACK_RINGS = 11
BACK_END_DEG = 84.0

# The part of the person that turns with the head: hair, ears, face, neck and the upper hem of the collar.
HEAD_AREA = (
    "140,0 320,0 320,140 276,140 270,160 262,168 255,173 252,187 250,206 187,206 186,150 183,143 140,143"
)

# Depths behind the pupils, m, of a head that is 21 cm wide including hair.
SIDE_M = 0.082
TOP_M = 0.074
BACK_M = 0.185
HAIR_BULGE_M = 0.010  # hair lies in front of the ears
LOBE_M, LOBE_FROM_DEG = 0.006, 12.0
NECK_AXIS_M = 0.100
NECK_AXIS_X_PX = 220.0
NECK_RADIUS_M = 0.052
UNDER_CHIN_PX = 6.0  # visible part of the underside of the chin

# Azimuths (degrees from image x towards y) of the meridians that run down the neck.
NECK_FROM_DEG, NECK_TO_DEG, NECK_EDGE_DEG = 58.0, 138.0, 12.0
TURNING_PX = (156.0, 204.0)  # y above which the neck turns with the head, and below which with the body
FADE_PX = (194.0, 206.0)  # y where the collar blends into the picture of the body
COLLAR_PX = 177.0  # meridians that end below this y belong to the collar, and end soon behind the neck
COLLAR_RINGS = 2
EVEN_BY = 0.6  # sine of the angle by which the back of the head is as round as it gets
EVEN_STEPS = 24
PACE = 0.45  # minimum texture px per px of surface


@dataclass(frozen=True, slots=True, eq=False)
class Relief:
    """The head as a textured mesh.

    Attributes:
        points_m: (n, 3) in the head frame; the first 478 are the landmarks.
        texture_px: (n, 2) in the photograph, extended beyond its silhouette.
        head_share: (n,) in [0, 1]: 1 follows the head, 0 the body.
        opacity: (n,) in [0, 1].
        triangles: (t, 3), counter-clockwise seen from outside.
        outline_px, silhouette_px, painted_px: (MERIDIANS,) distance from `CENTRE_PX` to the face's outline, to
            the silhouette, and to where the photograph ends and the painted margin begins.
    """

    points_m: Array
    texture_px: Array
    head_share: Array
    opacity: Array
    triangles: IndexArray
    outline_px: Array
    silhouette_px: Array
    painted_px: Array


def azimuths() -> Array:
    """Return the (MERIDIANS,) angles of the meridians from image x towards y, rad in [−π, π)."""
    return np.linspace(-np.pi, np.pi, MERIDIANS, endpoint=False)


def neckness(azimuth: Array) -> Array:
    """Return 1 where a meridian runs down the neck, 0 where it crosses hair or cheek."""
    degrees = np.rad2deg(azimuth)
    rise = smooth((degrees - NECK_FROM_DEG) / NECK_EDGE_DEG + 0.5)
    return rise * smooth((NECK_TO_DEG - degrees) / NECK_EDGE_DEG + 0.5)


def lobeness(azimuth: Array) -> Array:
    """Return 1 where a meridian crosses an earlobe or the side of the jaw, which face forward up to their edge."""
    from_horizontal = np.rad2deg(np.arctan2(np.sin(azimuth), np.abs(np.cos(azimuth))))
    return smooth((from_horizontal - LOBE_FROM_DEG) / 6.0 + 0.5)


def smooth(value: npt.ArrayLike) -> Array:
    """Return 0 below 0, 1 above 1, and a smooth transition between."""
    x = np.clip(np.asarray(value, dtype=np.float64), 0.0, 1.0)
    return x * x * (3.0 - 2.0 * x)


def build(portrait: Portrait) -> Relief:
    """Build the relief of a portrait."""
    topology = load_topology("face")
    mesh_px = portrait.camera.project(portrait.camera_from_head.apply(portrait.mesh_m))
    depth_m = _depths(portrait, portrait.mesh_m)
    outline = topology.region("face_oval")
    start_px, start_m = _along_outline(mesh_px[outline], depth_m[outline])
    silhouette = np.maximum(silhouette_px(portrait.person), start_px + 1.5)
    skirt_px, skirt_m = _meridians(start_px, start_m, silhouette)
    texture, painted = _texture_px(skirt_px, skirt_m, portrait)
    rings = skirt_px.shape[0]
    directions = np.stack([np.cos(azimuths()), np.sin(azimuths())], axis=-1)
    flat_px = (CENTRE_PX + skirt_px[:, :, None] * directions).reshape(-1, 2)
    skirt_points = _points(portrait, flat_px, skirt_m.ravel())
    points_m = np.concatenate([portrait.mesh_m, skirt_points])
    y_px = np.concatenate([mesh_px[:, 1], flat_px[:, 1]])
    share = 1.0 - smooth((y_px - TURNING_PX[0]) / (TURNING_PX[1] - TURNING_PX[0]))
    from_jaw = smooth((skirt_px - start_px) / UNDER_CHIN_PX).ravel()
    share[478:] = 1.0 - from_jaw * (1.0 - share[478:])
    share[:478] = 1.0
    opacity = np.concatenate([np.ones(478), _opacity(flat_px[:, 1].reshape(rings, -1)).ravel()])
    triangles = _triangles(outline, mesh_px, rings)
    return Relief(
        points_m=points_m,
        texture_px=np.concatenate([mesh_px, (CENTRE_PX + texture[:, :, None] * directions).reshape(-1, 2)]),
        head_share=share,
        opacity=opacity,
        triangles=triangles[(opacity[triangles] > 0.0).any(axis=1)],
        outline_px=start_px,
        silhouette_px=silhouette,
        painted_px=painted,
    )


def silhouette_px(person: Picture) -> Array:
    """Return (MERIDIANS,) px from `CENTRE_PX` to the outermost point of the head's matte."""
    head = cv2.GaussianBlur(head_matte(person), (0, 0), 1.5)
    radii = np.arange(20.0, 125.0, 0.25)
    rays = CENTRE_PX + radii[:, None, None] * np.stack([np.cos(azimuths()), np.sin(azimuths())], axis=-1)
    rays = ((rays + 0.5) * ZOOM - 0.5).astype(np.float32)
    seen = cv2.remap(head, rays[..., 0], rays[..., 1], cv2.INTER_LINEAR) > 127
    return _soften(radii[len(radii) - 1 - seen[::-1].argmax(axis=0)])


def head_matte(person: Picture) -> Picture:
    """Return the part of the matte that turns with the head."""
    area = np.zeros_like(person)
    cv2.fillPoly(area, [polygon(HEAD_AREA) * ZOOM], 255)
    return np.asarray(cv2.bitwise_and(person, area), dtype=np.uint8)


def _soften(values: Array) -> Array:
    """Average each value with both neighbours around the circle."""
    return 0.5 * values + 0.25 * (np.roll(values, 1) + np.roll(values, -1))


def _depths(portrait: Portrait, points_m: Array) -> Array:
    """Return (n,) depths behind the pupils along the optical axis, m."""
    return portrait.camera_from_head.apply(points_m)[:, 2] - portrait.camera_from_head.translation_m[2]


def _points(portrait: Portrait, px: Array, depth_m: Array) -> Array:
    """Return (n, 3) points in the head frame for photograph px at depths behind the pupils, m."""
    z = depth_m + portrait.camera_from_head.translation_m[2]
    rays = np.column_stack([portrait.camera.unproject(px), np.ones(len(px))])
    return portrait.camera_from_head.inverse().apply(rays * z[:, None])


def _along_outline(outline_px: Array, outline_m: Array) -> tuple[Array, Array]:
    """Return distance from the centre, px, and depth, m, of the outline of the face at each azimuth."""
    offset = outline_px - CENTRE_PX
    angle = np.arctan2(offset[:, 1], offset[:, 0])
    order = np.argsort(angle)
    radius = np.linalg.norm(offset, axis=1)[order]
    return (
        np.interp(azimuths(), angle[order], radius, period=2 * np.pi),
        np.interp(azimuths(), angle[order], outline_m[order], period=2 * np.pi),
    )


def _meridians(start_px: Array, start_m: Array, end_px: Array) -> tuple[Array, Array]:
    """Return (rings, MERIDIANS) distances from the axis, px of the photograph, and depths, m."""
    turn = np.linspace(0.0, np.pi / 2, FRONT_RINGS + 1)[:, None]
    neck = neckness(azimuths())
    upward = np.clip(-np.sin(azimuths()), 0.0, 1.0)
    widest_m = np.maximum(SIDE_M + (TOP_M - SIDE_M) * upward**2, start_m + 0.012)
    lobe = lobeness(azimuths())
    widest_m += lobe * (start_m + LOBE_M - widest_m)
    front_px = start_px + (end_px - start_px) * np.sin(turn)
    bulge_m = HAIR_BULGE_M * np.sin(2 * turn) * smooth((end_px - start_px) / 15.0) * (1.0 - upward**4)
    hair_m = start_m + (widest_m - start_m) * (1.0 - np.cos(turn)) - bulge_m
    along_neck_px = start_px + (end_px - start_px) * (turn / turn[-1]) ** 1.3
    front_px = front_px + neck * (along_neck_px - front_px)
    across_m = (CENTRE_PX[0] + front_px * np.cos(azimuths()) - NECK_AXIS_X_PX) / 701.0
    neck_m = NECK_AXIS_M - np.sqrt(np.clip(NECK_RADIUS_M**2 - across_m**2, 0.0, None))
    under = smooth((front_px - start_px) / UNDER_CHIN_PX)
    chin_m = start_m + (neck_m - start_m) * under
    front_m = hair_m + neck * (chin_m - hair_m)
    back = np.deg2rad(np.linspace(0.0, BACK_END_DEG, BACK_RINGS + 1))[1:, None]
    evened = smooth(np.sin(back) / EVEN_BY)
    edge_px = front_px[-1] + evened * (_evened(front_px[-1]) - front_px[-1])
    edge_m = front_m[-1] + evened * (_evened(front_m[-1]) - front_m[-1])
    back_px = edge_px * np.cos(back)
    back_m = edge_m + (BACK_M - edge_m) * np.sin(back)
    return np.concatenate([front_px, back_px]), np.concatenate([front_m, back_m])


def _evened(values: Array) -> Array:
    """Smooth a value per meridian."""
    for _ in range(EVEN_STEPS):
        values = _soften(values)
    return values


def _texture_px(radius_px: Array, depth_m: Array, portrait: Portrait) -> tuple[Array, Array]:
    """Distance from the centre in the texture of every ring, and where each meridian's painting begins, px."""
    px_per_m = portrait.camera.fx / portrait.camera_from_head.translation_m[2]
    step_px = np.diff(radius_px, axis=0)
    length_px = np.hypot(step_px, np.diff(depth_m, axis=0) * px_per_m)
    paced = np.maximum(step_px, PACE * length_px)
    neck = neckness(azimuths())
    front = np.arange(len(step_px))[:, None] < FRONT_RINGS
    step = np.where(front, paced + neck * (step_px - paced), paced)
    texture = np.concatenate([radius_px[:1], radius_px[0] + np.cumsum(step, axis=0)])
    leaves = np.abs(texture - radius_px) > 0.3
    painted = radius_px[np.maximum(leaves.argmax(axis=0) - 1, 0), np.arange(MERIDIANS)]
    return texture, painted


def _opacity(y_px: Array) -> Array:
    """(rings, MERIDIANS): the collar fades; what lies behind a faded point stays faded."""
    opacity = 1.0 - smooth((y_px - FADE_PX[0]) / (FADE_PX[1] - FADE_PX[0]))
    opacity[FRONT_RINGS:] = np.minimum(opacity[FRONT_RINGS:], opacity[FRONT_RINGS])
    opacity[FRONT_RINGS + COLLAR_RINGS :, y_px[FRONT_RINGS] > COLLAR_PX] = 0.0
    return opacity


def _triangles(outline: IndexArray, mesh_px: Array, rings: int) -> IndexArray:
    """Face, its closed holes, the meridians' quads, and the belt that joins the outline to the first ring."""
    topology = load_topology("face")
    grid = 478 + np.arange(rings * MERIDIANS).reshape(rings, MERIDIANS)
    inner, outer = grid[:-1], grid[1:]
    inner_next, outer_next = np.roll(inner, -1, axis=1), np.roll(outer, -1, axis=1)
    quads = np.concatenate(
        [
            np.stack([inner, inner_next, outer], axis=-1).reshape(-1, 3),
            np.stack([inner_next, outer_next, outer], axis=-1).reshape(-1, 3),
        ]
    )
    parts = [topology.triangles, *topology.patches.values(), quads, _belt(outline, mesh_px, grid[0])]
    return np.concatenate(parts).astype(np.int32)


def _belt(outline: IndexArray, mesh_px: Array, ring: IndexArray) -> IndexArray:
    """Triangles that zip the face's outline to the first ring, both ordered by azimuth."""
    offset = mesh_px[outline] - CENTRE_PX
    angle = np.arctan2(offset[:, 1], offset[:, 0])
    order = np.argsort(angle)
    inside, inside_angle = outline[order], angle[order]
    i, k, belt = 0, 0, []
    while i < len(inside) or k < len(ring):
        next_inside = inside_angle[i] if i < len(inside) else np.inf
        next_ring = azimuths()[k] if k < len(ring) else np.inf
        a, b = inside[i - 1], ring[k - 1]
        if next_inside <= next_ring:
            belt.append((a, inside[i], b))
            i += 1
        else:
            belt.append((a, ring[k], b))
            k += 1
    return np.asarray(belt, dtype=np.int32)
