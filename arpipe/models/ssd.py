"""What MediaPipe's detectors share: fixed anchors, box decoding, weighted non-maximum suppression."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

from arpipe.geometry.boxes import overlap
from arpipe.geometry.transforms import Array
from arpipe.types import Detection, Points

LOGIT_LIMIT = 100.0  # logits are clipped there before the sigmoid, as in the models' own graphs


def anchor_centers(side: int, strides: Sequence[int], per_layer: int) -> Points:
    """Centres of the anchors in the network's order.

    Layers of equal stride that follow each other share their cells: all anchors of a cell stand together.

    Args:
        side: Network input, px.
        strides: Stride of every layer, px.
        per_layer: Anchors that a layer adds to each of its cells.

    Returns:
        (n, 2) x, y in crop px.
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
    """Sigmoid of clipped logits."""
    clipped = np.clip(np.asarray(logits, dtype=np.float64), -LOGIT_LIMIT, LOGIT_LIMIT)
    return np.asarray(1.0 / (1.0 + np.exp(-clipped)))


@dataclass(frozen=True, slots=True)
class Candidates:
    """What a detector takes for faces (or palms, people), several for each, best first.

    Attributes:
        boxes: (m, 4) corners x0, y0, x1, y1.
        keypoints: (m, k, 2).
        scores: (m,) in [0, 1].
    """

    boxes: Array
    keypoints: Array
    scores: Array


def decode(boxes: Points, logits: Points, anchors: Points, min_score: float) -> Candidates:
    """Turn regressors into boxes and keypoints, in crop px.

    Args:
        boxes: (n, 4 + 2k): centre x, y, width, height, then k points, in crop px around the anchor.
        logits: (n,).
        anchors: (n, 2) crop px.
        min_score: Candidates below are dropped.
    """
    scores = probability(logits)
    keep = np.flatnonzero((scores >= min_score) & (boxes[:, 2:4] >= 0).all(axis=1))
    keep = keep[np.argsort(-scores[keep], kind="stable")]
    values = boxes[keep].astype(np.float64)
    origin = anchors[keep].astype(np.float64)
    center, half = values[:, :2] + origin, values[:, 2:4] / 2.0
    keypoints = values[:, 4:].reshape(len(keep), boxes.shape[1] // 2 - 2, 2) + origin[:, None]
    return Candidates(np.hstack([center - half, center + half]), keypoints, scores[keep])


def merge(looks: Sequence[Candidates], max_overlap: float) -> list[Detection]:
    """Weighted non-maximum suppression over one or more looks at the same picture.

    The best candidate and all that overlap it become one detection: the mean of their boxes and keypoints,
    weighted by score. Averaging removes much of the jitter that picking one would leave.

    Args:
        looks: At least one, all in the same frame.
        max_overlap: Intersection over union above which two candidates are the same.

    Returns:
        Best first, in the frame of the looks; the score is the best one's.
    """
    boxes = np.concatenate([look.boxes for look in looks])
    keypoints = np.concatenate([look.keypoints for look in looks])
    scores = np.concatenate([look.scores for look in looks])
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
