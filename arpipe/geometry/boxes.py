"""Upright boxes x0, y0, x1, y1."""

import numpy as np

from arpipe.geometry.transforms import Array


def overlap(box: Array, boxes: Array) -> Array:
    """Intersection over union of one box (4,) with each of (n, 4): (n,) in [0, 1]."""
    low = np.maximum(box[:2], boxes[:, :2])
    high = np.minimum(box[2:], boxes[:, 2:])
    shared = np.prod(np.clip(high - low, 0.0, None), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    union = np.prod(box[2:] - box[:2]) + areas - shared
    return np.asarray(np.divide(shared, union, out=np.zeros_like(shared), where=union > 0))
