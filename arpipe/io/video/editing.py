"""Edited pictures as frames for an encoder, which keep what nobody has changed as the codec had stored it.

Most effects change a small part of a picture. Converting that part alone takes a fraction of the time, and everything
else gets to the encoder without being rounded to RGB and back.
"""

import av
import numpy as np
import numpy.typing as npt

from arpipe.io.video.color import FromRgb, pixels_of
from arpipe.io.video.decoded import DecodedPicture
from arpipe.types import Part, Pixels

FORMAT = "yuv420p"
REACH_PX = 4  # around a changed part, within which the colours change too, as they have half the resolution
MARGIN_PX = 8  # converted around that: the filter that halves the resolution reaches so far
STEP_PX = 64  # sides of converted parts are multiples of it: the scaler is prepared for each size anew


def can_edit(frame: av.VideoFrame) -> bool:
    """Whether `edited` takes a frame."""
    return frame.format.name == FORMAT and frame.width % 2 == 0 and frame.height % 2 == 0


def edited(picture: DecodedPicture, after: Pixels, from_rgb: FromRgb) -> av.VideoFrame:
    """Return a copy of a decoded frame in which only what differs in an edited picture is changed.

    Args:
        picture: The frame; see `can_edit`.
        after: (h, w, 3) its pixels, edited.
        from_rgb: Converts to the format of the frame.
    """
    original = picture.original
    # Not the decoder's own frame: it needs that for the next ones, and would prescribe the kind of each frame.
    frame = av.VideoFrame(original.width, original.height, original.format.name)
    for ours, theirs in zip(frame.planes, original.planes, strict=True):
        pixels_of(ours)[:] = pixels_of(theirs)
    from_rgb.tag(frame)
    changed = _changed_part(picture.pixels(), after)
    if changed is None:
        return frame
    inner = _widened(changed, after, REACH_PX, 2)
    outer = _widened(inner, after, MARGIN_PX, STEP_PX)
    converted = from_rgb(np.ascontiguousarray(after[outer]))
    for ours, part in zip(frame.planes, converted.planes, strict=True):
        factor = frame.width // ours.width
        pixels_of(ours)[_reduced(inner, factor)] = pixels_of(part)[_reduced(_relative(inner, outer), factor)]
    return frame


def _changed_part(before: Pixels, after: Pixels) -> Part | None:
    """Return the smallest part of a picture that holds all differences; None without any."""
    if before is after:
        return None
    rows = _span(_differs_by_row(before, after))
    if rows is None:
        return None
    differs = (before[rows] != after[rows]).any(axis=0)
    columns = _span(differs.any(axis=1))
    return None if columns is None else (rows, columns)


def _differs_by_row(before: Pixels, after: Pixels) -> npt.NDArray[np.bool_]:
    """Return (h,) whether rows differ; compares eight bytes at once where rows are made of them."""
    ours, theirs = (np.ascontiguousarray(pixels).reshape(len(pixels), -1) for pixels in (before, after))
    if ours.shape[1] % 8 == 0:
        ours, theirs = ours.view(np.uint64), theirs.view(np.uint64)
    return np.asarray((ours != theirs).any(axis=1))


def _span(marked: npt.NDArray[np.bool_]) -> slice | None:
    """Return from the first to the last mark."""
    places = np.flatnonzero(marked)
    return slice(int(places[0]), int(places[-1]) + 1) if len(places) else None


def _widened(part: Part, picture: Pixels, by_px: int, step_px: int) -> Part:
    """Return a part with more around it within a picture, from even places on, and with sides in steps."""
    return (
        _widened_side(part[0], picture.shape[0], by_px, step_px),
        _widened_side(part[1], picture.shape[1], by_px, step_px),
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
