"""Draws the picture of docs/drawing.md: what `arpipe.draw` has, on the bundled portrait."""

from pathlib import Path

import numpy as np
from encoding import jpeg
from PIL import Image

from arpipe import PerceptionConfig, Pipeline, PipelineConfig, draw

ROOT = Path(__file__).resolve().parents[3]
PORTRAIT = ROOT / "assets" / "samples" / "astronaut.png"
OUT = ROOT / "docs" / "pictures" / "draw.jpg"
SIDE, GAP = 300, 8


def files() -> dict[Path, bytes]:
    """Return path → content of the picture."""
    portrait = np.asarray(Image.open(PORTRAIT).convert("RGB").resize((1024, 1024), Image.Resampling.LANCZOS))
    config = PipelineConfig(perception=PerceptionConfig(track=("face", "body")))
    with Pipeline(config, mode="image") as pipeline:
        result = pipeline.detect(portrait)
    (face,), (body,) = result.faces, result.bodies
    mesh = draw.outlines(draw.mesh(portrait, face.landmarks), face.landmarks)
    points = draw.landmarks(portrait, face.landmarks, color=(255, 214, 102), radius_px=1.9)
    axes = draw.axes(portrait, face.pose.camera_from_head, result.camera, width_px=5)
    box = draw.boxes(axes, face.landmarks.box_px, [f"face {face.track_id}"])
    x0, y0, x1, y1 = face.landmarks.box_px
    x, y, reach = (x0 + x1) / 2, (y0 + y1) / 2, 0.75 * max(x1 - x0, y1 - y0)
    near, whole = (x - reach, y - reach, x + reach, y + reach), (0, 0, 1024, 1024)
    panels = [_panel(mesh, near), _panel(points, near), _panel(box, near)]
    panels.append(_panel(draw.skeleton(portrait, body.landmarks), whole))
    gap = np.full((SIDE, GAP, 3), 255, np.uint8)
    row = [part for panel in panels for part in (panel, gap)][:-1]
    return {OUT: jpeg(np.concatenate(row, axis=1), 85)}


def _panel(pixels: np.ndarray, box: tuple[float, float, float, float]) -> np.ndarray:
    return np.asarray(Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.LANCZOS, box))
