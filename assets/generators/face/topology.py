"""Makes `assets/topology/face.json` from portraits."""

import tomllib
from pathlib import Path

import numpy as np
from face.lean import TABLE, encode, lean
from face.mean_shape import mean_shape, rigid_points
from face.surface import surface

from arpipe.geometry.transforms import Array

HERE = Path(__file__).resolve().parent
STEP = 45  # frames between two samples of a clip: the same person with another expression
MOVING = (
    "lips_outer",
    "lips_inner",
    "left_eye",
    "right_eye",
    "left_brow",
    "right_brow",
    "left_iris",
    "right_iris",
)
STEADY_CORNERS = ("left_eye_outer", "left_eye_inner", "right_eye_outer", "right_eye_inner")
MIN_FACE_PX = 90.0


def files(portraits: list[Path]) -> dict[Path, bytes]:
    """Return path → content of the topology.

    Args:
        portraits: Pictures and clips, or one .npz with their landmarks as `faces` (k, 478, 3).
    """
    is_saved = portraits[0].suffix == ".npz"
    faces = np.load(portraits[0])["faces"] if is_saved else collect(portraits)
    return {TABLE: encode(build(faces))}


def collect(portraits: list[Path]) -> Array:
    """Detect (k, n, 3) landmarks, x right, y up, z towards the viewer, of every face in pictures and clips."""
    from arpipe.inference.runtime import Runtime
    from arpipe.io.sources import open_source
    from arpipe.timing import StageTimer
    from arpipe.tracking.context import FrameContext
    from arpipe.tracking.face import FaceTracker, FaceTrackerConfig

    faces = []
    with Runtime() as runtime:
        tracker = FaceTracker.open(runtime, FaceTrackerConfig(mode="image", max_faces=40))
        for portrait in portraits:
            with open_source(str(portrait)) as source:
                for frame in source:
                    if frame.index % STEP == 0:
                        found = tracker.update(FrameContext(frame, StageTimer()))
                        faces += [face.landmarks.points_px for face in found]
    points = np.asarray(faces, dtype=np.float64) * (1, -1, -1)
    wide = np.ptp(points[:, :, 0], axis=1) >= MIN_FACE_PX
    return points[wide]


def build(faces: Array) -> dict[str, object]:
    """Compute the topology."""
    table = tomllib.loads((HERE / "names.toml").read_text(encoding="utf-8"))
    names, regions = table["names"], table["regions"]
    irises = (regions["left_iris"], regions["right_iris"])
    shape = mean_shape(faces, names, irises)
    unwrap = surface(
        shape.points_m, regions, {*irises[0], *irises[1], names["left_pupil"], names["right_pupil"]}
    )
    excluded = {index for name in MOVING for index in regions[name]} - {
        names[name] for name in STEADY_CORNERS
    }
    excluded |= {names["left_pupil"], names["right_pupil"]}
    rigid, weights = rigid_points(shape, excluded)
    edges = {
        tuple(sorted(pair)) for t in unwrap.triangles.tolist() for pair in zip(t, t[1:] + t[:1], strict=True)
    }
    return {
        "count": len(shape.points_m),
        "names": names,
        "regions": regions,
        "triangles": unwrap.triangles.tolist(),
        "lean_triangles": lean(
            np.concatenate([unwrap.triangles, *unwrap.patches.values()]),
            shape.points_m.round(5),
            shape.mirror,
        ),
        "patches": {name: patch.tolist() for name, patch in unwrap.patches.items()},
        "edges": sorted(map(list, edges)),
        "mirror": shape.mirror.tolist(),
        "rigid": rigid,
        "rigid_weights": [round(weight, 4) for weight in weights],
        "canonical_m": shape.points_m.round(5).tolist(),
        "uv": unwrap.uv.round(5).tolist(),
    }
