"""The focal length of a photo, from its EXIF data."""

import math
from collections.abc import Mapping

from PIL import ExifTags, Image

from arpipe.geometry.camera import FULL_FRAME_DIAGONAL_MM, CameraIntrinsics

EQUIVALENT_LIMITS_MM = (8.0, 1200.0)  # of lenses that exist
SENSOR_DIAGONAL_LIMITS_MM = (3.0, 62.0)  # phones to medium format
SENSOR_ASPECTS = (4 / 3, 3 / 2, 16 / 9)
ASPECT_TOLERANCE = 0.02
MM_PER_UNIT = {2: 25.4, 3: 10.0}  # of FocalPlaneResolutionUnit: inch, centimetre


def camera_from_exif(image: Image.Image, width: int, height: int) -> CameraIntrinsics | None:
    """Return the intrinsics that follow from the focal length in a picture's EXIF data.

    A cropped picture shows less than the lens did, so its focal length is a lower limit.

    Args:
        image: The opened picture.
        width: Width of the upright picture, px.
        height: Height of the upright picture, px.

    Returns:
        The intrinsics; None if the data say nothing usable about the focal length.
    """
    tags: Mapping[int, object] = image.getexif().get_ifd(ExifTags.IFD.Exif)
    equivalent_mm = _number(tags, ExifTags.Base.FocalLengthIn35mmFilm) or _from_sensor(tags)
    low, high = EQUIVALENT_LIMITS_MM
    if equivalent_mm is None or not low <= equivalent_mm <= high:
        return None
    return CameraIntrinsics.from_equivalent(width, height, equivalent_mm, "exif")


def _from_sensor(tags: Mapping[int, object]) -> float | None:
    """Return the equivalent focal length, mm, from the real one and the size of the sensor; None if not known.

    The size follows from the resolution of the sensor and the picture's size in px. Editors change the latter alone,
    so it has to be that of a whole sensor.
    """
    focal_mm = _number(tags, ExifTags.Base.FocalLength)
    per_unit = _number(tags, ExifTags.Base.FocalPlaneXResolution)
    unit_mm = MM_PER_UNIT.get(int(_number(tags, ExifTags.Base.FocalPlaneResolutionUnit) or 0))
    width = _number(tags, ExifTags.Base.ExifImageWidth)
    height = _number(tags, ExifTags.Base.ExifImageHeight)
    if focal_mm is None or per_unit is None or unit_mm is None or width is None or height is None:
        return None
    aspect = max(width, height) / min(width, height)
    diagonal_mm = math.hypot(width, height) / per_unit * unit_mm
    low, high = SENSOR_DIAGONAL_LIMITS_MM
    if not low <= diagonal_mm <= high or all(
        abs(aspect / a - 1.0) > ASPECT_TOLERANCE for a in SENSOR_ASPECTS
    ):
        return None
    return focal_mm * FULL_FRAME_DIAGONAL_MM / diagonal_mm


def _number(tags: Mapping[int, object], tag: int) -> float | None:
    """Return a positive, finite number; None for anything else, as EXIF data may hold any bytes."""
    value = tags.get(tag)
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) and number > 0.0 else None
