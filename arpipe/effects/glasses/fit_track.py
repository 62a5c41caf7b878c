"""Fits that are stable over time: glasses rest on bone, so that expressions must not move them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from arpipe.effects.glasses.fit import Fit
from arpipe.geometry.transforms import Array
from arpipe.types import HeadPose, TrackedFace

REFIT_FRAMES = 20  # a fit takes 1 ms, and shapes hardly change
REFIT_TURN = 5  # frames between the turns of two faces
MESH_PULL = (
    0.05  # weight of a new frame in the running mean of the shape, in which expressions and noise cancel
)
FIT_PULL = 0.06  # share of the way to the newest fit per frame, so that glasses slide instead of jumping
SCALE_STEP = 0.003


@dataclass(slots=True, eq=False)
class _FaceFit:
    """State of one face."""

    mesh_m: Array
    distance_m: float
    scale: float
    frames: int
    fit: Fit
    goal: Fit


class FitTrack:
    """Tracks the fits of all faces of a stream.

    Args:
        fit_now: Fits to (n, 3) landmarks in the head frame, m, at a distance from the camera, m.
        sized_to_face: Whether the object scales with the head.
    """

    def __init__(self, fit_now: Callable[[Array, float], Fit], sized_to_face: bool) -> None:
        self._fit_now = fit_now
        self._sized_to_face = sized_to_face
        self._faces: dict[int, _FaceFit] = {}

    def keep_only(self, track_ids: Collection[int]) -> None:
        """Forget faces that are gone."""
        self._faces = {key: known for key, known in self._faces.items() if key in track_ids}

    def refit(self, fit_now: Callable[[Array, float], Fit], sized_to_face: bool) -> None:
        """Use another way of fitting, and apply it to the known shapes at once."""
        self._fit_now, self._sized_to_face = fit_now, sized_to_face
        for known in self._faces.values():
            known.fit = known.goal = fit_now(known.mesh_m, known.distance_m)

    def update(self, face: TrackedFace, pose: HeadPose) -> Fit:
        """Return the fit of a face in this frame, which follows the running mean of its shape smoothly."""
        known = self._faces.get(face.track_id)
        mesh_m, distance_m = pose.metric_mesh_m, float(pose.camera_from_head.translation_m[2])
        if known is None or face.age_frames == 0:
            fit = self._fit_now(mesh_m, distance_m)
            self._faces[face.track_id] = _FaceFit(mesh_m, distance_m, pose.scale, 0, fit, fit)
            return fit
        known.frames += 1
        self._follow_scale(known, pose.scale)
        if len(known.mesh_m) != len(mesh_m):  # from another network: the mean restarts, the fit stays
            known.mesh_m = mesh_m
        pull = max(MESH_PULL, 1.0 / (known.frames + 1.0))  # the plain mean at first
        known.mesh_m = known.mesh_m + pull * (mesh_m - known.mesh_m)
        known.distance_m += pull * (distance_m - known.distance_m)
        if (known.frames + REFIT_TURN * (face.track_id - 1)) % REFIT_FRAMES == 0:
            known.goal = self._fit_now(known.mesh_m, known.distance_m)
        known.fit = _between(known.fit, known.goal, FIT_PULL)
        return known.fit

    def _follow_scale(self, known: _FaceFit, scale: float) -> None:
        """Apply a corrected estimate of the size of a head to everything known about it."""
        if scale == known.scale:
            return
        ratio = scale / known.scale
        known.scale = scale
        known.mesh_m = known.mesh_m * ratio
        known.distance_m *= ratio
        if self._sized_to_face:
            known.fit, known.goal = _scaled(known.fit, ratio), _scaled(known.goal, ratio)
        elif abs(ratio - 1.0) > SCALE_STEP:
            known.goal = self._fit_now(known.mesh_m, known.distance_m)


def _between(shown: Fit, goal: Fit, share: float) -> Fit:
    """Interpolate between two fits that differ little."""

    def between(a: Array, b: Array) -> Array:
        return a + share * (b - a)

    return Fit(
        shown.scale + share * (goal.scale - shown.scale),
        between(shown.head_from_glasses, goal.head_from_glasses),
        {
            side: between(matrix, goal.head_from_temple[side])
            for side, matrix in shown.head_from_temple.items()
        },
        shown.ear_z_m + share * (goal.ear_z_m - shown.ear_z_m),
    )


def _scaled(fit: Fit, ratio: float) -> Fit:
    """Scale a fit for a head that is larger by a factor."""
    grow = np.diag([ratio, ratio, ratio, 1.0])
    temples = {side: grow @ matrix for side, matrix in fit.head_from_temple.items()}
    return Fit(fit.scale * ratio, grow @ fit.head_from_glasses, temples, fit.ear_z_m * ratio)
