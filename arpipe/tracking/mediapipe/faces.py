"""The networks for faces."""

from arpipe.inference.runtime import Runtime
from arpipe.models.crop_network import Observation
from arpipe.models.face_detector import FaceDetector, face_roi
from arpipe.models.face_mesh import FaceMesh, MeshKind
from arpipe.tracking.networks import Networks


def face_networks(runtime: Runtime, mesh: MeshKind, min_detection: float) -> Networks[Observation]:
    """Load the short-range detector and a mesh.

    Args:
        runtime: Owns the networks.
        mesh: Which mesh.
        min_detection: Score that a detection needs.
    """
    return Networks(FaceDetector("short", runtime, min_detection), face_roi, FaceMesh(mesh, runtime))
