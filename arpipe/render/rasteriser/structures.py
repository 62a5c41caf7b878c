"""Structures and functions of the library, field by field as in `arpipe/native/sources/rasteriser`."""

from ctypes import POINTER, Structure, c_float, c_int, c_void_p


class ViewStruct(Structure):
    """Camera of a region; see `arpipe.render.view.View`."""

    _fields_ = [("clip_from_gl", c_float * 16), ("lens", c_float * 5), ("width", c_int), ("height", c_int)]


class CanvasStruct(Structure):
    """Buffers of a region that is being drawn."""

    _fields_ = [
        ("view", ViewStruct),
        ("depth", c_void_p),
        ("nearest", c_void_p),
        ("samples", c_void_p),
        ("scale", c_int),
        ("threads", c_int),
    ]


class TextureStruct(Structure):
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


MAPS = ("base", "surface", "normal", "emissive", "transmission", "occlusion")
"""Textures of a material, as in `arpipe.render.object_mesh.MATERIAL_MAPS`."""


class BatchStruct(Structure):
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
        *((f"{name}_map", TextureStruct) for name in MAPS),
        ("normal_scale", c_float),
        ("occlusion_strength", c_float),
        ("cutoff", c_float),
        ("two_sided", c_int),
        ("lit_by_sample", c_int),
    ]


class PlacementStruct(Structure):
    """Position of an object; see `arpipe.render.placement.Placement`."""

    _fields_ = [("gl_from_part", c_void_p), ("head_z", c_float * 4), ("fade_z_m", c_float * 2)]


class LightStruct(Structure):
    """Light at a head; see `arpipe.render.lighting.Lighting`."""

    _fields_ = [
        ("irradiance", c_float * 12),
        ("reflection", c_float),
        ("colorful", c_float),
        ("black_level", c_float),
        ("ball", c_void_p),
        ("side", c_int),
    ]


class MatteStruct(Structure):
    """Occluders of a face; none without `covered` and `bare`."""

    _fields_ = [
        ("covered", c_void_p),
        ("bare", c_void_p),
        ("side", c_int),
        ("texel_from_sample", c_float * 6),
    ]


class MeshStruct(Structure):
    """Triangles between points with a common transform."""

    _fields_ = [
        ("points", c_void_p),
        ("triangles", c_void_p),
        ("point_count", c_int),
        ("triangle_count", c_int),
        ("gl_from_points", c_float * 12),
    ]


class ShadowStruct(Structure):
    """Soft shadow of a sheet and two rods; see `arpipe.effects.glasses.shadow_model`."""

    _fields_ = [
        ("vertices", c_void_p),
        ("density", c_void_p),
        ("density_width", c_int),
        ("density_height", c_int),
        ("inside", c_void_p),
        ("inside_side", c_int),
        ("glasses_from_points", c_float * 12),
        ("density_place", c_float * 4),
        ("sheet", c_float * 4),
        ("reach", c_float * 2),
        ("to_light", c_float * 3),
        ("directed", c_float),
        ("ambient", c_float),
        ("temple", c_float),
        ("temple_start", c_float * 6),
        ("temple_end", c_float * 6),
        ("bleed", c_float * 3),
    ]


GLASS, CLEARCOAT, METALLIC, TEXTURED = 1, 2, 4, 8  # bits of `BatchStruct.kind`


class PaintingStruct(Structure):
    """A region that makeup is drawn on, one sample per pixel."""

    _fields_ = [
        ("samples", c_void_p),
        ("backdrop", c_void_p),
        ("depth", c_void_p),
        ("width", c_int),
        ("height", c_int),
        ("left", c_int),
        ("top", c_int),
        ("threads", c_int),
        ("matte", MatteStruct),
    ]


class FlatMeshStruct(Structure):
    """Triangles between points of the image; see `arpipe.effects.makeup.coat.Coat`."""

    _fields_ = [
        ("vertices", c_void_p),
        ("uv", c_void_p),
        ("triangles", c_void_p),
        ("vertex_count", c_int),
        ("triangle_count", c_int),
        ("depth_per_px", c_float),
    ]


SIGNATURES = {
    "arpipe_draw_object": (
        POINTER(CanvasStruct),
        POINTER(BatchStruct),
        c_int,
        POINTER(PlacementStruct),
        POINTER(LightStruct),
        POINTER(MatteStruct),
    ),
    "arpipe_draw_depth": (POINTER(CanvasStruct), POINTER(MeshStruct)),
    "arpipe_draw_shadow": (
        POINTER(ViewStruct),
        POINTER(MeshStruct),
        POINTER(ShadowStruct),
        POINTER(MatteStruct),
        c_void_p,
    ),
    "arpipe_hide_behind": (POINTER(PaintingStruct), POINTER(FlatMeshStruct)),
}
"""Function of the library → types of its arguments."""
