"""Valid files of other programs: drawn as they are meant, or refused by name; what is adapted is noted."""

import sys

import numpy as np
import pytest

from arpipe.errors import GltfError, MissingExtra
from arpipe.io.gltf import load_gltf
from tests.io.gltf.gltf_files import INDICES, NORMALS, PIXELS, POSITIONS, GltfFile, quad, textured_quad


def with_material(**material):
    file = quad(material=0)
    file.json["materials"] = [material]
    return file


def test_factors_beyond_one_are_clamped_with_a_note(tmp_path):
    surface = {"baseColorFactor": [1.00016, 0.5, -0.001, 1.0], "roughnessFactor": 3}
    model = load_gltf(with_material(pbrMetallicRoughness=surface).save(tmp_path))
    np.testing.assert_array_equal(model.materials[0].base_color_factor, [1.0, 0.5, 0.0, 1.0])
    assert model.materials[0].roughness == 1.0
    notes = "\n".join(model.notes)
    assert "baseColorFactor 1.00016 is outside 0 to 1; 1 is used" in notes
    assert "baseColorFactor -0.001 is outside 0 to 1; 0 is used" in notes
    assert "roughnessFactor 3" in notes


def test_a_scene_without_a_mesh_is_refused(tmp_path):
    file = quad()
    file.json["nodes"] = [{"name": "empty"}]
    with pytest.raises(GltfError, match="no mesh to draw"):
        load_gltf(file.save(tmp_path))


@pytest.mark.parametrize("scale", [[0, 0, 0], [1, 0, 0]])
def test_a_node_without_extent_is_left_out_with_a_note(tmp_path, scale):
    file = quad()
    file.json["nodes"] = [{"name": "frame", "mesh": 0}, {"name": "hidden", "mesh": 0, "scale": scale}]
    model = load_gltf(file.save(tmp_path))
    assert [node.mesh for node in model.nodes] == [0, None]
    assert "node 'hidden' is scaled by" in model.notes[0]
    file.json["nodes"] = file.json["nodes"][1:]
    with pytest.raises(GltfError, match="no mesh to draw"):
        load_gltf(file.save(tmp_path))


def test_a_required_extension_that_nothing_uses_is_no_obstacle(tmp_path):
    file = quad()
    file.json["extensionsRequired"] = file.json["extensionsUsed"] = ["VENDOR_thing"]
    assert load_gltf(file.save(tmp_path)).notes == ("extension 'VENDOR_thing' is required but not used",)


def test_a_required_extension_of_the_look_only_is_left_out_with_a_note(tmp_path):
    file = with_material(extensions={"KHR_materials_sheen": {}})
    file.json["extensionsRequired"] = ["KHR_materials_sheen"]
    assert "'KHR_materials_sheen' is required but not supported" in load_gltf(file.save(tmp_path)).notes[0]


@pytest.mark.parametrize("kind", ["webp", "avif"])
def test_textures_of_extensions_are_read(tmp_path, kind):
    file = textured_quad()
    grey = np.full((4, 4, 3), 128, np.uint8)
    source = {"source": file.picture(grey, kind.upper())}
    file.json["textures"] = [{"extensions": {f"EXT_texture_{kind}": source}}]
    file.json["extensionsRequired"] = [f"EXT_texture_{kind}"]
    pixels = load_gltf(file.save(tmp_path)).textures[0].pixels
    assert np.abs(pixels[..., :3].astype(int) - 128).max() <= 2


def specular_glossiness(file=None, **values):
    file = file or quad(material=0)
    file.json["materials"] = [{"extensions": {"KHR_materials_pbrSpecularGlossiness": values}}]
    return file


def test_a_dielectric_of_the_specular_glossiness_model_keeps_its_colour(tmp_path):
    values = {"diffuseFactor": [0.5, 0.25, 0.1, 0.75], "specularFactor": [0.04] * 3, "glossinessFactor": 0.7}
    material = load_gltf(specular_glossiness(**values).save(tmp_path)).materials[0]
    np.testing.assert_allclose(material.base_color_factor, [0.5, 0.25, 0.1, 0.75], atol=1e-6)
    assert material.metallic == pytest.approx(0.0, abs=1e-6)
    assert material.roughness == pytest.approx(0.3)


def test_gold_of_the_specular_glossiness_model_becomes_a_metal_of_its_specular_colour(tmp_path):
    values = {"diffuseFactor": [0, 0, 0, 1], "specularFactor": [1.0, 0.77, 0.34], "glossinessFactor": 1.0}
    material = load_gltf(specular_glossiness(**values).save(tmp_path)).materials[0]
    np.testing.assert_allclose(material.base_color_factor[:3], [1.0, 0.77, 0.34], atol=0.02)
    assert material.metallic == pytest.approx(1.0, abs=0.01)
    assert material.roughness == 0.0


def test_textures_of_the_specular_glossiness_model_are_converted_texel_by_texel(tmp_path):
    file = quad(material=0)
    diffuse = np.zeros((2, 2, 4), np.uint8)
    diffuse[...] = (200, 100, 50, 255)
    shine = np.zeros((2, 2, 4), np.uint8)
    shine[0] = (56, 56, 56, 255)  # 4 % of plastic, smooth
    shine[1] = (250, 250, 250, 0)  # metal, rough
    file.json["textures"] = [{"source": file.picture(diffuse)}, {"source": file.picture(shine)}]
    slots = {"diffuseTexture": {"index": 0}, "specularGlossinessTexture": {"index": 1}}
    model = load_gltf(specular_glossiness(file, **slots).save(tmp_path))
    material = model.materials[0]
    base = model.textures[material.base_color_texture].pixels
    surface = model.textures[material.metallic_roughness_texture].pixels
    np.testing.assert_allclose(base[0, 0], (200, 100, 50, 255), atol=2)
    assert (surface[0, 0, 1], surface[1, 0, 1]) == (0, 255)
    assert surface[0, 0, 2] < 10
    assert surface[1, 0, 2] > 245
    assert len(model.textures) == 2


def test_draco_geometry_is_decoded(tmp_path):
    draco = pytest.importorskip("DracoPy", reason='needs the extra: pip install "arpipe[draco]"')
    encoded = draco.encode(
        POSITIONS,
        INDICES.reshape(-1, 3).astype(np.uint32),
        normals=NORMALS.astype(float),
        quantization_bits=16,
    )
    ids = {entry["attribute_type"]: entry["unique_id"] for entry in draco.decode(encoded).attributes}
    file = GltfFile()
    attributes = {"POSITION": ids[0], "NORMAL": ids[1]}
    compressed = {"bufferView": file.view(encoded), "attributes": attributes}
    accessor = {"componentType": 5126, "count": 4, "type": "VEC3"}
    file.json["accessors"] = [accessor, accessor]
    file.json["meshes"] = [
        {
            "primitives": [
                {
                    "attributes": {"POSITION": 0, "NORMAL": 1},
                    "extensions": {"KHR_draco_mesh_compression": compressed},
                }
            ]
        }
    ]
    file.json["nodes"] = [{"mesh": 0}]
    file.json["extensionsRequired"] = ["KHR_draco_mesh_compression"]
    primitive = load_gltf(file.save(tmp_path)).meshes[0][0]
    corners = primitive.positions[primitive.indices]
    areas = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    np.testing.assert_allclose(areas.sum(axis=0), [0, 0, 2], atol=1e-3)
    np.testing.assert_allclose(primitive.normals, NORMALS, atol=0.01)
    file.binary[:] = bytes(len(file.binary))
    with pytest.raises(GltfError, match="Draco data cannot be decoded"):
        load_gltf(file.save(tmp_path))


def meshopt_quad(meshoptimizer):
    """The square with both buffer views compressed, in a buffer beside the one that a fallback would fill."""
    file = GltfFile()
    vertices = np.concatenate([POSITIONS, NORMALS], axis=1)
    views = [
        (meshoptimizer.encode_vertex_buffer(vertices), {"byteStride": 24, "count": 4, "mode": "ATTRIBUTES"}),
        (meshoptimizer.encode_index_buffer(INDICES), {"byteStride": 2, "count": 6, "mode": "TRIANGLES"}),
    ]
    for content, how in views:
        place = file.json["bufferViews"][file.view(content)]
        length = how["byteStride"] * how["count"]
        compressed = {"buffer": 0, "byteOffset": place["byteOffset"], "byteLength": len(content), **how}
        place.update(buffer=1, byteOffset=0, byteLength=length)
        place["extensions"] = {"EXT_meshopt_compression": compressed}
    file.json["bufferViews"][0]["byteStride"] = 24
    vector = {"componentType": 5126, "count": 4, "type": "VEC3", "bufferView": 0}
    file.json["accessors"] = [
        vector,
        {**vector, "byteOffset": 12},
        {"componentType": 5123, "count": 6, "type": "SCALAR", "bufferView": 1},
    ]
    attributes = {"POSITION": 0, "NORMAL": 1}
    file.json["meshes"] = [{"primitives": [{"attributes": attributes, "indices": 2}]}]
    file.json["nodes"] = [{"mesh": 0}]
    file.json["extensionsRequired"] = ["EXT_meshopt_compression"]
    document = file.document()
    placeholder = {"byteLength": 108, "extensions": {"EXT_meshopt_compression": {"fallback": True}}}
    document["buffers"].append(placeholder)
    file.document = lambda: document
    return file


def test_meshopt_geometry_is_decoded(tmp_path):
    meshoptimizer = pytest.importorskip(
        "meshoptimizer", reason='needs the extra: pip install "arpipe[meshopt]"'
    )
    file = meshopt_quad(meshoptimizer)
    primitive = load_gltf(file.save(tmp_path)).meshes[0][0]
    np.testing.assert_array_equal(primitive.positions, POSITIONS)
    np.testing.assert_array_equal(primitive.normals, NORMALS)
    assert {tuple(sorted(triangle)) for triangle in primitive.indices.tolist()} == {(0, 1, 2), (0, 2, 3)}
    file.binary[:] = bytes(len(file.binary))
    with pytest.raises(GltfError, match="meshopt data cannot be decoded"):
        load_gltf(file.save(tmp_path))


@pytest.mark.parametrize(
    ("package", "module", "extra"),
    [
        ("DracoPy", "arpipe.io.gltf.draco", "arpipe[draco]"),
        ("meshoptimizer", "arpipe.io.gltf.meshopt", "arpipe[meshopt]"),
    ],
)
def test_a_missing_decoder_names_its_extra(tmp_path, monkeypatch, package, module, extra):
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, module, raising=False)
    file = quad()
    if extra == "arpipe[draco]":
        compressed = {"KHR_draco_mesh_compression": {"bufferView": 0, "attributes": {}}}
        file.json["meshes"][0]["primitives"][0]["extensions"] = compressed
    else:
        how = {"buffer": 0, "byteLength": 4, "byteStride": 12, "count": 4, "mode": "ATTRIBUTES"}
        file.json["bufferViews"][0]["extensions"] = {"EXT_meshopt_compression": how}
    with pytest.raises(MissingExtra, match="model.glb") as caught:
        load_gltf(file.save(tmp_path))
    assert extra in str(caught.value)


def test_a_transmission_texture_without_a_factor_is_kept(tmp_path):
    file = textured_quad()
    file.json["materials"] = [
        {"extensions": {"KHR_materials_transmission": {"transmissionTexture": {"index": 0}}}}
    ]
    model = load_gltf(file.save(tmp_path))
    assert model.materials[0].transmission == 0.0
    np.testing.assert_array_equal(model.textures[model.materials[0].transmission_texture].pixels, PIXELS)


def skinned(turn_deg=0.0):
    """The square, held by two joints below an armature of scale 2, one of them turned away from the rest pose."""
    file = quad()
    inverse = np.eye(4)
    inverse[:3, 3] = (
        -1.0,
        0.0,
        0.0,
    )  # the joints' place when the mesh was bound, in a file of column-major matrices
    matrices = np.stack([np.eye(4), inverse]).swapaxes(1, 2).reshape(2, 16)
    file.json["accessors"].append(
        {
            "bufferView": file.view(matrices.astype("<f4").tobytes()),
            "componentType": 5126,
            "count": 2,
            "type": "MAT4",
        }
    )
    half = np.deg2rad(turn_deg) / 2.0
    file.json["nodes"] = [
        {"name": "armature", "scale": [2, 2, 2], "children": [1, 2]},
        {"name": "hip"},
        {"name": "knee", "translation": [1, 0, 0], "rotation": [0, 0, np.sin(half), np.cos(half)]},
        {"name": "frame", "mesh": 0, "skin": 0, "translation": [9, 9, 9]},
    ]
    file.json["scenes"] = [{"nodes": [0, 3]}]
    file.json["skins"] = [{"joints": [1, 2], "inverseBindMatrices": len(file.json["accessors"]) - 1}]
    return file


def test_a_skinned_mesh_is_where_its_joints_hold_it_at_rest(tmp_path):
    model = load_gltf(skinned().save(tmp_path))
    ((node, matrix),) = [
        (node, matrix)
        for node, matrix in zip(model.nodes, model.model_from_node(), strict=True)
        if node.mesh is not None
    ]
    assert node.name == "frame"
    np.testing.assert_allclose(matrix, np.diag([2.0, 2.0, 2.0, 1.0]), atol=1e-6)
    assert "node 'frame' is skinned; it keeps its rest pose" in model.notes


def test_a_posed_skin_is_refused(tmp_path):
    with pytest.raises(GltfError, match="apply the pose"):
        load_gltf(skinned(20.0).save(tmp_path))


def test_occlusion_of_a_second_uv_set_is_ignored_with_a_note(tmp_path):
    file = textured_quad()
    file.json["materials"][0]["occlusionTexture"] = {"index": 0, "texCoord": 1}
    model = load_gltf(file.save(tmp_path))
    assert model.materials[0].occlusion_texture is None
    assert "materials[0].occlusionTexture uses TEXCOORD_1 and is ignored" in model.notes
