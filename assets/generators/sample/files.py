"""Makes `assets/samples/portrait/` from `assets/samples/astronaut.png`; see the README."""

from io import BytesIO
from pathlib import Path

import numpy as np
from encoding import jpeg
from PIL import Image
from sample import head_texture, plates, relief
from sample.portrait import Portrait, measure

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
TARGET = SAMPLES / "portrait"
QUALITY = 88


def files() -> dict[Path, bytes]:
    """Return path → content of every file."""
    portrait = measure(np.asarray(Image.open(SAMPLES / "astronaut.png").convert("RGB")))
    head = relief.build(portrait)
    body, matte = plates.body(portrait)
    pictures = {
        "head": head_texture.paint(portrait, head),
        "body": body,
        "body_matte": matte,
        "background": plates.background(portrait),
    }
    encoded = {TARGET / f"{name}.jpg": jpeg(picture, QUALITY, 0) for name, picture in pictures.items()}
    return {**encoded, TARGET / "relief.npz": _arrays(portrait, head)}


def _arrays(portrait: Portrait, head: relief.Relief) -> bytes:
    corner = np.asarray(head_texture.CORNER_PX)
    buffer = BytesIO()
    np.savez_compressed(
        buffer,
        points_m=head.points_m.astype(np.float32),
        texture_px=((head.texture_px - corner + 0.5) * head_texture.ZOOM - 0.5).astype(np.float32),
        head_share=head.head_share.astype(np.float32),
        opacity=head.opacity.astype(np.float32),
        triangles=head.triangles.astype(np.uint16),
        body_depth_m=plates.body_depth(portrait).astype(np.float32),
        photo_camera=np.array([portrait.camera.fx, portrait.camera.cx, portrait.camera.cy]),
        photo_from_head=portrait.camera_from_head.matrix(),
    )
    return buffer.getvalue()
