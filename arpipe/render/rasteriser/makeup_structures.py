"""What the shaders of makeup in the library take, named as the uniforms of those that OpenGL runs."""

from ctypes import POINTER, Structure, c_float, c_int, c_void_p

from arpipe.render.rasteriser.structures import FlatMeshStruct, PaintingStruct

MAX_FILMS, MAX_PAGES, MAX_LEVELS = 14, 4, 13


class AppearanceStruct(Structure):
    """See `arpipe.effects.makeup.uniforms.appearance`."""

    _fields_ = [
        ("skin", c_float * 3),
        ("white", c_float * 3),
        ("colorful", c_float),
        ("reach", c_float),
        ("warmer", c_float),
        ("light", c_float * 3),
        ("lips", c_float * 3),
        ("irises", c_float * 3),
        ("px_mm", c_float),
    ]


class PyramidStruct(Structure):
    """A square picture and smaller versions of it, each half as large."""

    _fields_ = [("levels", c_void_p * MAX_LEVELS), ("count", c_int), ("side", c_int)]


class SkinStruct(Structure):
    """Pigments and skin smoothing."""

    _fields_ = [
        *((name, c_int) for name in ("films", "glows", "pages", "evens", "grains")),
        ("film", c_float * (3 * MAX_FILMS)),
        ("glow", c_float * (4 * MAX_FILMS)),
        ("even", c_float),
        ("low_place", c_float * 4),
        ("smoothing", c_void_p),
        ("smoothing_side", c_int),
        ("touched", c_void_p),
        *((f"page{number}", PyramidStruct) for number in range(MAX_PAGES)),
    ]


class PaintStruct(Structure):
    """A picture on the face."""

    _fields_ = [("opacity", c_float), ("texture", c_float), ("paint", PyramidStruct)]


class LipsStruct(Structure):
    """Lipstick."""

    _fields_ = [
        ("inner", c_float * 3),
        ("outer", c_float * 3),
        ("liner", c_float * 4),
        *((name, c_float) for name in ("liner_width", "opacity", "gloss", "shine", "metal", "open")),
    ]


class LineStruct(Structure):
    """Liner and lashes."""

    _fields_ = [("pigment", c_float * 4), ("soft", c_float)]


class IrisStruct(Structure):
    """Colour of irises."""

    _fields_ = [
        ("color", c_float * 3),
        ("opacity", c_float),
        ("soft", c_float),
        ("circle", c_float * 8),
    ]


class TeethStruct(Structure):
    """Whiter teeth."""

    _fields_ = [("opacity", c_float), ("brighten", c_float)]


class BrowStruct(Structure):
    """Moved brows, which need no values."""

    _fields_ = []


SHADERS: dict[str, type[Structure]] = {
    "skin": SkinStruct,
    "paint": PaintStruct,
    "lips": LipsStruct,
    "line": LineStruct,
    "iris": IrisStruct,
    "teeth": TeethStruct,
    "brow": BrowStruct,
}
"""Name of each shader → its values."""

SIGNATURES = {
    f"arpipe_draw_{shader}": (
        POINTER(PaintingStruct),
        POINTER(FlatMeshStruct),
        POINTER(AppearanceStruct),
        POINTER(values),
    )
    for shader, values in SHADERS.items()
}
"""Function of the library → types of its arguments."""
