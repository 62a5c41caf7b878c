"""Recognises faces that come back, so that a person who turns away for a moment keeps the id."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.preprocess.crop import Warp
from arpipe.preprocess.lab import lab_of
from arpipe.tracking.track import AnyTrack
from arpipe.types import Frame, Pixels, Points, Roi

REMEMBERED_S = 5.0  # after which a face that comes back is another one
APPEARANCE_EVERY = 10  # frames; light and hair change slowly

SIDE_PX = 32  # of the crop
AROUND = 1.2  # of the crop's side over that of the mesh: hair belongs to the person
BANDS = 3  # hair, eyes and mouth differ in colour; each has histograms of its own
LIGHTNESS_BINS, COLOR_BINS = 8, 8
LIGHTNESS_RANGE = (0.0, 256.0)
COLOR_RANGE = (104.0, 168.0)  # of a* and b* in OpenCV's bytes: skin, hair and most clothes
# In a clip of children, the cosine is 0.80 or more for 99 % of pairs of pictures of one child, and less than 0.90 for
# 95 % of those of two children. So appearance refutes, and place decides.
LEAST_LIKENESS = 0.78

REACH, SPEED = (
    1.0,
    1.5,
)  # sides of the face's square within which it comes back, and more of them for each second
MAX_GROWTH = 1.8  # ratio of sizes

Appearance = npt.NDArray[np.float32]
Kept = TypeVar("Kept", bound=AnyTrack)


@dataclass(frozen=True, slots=True, eq=False)
class _Former(Generic[Kept]):
    track: Kept
    appearance: Appearance
    seen_s: float


class FormerFaces(Generic[Kept]):
    """Remembers what the faces of a stream look like, and those that were lost."""

    def __init__(self) -> None:
        self._warp = Warp(SIDE_PX, "replicate")
        self._crop: Pixels = np.empty((SIDE_PX, SIDE_PX, 3), np.uint8)
        self._looks: dict[int, Appearance] = {}
        self._former: list[_Former[Kept]] = []

    def reset(self) -> None:
        """Forget everybody."""
        self._looks.clear()
        self._former.clear()

    def look_at(self, frame: Frame, tracks: Sequence[Kept]) -> None:
        """Take in what followed faces look like, now and then."""
        for track in tracks:
            if not track.missed and track.age_frames % APPEARANCE_EVERY == 0:
                seen = self._appearance(frame, track.roi)
                before = self._looks.get(track.track_id, seen)
                self._looks[track.track_id] = (before + seen) / np.linalg.norm(before + seen)

    def keep(self, tracks: Sequence[Kept], time_s: float) -> None:
        """Remember tracks that were lost, and forget those that were lost long ago."""
        lost = [
            _Former(track, self._looks.pop(track.track_id), time_s)
            for track in tracks
            if track.track_id in self._looks
        ]
        recent = [each for each in self._former if 0.0 <= time_s - each.seen_s < REMEMBERED_S]
        self._former = [*recent, *lost]

    def recall(self, frame: Frame, roi: Roi) -> Kept | None:
        """Return the lost track that a newly found face continues; it is not remembered any longer.

        Args:
            frame: The frame.
            roi: Square of the face.
        """
        near = [each for each in self._former if _is_near(each, roi, frame.captured_s)]
        if not near:
            return None
        seen = self._appearance(frame, roi)
        best = max(near, key=lambda each: float(seen @ each.appearance))
        if float(seen @ best.appearance) < LEAST_LIKENESS:
            return None
        self._former = [each for each in self._former if each is not best]
        self._looks[best.track.track_id] = best.appearance
        return best.track

    def _appearance(self, frame: Frame, roi: Roi) -> Appearance:
        """Return the square roots of colour histograms around a face, a vector of length 1."""
        self._warp.crop(frame, replace(roi, size_px=AROUND * roi.size_px), self._crop)
        lab = lab_of(self._crop)
        parts = []
        for band in np.array_split(lab, BANDS):
            levels = _histogram(band, (0,), (LIGHTNESS_BINS,), LIGHTNESS_RANGE)
            colors = _histogram(band, (1, 2), (COLOR_BINS, COLOR_BINS), (*COLOR_RANGE, *COLOR_RANGE))
            parts += [levels, colors]
        roots = np.sqrt(np.concatenate(parts)).astype(np.float32)
        return np.asarray(roots / np.linalg.norm(roots), np.float32)


def _histogram(
    band: Pixels, channels: tuple[int, ...], bins: tuple[int, ...], ranges: tuple[float, ...]
) -> Points:
    """Return the shares of all bins, flattened; 0 if all pixels are outside."""
    counts = np.asarray(cv2.calcHist([band], channels, None, bins, ranges), np.float32).ravel()
    return counts / max(float(counts.sum()), 1.0)


def _is_near(former: "_Former[Kept]", roi: Roi, time_s: float) -> bool:
    """Whether a lost face may have come to a square by a time."""
    gone_s = time_s - former.seen_s
    last = former.track.roi
    growth = max(roi.size_px / last.size_px, last.size_px / roi.size_px)
    distance = float(np.linalg.norm(roi.center_px - last.center_px)) / max(roi.size_px, last.size_px)
    return 0.0 <= gone_s < REMEMBERED_S and growth < MAX_GROWTH and distance < REACH + SPEED * gone_s
