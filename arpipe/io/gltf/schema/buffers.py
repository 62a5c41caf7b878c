"""Buffers, their views and accessors, with the extensions that compress them."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from arpipe.io.gltf.schema.base import GltfObject, IgnoredEntry, Index, Offset, Size

MAX_DECODED_ELEMENTS = 2**26  # of a compressed buffer view

ComponentType = Literal[5120, 5121, 5122, 5123, 5125, 5126]


class Draco(GltfObject):
    """KHR_draco_mesh_compression: attributes by name → unique id in the compressed data."""

    buffer_view: Index
    attributes: dict[str, Index]


class Meshopt(GltfObject):
    """EXT_meshopt_compression: what a compressed buffer view decodes to."""

    buffer: Index
    byte_length: Size
    byte_stride: Annotated[int, Field(ge=2, le=256)]
    count: Annotated[int, Field(ge=1, le=MAX_DECODED_ELEMENTS)]
    mode: Literal["ATTRIBUTES", "TRIANGLES", "INDICES"]
    byte_offset: Offset = 0
    filter: Literal["NONE", "OCTAHEDRAL", "QUATERNION", "EXPONENTIAL"] = "NONE"

    @model_validator(mode="after")
    def _stride_suits_mode(self) -> "Meshopt":
        if self.byte_stride not in (2, 4) if self.mode != "ATTRIBUTES" else self.byte_stride % 4:
            raise ValueError(f"byteStride {self.byte_stride} does not suit mode {self.mode}")
        return self


class BufferViewExtensions(GltfObject):
    """Extensions of a buffer view."""

    meshopt: Meshopt | None = Field(default=None, alias="EXT_meshopt_compression")


class BufferExtensions(GltfObject):
    """Extensions of a buffer; with meshopt, a buffer may be a placeholder without content."""

    meshopt: IgnoredEntry | None = Field(default=None, alias="EXT_meshopt_compression")


class Buffer(GltfObject):
    """Bytes of the GLB, of a file beside it, or in a data URI."""

    byte_length: Size
    uri: str | None = None
    extensions: BufferExtensions = BufferExtensions()


class BufferView(GltfObject):
    """A range of bytes in a buffer."""

    buffer: Index
    byte_length: Size
    byte_offset: Offset = 0
    byte_stride: Annotated[int, Field(ge=4, le=252)] | None = None
    extensions: BufferViewExtensions = BufferViewExtensions()


class SparseIndices(GltfObject):
    """Indices of the elements that a sparse accessor replaces."""

    buffer_view: Index
    component_type: Literal[5121, 5123, 5125]
    byte_offset: Offset = 0


class SparseValues(GltfObject):
    """Values that a sparse accessor replaces them with."""

    buffer_view: Index
    byte_offset: Offset = 0


class Sparse(GltfObject):
    """Elements that differ from the accessor's base."""

    count: Size
    indices: SparseIndices
    values: SparseValues


class Accessor(GltfObject):
    """A typed view of a buffer view; all zeros without one."""

    component_type: ComponentType
    count: Size
    type: Literal["SCALAR", "VEC2", "VEC3", "VEC4", "MAT2", "MAT3", "MAT4"]
    buffer_view: Index | None = None
    byte_offset: Offset = 0
    normalized: bool = False
    sparse: Sparse | None = None
