"""The structures of `native/canvas.h` and `native/surface.h`, field by field."""

from ctypes import POINTER, Structure, c_float, c_int, c_void_p


class View(Structure):
    """Camera of a region; see `arpipe.render.view.View`."""

    _fields_ = [("clip_from_gl", c_float * 16), ("lens", c_float * 5), ("width", c_int), ("height", c_int)]


class Canvas(Structure):
    """Buffers of a region that is being drawn."""

    _fields_ = [
        ("view", View),
        ("depth", c_void_p),
        ("nearest", c_void_p),
        ("samples", c_void_p),
        ("scale", c_int),
    ]


class Texture(Structure):
    """Colours of a surface; without `pixels` there are none."""

    _fields_ = [
        ("pixels", c_void_p),
        ("width", c_int),
        ("height", c_int),
        ("repeat_x", c_int),
        ("repeat_y", c_int),
        ("smooth", c_int),
        ("from_uv", c_float * 6),
    ]


class Batch(Structure):
    """Triangles of one material; see `arpipe.render.object_mesh.Batch`."""

    _fields_ = [
        ("vertices", c_void_p),
        ("colors", c_void_p),
        ("surfaces", c_void_p),
        ("triangles", c_void_p),
        ("vertex_count", c_int),
        ("triangle_count", c_int),
        ("kind", c_int),
        ("tint", c_float * 4),
        ("emissive", c_float * 3),
        ("base_map", Texture),
    ]


class Placement(Structure):
    """Position of an object; see `arpipe.render.placement.Placement`."""

    _fields_ = [("gl_from_part", c_void_p), ("head_z", c_float * 4), ("fade_z_m", c_float * 2)]


class Light(Structure):
    """Light at a head; see `arpipe.render.lighting.Lighting`."""

    _fields_ = [
        ("irradiance", c_float * 12),
        ("reflection", c_float),
        ("colorful", c_float),
        ("ball", c_void_p),
        ("side", c_int),
    ]


class Matte(Structure):
    """What stands before a face; without `covered`, nothing does."""

    _fields_ = [("covered", c_void_p), ("side", c_int), ("texel_from_sample", c_float * 6)]


GLASS, CLEARCOAT, METALLIC = 1, 2, 4  # bits of `Batch.kind`

SIGNATURES = {
    "arpipe_draw_object": (
        POINTER(Canvas),
        POINTER(Batch),
        c_int,
        POINTER(Placement),
        POINTER(Light),
        POINTER(Matte),
    ),
    "arpipe_draw_depth": (POINTER(Canvas), c_void_p, c_int, c_void_p, c_int, c_void_p),
    "arpipe_interpolate": (
        POINTER(View),
        c_void_p,
        c_int,
        c_void_p,
        c_int,
        c_void_p,
        c_void_p,
        c_int,
        c_void_p,
    ),
}
"""Function of the library → types of its arguments."""
