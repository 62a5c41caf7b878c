"""Shared by MediaPipe's detectors: fixed anchors, box decoding, weighted non-maximum suppression."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

from arpipe.geometry.boxes import overlap
from arpipe.geometry.transforms import Array
from arpipe.types import Detection, Points

LOGIT_LIMIT = 100.0  # logits are clipped to this before the sigmoid, as in the models' own graphs


def anchor_centers(side: int, strides: Sequence[int], per_layer: int) -> Points:
    """Return the centres of the anchors in the network's order.

    Consecutive layers of equal stride share their cells: all anchors of a cell follow each other.

    Args:
        side: Network input, px.
        strides: Stride of every layer, px.
        per_layer: Anchors that a layer adds to each of its cells.

    Returns:
        (n, 2) x, y, crop px.
    """
    layers = []
    for stride, group in groupby(strides):
        cells = -(-side // stride)
        ticks = (np.arange(cells, dtype=np.float32) + 0.5) * (side / cells)
        y, x = np.meshgrid(ticks, ticks, indexing="ij")
        centers = np.stack([x, y], axis=-1).reshape(-1, 2)
        layers.append(np.repeat(centers, per_layer * len(list(group)), axis=0))
    return np.concatenate(layers)


def probability(logits: npt.ArrayLike) -> Array:
    """Return the sigmoid of clipped logits."""
    clipped = np.clip(np.asarray(logits, dtype=np.float64), -LOGIT_LIMIT, LOGIT_LIMIT)
    return np.asarray(1.0 / (1.0 + np.exp(-clipped)))


@dataclass(frozen=True, slots=True)
class Candidates:
    """Raw detections, several for each subject, highest score first.

    Attributes:
        boxes: (m, 4) corners x0, y0, x1, y1.
        keypoints: (m, k, 2).
        scores: (m,) in [0, 1].
    """

    boxes: Array
    keypoints: Array
    scores: Array


def decode(boxes: Points, logits: Points, anchors: Points, min_score: float) -> Candidates:
    """Decode regressors to boxes and keypoints, in crop px.

    Args:
        boxes: (n, 4 + 2k): centre x, y, width, height, then k points, in crop px around the anchor.
        logits: (n,).
        anchors: (n, 2) crop px.
        min_score: Candidates with a lower score are dropped.
    """
    scores = probability(logits)
    keep = np.flatnonzero((scores >= min_score) & (boxes[:, 2:4] >= 0).all(axis=1))
    keep = keep[np.argsort(-scores[keep], kind="stable")]
    values = boxes[keep].astype(np.float64)
    origin = anchors[keep].astype(np.float64)
    center, half = values[:, :2] + origin, values[:, 2:4] / 2.0
    keypoints = values[:, 4:].reshape(len(keep), boxes.shape[1] // 2 - 2, 2) + origin[:, None]
    return Candidates(np.hstack([center - half, center + half]), keypoints, scores[keep])


def merge(passes: Sequence[Candidates], max_overlap: float) -> list[Detection]:
    """Apply weighted non-maximum suppression to the candidates of one or more passes over the same frame.

    The best candidate and all that overlap it become one detection: the mean of their boxes and keypoints, weighted by
    score. Averaging removes much of the jitter that picking one of them would leave.

    Args:
        passes: At least one, all in the same coordinates.
        max_overlap: Intersection over union above which two candidates are the same subject.

    Returns:
        Detections in the same coordinates, highest score first; each has the score of its best candidate.
    """
    boxes = np.concatenate([each.boxes for each in passes])
    keypoints = np.concatenate([each.keypoints for each in passes])
    scores = np.concatenate([each.scores for each in passes])
    found = []
    remaining = np.argsort(-scores, kind="stable")
    while remaining.size:
        is_same = overlap(boxes[remaining[0]], boxes[remaining]) > max_overlap
        is_same[0] = True  # a box without area does not overlap even itself
        same = remaining[is_same]
        weights = scores[same] / scores[same].sum()
        found.append(
            Detection(
                box_px=weights @ boxes[same],
                keypoints_px=np.tensordot(weights, keypoints[same], axes=1),
                score=float(scores[remaining[0]]),
            )
        )
        remaining = remaining[~is_same]
    return found
