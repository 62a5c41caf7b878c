"""Where a person is around a face: the crop to segment, how it fades into the rest, and what belongs to the person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np

from arpipe.geometry.affine2d import Affine2D
from arpipe.geometry.boxes import overlap
from arpipe.geometry.transforms import Array
from arpipe.tracking.context import FrameContext
from arpipe.tracking.mask.zoom import FramePart
from arpipe.types import Points

# How far crops extend around a face, in face heights: beside the middle, above the brow, below the chin. The first one
# shows head, arms and trunk at the size that the network knows; narrower crops cut raised arms. Of a face so large that
# this is most of the frame, the second one leaves the neighbours out, with whom the network melts people.
UPPER_BODY, CLOSE_UP = (3.2, 1.2, 6.0), (1.8, 0.9, 3.2)
CLOSE_FROM = 0.5  # share of the frame from which a crop of the upper body is too wide
FADE = 0.15  # of a crop's side, over which its mask fades out towards the rest of the frame
# Ellipses that belong to a person, in sizes of the face's box: height of the middle below that of the face, half width,
# half height. The face is foreground, whatever the network says; in head and trunk, what it half believes is.
FACE = (-0.05, 0.5, 0.55)
HEAD, TRUNK = (-0.2, 0.55, 0.75), (2.1, 0.85, 1.5)
SOFT = 0.3  # share of an ellipse's radius over which it fades out
SAME_FACE = 0.2  # intersection over union of boxes from which they are of one face
HOLE = 0.5  # value of the mask below which enclosed pixels are a hole
BELIEVED = (0.1, 0.5)  # values of the mask that are raised to 0 and 1 there: white shirts before white walls


@dataclass(frozen=True, slots=True, eq=False)
class Occluders:
    """Hair, hands and brims before a face.

    Attributes:
        covered: (s, s) float32, 1 where they are.
        picture_from_crop: From its px to those of a picture.
    """

    covered: Points
    picture_from_crop: Affine2D

    def within(self, place: tuple[slice, slice]) -> Points:
        """Return float32 for rows and columns of the picture."""
        rows, columns = place
        size = columns.stop - columns.start, rows.stop - rows.start
        crop_from_picture = self.picture_from_crop.inverse().matrix
        crop_from_picture[:, 2] += crop_from_picture[:, :2] @ (columns.start, rows.start)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(self.covered, crop_from_picture, size, flags=flags), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class KnownPerson:
    """A person whose face is known.

    Attributes:
        box_px: (4,) box of the face: left, top, right, bottom, px of a picture.
        before: What is before it in the same picture; None where nobody looked.
    """

    box_px: Array
    before: Occluders | None = None

    def in_part(self, part: FramePart) -> Self:
        """Return the person in px of a part of the picture."""
        return self._moved(np.ones(2), -np.array([part.left, part.top], np.float64))

    def scaled(self, across: float, down: float) -> Self:
        """Return the person in px of the picture at another size."""
        return self._moved(np.array([across, down]), np.zeros(2))

    def _moved(self, scale: Array, shift: Array) -> Self:
        box = self.box_px * np.tile(scale, 2) + np.tile(shift, 2)
        if self.before is None:
            return type(self)(box)
        moved = Affine2D(np.column_stack([np.diag(scale), shift])) @ self.before.picture_from_crop
        return type(self)(box, Occluders(self.before.covered, moved))


def known_people(faces_px: Sequence[Array], context: FrameContext) -> list[KnownPerson]:
    """Return the people with these faces, (4,) boxes in the frame, and what is before them where that is known."""
    mattes = {matte.track_id: matte for matte in context.occlusion}
    tracked = [
        (face.landmarks.box_px, mattes[face.track_id]) for face in context.faces if face.track_id in mattes
    ]
    people = []
    for box in faces_px:
        near = [matte for its_box, matte in tracked if float(overlap(box, its_box[None])[0]) > SAME_FACE]
        before = Occluders(near[0].covered, near[0].image_from_crop) if near else None
        people.append(KnownPerson(box, before))
    return people


def part_around_face(box_px: Array, reach: tuple[float, float, float], width: int, height: int) -> FramePart:
    """Return the part of a frame around a face; empty or reversed where the face lies beyond the frame.

    Args:
        box_px: (4,) box of the face: left, top, right, bottom, px.
        reach: How far it extends beside the middle of the face, above it and below it, in heights of the face.
        width: Width of the frame, px.
        height: Height of the frame, px.
    """
    left, top, right, bottom = (float(side) for side in box_px)
    tall, middle = max(right - left, bottom - top), (left + right) / 2.0
    beside, above, below = reach
    return FramePart(
        max(0, int(middle - beside * tall)),
        max(0, int(top - above * tall)),
        min(width, int(middle + beside * tall) + 1),
        min(height, int(bottom + below * tall) + 1),
    )


def part_of_person(box_px: Array, width: int, height: int) -> FramePart:
    """Return the part of a frame with one of several people; as `part_around_face`."""
    part = part_around_face(box_px, UPPER_BODY, width, height)
    if part.area <= CLOSE_FROM * width * height:
        return part
    return part_around_face(box_px, CLOSE_UP, width, height)


def fade_of(part: FramePart, width: int, height: int) -> Points:
    """Return (h, w) weights of a crop: 1 inside, falling to 0 at those of its edges that are not the frame's."""
    across = _ramp(part.right - part.left, part.left > 0, part.right < width)
    down = _ramp(part.bottom - part.top, part.top > 0, part.bottom < height)
    return np.outer(down, across)


def _ramp(length: int, rises: bool, falls: bool) -> Points:
    places = (np.arange(length, dtype=np.float32) + 0.5) / (FADE * length)
    ramp = np.ones(length, np.float32)
    if rises:
        np.minimum(ramp, places, out=ramp)
    if falls:
        np.minimum(ramp, places[::-1], out=ramp)
    return ramp


def keep_people(mask: Points, people: Sequence[KnownPerson]) -> None:
    """Close holes of the mask on faces, heads and trunks, in place.

    Args:
        mask: (h, w) float32 in [0, 1].
        people: Their places, in px of the mask.
    """
    low, high = BELIEVED
    for person in people:
        for ellipse in (HEAD, TRUNK):
            place, inside = _ellipse(person.box_px, ellipse, mask)
            firm = np.clip((mask[place] - low) / (high - low), 0.0, 1.0)
            if ellipse is HEAD and person.before is not None and firm.size:
                np.maximum(firm, person.before.within(place), out=firm)
            np.maximum(mask[place], inside * firm, out=mask[place])
        place, inside = _ellipse(person.box_px, FACE, mask)
        np.maximum(mask[place], inside, out=mask[place])


def close_holes(mask: Points) -> None:
    """Close what the network half believes to be a hole in somebody, in place; what it takes for background stays.

    Args:
        mask: (h, w) float32 in [0, 1]. Holes may reach its lower edge, as laps and arms do.
    """
    low, high = BELIEVED
    outside = (mask < HOLE).astype(np.uint8)
    count, labels = cv2.connectedComponents(outside, connectivity=4)
    is_hole = np.ones(count, bool)
    is_hole[0] = False  # people
    for edge in (labels[0], labels[:, 0], labels[:, -1]):
        is_hole[edge] = False
    if is_hole.any():
        holes = is_hole[labels]
        mask[holes] = np.clip((mask[holes] - low) / (high - low), 0.0, 1.0)


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
