import numpy as np
import trimesh

from arpipe.render import detail
from arpipe.render.detail import ERRORS_M, STREAM_DRAWS, Detail
from arpipe.render.object_mesh import DEFAULT_MATERIAL, Batch, ObjectMesh, Part
from arpipe.render.simplify import Simplification


def tube():
    """Wire of 1 mm bent to a ring of 20 mm, much finer than needed."""
    return trimesh.creation.torus(0.020, 0.001, major_sections=240, minor_sections=16)


def plain(mesh):
    return np.zeros((len(mesh.vertices), 4), np.uint8)


def lean(mesh, error_m, attributes=None):
    work = Simplification(
        mesh.vertices.astype(np.float32),
        mesh.vertex_normals.astype(np.float32),
        plain(mesh) if attributes is None else attributes,
        mesh.faces.astype(np.uint32),
        error_m,
    )
    while not work.done:
        work.advance()
    return work.triangles


def test_a_fine_tube_loses_triangles_and_keeps_its_place():
    mesh, error_m = tube(), 0.0001
    triangles = lean(mesh, error_m)
    assert len(triangles) < 0.5 * len(mesh.faces)
    kept = trimesh.Trimesh(mesh.vertices, triangles, process=False)
    way = np.linalg.norm(kept.triangles_center[:, :2], axis=1) - 0.020
    from_middle = np.hypot(way, kept.triangles_center[:, 2])
    assert np.sqrt(np.mean((from_middle - 0.001) ** 2)) < 2.5 * error_m
    assert kept.volume > 0.8 * mesh.volume


def test_no_triangle_turns_around():
    mesh = tube()
    triangles = lean(mesh, 0.0002)
    corners = mesh.vertices[triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    outward = mesh.vertex_normals[triangles].sum(axis=1)
    assert (np.einsum("ij,ij->i", normals, outward) > 0).mean() > 0.995


def test_a_flat_sheet_keeps_its_outline():
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(20.0), np.arange(20.0), indexing="ij"))
    corner = (np.arange(19)[:, None] * 20 + np.arange(19)).ravel()
    faces = np.concatenate(
        [
            np.stack([corner, corner + 20, corner + 21], axis=1),
            np.stack([corner, corner + 21, corner + 1], axis=1),
        ]
    )
    sheet = trimesh.Trimesh(np.column_stack([x, y, 0 * x]) * 0.001, faces, process=False)
    triangles = lean(sheet, 1e-7)
    kept = trimesh.Trimesh(sheet.vertices, triangles, process=False)
    assert len(triangles) < 0.3 * len(faces)
    np.testing.assert_allclose(kept.area, sheet.area, rtol=1e-6)


def test_corners_do_not_leave_their_material():
    mesh = tube()
    attributes = plain(mesh)
    attributes[mesh.vertices[:, 0] > 0] = 1
    triangles = lean(mesh, 0.0002, attributes)
    before = attributes[mesh.faces][..., 0].sum(axis=1)
    after = attributes[triangles][..., 0].sum(axis=1)
    assert ((after > 0) & (after < 3)).any()
    assert ((before > 0) & (before < 3)).any()
    assert (mesh.vertices[triangles][after == 3][..., 0] > 0).all()


class Buffers:
    """Takes what is written to an index buffer."""

    def __init__(self, indices):
        self.indices = indices

    def write(self, data, buffer, offset):
        assert buffer == -1
        first = offset // 12
        self.indices[first : first + len(data)] = data


def batch_of(mesh):
    count = len(mesh.vertices)
    vertices = np.hstack([mesh.vertices, mesh.vertex_normals, np.zeros((count, 2))]).astype(np.float32)
    return Batch(
        vertices,
        np.ones((count, 4), np.float16),
        np.zeros((count, 8), np.uint8),
        mesh.faces.astype(np.uint32),
        {},
        DEFAULT_MATERIAL,
        False,
        np.zeros(3),
        0,
    )


def test_only_streams_get_leaner_meshes_and_only_as_lean_as_does_not_show():
    batch = batch_of(tube())
    levels = Detail(ObjectMesh((Part("", np.zeros(3)),), (batch,)))
    buffers = [Buffers(levels.room_for(batch))]
    sample_m = ERRORS_M[1] / detail.ERROR_SHARE * 1.01
    assert {levels.level_for(sample_m, buffers) for _ in range(STREAM_DRAWS)} == {0}
    seen = [levels.level_for(sample_m, buffers) for _ in range(60)]
    assert seen[0] == 0
    assert seen[-1] == 2
    first, count = levels.range_of(0, 2)
    assert first == 2 * batch.indices.size
    assert 0 < count < batch.indices.size
    drawn = buffers[0].indices.reshape(-1)[first : first + count].reshape(-1, 3)
    assert (drawn < len(batch.vertices)).all()
    assert levels.level_for(sample_m * 0.4, buffers) == 0
