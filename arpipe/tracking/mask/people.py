"""Person masks of photos: every person is looked at closely, around the face.

The network was trained on one person before a camera. In a group it finds a few people or none, and melts those at the
edge; in a crop around each face it finds that person. Where no crop reaches, the mask of the whole photo holds.
"""

from collections.abc import Sequence

import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.timing import StageTimer
from arpipe.tracking.mask.edges import refine
from arpipe.tracking.mask.stream import Segmenter
from arpipe.tracking.mask.zoom import FramePart
from arpipe.types import Frame, Points

# How far crops extend around a face, in face heights: beside the middle, above the brow, below the chin. The first one
# shows head, arms and trunk at the size that the network knows, the second one legs. Narrower crops cut raised arms.
UPPER_BODY, WHOLE_BODY = (3.2, 1.2, 6.0), (3.2, 1.2, 10.0)
LEGS_FROM = 0.5  # face heights of the frame below the upper body that make the second crop worthwhile
FADE = 0.15  # of a crop's side, over which its mask fades out towards the rest of the frame
# Ellipses that belong to a person, in sizes of the face's box: height of the middle below that of the face, half width,
# half height. The face is foreground, whatever the network says; in head and trunk, what it half believes is.
FACE = (-0.05, 0.5, 0.55)
HEAD, TRUNK = (-0.2, 0.55, 0.75), (2.1, 0.85, 1.5)
SOFT = 0.3  # share of an ellipse's radius over which it fades out
BELIEVED = (0.1, 0.5)  # values of the mask that are raised to 0 and 1 there: white shirts before white walls


def segment_people(
    segmenter: Segmenter, frame: Frame, faces_px: Sequence[Array], timer: StageTimer
) -> Points:
    """Return the mask of a photo: (h, w) float32 in [0, 1]; stages `segment` and `refine`.

    Args:
        segmenter: Segments frames.
        frame: The photo.
        faces_px: (4,) box of each face: left, top, right, bottom, px.
        timer: Records the stages.
    """
    people = np.zeros(frame.pixels.shape[:2], np.float32)
    covered = np.zeros_like(people)
    for part in _crops(faces_px, frame):
        mask, weight = _segment(segmenter, part.of(frame), timer), _window(part, frame)
        place = np.s_[part.top : part.bottom, part.left : part.right]
        np.maximum(people[place], weight * mask, out=people[place])
        np.maximum(covered[place], weight, out=covered[place])
    people += (1.0 - covered) * _segment(segmenter, frame, timer)
    _keep_faces(people, faces_px)
    return people


def _segment(segmenter: Segmenter, frame: Frame, timer: StageTimer) -> Points:
    found = segmenter.segment(frame, timer)
    with timer.stage("refine"):
        return refine(found.probability, found.picture, frame.pixels)


def _crops(faces_px: Sequence[Array], frame: Frame) -> list[FramePart]:
    crops = []
    for box in faces_px:
        crops.append(_around(box, UPPER_BODY, frame))
        below = frame.height - float(box[3])
        if below > (UPPER_BODY[2] + LEGS_FROM) * float(box[3] - box[1]):
            crops.append(_around(box, WHOLE_BODY, frame))
    return [part for part in crops if part.left < part.right and part.top < part.bottom]


def _around(box_px: Array, reach: tuple[float, float, float], frame: Frame) -> FramePart:
    left, top, right, bottom = (float(side) for side in box_px)
    tall, middle = max(right - left, bottom - top), (left + right) / 2.0
    beside, above, below = reach
    return FramePart(
        max(0, int(middle - beside * tall)),
        max(0, int(top - above * tall)),
        min(frame.width, int(middle + beside * tall) + 1),
        min(frame.height, int(bottom + below * tall) + 1),
    )


def _window(part: FramePart, frame: Frame) -> Points:
    """Return (h, w) weights of a crop: 1 inside, falling to 0 at those of its edges that are not the frame's."""
    across = _ramp(part.right - part.left, part.left > 0, part.right < frame.width)
    down = _ramp(part.bottom - part.top, part.top > 0, part.bottom < frame.height)
    return np.outer(down, across)


def _ramp(length: int, rises: bool, falls: bool) -> Points:
    places = (np.arange(length, dtype=np.float32) + 0.5) / (FADE * length)
    ramp = np.ones(length, np.float32)
    if rises:
        np.minimum(ramp, places, out=ramp)
    if falls:
        np.minimum(ramp, places[::-1], out=ramp)
    return ramp


def _keep_faces(mask: Points, faces_px: Sequence[Array]) -> None:
    """Close holes of the mask on faces, heads and trunks, in place."""
    low, high = BELIEVED
    for box in faces_px:
        for ellipse in (HEAD, TRUNK):
            place, inside = _ellipse(box, ellipse, mask)
            firm = np.clip((mask[place] - low) / (high - low), 0.0, 1.0)
            np.maximum(mask[place], inside * firm, out=mask[place])
        place, inside = _ellipse(box, FACE, mask)
        np.maximum(mask[place], inside, out=mask[place])


def _ellipse(
    box_px: Array, ellipse: tuple[float, float, float], mask: Points
) -> tuple[tuple[slice, slice], Points]:
    """Return the place of an ellipse in the mask, and its values: 1 inside, falling to 0 at its rim."""
    left, top, right, bottom = (float(side) for side in box_px)
    wide, tall = right - left, bottom - top
    below, across, down = ellipse
    x, y = (left + right) / 2.0, (top + bottom) / 2.0 + below * tall
    reach_x, reach_y = max(across * wide, 1e-3), max(down * tall, 1e-3)
    height, width = mask.shape
    rows = slice(max(0, int(y - reach_y)), max(0, min(height, int(y + reach_y) + 2)))
    columns = slice(max(0, int(x - reach_x)), max(0, min(width, int(x + reach_x) + 2)))
    from_x = (np.arange(columns.start, columns.stop, dtype=np.float32) - x) / reach_x
    from_y = (np.arange(rows.start, rows.stop, dtype=np.float32) - y) / reach_y
    distance = np.hypot(from_x[None, :], from_y[:, None])
    return (rows, columns), np.clip((1.0 - distance) / SOFT, 0.0, 1.0).astype(np.float32)
