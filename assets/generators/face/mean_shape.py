"""The mean face of many people: symmetric, metric, upright."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from arpipe.geometry.procrustes import fit_similarity
from arpipe.geometry.transforms import Array

IRIS_DIAMETER_M = 0.0117  # horizontal visible iris of adults, 11.7 ± 0.5 mm
ROUNDS = 30  # generalised Procrustes converges to 1e-9 long before
MAX_ANGLE_DEG = 25.0  # beyond, the far half of the face is unreliable
MIRROR_ROUNDS = 4
WEIGHT_FLOOR_M = 0.0006  # noise of the network, which limits the weight of a point
MOVING_Y_M = -0.047  # head frame: below, the face moves in speech and chewing
RIGID_SHARE = 0.8  # share of the candidates that vary least


@dataclass(frozen=True, slots=True)
class MeanShape:
    """`points_m` (n, 3) in the head frame, `spread_m` (n,) RMS over people, `mirror` (n,) indices of partners."""

    points_m: Array
    spread_m: Array
    mirror: np.ndarray


def mean_shape(faces: Array, names: dict[str, int], irises: tuple[list[int], list[int]]) -> MeanShape:
    """Average `faces` (k, n, 3) given as x right, y up, z towards the viewer, in any scale."""
    faces = faces[[_is_frontal(face, names) for face in faces]]
    mean = _normalized(faces[0])
    mirror = _mirror_partners(mean)
    for round_index in range(ROUNDS):
        both = np.concatenate([faces, faces[:, mirror] * (-1, 1, 1)])
        fitted = np.stack([fit_similarity(face, mean).apply(face) for face in both])
        mean = _normalized(fitted.mean(axis=0))
        if round_index < MIRROR_ROUNDS:
            mirror = _mirror_partners(mean)
    scale = IRIS_DIAMETER_M / np.mean([np.linalg.norm(mean[i[0], :2] - mean[i[2], :2]) for i in irises])
    if not np.array_equal(mirror[mirror], np.arange(len(mean))):
        raise ValueError("the mirror partners of the mean shape do not pair up; give more portraits")
    upright = _upright(_symmetric(mean * scale, mirror), names)
    fitted = np.stack([fit_similarity(face, upright).apply(face) for face in both])
    spread = np.sqrt(((fitted - upright) ** 2).sum(axis=2).mean(axis=0))
    return MeanShape(upright, (spread + spread[mirror]) / 2, mirror)


def rigid_points(shape: MeanShape, excluded: set[int]) -> tuple[list[int], list[float]]:
    """Return the points outside lips, jaw, brows and lids that vary least, with weights 1/variance, the largest 1."""
    steady = [
        i for i in range(len(shape.points_m)) if shape.points_m[i, 1] > MOVING_Y_M and i not in excluded
    ]
    limit = np.quantile(shape.spread_m[steady], RIGID_SHARE)
    chosen = [i for i in steady if shape.spread_m[i] <= limit]
    weights = 1.0 / np.maximum(shape.spread_m[chosen], WEIGHT_FLOOR_M) ** 2
    return chosen, list(weights / weights.max())


def _is_frontal(face: Array, names: dict[str, int]) -> bool:
    across = face[names["left_eye_outer"]] - face[names["right_eye_outer"]]
    down = face[names["forehead"]] - face[names["chin"]]
    yaw = np.degrees(np.arctan2(across[2], across[0]))
    pitch = np.degrees(np.arctan2(down[2], np.hypot(down[0], down[1])))
    return abs(yaw) < MAX_ANGLE_DEG and abs(pitch) < MAX_ANGLE_DEG


def _normalized(shape: Array) -> Array:
    centred = shape - shape.mean(axis=0)
    return centred / np.sqrt((centred**2).sum())


def _mirror_partners(shape: Array) -> np.ndarray:
    """Find the best pairing with the mirrored shape, after aligning the two."""
    partners = np.arange(len(shape))
    flipped = shape * (-1, 1, 1)
    for attempt in range(10):
        laid = fit_similarity(flipped, shape[partners]).apply(flipped) if attempt else flipped
        distance = np.linalg.norm(laid[:, None, :] - shape[None, :, :], axis=2)
        partners = linear_sum_assignment(distance + distance.T)[1]
    return partners


def _symmetric(shape: Array, mirror: np.ndarray) -> Array:
    """Rotate the mirror plane to x = 0, then average both halves."""
    across = shape - shape[mirror]
    across = across * np.sign(across[:, :1])
    normal = across.sum(axis=0) / np.linalg.norm(across.sum(axis=0))
    up = np.array([0.0, 1.0, 0.0]) - normal[1] * normal
    up /= np.linalg.norm(up)
    turned = shape @ np.stack([normal, up, np.cross(normal, up)]).T
    turned[:, 0] -= ((turned + turned[mirror]) / 2)[:, 0].mean()
    return (turned + turned[mirror] * (-1, 1, 1)) / 2


def _upright(shape: Array, names: dict[str, int]) -> Array:
    """Move the origin between the pupils and turn the forehead above the chin."""
    down = shape[names["forehead"]] - shape[names["chin"]]
    pitch = np.arctan2(down[2], down[1])
    cosine, sine = np.cos(pitch), np.sin(pitch)
    turn = np.array([[1, 0, 0], [0, cosine, sine], [0, -sine, cosine]])
    turned = shape @ turn.T
    return turned - (turned[names["left_pupil"]] + turned[names["right_pupil"]]) / 2
