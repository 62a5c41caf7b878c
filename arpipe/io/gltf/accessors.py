"""Reads typed arrays from buffer views, with every byte range checked."""

import numpy as np
import numpy.typing as npt

from arpipe.errors import GltfError
from arpipe.io.gltf import schema
from arpipe.io.gltf.container import Document, pick
from arpipe.io.gltf.model import Floats

DTYPES: dict[int, np.dtype[np.generic]] = {
    5120: np.dtype("<i1"),
    5121: np.dtype("<u1"),
    5122: np.dtype("<i2"),
    5123: np.dtype("<u2"),
    5125: np.dtype("<u4"),
    5126: np.dtype("<f4"),
}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}

Raw = npt.NDArray[np.generic]


def read_floats(document: Document, index: int, widths: tuple[int, ...], where: str) -> Floats:
    """Read an accessor as (n, width) float32; normalized integers become [0, 1] or [−1, 1].

    Args:
        document: The open file.
        index: Index of the accessor.
        widths: Allowed numbers of components.
        where: Name of the referring object, for messages.

    Raises:
        GltfError: The index is out of range, the width is not allowed, or values are not finite.
    """
    accessor = pick(document.gltf.accessors, index, "accessors", where)
    raw = _elements(document, accessor, index, widths)
    values: Floats = np.ascontiguousarray(raw, dtype=np.float32)
    if accessor.normalized and raw.dtype.kind in "iu":
        values /= np.float32(np.iinfo(raw.dtype.str).max)
        np.maximum(values, np.float32(-1.0), out=values)
    if not np.isfinite(values).all():
        raise GltfError(f"accessors[{index}]: has values that are not finite; export it again")
    return values


def read_indices(document: Document, index: int, where: str) -> npt.NDArray[np.uint32]:
    """Read an accessor of unsigned scalars as (n,) uint32."""
    accessor = pick(document.gltf.accessors, index, "accessors", where)
    raw = _elements(document, accessor, index, (1,))
    if raw.dtype.kind != "u" or accessor.normalized:
        raise GltfError(f"accessors[{index}]: expected unsigned integers for {where}, got {raw.dtype.name}")
    return np.ascontiguousarray(raw[:, 0], dtype=np.uint32)


def _elements(document: Document, accessor: schema.Accessor, index: int, widths: tuple[int, ...]) -> Raw:
    """Return a (count, width) copy in the accessor's own type, with sparse elements filled in."""
    where = f"accessors[{index}]"
    width = WIDTHS.get(accessor.type, 0)
    if width not in widths:
        raise GltfError(f"{where}: expected {' or '.join(map(str, widths))} components, got {accessor.type}")
    dtype = DTYPES[accessor.component_type]
    document.spend(accessor.count * width * max(dtype.itemsize, 4), where)
    if accessor.buffer_view is None:
        elements: Raw = np.zeros((accessor.count, width), dtype)
    else:
        elements = _strided(
            document, accessor.buffer_view, accessor.byte_offset, (accessor.count, width), dtype, where
        ).copy()
    if accessor.sparse is not None:
        _put_sparse(document, accessor.sparse, elements, where)
    return elements


def _put_sparse(document: Document, sparse: schema.Sparse, elements: Raw, where: str) -> None:
    where = f"{where}.sparse"
    if sparse.count > len(elements):
        raise GltfError(f"{where}: replaces {sparse.count} of {len(elements)} elements; export it again")
    places = _strided(
        document,
        sparse.indices.buffer_view,
        sparse.indices.byte_offset,
        (sparse.count, 1),
        DTYPES[sparse.indices.component_type],
        where,
    )[:, 0].astype(np.int64)
    if int(places.max()) >= len(elements):
        raise GltfError(f"{where}: index {places.max()} of {len(elements)} elements; export it again")
    shape = (sparse.count, elements.shape[1])
    values = _strided(
        document, sparse.values.buffer_view, sparse.values.byte_offset, shape, elements.dtype, where
    )
    elements[places] = values


def _strided(
    document: Document,
    view: int,
    offset: int,
    shape: tuple[int, int],
    dtype: np.dtype[np.generic],
    where: str,
) -> Raw:
    """Return a read-only (count, width) view of the bytes of a buffer view."""
    content, stated = document.view(view, where)
    count, width = shape
    element = width * dtype.itemsize
    stride = element if stated is None else stated
    if stride < element:
        raise GltfError(f"{where}: byteStride {stride} is less than an element's {element} bytes")
    end = offset + (count - 1) * stride + element
    if end > len(content):
        raise GltfError(
            f"{where}: {count} elements end at byte {end} of bufferViews[{view}], which has {len(content)}; "
            "the file is damaged, export it again"
        )
    return np.ndarray(shape, dtype, content, offset, (stride, dtype.itemsize))
