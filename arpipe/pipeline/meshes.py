"""Face meshes that can be exchanged while faces are being tracked."""

from collections.abc import Sequence

from arpipe.inference.session import SessionConfig
from arpipe.models.face_mesh import FaceMesh, MeshKind
from arpipe.timing import StageTimer
from arpipe.types import Frame, Landmarks, Roi


class MeshChoice:
    """The face meshes by kind, one in use; a tracker takes it for its mesh.

    Args:
        kind: The one used first; others are loaded when they are first asked for.
        sessions: Where networks run.

    Attributes:
        kind: The one in use; assign to change it between frames.
    """

    def __init__(self, kind: MeshKind, sessions: SessionConfig) -> None:
        self.kind = kind
        self._sessions = sessions
        self._loaded: dict[MeshKind, FaceMesh] = {kind: FaceMesh(kind, sessions)}

    @property
    def provider(self) -> str:
        """Where the network in use really runs."""
        return self.load(self.kind).provider

    def locate(self, frame: Frame, rois: Sequence[Roi], timer: StageTimer) -> list[Landmarks | None]:
        """Landmarks in each square, see `FaceMesh.locate`."""
        return self.load(self.kind).locate(frame, rois, timer)

    def load(self, kind: MeshKind) -> FaceMesh:
        """One of the networks, whichever is in use."""
        if kind not in self._loaded:
            self._loaded[kind] = FaceMesh(kind, self._sessions)
        return self._loaded[kind]

    def close(self) -> None:
        """Free all networks; may be called twice."""
        for mesh in self._loaded.values():
            mesh.close()
