"""Draws the picture of the pack `face-paint`."""

from pathlib import Path

import cv2
import numpy as np
from encoding import png
from makeup.shapes import landmark_uv, mm

OUT = Path(__file__).resolve().parents[2] / "effects" / "face-paint" / "paint.png"
SIDE, FINE = 1024, 4
STRIPES = ((236, 64, 72), (250, 176, 46), (60, 176, 120), (52, 118, 214))
STAR = (250, 214, 96)


def files() -> dict[Path, bytes]:
    """Draw two fans of stripes on the cheeks with small stars over them."""
    size = SIDE * FINE
    half = np.zeros((size, size, 4), np.uint8)
    start, end = landmark_uv((330, 345))
    for number, color in enumerate(STRIPES):
        step = mm(1.2, 5.0) * number + mm(-2.0, 4.0)
        line = np.stack([start + step, 0.5 * (start + end) + step + mm(0.0, 3.5), end + step - mm(6.0, 3.0)])
        t = np.linspace(0.0, 1.0, 80)[:, None]
        points = (1 - t) ** 2 * line[0] + 2 * t * (1 - t) * line[1] + t**2 * line[2]
        for point, width in zip(points, 2.3 * np.sin(np.pi * t[:, 0]) ** 0.6, strict=True):
            center = tuple(np.rint(point * size).astype(int).tolist())
            cv2.circle(half, center, max(round(width / 250.0 * size), 1), (*color, 255), -1)
    for place, radius in zip(landmark_uv((265, 340, 383)), (4.6, 3.2, 3.6), strict=True):
        angles = -np.pi / 2 + np.pi * np.arange(10) / 5
        reach = np.where(np.arange(10) % 2 == 0, radius, 0.42 * radius)[:, None] / 250.0
        star = place + mm(2.0, 0.0) + np.stack([np.cos(angles), np.sin(angles)], axis=1) * reach
        cv2.fillPoly(half, [np.rint(star * size).astype(np.int32)], (*STAR, 255))
    both = np.where(half[..., 3:] > 0, half, half[:, ::-1])
    small = cv2.resize(both.astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    alpha = small[..., 3:]
    small[..., :3] *= np.where(alpha > 0, 255.0 / np.maximum(alpha, 1.0), 0.0)
    return {OUT: png(np.rint(np.clip(small, 0, 255)).astype(np.uint8))}
