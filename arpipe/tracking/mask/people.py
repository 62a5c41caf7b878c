"""Person masks of photos: every person is looked at closely, around the face.

The network was trained on one person before a camera. In a group it finds a few people or none, and melts those at the
edge; in a crop around each face it finds that person. Where no crop reaches, the mask of the whole photo holds.
"""

from collections.abc import Sequence

import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.timing import StageTimer
from arpipe.tracking.mask.edges import refine
from arpipe.tracking.mask.person import (
    UPPER_BODY,
    KnownPerson,
    close_holes,
    fade_of,
    keep_people,
    part_around_face,
)
from arpipe.tracking.mask.stream import Segmenter
from arpipe.tracking.mask.zoom import FramePart
from arpipe.types import Frame, Points

WHOLE_BODY = (3.2, 1.2, 10.0)  # as `UPPER_BODY`, for a second crop that shows legs
LEGS_FROM = 0.5  # face heights of the frame below the upper body that make the second crop worthwhile


def segment_people(
    segmenter: Segmenter, frame: Frame, persons: Sequence[KnownPerson], timer: StageTimer
) -> Points:
    """Return the mask of a photo: (h, w) float32 in [0, 1]; stages `segment` and `refine`.

    Args:
        segmenter: Segments frames.
        frame: The photo.
        persons: The people in it, in px of the photo.
        timer: Records the stages.
    """
    people = np.zeros(frame.shape[:2], np.float32)
    covered = np.zeros_like(people)
    for part in _crops([person.box_px for person in persons], frame):
        mask, weight = _segment(segmenter, part.of(frame), timer), fade_of(part, frame.width, frame.height)
        place = np.s_[part.top : part.bottom, part.left : part.right]
        np.maximum(people[place], weight * mask, out=people[place])
        np.maximum(covered[place], weight, out=covered[place])
    people += (1.0 - covered) * _segment(segmenter, frame, timer)
    keep_people(people, persons)
    return people


def _segment(segmenter: Segmenter, frame: Frame, timer: StageTimer) -> Points:
    found = segmenter.segment(frame, timer)
    with timer.stage("refine"):
        close_holes(found.probability)
        return refine(found.probability, found.picture, frame.pixels)


def _crops(faces_px: Sequence[Array], frame: Frame) -> list[FramePart]:
    crops = []
    for box in faces_px:
        crops.append(part_around_face(box, UPPER_BODY, frame.width, frame.height))
        below = frame.height - float(box[3])
        if below > (UPPER_BODY[2] + LEGS_FROM) * float(box[3] - box[1]):
            crops.append(part_around_face(box, WHOLE_BODY, frame.width, frame.height))
    return [part for part in crops if part.left < part.right and part.top < part.bottom]
