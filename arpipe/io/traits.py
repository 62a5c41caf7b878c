"""Properties of a video that a recording made from it inherits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

HD_WIDTH = 1280
HD_HEIGHT = 577

# Values of ITU-T H.273, which streams carry.
BT709 = 1
UNSPECIFIED = 2
SMPTE170M = 6
LIMITED_RANGE = 1
FULL_RANGE = 2

# H.273 matrix → the constant by which FFmpeg's scaler knows its coefficients.
_SCALER_MATRIX = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9, 10: 9}


@dataclass(frozen=True, slots=True)
class ColorTags:
    """Colour tags of a stream as H.273 code points; 2, or 0 for the range, stands for "unspecified".

    Attributes:
        matrix: RGB to YUV: 1 is BT.709, 5 and 6 are BT.601, 9 is BT.2020.
        range: 1 is limited (16 to 235), 2 is full.
        primaries: Chromaticities of the three primaries.
        transfer: Transfer characteristic.
    """

    matrix: int = UNSPECIFIED
    range: int = 0
    primaries: int = UNSPECIFIED
    transfer: int = UNSPECIFIED

    @classmethod
    def for_size(cls, width: int, height: int) -> "ColorTags":
        """Return the tags for a new video of a size in px: BT.709 for HD, BT.601 below, limited range."""
        standard = _standard(width, height)
        return cls(matrix=standard, range=LIMITED_RANGE, primaries=standard, transfer=standard)

    def scaler_matrix(self, width: int, height: int) -> int:
        """Return the scaler's constant for the matrix, guessed from the size in px if it is unspecified."""
        return _SCALER_MATRIX.get(self.matrix, _SCALER_MATRIX[_standard(width, height)])

    @property
    def scaler_range(self) -> int:
        """The scaler's constant for the range; limited if it is unspecified."""
        return FULL_RANGE if self.range == FULL_RANGE else LIMITED_RANGE


@dataclass(frozen=True, slots=True)
class VideoTraits:
    """Properties that a recording inherits from its source.

    Attributes:
        time_base: Unit of timestamps, s; every `captured_s` is a multiple of it.
        rate: Mean frame rate, Hz.
        colors: Colour tags.
        path: File to copy the audio from, or None.
        origin_s: Time on the file's clock that is 0 s of `captured_s`; audio is shifted by it, too.
        metadata: Container metadata such as title, date and location.
    """

    time_base: Fraction
    rate: Fraction
    colors: ColorTags
    path: Path | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    origin_s: Fraction = Fraction(0)


def _standard(width: int, height: int) -> int:
    """Return the code point that players assume for untagged video of this size."""
    is_hd = max(width, height) >= HD_WIDTH or min(width, height) >= HD_HEIGHT
    return BT709 if is_hd else SMPTE170M
