"""Fits that last: glasses rest on bone, so what a face does from frame to frame must not move them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from arpipe.effects.glasses.fit import Fit
from arpipe.geometry.transforms import Array
from arpipe.types import HeadPose, TrackedFace

REFIT_FRAMES = 20  # a fit costs 1 ms and shapes hardly change
MESH_PULL = 0.05  # share of a new frame's shape in the running one: expressions and noise average out
FIT_PULL = 0.06  # share of the way to the newest fit a frame: glasses slide into place, they do not jump
SCALE_STEP = 0.003


@dataclass(slots=True, eq=False)
class _Wearer:
    """What is kept of one face."""

    mesh_m: Array
    scale: float
    frames: int
    fit: Fit
    goal: Fit


class FitTrack:
    """Fits of all faces of a stream.

    Args:
        fit_now: Gives the fit for (n, 3) landmarks in the head frame, m.
        sized_to_face: Whether the object grows with the head it is worn on.
    """

    def __init__(self, fit_now: Callable[[Array], Fit], sized_to_face: bool) -> None:
        self._fit_now = fit_now
        self._sized_to_face = sized_to_face
        self._wearers: dict[int, _Wearer] = {}

    def forget_except(self, track_ids: Collection[int]) -> None:
        """Faces that are gone take their fits along."""
        self._wearers = {key: wearer for key, wearer in self._wearers.items() if key in track_ids}

    def refit(self, fit_now: Callable[[Array], Fit], sized_to_face: bool) -> None:
        """Fit otherwise from the next frame on, at once and to the shapes known by now."""
        self._fit_now, self._sized_to_face = fit_now, sized_to_face
        for wearer in self._wearers.values():
            wearer.fit = wearer.goal = fit_now(wearer.mesh_m)

    def update(self, face: TrackedFace, pose: HeadPose) -> Fit:
        """Fit of a face in this frame: to its running shape, renewed every few frames, reached gently."""
        wearer = self._wearers.get(face.track_id)
        mesh_m = pose.metric_mesh_m
        if wearer is None or face.age_frames == 0:
            fit = self._fit_now(mesh_m)
            self._wearers[face.track_id] = _Wearer(mesh_m, pose.scale, 0, fit, fit)
            return fit
        wearer.frames += 1
        self._follow_scale(wearer, pose.scale)
        if len(wearer.mesh_m) != len(
            mesh_m
        ):  # another network took over: the shape starts anew, the fit stays
            wearer.mesh_m = mesh_m
        pull = max(MESH_PULL, 1.0 / (wearer.frames + 1.0))  # a plain mean at first
        wearer.mesh_m = wearer.mesh_m + pull * (mesh_m - wearer.mesh_m)
        if wearer.frames % REFIT_FRAMES == 0:
            wearer.goal = self._fit_now(wearer.mesh_m)
        wearer.fit = _between(wearer.fit, wearer.goal, FIT_PULL)
        return wearer.fit

    def _follow_scale(self, wearer: _Wearer, scale: float) -> None:
        """The person turns out larger or smaller than thought: everything known of the face grows with it."""
        if scale == wearer.scale:
            return
        ratio = scale / wearer.scale
        wearer.scale = scale
        wearer.mesh_m = wearer.mesh_m * ratio
        if self._sized_to_face:
            wearer.fit, wearer.goal = _scaled(wearer.fit, ratio), _scaled(wearer.goal, ratio)
        elif abs(ratio - 1.0) > SCALE_STEP:
            wearer.goal = self._fit_now(wearer.mesh_m)


def _between(shown: Fit, goal: Fit, share: float) -> Fit:
    """Part of the way between two fits that differ little."""

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
    """A fit for a head that is larger by a factor."""
    grow = np.diag([ratio, ratio, ratio, 1.0])
    temples = {side: grow @ matrix for side, matrix in fit.head_from_temple.items()}
    return Fit(fit.scale * ratio, grow @ fit.head_from_glasses, temples, fit.ear_z_m * ratio)
