"""Expands TFLite's sparse weights into dense arrays.

A sparse tensor is stored as a tree: its dimensions in `traversal_order`, each either dense (every index is
present) or compressed (segments and indices as in CSR). Block dimensions, if any, come after the tensor's.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arpipe.errors import WeightsError


@dataclass(frozen=True, eq=False)
class SparseDimension:
    """One level of the tree: dense with `size` children per node, or compressed (`segments`, `indices`)."""

    size: int
    segments: NDArray[np.int64] | None
    indices: NDArray[np.int64] | None


@dataclass(frozen=True, eq=False)
class SparseLayout:
    """Positions of the stored values.

    Attributes:
        traversal_order: Axis of every level; axes ≥ the tensor's rank are block axes.
        block_map: For every block axis, the axis of the tensor that it subdivides.
        dimensions: One per level, in traversal order.
    """

    traversal_order: tuple[int, ...]
    block_map: tuple[int, ...]
    dimensions: tuple[SparseDimension, ...]


def densify(values: NDArray[np.generic], layout: SparseLayout, shape: tuple[int, ...]) -> NDArray[np.generic]:
    """Write the stored values into a dense array of zeros.

    Args:
        values: (nnz,) stored values in traversal order.
        layout: Their positions.
        shape: Dense shape.

    Raises:
        WeightsError: The number of values differs from the number of positions.
    """
    coordinates = _coordinates(layout)  # (levels, nnz)
    if coordinates.shape[1] != values.size:
        raise WeightsError(
            f"sparse tensor {shape}: {values.size} values, its layout has {coordinates.shape[1]} positions"
        )
    position = np.zeros((len(shape), values.size), np.int64)
    for level, axis in enumerate(layout.traversal_order):
        if axis < len(shape):
            position[axis] += coordinates[level] * _block_size(layout, axis, len(shape))
        else:
            position[layout.block_map[axis - len(shape)]] += coordinates[level]
    dense = np.zeros(shape, values.dtype)
    dense[tuple(position)] = values
    return dense


def _block_size(layout: SparseLayout, axis: int, rank: int) -> int:
    for block, mapped in enumerate(layout.block_map):
        if mapped == axis:
            return layout.dimensions[layout.traversal_order.index(rank + block)].size
    return 1


def _coordinates(layout: SparseLayout) -> NDArray[np.int64]:
    """Return the (levels, nnz) coordinates: a node's index within its level selects its segment in the next one."""
    coordinates = np.zeros((0, 1), np.int64)
    node = np.zeros(1, np.int64)
    for dimension in layout.dimensions:
        if dimension.segments is None or dimension.indices is None:
            counts = np.full(node.size, dimension.size)
            own = np.tile(np.arange(dimension.size), node.size)
            children = np.repeat(node * dimension.size, dimension.size) + own
        else:
            starts, ends = dimension.segments[node], dimension.segments[node + 1]
            counts = ends - starts
            within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
            children = np.repeat(starts, counts) + within
            own = dimension.indices[children]
        coordinates = np.vstack([np.repeat(coordinates, counts, axis=1), own])
        node = children
    return coordinates
