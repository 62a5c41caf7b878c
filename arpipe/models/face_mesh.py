"""Face landmarks in a crop: the plain mesh (468 points) and the attention mesh (478, with irises)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, Self

import numpy as np

from arpipe.assets import asset_path
from arpipe.errors import AssetError
from arpipe.inference.session import SessionConfig
from arpipe.models.crop_network import Answer, CropNetwork, to_image
from arpipe.models.ssd import probability
from arpipe.preprocess.crop import square_around
from arpipe.timing import StageTimer
from arpipe.topology import IndexArray, Topology, load_topology
from arpipe.types import Frame, Landmarks, Points, Roi

MESH_POINTS = 468
SIDE_PX = 192  # input of both networks
RIGHT_EYE_OUTER, LEFT_EYE_OUTER = 33, 263  # level in the next crop, as the networks were trained
CROP_OVER_FACE = 1.5  # side of the next crop over the long side of the box around all landmarks

MeshKind = Literal["attention", "plain"]
NETWORKS: Mapping[MeshKind, str] = {"attention": "face_mesh_attention", "plain": "face_mesh"}


class FaceMesh:
    """One face-mesh network.

    Args:
        kind: "attention" (topology "face") or "plain" (topology "face_468": no irises, faster).
        sessions: Where the network runs.
    """

    def __init__(self, kind: MeshKind = "attention", sessions: SessionConfig | None = None) -> None:
        self.topology = load_topology("face") if kind == "attention" else plain_face_topology()
        self._assemble = assemble_attention if kind == "attention" else assemble_plain
        self._network = CropNetwork(NETWORKS[kind], SIDE_PX, (), sessions)

    @property
    def provider(self) -> str:
        """Where the network really runs."""
        return self._network.provider

    def locate(self, frame: Frame, rois: Sequence[Roi], timer: StageTimer) -> list[Landmarks | None]:
        """Landmarks in each square; stages `crop`, `infer` and `decode`.

        A face that is not there has a low score. The entry is None where the network answered with NaN.
        """
        return self._network.look(frame, rois, timer, self._decode)

    def close(self) -> None:
        """Free the network; may be called twice."""
        self._network.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _decode(self, answer: Answer, roi: Roi) -> Landmarks:
        score = float(probability(answer["presence"]))
        return Landmarks(to_image(self._assemble(answer), roi, SIDE_PX), score, self.topology)


def next_roi(landmarks: Landmarks) -> Roi | None:
    """Square for the next frame around all landmarks, eyes level; None if they fall into one point."""
    box = landmarks.box_px
    if not max(box[2] - box[0], box[3] - box[1]) > 0:
        return None
    right, left = landmarks.points_px[[RIGHT_EYE_OUTER, LEFT_EYE_OUTER], :2]
    return square_around(box, right, left, CROP_OVER_FACE)


def assemble_plain(outputs: Mapping[str, Points]) -> Points:
    """(…, 468, 3) crop px from the plain network's outputs."""
    return outputs["mesh"]


def assemble_attention(outputs: Mapping[str, Points]) -> Points:
    """(…, 478, 3) crop px: the mesh with x, y of lips and eyes replaced by the refined ones, then the irises.

    An iris takes the mean depth of its eyelids: the network does not tell it.
    """
    refinement = _refinement()
    mesh = outputs["mesh"]
    points = np.empty((*mesh.shape[:-2], refinement.count, 3), np.float32)
    points[..., :MESH_POINTS, :] = mesh
    for name, indices in refinement.replaced.items():
        points[..., indices, :2] = outputs[name]
    for name, iris in refinement.irises.items():
        points[..., iris.indices, :2] = outputs[name]
        points[..., iris.indices, 2] = points[..., iris.depth_from, 2].mean(axis=-1, keepdims=True)
    return points


@cache
def plain_face_topology() -> Topology:
    """The face without its irises, "face_468": the same names, indices and regions."""
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


@dataclass(frozen=True, slots=True)
class _Iris:
    indices: IndexArray
    depth_from: IndexArray


@dataclass(frozen=True, slots=True)
class _Refinement:
    """Output name of the attention mesh → the landmarks it gives."""

    replaced: Mapping[str, IndexArray]
    irises: Mapping[str, _Iris]

    @property
    def count(self) -> int:
        return MESH_POINTS + sum(iris.indices.size for iris in self.irises.values())


@cache
def _refinement() -> _Refinement:
    path = asset_path("topology/face_refinement.json")
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        return _Refinement(
            {name: np.array(indices, np.int32) for name, indices in table["replaced"].items()},
            {
                name: _Iris(np.array(iris["indices"], np.int32), np.array(iris["depth_from"], np.int32))
                for name, iris in table["irises"].items()
            },
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise AssetError(f"{path} cannot be read ({error}); reinstall arpipe") from error
