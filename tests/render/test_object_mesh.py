from dataclasses import replace

import numpy as np
import pytest

from arpipe.io.gltf import load_gltf
from arpipe.io.gltf.model import DEFAULT_MATERIAL, GltfModel, Level, Node, Primitive
from arpipe.render.object_mesh import object_mesh
from tests.io.gltf.gltf_files import quad

TRIANGLE = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], np.float32)


def primitive(material, uvs=None, colors=None):
    normals = np.tile(np.array([0.0, 0.0, 1.0], np.float32), (3, 1))
    return Primitive(TRIANGLE, normals, uvs, colors, None, np.array([[0, 1, 2]], np.uint32), material)


def placed(x=0.0, y=0.0, z=0.0):
    matrix = np.eye(4)
    matrix[:3, 3] = (x, y, z)
    return matrix


METAL = replace(DEFAULT_MATERIAL, name="metal", roughness=0.2)
PLASTIC = replace(DEFAULT_MATERIAL, name="plastic", metallic=0.0, roughness=0.5)
COATED = replace(PLASTIC, name="coated", clearcoat=1.0)
GLASS = replace(
    PLASTIC,
    name="glass",
    transmission=1.0,
    thickness=0.002,
    attenuation_color=np.array([0.25, 1.0, 1.0], np.float32),
    attenuation_distance=0.004,
)


def model(*nodes_and_primitives, materials=(METAL, PLASTIC, COATED, GLASS)):
    nodes = tuple(
        Node(name, parent, matrix, index)
        for index, (name, parent, matrix, _) in enumerate(nodes_and_primitives)
    )
    meshes = tuple((shape,) if shape is not None else () for *_, shape in nodes_and_primitives)
    roots = tuple(index for index, node in enumerate(nodes) if node.parent is None)
    return GltfModel(nodes, roots, meshes, materials, ())


def test_materials_without_textures_share_a_call():
    mesh = object_mesh(
        model(("frame", None, placed(), primitive(0)), ("screws", None, placed(), primitive(1))), ()
    )
    (batch,) = mesh.batches
    assert batch.indices.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert batch.surfaces[:, 0].tolist() == [255, 255, 255, 0, 0, 0]
    assert not batch.glass


def test_clear_coat_and_glass_are_calls_of_their_own_and_glass_is_last():
    mesh = object_mesh(
        model(
            ("lens_l", None, placed(-1), primitive(3)),
            ("lens_r", None, placed(+1), primitive(3)),
            ("frame", None, placed(), primitive(2)),
            ("screws", None, placed(), primitive(0)),
        ),
        (),
    )
    assert [batch.glass for batch in mesh.batches] == [False, False, True, True]
    assert sorted(batch.center_m[0] for batch in mesh.batches if batch.glass) == pytest.approx(
        [-2 / 3, 4 / 3]
    )


def test_moving_nodes_carry_their_children_and_know_their_hinge():
    mesh = object_mesh(
        model(
            ("root", None, placed(0, 5), None),
            ("temple_l", 0, placed(1, 2, 3), primitive(0)),
            ("tip", 1, placed(0, 0, -9), primitive(0)),
            ("frame", 0, placed(), primitive(0)),
        ),
        ("temple_l", "temple_r"),
    )
    assert [part.name for part in mesh.parts] == ["", "temple_l"]
    assert mesh.parts[1].pivot_m.tolist() == [1.0, 7.0, 3.0]
    assert mesh.positions(1)[:, 2].tolist() == [3.0] * 3 + [-6.0] * 3
    assert mesh.positions(0)[:, 1].tolist() == [5.0, 5.0, 6.0]


def test_scaled_nodes_keep_unit_normals():
    matrix = np.diag([2.0, 5.0, 0.5, 1.0])
    (batch,) = object_mesh(model(("frame", None, matrix, primitive(0))), ()).batches
    assert batch.vertices[:, 3:6].tolist() == [[0.0, 0.0, 1.0]] * 3


def test_vertex_colours_and_thickness_tint_the_base_colour():
    colors = np.full((3, 4), 0.5, np.float32)
    (batch,) = object_mesh(model(("lens", None, placed(), primitive(3, colors=colors))), ()).batches
    assert batch.colors[0].tolist() == pytest.approx([0.25, 0.5, 0.5, 1.0], abs=1e-3)


def test_a_primitive_without_material_gets_gltf_s_default():
    (batch,) = object_mesh(model(("frame", None, placed(), primitive(None))), ()).batches
    assert batch.surfaces[0].tolist()[:2] == [255, 255]
    assert batch.colors[0].tolist() == [1.0, 1.0, 1.0, 1.0]


def test_levels_of_the_pieces_of_a_batch_go_together():
    square = replace(primitive(0), indices=np.array([[0, 1, 2], [2, 1, 0]], np.uint32))
    lean, leanest = (replace(square, indices=square.indices[:count]) for count in (1, 0))
    frame = Node("frame", None, placed(), 0, (Level(3, 0.001), Level(4, 0.002)))
    nodes = (frame, Node("screws", None, placed(), 1), Node("bar", None, placed(), 2, (Level(3, 0.003),)))
    meshes = ((square,), (square,), (square,), (lean,), (leanest,))
    (batch,) = object_mesh(GltfModel(nodes, (0, 1, 2), meshes, (METAL,), ()), ()).batches
    assert len(batch.indices) == 6
    assert [level.error_m for level in batch.levels] == [0.003, 0.003]
    first, second = (level.indices.tolist() for level in batch.levels)
    assert first == [[0, 1, 2], [3, 4, 5], [5, 4, 3], [6, 7, 8]]  # the second piece has no levels
    assert second == [[3, 4, 5], [5, 4, 3], [6, 7, 8]]  # the third stays at its only one


@pytest.mark.parametrize("scale", [(1, 1, 1), (-1, 1, 1), (-2, -1, -3), (1, -1, -1)])
def test_triangles_keep_facing_outwards_when_their_node_mirrors_them(tmp_path, scale):
    file = quad()
    file.json["nodes"][0]["scale"] = list(scale)
    batch = object_mesh(load_gltf(file.save(tmp_path)), ()).batches[0]
    corners = batch.vertices[batch.indices, :3]
    facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    expected = np.sign(scale[2]) * np.array([0.0, 0.0, 1.0])
    assert (facing @ expected > 0).all()
    np.testing.assert_allclose(batch.vertices[:, 3:6], np.tile(expected, (4, 1)), atol=1e-6)


def test_a_flattened_node_has_the_normal_of_its_plane(tmp_path):
    file = quad()
    file.json["nodes"][0]["scale"] = [2, 3, 0]
    batch = object_mesh(load_gltf(file.save(tmp_path)), ()).batches[0]
    np.testing.assert_allclose(batch.vertices[:, 3:6], np.tile([0.0, 0.0, 1.0], (4, 1)), atol=1e-6)
