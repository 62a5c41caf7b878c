"""Writes `assets/samples/portrait/` from `assets/samples/astronaut.png`: `python assets/generators/sample/make.py`."""

from pathlib import Path

import head_texture
import numpy as np
import plates
import relief
from PIL import Image
from portrait import Picture, measure

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
TARGET = SAMPLES / "portrait"
QUALITY = 88


def main() -> None:
    """Make all files and say how large they are."""
    pixels = np.asarray(Image.open(SAMPLES / "astronaut.png").convert("RGB"))
    portrait = measure(pixels)
    head = relief.build(portrait)
    TARGET.mkdir(exist_ok=True)
    body, matte = plates.body(portrait)
    _write("head.jpg", head_texture.paint(portrait, head))
    _write("body.jpg", body)
    _write("body_matte.jpg", matte)
    _write("background.jpg", plates.background(portrait))
    corner = np.asarray(head_texture.CORNER_PX)
    np.savez_compressed(
        TARGET / "relief.npz",
        points_m=head.points_m.astype(np.float32),
        texture_px=((head.texture_px - corner + 0.5) * head_texture.ZOOM - 0.5).astype(np.float32),
        head_share=head.head_share.astype(np.float32),
        opacity=head.opacity.astype(np.float32),
        triangles=head.triangles.astype(np.uint16),
        body_depth_m=plates.body_depth(portrait).astype(np.float32),
        photo_camera=np.array([portrait.camera.fx, portrait.camera.cx, portrait.camera.cy]),
        photo_from_head=portrait.camera_from_head.matrix(),
    )
    for path in sorted(TARGET.iterdir()):
        print(f"{path.name}: {path.stat().st_size / 1024:.0f} KiB")


def _write(name: str, picture: Picture) -> None:
    Image.fromarray(picture).save(TARGET / name, quality=QUALITY, subsampling=0, optimize=True)


if __name__ == "__main__":
    main()
