"""Edited pictures as frames for an encoder, which keep what nobody has changed as the codec had stored it.

Most effects change a small part of a picture. Converting that part alone takes a fraction of the time, and everything
else gets to the encoder without being rounded to RGB and back.
"""

from collections.abc import Callable
from typing import TypeGuard

import av
import numpy as np

from arpipe.io.traits import ColorTags
from arpipe.io.video.color import FromRgb, pixels_of
from arpipe.io.video.decoded import DecodedPicture
from arpipe.io.video.planes import FORMAT, FORMATS
from arpipe.types import Block, Part, StoredPicture

REACH_PX = 4  # around a changed part, within which the colours change too, as they have half the resolution
MARGIN_PX = 8  # converted around that: the filter that halves the resolution reaches so far
STEP_PX = 64  # sides of converted parts are multiples of it: the scaler is prepared for each size anew


def can_edit(frame: av.VideoFrame) -> bool:
    """Whether `edited` takes a frame."""
    return frame.format.name in FORMATS and frame.width % 2 == 0 and frame.height % 2 == 0


def is_kept(picture: StoredPicture, size: tuple[int, int], tags: ColorTags) -> TypeGuard[DecodedPicture]:
    """Whether a picture is a decoded frame whose numbers stand for the same colours in another video.

    Args:
        picture: The picture.
        size: Width and height of the other video, px.
        tags: Its colour tags.
    """
    if not isinstance(picture, DecodedPicture):
        return False
    original = picture.original
    return (original.width, original.height) == size and can_edit(original) and picture.tags == tags


def edited(
    original: av.VideoFrame, changes: Part | None, block_of: Callable[[Part], Block], from_rgb: FromRgb
) -> av.VideoFrame:
    """Return a copy of a decoded frame in which only what was edited is changed.

    Args:
        original: The frame; see `can_edit`.
        changes: Part that holds all pixels that were edited; None without any.
        block_of: Returns pixels of the edited picture that include a part.
        from_rgb: Converts to `FORMAT`, with the tags of the frame.
    """
    # Not the decoder's own frame: it needs that for the next ones, and would prescribe the kind of each frame.
    frame = av.VideoFrame(original.width, original.height, FORMAT)
    for ours, theirs in zip(frame.planes, original.planes, strict=True):
        pixels_of(ours)[:] = pixels_of(theirs)
    from_rgb.tag(frame)
    if changes is None:
        return frame
    size = original.height, original.width
    inner = _widened(changes, size, REACH_PX, 2)
    outer = _widened(inner, size, MARGIN_PX, STEP_PX)
    converted = from_rgb(np.ascontiguousarray(block_of(outer).cut(outer)))
    for ours, part in zip(frame.planes, converted.planes, strict=True):
        factor = frame.width // ours.width
        pixels_of(ours)[_reduced(inner, factor)] = pixels_of(part)[_reduced(_relative(inner, outer), factor)]
    return frame


def _widened(part: Part, size: tuple[int, int], by_px: int, step_px: int) -> Part:
    """Return a part with more around it within a picture of `size`, from even places on, and with sides in steps."""
    return (
        _widened_side(part[0], size[0], by_px, step_px),
        _widened_side(part[1], size[1], by_px, step_px),
    )


def _widened_side(side: slice, limit: int, by_px: int, step_px: int) -> slice:
    start = max(0, side.start - by_px) // 2 * 2
    length = -(-(side.stop + by_px - start) // step_px) * step_px
    return slice(start, min(limit, start + length))


def _relative(part: Part, outer: Part) -> Part:
    """Return a part as one of another part that includes it."""
    rows, columns = (
        slice(side.start - around.start, side.stop - around.start)
        for side, around in zip(part, outer, strict=True)
    )
    return rows, columns


def _reduced(part: Part, factor: int) -> Part:
    """Return a part, whose sides are even, in a plane of lower resolution."""
    rows, columns = (slice(side.start // factor, side.stop // factor) for side in part)
    return rows, columns
