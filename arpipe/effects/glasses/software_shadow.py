"""Draws the soft shadow of glasses without OpenGL: `shaders/shadow.frag`, sample by sample with NumPy."""

from itertools import pairwise

import cv2
import numpy as np

from arpipe.effects.glasses.shadow_model import BLURS_M, Cast, ShadowModel
from arpipe.geometry.transforms import Array
from arpipe.render.illuminant import pictured
from arpipe.render.software.canvas import Floats, SoftwareCanvas

# As in shadow.frag and shadow.vert.
SKIN_BLEED = np.array([0.80, 1.0, 1.10])
PENUMBRA = 0.18
REACH_FADE_M = 0.010
DARKEST = 0.85
TEMPLE_REACH_M = 0.009

SKIN, FACING, UV, AWAY, STRENGTH = slice(0, 3), 3, slice(4, 6), slice(6, 9), 9  # interpolated values


class SoftwareShadow:
    """Draws the shadow of one model.

    Args:
        model: What the shadow depends on.
    """

    def __init__(self, model: ShadowModel) -> None:
        self._model = model
        self._density = model.density.astype(np.float32) / np.float32(255.0)
        self._inside = model.inside[..., 0].astype(np.float32) / np.float32(255.0)

    def draw(self, canvas: SoftwareCanvas, cast: Cast) -> None:
        """Darken one face, in a canvas of the shade phase."""
        points = np.ascontiguousarray(cast.metric_mesh_m, np.float32)
        values = _vertex_values(self._model, cast)
        at = canvas.interpolate(points, self._model.triangles, cast.gl_from_head, values)
        away, strength = at[AWAY], at[STRENGTH]
        shade = self._front(at[SKIN], cast) + strength / (1.0 + (away * away).sum(axis=0)) ** 3
        blocked = np.minimum(self._shown(canvas, at, cast.track_id) * shade, DARKEST)
        for channel, bleed in enumerate(pictured(SKIN_BLEED, cast.colorful).tolist()):
            share = (1.0 - blocked * bleed) ** np.float32(1.0 / 2.2)
            factors = canvas.pixels[..., channel]
            canvas.pixels[..., channel] = np.rint(factors * share).astype(np.uint8)

    def close(self) -> None:
        """Hold nothing, and release nothing."""

    def _front(self, skin: Floats, cast: Cast) -> Floats:
        """Return the shadow of the front at (3, rows, columns) points of the skin, glasses frame, m."""
        x, y, z = skin
        light_x, light_y, light_z = cast.to_light.tolist()
        straight = np.maximum(self._sheet(x, y) - z, 0.0)
        along = straight / light_z
        gap = self._sheet(x + light_x * along, y + light_y * along) - z
        along = np.maximum(gap, 0.0) / light_z
        scale_x, scale_y, start_x, start_y = self._model.density_place
        column = (x + light_x * along) * scale_x + start_x
        row = (y + light_y * along) * scale_y + start_y
        levels = _lookup(self._density, column, row)
        blocked = levels[..., 0]
        for number, (narrow, wide) in enumerate(pairwise(BLURS_M), start=1):
            share = np.clip((along * PENUMBRA - narrow) / (wide - narrow), 0.0, 1.0)
            blocked = blocked + share * (levels[..., number] - blocked)
        directed = blocked * _near_front(along) * _smoothstep(-0.005, 0.001, gap)
        shade: Floats = cast.directed * directed + cast.ambient * levels[..., 3] * _near_front(straight)
        return shade

    def _sheet(self, x: Floats, y: Floats) -> Floats:
        z_0, z_xx, z_y, z_yy = self._model.sheet
        return z_0 + z_xx * x * x + (z_y + z_yy * y) * y

    def _shown(self, canvas: SoftwareCanvas, at: Floats, track_id: int) -> Floats:
        """Return the share of the shadow that is drawn; 0 where there is no skin, whose cosine is 0 there."""
        _, y, _ = at[SKIN]
        low, high = self._model.reach
        shown = _lookup(self._inside, *at[UV]) * _smoothstep(0.08, 0.4, at[FACING])
        shown *= np.clip(np.minimum(y - low, high - y) / REACH_FADE_M, 0.0, 1.0)
        matte = canvas.matte(track_id)
        if matte is not None:
            covered, texel_from_sample = matte
            centers = np.mgrid[: y.shape[0], : y.shape[1]] + 0.5
            places = np.stack([centers[1], centers[0], np.ones(y.shape)])
            columns, rows = np.tensordot(texel_from_sample, places, 1).astype(np.float32)
            shown *= 1.0 - _texels(covered, columns, rows)
        return shown


def _vertex_values(model: ShadowModel, cast: Cast) -> Floats:
    """Return the (n, 10) values of the landmarks that are interpolated over the skin; see shadow.vert."""
    mesh = cast.metric_mesh_m
    points = mesh @ cast.gl_from_head[:3, :3].T + cast.gl_from_head[:3, 3]
    skin = mesh @ cast.glasses_from_head[:3, :3].T + cast.glasses_from_head[:3, 3]
    vertices = model.vertices[: len(mesh)]  # a mesh may lack the irises
    normals = vertices[:, :3] @ cast.gl_from_head[:3, :3].T
    facing = -(normals * points).sum(axis=1) / np.linalg.norm(points, axis=1)
    side = np.where(skin[:, 0] > 0.0, 0, 1)
    line = (cast.temple_end - cast.temple_start)[side]
    offset = skin - cast.temple_start[side]
    along = np.clip((offset * line).sum(axis=1) / (line * line).sum(axis=1), 0.0, 1.0)
    away = (offset - line * along[:, None]) / TEMPLE_REACH_M
    strength = cast.temple * _smoothstep(0.035, 0.055, np.abs(skin[:, 0]))
    values = np.column_stack([skin, facing, vertices[:, 3:], away, strength])
    return np.ascontiguousarray(values, np.float32)


def _near_front(along: Floats) -> Floats:
    """Far behind the front, light enters from the sides."""
    return _smoothstep(0.045, 0.015, along)


def _smoothstep(low: float, high: float, value: Array | Floats) -> Floats:
    share = np.clip((value - low) / (high - low), 0.0, 1.0)
    return np.asarray(share * share * (3.0 - 2.0 * share), np.float32)


def _lookup(texture: Floats, u: Floats, v: Floats) -> Floats:
    """Return (rows, columns, …) values at texture coordinates, clamped and interpolated."""
    return _texels(texture, u * texture.shape[1] - 0.5, v * texture.shape[0] - 0.5)


def _texels(texture: Floats, columns: Floats, rows: Floats) -> Floats:
    """Return (rows, columns, …) values at places of a texture in texels, whose centres are whole numbers."""
    found = cv2.remap(texture, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, np.float32)
