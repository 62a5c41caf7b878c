"""8-bit RGB pixels of an open picture, whatever it stores."""

from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms, ImageFile

from arpipe.types import Pixels

SIXTEEN_BIT_MODES = ("I", "I;16", "I;16B", "I;16L", "I;16N")
_ROWS = 256  # converted at a time, so that wide intermediate numbers take little memory


def rgb_pixels(image: Image.Image) -> Pixels:
    """Return (h, w, 3) uint8 RGB of an open picture as it is stored, transparency composited over white.

    Raises:
        ValueError: The picture stores floating-point numbers.
    """
    if image.mode in SIXTEEN_BIT_MODES:
        return _from_sixteen_bits(np.asarray(image))
    if image.mode == "F":
        raise ValueError("pictures of floating-point numbers have no agreed white; save it with 8 or 16 bits")
    if has_alpha(image):
        return on_white(np.asarray(image.convert("RGBA")))
    if image.mode == "CMYK":
        image = _cmyk_to_rgb(image)
    return np.array(image.convert("RGB"), dtype=np.uint8)


def has_sixteen_bit_colors(image: Image.Image) -> bool:
    """Whether an open picture that is not loaded yet stores 16 bits per colour, of which Pillow reads 8."""
    tiles = image.tile if isinstance(image, ImageFile.ImageFile) else ()
    modes = (tile.args if isinstance(tile.args, str) else tile.args[0] for tile in tiles if tile.args)
    return any(isinstance(mode, str) and mode.startswith("RGB") and ";16" in mode for mode in modes)


def has_alpha(image: Image.Image) -> bool:
    """Whether a picture can be transparent: it has an alpha channel, or a palette entry or colour marked so."""
    return image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info


def is_transparent(image: Image.Image) -> bool:
    """Whether any pixel of a picture is not opaque."""
    if not has_alpha(image):
        return False
    opacity = image if "A" in image.getbands() else image.convert("RGBA")
    return opacity.getchannel("A").getextrema()[0] != 255


def on_white(rgba: npt.NDArray[np.uint8]) -> Pixels:
    """Composite (h, w, 4) straight-alpha pixels over white; returns (h, w, 3)."""
    result: Pixels = np.empty((*rgba.shape[:2], 3), np.uint8)
    for start in range(0, len(rgba), _ROWS):
        part = rgba[start : start + _ROWS]
        alpha = part[..., 3:].astype(np.uint16)
        result[start : start + _ROWS] = (part[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255
    return result


def _from_sixteen_bits(grey: npt.NDArray[np.generic]) -> Pixels:
    """Return (h, w, 3) of (h, w) grey values from 0 to 65535."""
    result: Pixels = np.empty((*grey.shape, 3), np.uint8)
    for start in range(0, len(grey), _ROWS):
        part = (grey[start : start + _ROWS].astype(np.uint32) * 255 + 32767) // 65535
        result[start : start + _ROWS] = np.minimum(part, 255)[..., np.newaxis]
    return result


def _cmyk_to_rgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if not profile:
        return image
    try:
        source = ImageCms.getOpenProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        # The profile is damaged; viewers then use the plain formula, too.
        return image
    return image if converted is None else converted
