"""Which hair hides the front of glasses: what comes in over the face, and not what lies beside it."""

import cv2
import numpy as np
import pytest

from arpipe.apps.sitter import sitter
from arpipe.io.sample import SampleSource
from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.tracking.occlusion.config import OcclusionConfig
from arpipe.tracking.occlusion.tracker import OcclusionTracker
from arpipe.types import Frame
from tests.tracking.occlusion.pictures import DARK_HAIR, SAMPLE, Sheet, hair_beside_face, hair_over_temple

END_PIECES_MM = [(x, y) for x in (66, 70, 74) for y in (-12, -6, 0, 6)]  # beyond the outline of the face
BEHIND_MM = [(112, y) for y in (-12, -6, 0, 6)]  # where only temples reach


def covered_at(draw, places_mm, side):
    """How much glasses are hidden at places beside the eyes."""
    with SampleSource(SAMPLE) as sample:
        result = sitter(sample, 0)
    sheet = Sheet(result, seed=4)
    draw(sheet)
    pixels = np.clip(np.rint(sheet.pixels), 0, 255).astype(np.uint8)
    frame = Frame(pixels, 0.0, 0, result.frame.camera)
    tracker = OcclusionTracker(OcclusionConfig(mode="image"))
    (matte,) = tracker.update(FrameContext(frame, StageTimer(), faces=result.faces))
    covered = cv2.warpAffine(matte.covered, matte.image_from_crop.matrix, (frame.width, frame.height))
    x, y = np.rint(sheet.px([(side * x, y) for x, y in places_mm])).astype(int).T
    return covered[y, x]


@pytest.mark.parametrize("side", [1, -1])
def test_hair_beside_the_face_leaves_end_pieces_and_hides_temples(side):
    assert covered_at(hair_beside_face(DARK_HAIR, side, 61), END_PIECES_MM, side).mean() < 0.1
    assert covered_at(hair_beside_face(DARK_HAIR, side, 61), BEHIND_MM, side).mean() > 0.8


@pytest.mark.parametrize("side", [1, -1])
def test_hair_that_comes_in_over_the_face_hides_end_pieces(side):
    assert covered_at(hair_over_temple(DARK_HAIR, side, 12), END_PIECES_MM, side).mean() > 0.8
