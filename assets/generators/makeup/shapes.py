"""Smooth shapes in the UV layout of the face."""

import cv2
import numpy as np

from arpipe.topology import load_topology

SIDE = 512  # px of the finished masks
FINE = 2  # supersampling per axis
MM_PER_UV = 250.0  # median stretch of the unwrap
PX_PER_MM = SIDE * FINE / MM_PER_UV
FACE = load_topology("face")

EYES = ("left_eye", "right_eye")


def mm(right: float, down: float) -> np.ndarray:
    """Return an offset in UV; right is towards the person's left."""
    return np.array([right, down]) / MM_PER_UV


def landmark_uv(indices: tuple[int, ...]) -> np.ndarray:
    """Return the (n, 2) UV coordinates of landmarks."""
    return FACE.uv[list(indices)]


def curve(points: np.ndarray, steps: int = 8) -> np.ndarray:
    """Return a closed Catmull–Rom curve through (n, 2) points."""
    before, start, end, after = (np.roll(points, shift, axis=0) for shift in (1, 0, -1, -2))
    t = np.linspace(0.0, 1.0, steps, endpoint=False)[None, :, None]
    before, start, end, after = (part[:, None] for part in (before, start, end, after))
    bent = 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * start - before - 3 * end + after) * t**3
    )
    return bent.reshape(-1, 2)


def mirrored(mask: np.ndarray) -> np.ndarray:
    """Combine a mask with its mirror image."""
    return np.maximum(mask, mask[:, ::-1])


def downsampled(mask: np.ndarray) -> np.ndarray:
    """Return a supersampled mask as (SIDE, SIDE) uint8."""
    small = cv2.resize(mask, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.rint(np.clip(small, 0.0, 1.0) * 255.0).astype(np.uint8)


class Sheet:
    """The supersampled UV square."""

    def __init__(self) -> None:
        size = SIDE * FINE
        axis = (np.arange(size) + 0.5) / size
        self.u, self.v = np.meshgrid(axis, axis)

    def filled(self, outline: np.ndarray, feather_mm: float) -> np.ndarray:
        """Fill a closed outline (n, 2) with a soft edge."""
        mask = np.zeros_like(self.u, dtype=np.float32)
        cv2.fillPoly(mask, [_fixed(outline)], 1.0, cv2.LINE_8, 4)
        return cv2.GaussianBlur(mask, (0, 0), feather_mm * PX_PER_MM)

    def blob(self, center: np.ndarray, radii_mm: tuple[float, float], turn_deg: float) -> np.ndarray:
        """Draw a soft ellipse: a Gaussian, like powder under a brush."""
        turn = np.deg2rad(turn_deg)
        x, y = (self.u - center[0]) * MM_PER_UV, (self.v - center[1]) * MM_PER_UV
        along = (x * np.cos(turn) + y * np.sin(turn)) / radii_mm[0]
        across = (-x * np.sin(turn) + y * np.cos(turn)) / radii_mm[1]
        return np.exp(-0.5 * (along**2 + across**2))

    def stroke(self, line: np.ndarray, widths_mm: tuple[float, float], feather_mm: float) -> np.ndarray:
        """Draw a brush stroke along points, its width changing linearly from the first to the second."""
        mask = np.zeros_like(self.u, dtype=np.float32)
        place = np.linspace(0.0, len(line) - 1.0, 60)
        points = np.stack([np.interp(place, np.arange(len(line)), line[:, axis]) for axis in (0, 1)], axis=1)
        for point, width in zip(points, np.linspace(*widths_mm, 60), strict=True):
            center = tuple(np.rint(point * SIDE * FINE).astype(int).tolist())
            cv2.circle(mask, center, round(0.5 * width * PX_PER_MM), 1.0, -1)
        soft = cv2.GaussianBlur(mask, (0, 0), feather_mm * PX_PER_MM)
        return soft / soft.max()

    def beside_eyes(self, feather_mm: float) -> np.ndarray:
        """Return a mask that is 0 in the eyes and 1 from `feather_mm` outside them."""
        return self._outside([curve(FACE.uv[FACE.region(eye)]) for eye in EYES], feather_mm)

    def bare_skin(self, feather_mm: float) -> np.ndarray:
        """Return a mask that is 1 on skin and 0 at the outline of the face, in eyes and lips."""
        size = SIDE * FINE
        inside = np.zeros((size, size), np.uint8)
        cv2.fillPoly(inside, [_fixed(FACE.uv[FACE.region("face_oval")])], 1, cv2.LINE_8, 4)
        rim = cv2.distanceTransform(inside, cv2.DIST_L2, 5) / PX_PER_MM
        oval = _smooth(np.clip((rim - 1.0) / feather_mm, 0.0, 1.0)).astype(np.float32)
        holes = [curve(FACE.uv[FACE.region("lips_outer")])]
        return oval * self.beside_eyes(1.5) * self._outside(holes, 1.5)

    def brow(self, upper: np.ndarray, lower: np.ndarray) -> np.ndarray:
        """Draw hairs from the lower to the upper edge, leaning outwards, over a soft fill."""
        fill = self.filled(curve(np.concatenate([upper, lower[::-1]])), 1.1)
        rng = np.random.default_rng(7)
        strokes = np.zeros_like(fill)
        for place in np.sort(rng.uniform(0.0, 1.0, 420)):
            across = rng.uniform(-0.05, 0.75)
            lean, length = 0.05 + 0.22 * place, rng.uniform(0.35, 0.6)
            ends = []
            for step in np.linspace(0.0, 1.0, 6):
                at = min(place + lean * step * 0.55, 1.0) * (len(upper) - 1)
                high, low = (_at(edge, at) for edge in (upper, lower))
                share = across + (length * (1.0 - 0.9 * place)) * step
                ends.append(low + (high - low) * share)
            cv2.polylines(
                strokes, [_fixed(np.array(ends))], False, float(rng.uniform(0.5, 1.0)), 1, cv2.LINE_AA, 4
            )
        strokes = cv2.GaussianBlur(strokes, (0, 0), 0.16 * PX_PER_MM)
        # The inner end of a brow is sparse.
        along = np.clip((self.u - upper[0, 0]) * MM_PER_UV / 12.0 + 0.35, 0.25, 1.0)
        return fill * along * (0.5 + 0.75 * np.clip(strokes, 0.0, 1.0))

    def _outside(self, outlines: list[np.ndarray], feather_mm: float) -> np.ndarray:
        outside = np.ones_like(self.u, dtype=np.uint8)
        for outline in outlines:
            cv2.fillPoly(outside, [_fixed(outline)], 0, cv2.LINE_8, 4)
        distance = cv2.distanceTransform(outside, cv2.DIST_L2, 5) / PX_PER_MM
        return _smooth(np.clip((distance - 0.15) / feather_mm, 0.0, 1.0)).astype(np.float32)


def _fixed(outline: np.ndarray) -> np.ndarray:
    return np.rint((outline * SIDE * FINE - 0.5) * 16.0).astype(np.int32)


def _at(points: np.ndarray, place: float) -> np.ndarray:
    return np.array([np.interp(place, np.arange(len(points)), points[:, axis]) for axis in (0, 1)])


def _smooth(t: np.ndarray) -> np.ndarray:
    return t * t * (3.0 - 2.0 * t)
