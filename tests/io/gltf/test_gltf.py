import base64
import json

import numpy as np
import pytest
import trimesh

from arpipe.io.gltf import load_gltf
from tests.io.gltf.gltf_files import INDICES, NORMALS, PIXELS, POSITIONS, UVS, GltfFile, quad, textured_quad


def only_primitive(path):
    return load_gltf(path).meshes[0][0]


def test_arrays_of_a_glb_are_those_that_were_written(tmp_path):
    primitive = only_primitive(quad().save(tmp_path))
    np.testing.assert_array_equal(primitive.positions, POSITIONS)
    np.testing.assert_array_equal(primitive.normals, NORMALS)
    np.testing.assert_array_equal(primitive.uvs, UVS)
    np.testing.assert_array_equal(primitive.indices, INDICES.reshape(-1, 3))
    assert primitive.indices.dtype == np.uint32
    assert primitive.colors is None
    assert primitive.material is None


@pytest.mark.parametrize("inline", [True, False])
def test_gltf_with_a_file_or_a_data_uri_equals_the_glb(tmp_path, inline):
    file = textured_quad()
    document = file.document()
    (tmp_path / "my data.bin").write_bytes(file.binary)
    data = "data:application/octet-stream;base64," + base64.b64encode(file.binary).decode()
    document["buffers"][0]["uri"] = data if inline else "my%20data.bin"
    (tmp_path / "model.gltf").write_text(json.dumps(document))
    other = load_gltf(tmp_path / "model.gltf")
    same = load_gltf(file.save(tmp_path))
    np.testing.assert_array_equal(other.meshes[0][0].positions, same.meshes[0][0].positions)
    np.testing.assert_array_equal(other.textures[0].pixels, same.textures[0].pixels)


def test_every_material_value_arrives(tmp_path):
    material = load_gltf(textured_quad().save(tmp_path)).materials[0]
    np.testing.assert_array_equal(material.base_color_factor, [0.25, 0.5, 0.75, 1.0])
    np.testing.assert_array_equal(material.emissive, [2.0, 1.0, 0.5])
    np.testing.assert_array_equal(material.attenuation_color, [0.5, 0.75, 1.0])
    got = (material.name, material.metallic, material.roughness, material.normal_scale, material.alpha_mode)
    assert got == ("lens", 0.125, 0.375, 0.5, "MASK")
    assert (material.alpha_cutoff, material.double_sided, material.unlit) == (0.75, True, True)
    assert (material.transmission, material.ior, material.thickness) == (0.875, 1.625, 0.002)
    assert material.attenuation_distance == 0.5
    assert (material.clearcoat, material.clearcoat_roughness) == (1.0, 0.25)
    assert material.occlusion_texture is None


def test_a_plain_material_has_the_defaults_of_the_specification(tmp_path):
    file = quad(material=0)
    file.json["materials"] = [{}]
    material = load_gltf(file.save(tmp_path)).materials[0]
    np.testing.assert_array_equal(material.base_color_factor, [1, 1, 1, 1])
    assert (material.metallic, material.roughness, material.ior) == (1.0, 1.0, 1.5)
    assert (material.transmission, material.clearcoat, material.attenuation_distance) == (0, 0, np.inf)
    assert (material.alpha_mode, material.alpha_cutoff, material.unlit) == ("OPAQUE", 0.5, False)


def test_texture_keeps_its_pixels_and_sampler_and_is_shared(tmp_path):
    model = load_gltf(textured_quad().save(tmp_path))
    assert len(model.textures) == 1
    texture, material = model.textures[0], model.materials[0]
    np.testing.assert_array_equal(texture.pixels, PIXELS)
    assert (texture.wrap, texture.filter, texture.mipmap) == (("clamp", "mirror"), "nearest", False)
    assert material.base_color_texture == material.normal_texture == material.transmission_texture == 0
    np.testing.assert_array_equal(texture.transform, np.eye(3))


def test_texture_transform_picks_the_quadrant_of_the_specification(tmp_path):
    # Its example: the lower left quadrant, turned by a quarter.
    file = textured_quad()
    transform = {"offset": [0, 1], "rotation": np.pi / 2, "scale": [0.5, 0.5]}
    slot = {"index": 0, "extensions": {"KHR_texture_transform": transform}}
    file.json["materials"][0]["emissiveTexture"] = slot
    model = load_gltf(file.save(tmp_path))
    texture = model.textures[model.materials[0].emissive_texture]
    assert len(model.textures) == 2
    assert texture.pixels is model.textures[0].pixels
    corners = np.array([[0, 0, 1], [1, 0, 1], [0, 1, 1], [1, 1, 1]]) @ texture.transform.T
    np.testing.assert_allclose(corners[:, :2], [[0, 1], [0, 0.5], [0.5, 1], [0.5, 0.5]], atol=1e-12)


@pytest.mark.parametrize("kind", ["grey", "grey16", "rgb", "jpeg"])
def test_pictures_of_other_modes_become_rgba(tmp_path, kind):
    file = textured_quad()
    grey = np.full((4, 4), 200, np.uint8)
    pixels = {
        "grey": grey,
        "grey16": np.full((4, 4), 200 * 257, np.uint16),
        "rgb": np.dstack([grey] * 3),
        "jpeg": grey,
    }
    image = file.picture(pixels[kind], "JPEG" if kind == "jpeg" else "PNG")
    file.json["textures"][0]["source"] = image
    texture = load_gltf(file.save(tmp_path)).textures[0]
    np.testing.assert_array_equal(texture.pixels[0, 0], [200, 200, 200, 255])


def test_nodes_stand_parents_first_and_multiply(tmp_path):
    file = quad()
    half = np.sqrt(0.5)
    file.json["nodes"] = [
        {"name": "child", "mesh": 0, "translation": [1, 0, 0], "scale": [2, 2, 2]},
        {"name": "stray"},
        {"name": "root", "children": [0], "rotation": [0, 0, half, half]},
    ]
    file.json["scenes"] = [{"nodes": [2]}]
    model = load_gltf(file.save(tmp_path))
    assert [(node.name, node.parent, node.mesh) for node in model.nodes] == [
        ("root", None, None),
        ("child", 0, 0),
    ]
    assert model.roots == (0,)
    # a quarter turn about z takes (1, 0, 0) + 2 · (1, 0, 0) to (0, 3, 0)
    np.testing.assert_allclose(model.model_from_node()[1] @ [1, 0, 0, 1], [0, 3, 0, 1], atol=1e-12)


def test_a_node_matrix_is_column_major(tmp_path):
    file = quad()
    file.json["nodes"][0]["matrix"] = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 5, 6, 7, 1]
    node = load_gltf(file.save(tmp_path)).nodes[0]
    np.testing.assert_array_equal(node.matrix @ [0, 0, 0, 1], [5, 6, 7, 1])


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (np.array([[0, 127, -128]] * 4, "<i1"), [0, 1, -1]),
        (np.array([[0, 255, 51]] * 4, "<u1"), [0, 1, 0.2]),
        (np.array([[0, 32767, -32768]] * 4, "<i2"), [0, 1, -1]),
        (np.array([[0, 65535, 13107]] * 4, "<u2"), [0, 1, 0.2]),
    ],
)
def test_normalized_integers_become_unit_floats(tmp_path, stored, expected):
    file = quad()
    accessor = file.accessor(stored, normalized=True)
    file.json["meshes"][0]["primitives"][0]["attributes"]["POSITION"] = accessor
    positions = only_primitive(file.save(tmp_path)).positions
    np.testing.assert_allclose(positions, [expected] * 4, atol=1e-7)


def test_interleaved_vertices_are_taken_apart(tmp_path):
    file = quad()
    both = np.hstack([POSITIONS + 1, NORMALS])
    view = file.view(both.astype("<f4").tobytes(), byteStride=24)
    common = {"bufferView": view, "componentType": 5126, "count": 4, "type": "VEC3"}
    file.json["accessors"] += [common, {**common, "byteOffset": 12}]
    file.json["meshes"][0]["primitives"][0]["attributes"] = {"POSITION": 4, "NORMAL": 5}
    primitive = only_primitive(file.save(tmp_path))
    np.testing.assert_array_equal(primitive.positions, POSITIONS + 1)
    np.testing.assert_array_equal(primitive.normals, NORMALS)


@pytest.mark.parametrize("with_base", [True, False])
def test_sparse_elements_replace_the_base(tmp_path, with_base):
    file = quad()
    accessor = file.json["accessors"][0]
    accessor["sparse"] = {
        "count": 1,
        "indices": {"bufferView": file.view(b"\2"), "componentType": 5121},
        "values": {"bufferView": file.view(np.array([7, 8, 9], "<f4").tobytes())},
    }
    expected = POSITIONS.copy() if with_base else np.zeros((4, 3))
    expected[2] = [7, 8, 9]
    if not with_base:
        del accessor["bufferView"]
    np.testing.assert_array_equal(only_primitive(file.save(tmp_path)).positions, expected)


def test_rgb_vertex_colours_are_opaque(tmp_path):
    file = quad()
    color = file.accessor(np.array([[255, 0, 0]] * 4, "<u1"), normalized=True)
    file.json["meshes"][0]["primitives"][0]["attributes"]["COLOR_0"] = color
    np.testing.assert_array_equal(only_primitive(file.save(tmp_path)).colors, [[1, 0, 0, 1]] * 4)


def test_missing_normals_become_those_of_flat_triangles(tmp_path):
    file = quad()
    del file.json["meshes"][0]["primitives"][0]["attributes"]["NORMAL"]
    primitive = only_primitive(file.save(tmp_path))
    assert primitive.positions.shape == (6, 3)
    np.testing.assert_array_equal(primitive.positions[primitive.indices.ravel()], POSITIONS[INDICES])
    np.testing.assert_array_equal(primitive.uvs, UVS[INDICES])
    np.testing.assert_array_equal(primitive.normals, [[0, 0, 1]] * 6)


def test_normals_get_unit_length(tmp_path):
    file = quad()
    normals = file.accessor(np.array([[0, 0, 5], [0, 3, 4], [0, 0, 0], [1, 0, 0]], "<f4"))
    file.json["meshes"][0]["primitives"][0]["attributes"]["NORMAL"] = normals
    expected = [[0, 0, 1], [0, 0.6, 0.8], [0, 0, 1], [1, 0, 0]]
    np.testing.assert_allclose(only_primitive(file.save(tmp_path)).normals, expected, atol=1e-7)


@pytest.mark.parametrize(("mode", "order"), [(5, [0, 1, 3, 2]), (6, [0, 1, 2, 3])])
def test_strips_and_fans_face_the_same_way_as_triangles(tmp_path, mode, order):
    file = quad(mode=mode)
    file.json["meshes"][0]["primitives"][0]["indices"] = file.accessor(np.array(order, "<u1"))
    del file.json["meshes"][0]["primitives"][0]["attributes"]["NORMAL"]
    primitive = only_primitive(file.save(tmp_path))
    assert len(primitive.indices) == 2
    np.testing.assert_array_equal(primitive.normals, [[0, 0, 1]] * 6)


def test_what_is_left_out_is_noted(tmp_path):
    file = quad()
    file.json["animations"] = [{"channels": [], "samplers": []}]
    file.json["extensionsUsed"] = ["KHR_materials_ior", "KHR_materials_sheen"]
    notes = load_gltf(file.save(tmp_path)).notes
    assert len(notes) == 2
    assert "animation" in notes[0]
    assert "KHR_materials_sheen" in notes[1]


def test_geometry_agrees_with_trimesh(tmp_path):
    rng = np.random.default_rng(7)
    scene = trimesh.Scene()
    for number, shape in enumerate([trimesh.creation.icosphere(2), trimesh.creation.torus(2.0, 0.5)]):
        place = trimesh.transformations.random_rotation_matrix(rng.random(3))
        place[:3, 3] = rng.normal(size=3)
        shape.vertex_normals  # noqa: B018 - makes trimesh write them
        scene.add_geometry(shape, node_name=f"part{number}", transform=place)
    path = tmp_path / "scene.glb"
    path.write_bytes(scene.export(file_type="glb"))
    model, oracle = load_gltf(path), trimesh.load(path, file_type="glb")
    places = model.model_from_node()
    for index, node in enumerate(model.nodes):
        if node.mesh is None:
            continue
        matrix, geometry = oracle.graph[node.name]
        primitive = model.meshes[node.mesh][0]
        np.testing.assert_allclose(places[index], matrix, atol=1e-6)
        np.testing.assert_allclose(primitive.positions, oracle.geometry[geometry].vertices, atol=1e-6)
        np.testing.assert_array_equal(primitive.indices, oracle.geometry[geometry].faces)
    assert sum(node.mesh is not None for node in model.nodes) == 2


def test_a_file_without_indices_is_triangles_in_order(tmp_path):
    file = GltfFile()
    file.json["meshes"] = [{"primitives": [{"attributes": {"POSITION": file.accessor(POSITIONS[:3])}}]}]
    file.json["nodes"] = [{"mesh": 0}]
    np.testing.assert_array_equal(only_primitive(file.save(tmp_path)).indices, [[0, 1, 2]])
