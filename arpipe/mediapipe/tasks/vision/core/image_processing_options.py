"""Which part of an image is meant."""

from dataclasses import dataclass


@dataclass
class ImageProcessingOptions:
    """Region and rotation of an image; arpipe's tasks take whole, upright images only."""

    region_of_interest: object | None = None
    rotation_degrees: int = 0
