"""Face landmarks: the plain mesh (468 points), and the attention mesh and mesh v2 (478, with irises)."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import numpy as np

from arpipe.assets import asset_path
from arpipe.errors import AssetError
from arpipe.inference.runtime import Runtime
from arpipe.models.crop_network import CropNetwork, Observation, Outputs, to_image
from arpipe.models.ssd import probability
from arpipe.preprocess.crop import square_around
from arpipe.timing import StageTimer
from arpipe.topology import IndexArray, Topology, load_topology
from arpipe.types import Frame, Landmarks, Points, Roi

MESH_POINTS = 468
RIGHT_EYE_OUTER, LEFT_EYE_OUTER = 33, 263  # level in the next crop, as the networks were trained
CROP_OVER_FACE = 1.5  # side of the next crop over the long side of the box around all landmarks
MeshKind = Literal["attention", "plain", "v2"]
ScoreName = Literal["tongueOut"]
TONGUE_OUT: ScoreName = "tongueOut"  # ARKit's name


@dataclass(frozen=True, slots=True, eq=False)
class FaceObservation(Observation):
    """A face as a mesh reports it in one frame.

    Attributes:
        scores: Name → score in [0, 1], those that were asked for.
    """

    scores: Mapping[str, float] = field(default_factory=dict)


class FaceMesh(CropNetwork[FaceObservation]):
    """One face-mesh network.

    Args:
        kind: "attention" (topology "face"), "plain" (topology "face_468": no irises, fastest) or "v2" (topology "face",
            most accurate for the head pose, slowest).
        runtime: Loads the network and owns it.
        scores: Further results; "v2" gives "tongueOut", the others none.

    Raises:
        ValueError: The mesh does not give a score that is asked for.
    """

    def __init__(self, kind: MeshKind, runtime: Runtime, scores: Sequence[ScoreName] = ()) -> None:
        spec = _SPECS[kind]
        unknown = [name for name in scores if name not in spec.scores]
        if unknown:
            raise ValueError(f'mesh "{kind}" gives no score {unknown[0]!r}; mesh = "v2" gives {TONGUE_OUT!r}')
        outputs = [*spec.outputs, *(spec.scores[name] for name in scores)]
        super().__init__(spec.network, spec.side, runtime, outputs)
        self.topology = spec.topology()
        self._spec = spec
        self._scores = {name: spec.scores[name] for name in scores}

    def decode(self, outputs: Outputs, roi: Roi) -> FaceObservation:
        """Interpret the network's outputs for one square."""
        score = float(probability(outputs["presence"]))
        points = to_image(self._spec.assemble(outputs), roi, self._spec.side)
        landmarks = Landmarks(points, score, self.topology)
        scores: dict[str, float] = {name: float(outputs[output]) for name, output in self._scores.items()}
        return FaceObservation(landmarks, next_roi(landmarks), scores)


class FaceMeshes:
    """The face meshes by kind, one of them in use; it can be exchanged while faces are being tracked.

    Args:
        kind: The one that is used first; the others are loaded when they are first needed.
        runtime: Loads the networks and owns them.
        scores: Scores of the one that is used first; see `FaceMesh`.

    Attributes:
        kind: The one in use; assign to change it between frames.
    """

    def __init__(self, kind: MeshKind, runtime: Runtime, scores: Sequence[ScoreName] = ()) -> None:
        self.kind = kind
        self._runtime = runtime
        self._loaded: dict[MeshKind, FaceMesh] = {kind: FaceMesh(kind, runtime, scores)}

    def load(self, kind: MeshKind) -> FaceMesh:
        """Return one of the meshes, whether in use or not."""
        if kind not in self._loaded:
            self._loaded[kind] = FaceMesh(kind, self._runtime)
        return self._loaded[kind]

    def locate(self, frame: Frame, rois: Sequence[Roi], timer: StageTimer) -> list[FaceObservation | None]:
        """Observe the face in each square with the mesh in use; see `CropNetwork.locate`."""
        return self.load(self.kind).locate(frame, rois, timer)


def next_roi(landmarks: Landmarks) -> Roi | None:
    """Return the square for the next frame: around all landmarks, eyes level; None if they coincide."""
    box = landmarks.box_px
    if not max(box[2] - box[0], box[3] - box[1]) > 0:
        return None
    right, left = landmarks.points_px[[RIGHT_EYE_OUTER, LEFT_EYE_OUTER], :2]
    return square_around(box, right, left, CROP_OVER_FACE)


def assemble_whole(outputs: Mapping[str, Points]) -> Points:
    """Return (…, n, 3) landmarks, crop px, of a network that gives all of them in one output."""
    return outputs["mesh"]


def assemble_attention(outputs: Mapping[str, Points]) -> Points:
    """Return (…, 478, 3) landmarks, crop px, from the outputs of the attention network.

    x and y of lips and eyes are replaced by the refined ones, and the irises follow the mesh. The network gives no
    depth for an iris, so it takes the mean depth of its eyelids.
    """
    refinement = _refinement()
    mesh = outputs["mesh"]
    given = np.concatenate([mesh[..., :2], *(outputs[name] for name in refinement.outputs)], axis=-2)
    points = np.empty((*mesh.shape[:-2], len(refinement.source), 3), np.float32)
    points[..., :2] = given.take(refinement.source, axis=-2)
    points[..., :MESH_POINTS, 2] = mesh[..., 2]
    points[..., refinement.irises, 2] = mesh[..., refinement.depth_from, 2].mean(axis=-1, keepdims=True)
    return points


@cache
def plain_face_topology() -> Topology:
    """Return the topology "face_468": the face without its irises, with the same names, indices and regions."""
    face = load_topology("face")
    rigid = face.rigid < MESH_POINTS
    regions = {name: indices[indices < MESH_POINTS] for name, indices in face.regions.items()}
    return Topology(
        name="face_468",
        count=MESH_POINTS,
        names={name: index for name, index in face.names.items() if index < MESH_POINTS},
        regions={name: indices for name, indices in regions.items() if indices.size},
        triangles=face.triangles[(face.triangles < MESH_POINTS).all(axis=1)],
        lean_triangles=face.lean_triangles,  # irises take no part
        patches=face.patches,
        edges=face.edges[(face.edges < MESH_POINTS).all(axis=1)],
        mirror=face.mirror[:MESH_POINTS],
        rigid=face.rigid[rigid],
        rigid_weights=face.rigid_weights[rigid],
        canonical_m=face.canonical_m[:MESH_POINTS],
        uv=face.uv[:MESH_POINTS],
    )


@cache
def _whole_face_topology() -> Topology:
    return load_topology("face")


@dataclass(frozen=True, slots=True)
class _MeshSpec:
    """Specification of one mesh.

    Attributes:
        network: Name in the catalogue of weights.
        side: Input, px.
        topology: Returns the topology of its landmarks.
        assemble: Makes landmarks, crop px, of its outputs.
        outputs: Outputs that are always read; empty for all.
        scores: Name of a score → its output.
    """

    network: str
    side: int
    topology: Callable[[], Topology]
    assemble: Callable[[Mapping[str, Points]], Points]
    outputs: tuple[str, ...] = ()
    scores: Mapping[ScoreName, str] = field(default_factory=dict)


_SPECS: Mapping[MeshKind, _MeshSpec] = {
    "plain": _MeshSpec("face_mesh", 192, plain_face_topology, assemble_whole),
    "attention": _MeshSpec("face_mesh_attention", 192, _whole_face_topology, assemble_attention),
    "v2": _MeshSpec(
        "face_mesh_v2",
        256,
        _whole_face_topology,
        assemble_whole,
        outputs=("mesh", "presence"),
        scores={TONGUE_OUT: "tongue"},
    ),
}


@dataclass(frozen=True, slots=True)
class _Refinement:
    """Where the landmarks of the attention mesh come from.

    Attributes:
        outputs: Names of the outputs that follow the mesh.
        source: (478,) index of each landmark's x and y in the mesh and these outputs, one after the other.
        irises: (2, 5) landmarks of the irises.
        depth_from: (2, 16) landmarks whose mean depth each iris takes.
    """

    outputs: tuple[str, ...]
    source: IndexArray
    irises: IndexArray
    depth_from: IndexArray


@cache
def _refinement() -> _Refinement:
    path = asset_path("topology/face_refinement.json")
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        irises = table["irises"]
        held = {**table["replaced"], **{name: iris["indices"] for name, iris in irises.items()}}
        indices = np.array([iris["indices"] for iris in irises.values()], np.int32)
        depth_from = np.array([iris["depth_from"] for iris in irises.values()], np.int32)
        source = np.arange(MESH_POINTS + indices.size, dtype=np.int32)
        landmarks = np.concatenate([np.array(each, np.int32) for each in held.values()])
        source[landmarks] = np.arange(MESH_POINTS, MESH_POINTS + landmarks.size)
    except (OSError, KeyError, TypeError, ValueError, IndexError) as error:
        raise AssetError(f"{path} cannot be read ({error}); reinstall arpipe") from error
    return _Refinement(tuple(held), source, indices, depth_from)
