"""Scores of facial expressions, from 146 landmarks of a face with irises."""

import json
from collections.abc import Sequence
from functools import cache

import numpy as np

from arpipe.assets import asset_path
from arpipe.errors import AssetError, NonFiniteOutput
from arpipe.inference.runtime import Runtime
from arpipe.topology import IndexArray
from arpipe.types import Landmarks, Points

NETWORK = "face_blendshapes"


class ExpressionNetwork:
    """The network that scores expressions.

    Args:
        runtime: Loads the network and owns it.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._session = runtime.load(NETWORK)
        self._indices = _points()

    def score(self, faces: Sequence[Landmarks]) -> list[Points | None]:
        """Score the expression of each face.

        Args:
            faces: Landmarks of topology "face", image px.

        Returns:
            (52,) float32 in [0, 1] per face, in the order of `EXPRESSION_NAMES`; None where the network answered with
            NaN or infinity.
        """
        if not faces:
            return []
        points = np.stack([face.points_px[self._indices, :2] for face in faces])
        try:
            return list(self._session.run(points)["scores"])
        except NonFiniteOutput:
            return [None] if len(faces) == 1 else [score for face in faces for score in self.score([face])]


@cache
def _points() -> IndexArray:
    """Return the landmarks that the network takes, in its order."""
    path = asset_path("topology/face_expressions.json")
    try:
        return np.array(json.loads(path.read_text(encoding="utf-8"))["points"], np.int32)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise AssetError(f"{path} cannot be read ({error}); reinstall arpipe") from error
