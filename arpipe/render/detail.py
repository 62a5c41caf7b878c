"""Level of detail: objects that are small on the screen are drawn with fewer triangles, unseen."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from arpipe.render.object_mesh import Batch, ObjectMesh
from arpipe.render.resources import Mesh
from arpipe.render.simplify import Simplification

ERRORS_M = (0.00006, 0.00012, 0.00024)  # of the levels after the whole mesh
ERROR_SHARE = 0.25  # of a sample: the most by which a level may be off
STREAM_DRAWS = 12  # what is drawn less often, a photo for instance, is not worth leaner meshes


class Detail:
    """Triangles of one mesh at several levels, made while a stream runs, a little at each draw.

    Args:
        mesh: Whole.
    """

    def __init__(self, mesh: ObjectMesh) -> None:
        self._mesh = mesh
        self._draws = 0
        self._ranges = {0: tuple((0, batch.indices.size) for batch in mesh.batches)}  # level: first, count
        self._work: list[Simplification] = []
        self._goal = 0  # the level that is being worked on

    def room_for(self, batch: Batch) -> npt.NDArray[np.uint32]:
        """Index buffer with a batch's triangles, and place for all levels."""
        return np.tile(batch.indices, (1 + len(ERRORS_M), 1))

    def range_of(self, batch: int, level: int) -> tuple[int, int]:
        """First index and number of indices of a batch at a level."""
        return self._ranges[level][batch]

    def level_for(self, sample_m: float, meshes: Sequence[Mesh]) -> int:
        """The leanest level made so far that does not show; one still missing gets its next bit of work.

        Args:
            sample_m: Size of a sample in the model frame, m.
            meshes: By batch, with index buffers from `room_for`.
        """
        self._draws += 1
        wanted = sum(error_m <= ERROR_SHARE * sample_m for error_m in ERRORS_M)
        if self._goal or (wanted not in self._ranges and self._draws > STREAM_DRAWS):
            self._goal = self._goal or wanted
            self._work_on(self._goal, meshes)
        return max(level for level in self._ranges if level <= wanted)

    def _work_on(self, level: int, meshes: Sequence[Mesh]) -> None:
        """Begin a level, or move it on, or put it into the buffers."""
        if len(self._work) < len(self._mesh.batches):
            self._work.append(_simplification(self._mesh.batches[len(self._work)], ERRORS_M[level - 1]))
            return
        unfinished = next((work for work in self._work if not work.done), None)
        if unfinished is not None:
            unfinished.advance()
            return
        ranges = []
        for work, batch, mesh in zip(self._work, self._mesh.batches, meshes, strict=True):
            first = level * batch.indices.size
            mesh.write(work.triangles, buffer=-1, offset=first * work.triangles.itemsize)
            ranges.append((first, work.triangles.size))
        self._ranges[level] = tuple(ranges)
        self._work, self._goal = [], 0


def _simplification(batch: Batch, error_m: float) -> Simplification:
    parts = [batch.colors, batch.surfaces] + ([batch.vertices[:, 6:]] if batch.maps else [])
    attributes = np.hstack([np.ascontiguousarray(part).view(np.uint8) for part in parts])
    positions, normals = batch.vertices[:, :3], batch.vertices[:, 3:6]
    return Simplification(positions, normals, attributes, batch.indices, error_m)
