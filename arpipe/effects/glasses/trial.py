"""Fits a rigid object to three heads, so that checking a pack does the same work as a frame."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from arpipe.effects.glasses.object_file import UNITS_M, LoadedObject, load_object
from arpipe.effects.glasses.rigid_mesh import RigidMesh, RigidMeshParams
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import FLIP_YZ, Array, RigidTransform
from arpipe.render.compositor import Compositor
from arpipe.render.context import GlContext
from arpipe.render.rasteriser.library import Rasteriser
from arpipe.timing import StageTimer
from arpipe.topology import load_topology
from arpipe.types import Frame, FrameResult, HeadPose, Landmarks, TrackedFace

HEADS = {"small": (0.86, 0.86, 0.86), "average": (1.0, 1.0, 1.0), "wide": (1.15, 1.03, 1.05)}
"""Factors of the canonical face in x, y and z: a child's head, and one that is wide for its height."""

USUAL_WIDTH_M = 0.14  # of glasses
WIDTHS_M = (0.09, 0.22)  # children's glasses, and carnival masks
FAR_M = 0.05  # from the bridge of the nose to the middle of the front, across or up
IN_FRONT_M = 0.08  # glasses do not reach further forward than the nose
HIGH_M = 0.11  # higher than any front; temples that point up or down exceed it

CAMERA = CameraIntrinsics.from_fov(640, 480)
PLACE_M = (0.0, 0.0, 0.45)
GREY = 128


def fit_problems(params: RigidMeshParams) -> tuple[list[str], list[str]]:
    """Build an object and measure it; needs no OpenGL.

    Returns:
        Problems and notes, one sentence each.

    Raises:
        ArpipeError: The model cannot be built.
    """
    has_temples = params.anchor == "glasses"
    loaded = load_object(params.model, params.unit, params.rotate_deg, has_temples, params.materials)
    if params.anchor != "glasses":
        return [], []
    size = _Size.of(loaded)
    problems = [f"{params.model}: {problem}" for problem in _problems(size, params)]
    notes = [f"{params.model}: {note}" for note in _notes(size, loaded)] if not problems else []
    return problems, notes


def draw_problems(params: RigidMeshParams, context: GlContext | Rasteriser) -> list[str]:
    """Fit an object to three heads and draw it.

    Args:
        params: The object.
        context: What draws: OpenGL, or the CPU.

    Returns:
        One sentence per head on which nothing is drawn.

    Raises:
        ArpipeError: It cannot be built or drawn.
    """
    layer = RigidMesh(params, context)
    compositor = Compositor(context)
    frame = Frame(np.full((CAMERA.height, CAMERA.width, 3), GREY, np.uint8), 0.0, 0)
    missing = []
    try:
        for number, (name, factors) in enumerate(HEADS.items()):
            result = FrameResult(frame=frame, faces=(_face(number, factors),), timings_ms={})
            picture = compositor.draw(result, CAMERA, [layer], StageTimer())
            if (picture == frame.pixels).all():
                missing.append(f"{params.model}: nothing is drawn on {_article(name)} {name} head")
    finally:
        compositor.close()
        layer.close()
    return missing


@dataclass(frozen=True, slots=True)
class _Size:
    """Extent of an object in the model frame, m: of the front, and of the front with its temples."""

    front_low: Array
    front_high: Array
    low: Array
    high: Array

    @classmethod
    def of(cls, loaded: LoadedObject) -> "_Size":
        parts = [loaded.mesh.positions(part) for part in range(len(loaded.mesh.parts))]
        every = np.concatenate(parts)
        return cls(parts[0].min(axis=0), parts[0].max(axis=0), every.min(axis=0), every.max(axis=0))


def _problems(size: _Size, params: RigidMeshParams) -> Iterator[str]:
    """Yield errors of size and position: size first, since the rest depends on it."""
    width = float(size.high[0] - size.low[0]) * params.scale
    if not WIDTHS_M[0] <= width <= WIDTHS_M[1]:
        yield f"is {_length(width)} wide; glasses are about {USUAL_WIDTH_M} m: {_size_advice(params, size)}"
        return
    x, y, _ = (size.front_low + size.front_high) / 2.0 * params.scale
    for distance, positive, negative in ((y, "above", "below"), (x, "left of", "right of")):
        if abs(distance) > FAR_M:
            yield (
                f"the front is {_length(abs(distance))} {positive if distance > 0 else negative} the origin, which "
                "rests on the bridge of the nose: move it to the origin, or run: arpipe effects import"
            )


def _notes(size: _Size, loaded: LoadedObject) -> Iterator[str]:
    """Yield defects that only make glasses look wrong."""
    if size.high[1] - size.low[1] > HIGH_M:
        height = _length(float(size.high[1] - size.low[1]))
        yield f"is {height} high; if y is not up, set rotate_deg, or run: arpipe effects import"
    elif size.high[2] > IN_FRONT_M:
        reach = _length(float(size.high[2]))
        yield f"reaches {reach} in front of the face; if it faces backwards, set rotate_deg = [0, 180, 0]"
    elif not loaded.shape.hinges_m:
        yield (
            "has no nodes temple_l and temple_r, so temples do not turn to the ears and do not fade behind them; "
            "arpipe effects import finds them"
        )


def _size_advice(params: RigidMeshParams, size: _Size) -> str:
    """Suggest a unit that gives glasses their usual width, or else a scale."""
    extent = (size.high - size.low) / UNITS_M[params.unit]
    length = max(float(extent.max()), 1e-30)
    for unit, metres in UNITS_M.items():
        if WIDTHS_M[0] <= length * metres * params.scale <= WIDTHS_M[1] and unit != params.unit:
            return f'export in metres, or set unit = "{unit}"'
    return f"export in metres, or set scale = {USUAL_WIDTH_M / (length * UNITS_M[params.unit]):.3g}"


def _length(metres: float) -> str:
    return f"{metres:.0f} m" if metres >= 10 else f"{metres:.2f} m" if metres >= 0.01 else f"{metres:.2g} m"


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"


def _face(track_id: int, factors: tuple[float, float, float]) -> TrackedFace:
    """Return the canonical face, resized and facing the camera."""
    topology = load_topology("face")
    mesh_m = topology.canonical_m * factors
    pose = RigidTransform(FLIP_YZ, np.asarray(PLACE_M))
    points_m = pose.apply(mesh_m)
    points_px = np.column_stack([CAMERA.project(points_m), points_m[:, 2] * CAMERA.fx]).astype(np.float32)
    landmarks = Landmarks(points_px, 1.0, topology)
    return TrackedFace(track_id, landmarks, HeadPose(pose, mesh_m, 0.0), "tracked", 0)
