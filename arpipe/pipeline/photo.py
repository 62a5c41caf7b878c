"""Landmarks of a single picture, in one call."""

from pathlib import Path

from arpipe.io.sources import open_source
from arpipe.pipeline.pipeline import Pipeline
from arpipe.types import Frame, Landmarks, Pixels


def landmarks(picture: str | Path | Frame | Pixels, max_faces: int = 8) -> tuple[Landmarks, ...]:
    """Find the landmarks of all faces in a picture.

    Loads the networks at each call; keep a `Pipeline` for many pictures, for poses, bodies or hands.

    Args:
        picture: A photo's file (or a clip's, for its first frame), a frame, or pixels as in `Pipeline.detect`.
        max_faces: Most faces.

    Returns:
        478 landmarks per face, in image px; empty if there is none.

    Raises:
        MediaError: The file is not a picture.
        ConfigError: `max_faces` is less than 1.
        WeightsError: The networks cannot be obtained.
    """
    if isinstance(picture, str | Path):
        with open_source(str(picture)) as source:
            picture = next(iter(source))
    with Pipeline(max_faces=max_faces, mode="image") as pipeline:
        return tuple(face.landmarks for face in pipeline.detect(picture).faces)
