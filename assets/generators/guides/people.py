"""Draws the first picture of the README: all bundled glasses on several people."""

from pathlib import Path

import numpy as np
from encoding import jpeg
from makeup.pictures import frame, read

from arpipe import Pack, Pipeline, load_pack, pack_folders
from arpipe.apps.contact_sheet import Tile, compose

OUT = Path(__file__).resolve().parents[3] / "docs" / "pictures" / "glasses.jpg"
COLUMNS = 3


def files(data: Path) -> dict[Path, bytes]:
    """Return path → content of the picture.

    Args:
        data: Folder of pictures and clips whose licence permits showing them; the README credits the people in them.
    """
    examples = data / "mediapipe-samples/examples"
    sitters = [
        frame(data / "incluit-driver/data/video2.mp4", 36),
        read(examples / "face_landmarker/ios/FaceLandmarkerTests/business-person.png"),
        frame(data / "incluit-driver/data/video3.mp4", 8),
    ]
    packs = [pack for pack in map(load_pack, pack_folders().values()) if "glasses" in pack.tags]
    with Pipeline(mode="image") as pipeline:
        tiles = [_tile(pipeline, pack, sitters[place % COLUMNS]) for place, pack in enumerate(packs)]
    return {OUT: jpeg(compose(tiles, COLUMNS), quality=86)}


def _tile(pipeline: Pipeline, pack: Pack, sitter: np.ndarray) -> Tile:
    pipeline.set_effects(pack)
    picture = pipeline.process(np.ascontiguousarray(sitter))
    return Tile(picture.pixels, picture.result.faces[0].landmarks.box_px, pack.title, "")
