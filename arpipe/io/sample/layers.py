"""Layers of the sample: studio, body and head, each an inverse warp of a bundled texture."""

from dataclasses import dataclass

import cv2
import numpy as np
from cv2.typing import MatLike

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import Array, RigidTransform
from arpipe.io.sample.raster import Buffer, Raster, front_facing, outlines, rasterise
from arpipe.io.sample.relief import PHOTO_SIDE_PX, Relief
from arpipe.topology import IndexArray
from arpipe.types import Pixels

HEAD_WIDTH_M = 0.21
RASTER_HEAD_PX = 120.0  # width of the head in the raster of texture coordinates, which is then enlarged
BODY_CELL_PX = 8  # px of the frame per cell of the body's warp
BODY_STEPS = 4  # fixed-point iterations from a ray to the body's surface, which is smooth
BODY_TOP_PX = 140  # of the photograph; the body lies below
TEXTURE_MARGIN = 1.2  # textures have this much more resolution than the picture

# The studio's key light comes from above the viewer; skin that turns away from it darkens slightly.
LIGHT = np.array([-0.15, -0.40, -0.90])
AMBIENT = 0.5
SHADE_LIMITS = (0.72, 1.18)
SHADOW, SHADOW_M, SHADOW_CELLS = 0.16, (0.015, 0.040), 7  # strength, range of depth steps, reach
FAR_M = 100.0
SHADE_UNIT = 128.0
EDGE_SOFTNESS = 0.0036  # of the head's width: hair has no sharp outline
BOX_CELLS = 5  # margin around the head for its rim and the erosion of the mask
CORE_CELLS = 7  # kernel of the erosion, so that only cells inside the silhouette remain
SUBPIXEL_BITS = 4
FOLD_JUMP = 3.5  # texture px per px of the frame beyond which coordinates are not interpolated


@dataclass(frozen=True, slots=True, eq=False)
class HeadLayer:
    """A head prepared for one size.

    Attributes:
        relief: Its mesh.
        texture: RGB.
        zoom: `texture` px per px of the bundled texture.
        cell_px: Px of the frame per cell of the raster.
        softness_px: Standard deviation of the blur of the outline.
    """

    relief: Relief
    texture: Pixels
    zoom: float
    cell_px: int
    softness_px: float


@dataclass(frozen=True, slots=True, eq=False)
class BodyLayer:
    """A body prepared for one size.

    Attributes:
        relief: Its depth and the photograph's camera.
        texture: RGBA with premultiplied alpha.
        zoom: `texture` px per photograph px.
    """

    relief: Relief
    texture: Pixels
    zoom: float


def fit_background(background: Pixels, width: int, height: int) -> Pixels:
    """Crop and resize the studio to fill the frame."""
    have_height, have_width = background.shape[:2]
    scale = min(have_width / width, have_height / height)
    size = (round(width * scale), round(height * scale))
    left, top = (have_width - size[0]) // 2, (have_height - size[1]) // 2
    part = background[top : top + max(size[1], 1), left : left + max(size[0], 1)]
    shrink = scale > 1.0
    method = cv2.INTER_AREA if shrink else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(part, (width, height), interpolation=method), dtype=np.uint8)


def fit_head(relief: Relief, px_per_m: float) -> HeadLayer:
    """Prepare the head for a scale in px per m at its distance."""
    texture_px_per_m = np.ptp(relief.texture_px[:478, 0]) / np.ptp(relief.points_m[:478, 0])
    texture, zoom = _shrunk(relief.head, TEXTURE_MARGIN * px_per_m / texture_px_per_m)
    width_px = HEAD_WIDTH_M * px_per_m
    return HeadLayer(
        relief, texture, zoom, max(1, round(width_px / RASTER_HEAD_PX)), max(0.5, EDGE_SOFTNESS * width_px)
    )


def fit_body(relief: Relief, px_per_m: float) -> BodyLayer:
    """Prepare the body for a scale in px per m at its distance."""
    matte = relief.body_matte[..., None]
    colours = (relief.body.astype(np.uint16) * matte // 255).astype(np.uint8)
    texture, zoom = _shrunk(np.concatenate([colours, matte], axis=2), TEXTURE_MARGIN * px_per_m / 1400.0)
    return BodyLayer(relief, texture, zoom * relief.body.shape[0] / PHOTO_SIDE_PX)


def _shrunk(texture: Pixels, zoom: float) -> tuple[Pixels, float]:
    """Shrink a texture to `zoom` if that is smaller, against moiré; returns it with its actual zoom."""
    if zoom >= 1.0:
        return texture, 1.0
    width = max(1, round(texture.shape[1] * zoom))
    small = cv2.resize(texture, (width, max(1, round(texture.shape[0] * zoom))), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8), width / texture.shape[1]


def draw_body(
    pixels: Pixels, layer: BodyLayer, camera: CameraIntrinsics, camera_from_rest: RigidTransform
) -> None:
    """Draw a body over a frame.

    Rays are intersected with the body's surface, a depth map over the photograph, on a coarse grid; the resulting
    texture coordinates are enlarged to the size of the frame.
    """
    box = _body_box(layer.relief, camera, camera_from_rest)
    if box is None:
        return
    x0, y0, columns, rows = box
    x = x0 + (np.arange(columns) + 0.5) * BODY_CELL_PX - 0.5
    y = y0 + (np.arange(rows) + 0.5) * BODY_CELL_PX - 0.5
    grid = np.stack(np.meshgrid(x, y), axis=-1)
    photo_px = _meet_body(layer.relief, camera, camera_from_rest, grid)
    maps = ((photo_px + 0.5) * layer.zoom - 0.5).astype(np.float32)
    size = (columns * BODY_CELL_PX, rows * BODY_CELL_PX)
    target = pixels[y0 : y0 + size[1], x0 : x0 + size[0]]
    full = cv2.resize(maps, size, interpolation=cv2.INTER_LINEAR)[: target.shape[0], : target.shape[1]]
    drawn = _sample(layer.texture, full, cv2.BORDER_CONSTANT)
    through = cv2.cvtColor(255 - drawn[:, :, 3], cv2.COLOR_GRAY2RGB)
    behind = cv2.multiply(target, through, scale=1.0 / 255.0)
    target[:] = cv2.add(behind, cv2.cvtColor(drawn, cv2.COLOR_RGBA2RGB))


def _body_box(
    relief: Relief, camera: CameraIntrinsics, camera_from_rest: RigidTransform
) -> tuple[int, int, int, int] | None:
    """Return left and top px, columns and rows of cells that may show the body; None if it is outside the frame."""
    corners = np.array([[x, y] for x in (0.0, 511.0) for y in (BODY_TOP_PX, 511.0)])
    rays = np.column_stack([relief.photo.unproject(corners), np.ones(4)])
    distance = relief.photo_from_head.translation_m[2]
    points = np.concatenate([rays * (distance + depth) for depth in (-0.05, 0.25)])
    seen = camera.project(camera_from_rest.apply(points - relief.photo_from_head.translation_m))
    high = np.ceil(seen.max(axis=0)) + 1
    return _cells_between(np.floor(seen.min(axis=0)), high, BODY_CELL_PX, camera)


def _meet_body(
    relief: Relief, camera: CameraIntrinsics, camera_from_rest: RigidTransform, grid: Array
) -> Array:
    """Return (h, w, 2) photograph px of the body's points at frame px (h, w, 2)."""
    rest_from_camera = camera_from_rest.inverse()
    origin = rest_from_camera.translation_m
    rays = np.concatenate([camera.unproject(grid), np.ones((*grid.shape[:2], 1))], axis=-1)
    rays = rays @ rest_from_camera.rotation.T
    cells = len(relief.body_depth_m) / PHOTO_SIDE_PX
    depth: MatLike = np.full(grid.shape[:2], float(relief.body_depth_m.mean()))
    photo_px = grid
    for _ in range(BODY_STEPS):
        points = origin + rays * ((depth - origin[2]) / rays[..., 2])[..., None]
        photo_px = relief.photo.project(points + relief.photo_from_head.translation_m)
        at = ((photo_px + 0.5) * cells - 0.5).astype(np.float32)
        depth = _sample(relief.body_depth_m, at, cv2.BORDER_REPLICATE)
    return photo_px


def draw_head(
    pixels: Pixels, layer: HeadLayer, camera: CameraIntrinsics, points_m: Array, turn: Array
) -> None:
    """Draw a head over a frame.

    Args:
        pixels: The frame, modified in place.
        layer: The head.
        camera: Camera of the frame.
        points_m: (n, 3) vertices of the relief in the camera frame.
        turn: (3, 3) rotation of the head since the photograph, camera axes, for its shading.
    """
    points_px = camera.project(points_m)
    front = front_facing(points_px, layer.relief.triangles)
    visible = layer.relief.triangles[front]
    box = _head_box(points_px[visible].reshape(-1, 2), layer.cell_px, camera)
    if box is None:
        return
    x0, y0, columns, rows = box
    values = np.column_stack(
        [
            (layer.relief.texture_px + 0.5) * layer.zoom - 0.5,
            _shade(layer.relief, turn) * SHADE_UNIT,
            layer.relief.opacity * 255.0,
            points_m[:, 2],
        ]
    )
    border = ~np.append(front, False)[layer.relief.neighbours[front]]  # edges at which the surface turns away
    in_raster = (points_px - (x0, y0) + 0.5) / layer.cell_px - 0.5
    raster = rasterise(
        in_raster, points_m[:, 2], values, visible, np.asarray(border.any(axis=1)), (columns, rows)
    )
    size = (columns * layer.cell_px, rows * layer.cell_px)
    edges = np.stack([visible, np.roll(visible, -1, axis=1)], axis=-1)[border]
    core = cv2.erode(raster.drawn.astype(np.uint8) * 255, np.ones((CORE_CELLS, CORE_CELLS), np.uint8))
    mask = cv2.resize(core, size, interpolation=cv2.INTER_NEAREST)
    outline = _outline(mask, points_px - (x0, y0), edges, layer.softness_px)
    target = pixels[y0 : y0 + size[1], x0 : x0 + size[0]]
    height, width = target.shape[:2]
    raster.values[:, :, 2] *= _openness(raster)
    full = cv2.resize(raster.values[:, :, :4], size, interpolation=cv2.INTER_LINEAR)[:height, :width]
    colours = _sample(layer.texture, full[:, :, :2], cv2.BORDER_REFLECT)
    _mend_folds(colours, raster.values[:, :, :2], layer, size)
    shade, opacity = (cv2.convertScaleAbs(full[:, :, channel]) for channel in (2, 3))
    colours = cv2.multiply(colours, cv2.cvtColor(shade, cv2.COLOR_GRAY2RGB), scale=1.0 / SHADE_UNIT)
    alpha = cv2.multiply(outline[:height, :width], opacity, scale=1.0 / 255.0)
    alpha = cv2.cvtColor(alpha, cv2.COLOR_GRAY2RGB)
    behind = cv2.multiply(target, 255 - alpha, scale=1.0 / 255.0)
    target[:] = cv2.add(behind, cv2.multiply(colours, alpha, scale=1.0 / 255.0))


def _openness(raster: Raster) -> Buffer:
    """Return (h, w) ambient light: less beside nearer surfaces, such as beside nose and chin."""
    depth_m = np.where(raster.drawn, raster.values[:, :, 4], FAR_M).astype(np.float32)
    nearest_m = cv2.erode(depth_m, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (SHADOW_CELLS, SHADOW_CELLS)))
    behind = np.clip((depth_m - nearest_m - SHADOW_M[0]) / (SHADOW_M[1] - SHADOW_M[0]), 0.0, 1.0)
    behind[~raster.drawn] = 0.0
    soft = cv2.GaussianBlur(behind, (0, 0), SHADOW_CELLS / 6.0)
    return np.asarray(1.0 - SHADOW * soft, dtype=np.float32)


def _mend_folds(colours: MatLike, texture_px: Buffer, layer: HeadLayer, size: tuple[int, int]) -> None:
    """Blend colours, not texture coordinates, where the surface occludes itself or is nearly edge-on.

    Interpolating between coordinates that are far apart would squeeze in the texture between them.
    """
    around = np.ones((3, 3), np.uint8)
    jump = (cv2.dilate(texture_px, around) - cv2.erode(texture_px, around)).max(axis=2)
    folds = (jump > FOLD_JUMP * 2.0 * layer.cell_px).astype(np.uint8)
    coarse = _sample(layer.texture, texture_px, cv2.BORDER_REFLECT)
    height, width = colours.shape[:2]
    blended = cv2.resize(cv2.GaussianBlur(coarse, (3, 3), 0.8), size, interpolation=cv2.INTER_LINEAR)[
        :height, :width
    ]
    cv2.copyTo(blended, cv2.resize(folds, size, interpolation=cv2.INTER_NEAREST)[:height, :width], colours)


def _sample(texture: MatLike, texture_px: MatLike, border: int) -> MatLike:
    """Sample a texture at (h, w, 2) float32 px."""
    x, y = cv2.split(texture_px)
    return cv2.remap(texture, x, y, cv2.INTER_LINEAR, borderMode=border)


def _shade(relief: Relief, turn: Array) -> Array:
    """Return (n,) the brightness of the turned surface relative to the photograph."""
    rest = relief.normals @ relief.photo_from_head.rotation.T
    before, now = (np.maximum(normals @ LIGHT, 0.0) for normals in (rest, rest @ turn.T))
    change = (AMBIENT + (1.0 - AMBIENT) * now) / (AMBIENT + (1.0 - AMBIENT) * before)
    shade: Array = 1.0 + relief.head_share * (np.clip(change, *SHADE_LIMITS) - 1.0)
    return shade


def _head_box(points_px: Array, cell_px: int, camera: CameraIntrinsics) -> tuple[int, int, int, int] | None:
    """Return left and top px, columns and rows of raster cells around points; None if outside the frame."""
    margin = BOX_CELLS * cell_px
    low, high = np.floor(points_px.min(axis=0)) - margin, np.ceil(points_px.max(axis=0)) + margin
    return _cells_between(low, high, cell_px, camera)


def _cells_between(
    low: Array, high: Array, cell_px: int, camera: CameraIntrinsics
) -> tuple[int, int, int, int] | None:
    """Return left and top px, columns and rows of cells that cover a box in the frame; None if it is outside."""
    low = np.maximum(low.astype(int), 0)
    high = np.minimum(high.astype(int), (camera.width, camera.height))
    cells = -((low - high) // cell_px)
    return None if (cells <= 0).any() else (int(low[0]), int(low[1]), int(cells[0]), int(cells[1]))


def _outline(mask: MatLike, points_px: Array, edges: IndexArray, softness_px: float) -> Pixels:
    """Return (h, w) uint8: 255 in the mask and inside the edges, with a soft edge."""
    fixed = np.round(points_px * (1 << SUBPIXEL_BITS)).astype(np.int32)
    for chain in outlines(edges):
        cv2.fillPoly(mask, [fixed[chain]], (255,), lineType=cv2.LINE_AA, shift=SUBPIXEL_BITS)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), softness_px), dtype=np.uint8)
