"""The square around a face in which its matte is computed: upright, so that rows run along the eyes."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.geometry.affine2d import Affine2D
from arpipe.geometry.transforms import Array
from arpipe.preprocess.crop import square_around
from arpipe.topology import Topology
from arpipe.types import Frame, Landmarks, Pixels, Points, Roi

Flags = npt.NDArray[np.bool_]

GROW = 1.5  # side of the square over the box around the landmarks: glasses and the hair above the forehead
SHARPEST = 1.25  # pixels of the averaged picture per crop pixel along each axis


@dataclass(frozen=True, slots=True, eq=False)
class CroppedFace:
    """A face, cropped.

    Attributes:
        pixels: (s, s, 3) uint8 RGB.
        points: (n, 2) float32 landmarks, crop px.
        topology: Topology of the landmarks.
        image_from_crop: From crop px to image px.
        seen: (s, s) bool, False beyond the edge of the picture.
    """

    pixels: Pixels
    points: Points
    topology: Topology
    image_from_crop: Affine2D
    seen: Flags

    @property
    def side(self) -> int:
        """Side of the square, px."""
        return int(self.pixels.shape[0])

    def place(self, name: str) -> Points:
        """Return the (2,) position of a named landmark, crop px."""
        place: Points = self.points[self.topology.index(name)]
        return place

    def region(self, name: str) -> Points:
        """Return the (k, 2) positions of a named region, crop px."""
        places: Points = self.points[self.topology.region(name)]
        return places

    def halved(self) -> "CroppedFace":
        """Return the same crop at half the resolution, of every second pixel."""
        half_from_crop = np.float32(0.5)
        image_from_half = self.image_from_crop @ Affine2D.from_similarity(2.0, 0.0, (0.0, 0.0))
        return CroppedFace(
            self.pixels[::2, ::2],
            self.points * half_from_crop,
            self.topology,
            image_from_half,
            self.seen[::2, ::2],
        )


class FaceCropper:
    """Crops faces at one size.

    Args:
        side: Side of the crops, px.
    """

    def __init__(self, side: int) -> None:
        self._side = side

    def crop(self, frame: Frame, landmarks: Landmarks) -> CroppedFace:
        """Crop the square around a face."""
        roi = face_square(landmarks)
        image_from_crop = roi.image_from_crop(self._side)
        pixels = averaged(frame, roi, self._side)
        points = image_from_crop.inverse().apply(landmarks.points_px[:, :2]).astype(np.float32)
        seen = _inside(image_from_crop, self._side, frame.width, frame.height)
        return CroppedFace(pixels, points, landmarks.topology, image_from_crop, seen)


def averaged(frame: Frame, roi: Roi, side: int) -> Pixels:
    """Crop a square of a frame, averaged over what becomes one pixel: single samples alias and flicker."""
    height, width, _ = frame.shape
    reach = roi.size_px * (abs(math.cos(roi.angle_rad)) + abs(math.sin(roi.angle_rad))) / 2.0 + 2.0
    x, y = roi.center_px.tolist()
    left, top = (max(math.floor(each - reach), 0) for each in (x, y))
    right, bottom = (min(max(math.ceil(each + reach), 0), end) for each, end in ((x, width), (y, height)))
    step = max(1, int(roi.size_px / (side * SHARPEST)))  # whole factors are averaged several times as fast
    right, bottom = left + (right - left) // step * step, top + (bottom - top) // step * step
    if right <= left or bottom <= top:
        return np.zeros((side, side, 3), np.uint8)
    part = frame.part((slice(top, bottom), slice(left, right)))
    if step > 1:
        size = (right - left) // step, (bottom - top) // step
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    # Pixel centres are whole numbers in both pictures.
    part_from_crop = roi.image_from_crop(side).matrix / step
    part_from_crop[:, 2] += (0.5 - np.array([left, top])) / step - 0.5
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    # Four channels are warped twice as fast as three.
    part = np.asarray(cv2.cvtColor(part, cv2.COLOR_RGB2RGBA), np.uint8)
    warped = cv2.warpAffine(part, part_from_crop, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.cvtColor(warped, cv2.COLOR_RGBA2RGB), np.uint8)


def face_square(landmarks: Landmarks) -> Roi:
    """Return the upright square around a face."""
    right, left = landmarks["right_eye_outer"][:2], landmarks["left_eye_outer"][:2]
    return square_around(landmarks.box_px, right, left, GROW)


def _inside(image_from_crop: Affine2D, side: int, width: int, height: int) -> Flags:
    """Return (side, side) bool, True where the picture has pixels."""
    corners: Array = image_from_crop.apply([(0, 0), (side, 0), (0, side), (side, side)])
    if (corners >= 0).all() and (corners < (width - 1, height - 1)).all():
        return np.ones((side, side), bool)
    grid = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1)
    places = image_from_crop.apply(grid)
    inside = (places >= 0) & (places <= (width - 1, height - 1))
    return inside[..., 0] & inside[..., 1]
