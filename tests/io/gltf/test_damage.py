"""Damaged and unsupported files: always a GltfError that names the file and the place."""

import contextlib
import json
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from arpipe.errors import AssetError, GltfError
from arpipe.io.gltf import load_gltf
from arpipe.io.gltf.container import MAX_DECODED_BYTES
from tests.io.gltf.gltf_files import PIXELS, POSITIONS, quad, textured_quad

WHOLE = textured_quad().glb()


def refusal(path) -> str:
    with pytest.raises(GltfError) as caught:
        load_gltf(path)
    assert isinstance(caught.value, AssetError)
    message = str(caught.value)
    assert str(path) in message
    return message


def edited(tmp_path, **changes) -> str:
    """Message for a textured quad with keys of its JSON replaced."""
    file = textured_quad()
    file.json.update(changes)
    return refusal(file.save(tmp_path))


def test_missing_file(tmp_path):
    assert "no such file" in refusal(tmp_path / "none.glb")


@pytest.mark.parametrize("content", [b"", b"glTF", b"hello", b"\xff" * 64, b"{", b"[]", b"{}", b"null"])
def test_what_is_no_gltf(tmp_path, content):
    path = tmp_path / "model.glb"
    path.write_bytes(content)
    refusal(path)


def test_deeply_nested_json(tmp_path):
    path = tmp_path / "model.gltf"
    path.write_bytes(b'{"asset":{"version":"2.0"},"extras":' + b"[" * 100_000)
    refusal(path)


def test_version_1(tmp_path):
    assert "version" in edited(tmp_path, asset={"version": "1.0"})
    path = tmp_path / "old.glb"
    path.write_bytes(struct.pack("<4sII", b"glTF", 1, 12))
    assert "version 1" in refusal(path)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("KHR_texture_basisu", "PNG, JPEG or WebP"),
        ("EXT_mesh_gpu_instancing", "instances applied"),
        ("VENDOR_thing", "export without it"),
    ],
)
def test_required_extension_that_is_not_supported(tmp_path, name, advice):
    message = edited(tmp_path, extensionsRequired=[name], nodes=[{"mesh": 0, "extensions": {name: {}}}])
    assert name in message
    assert advice in message


def test_accessor_past_its_buffer_view(tmp_path):
    file = quad()
    file.json["accessors"][0]["count"] = 5
    message = refusal(file.save(tmp_path))
    assert "accessors[0]" in message
    assert "60" in message
    assert "48" in message


def test_buffer_view_past_its_buffer(tmp_path):
    file = quad()
    file.json["bufferViews"][0]["byteLength"] = 10**6
    assert "bufferViews[0]" in refusal(file.save(tmp_path))


def test_index_of_no_vertex(tmp_path):
    file = quad()
    file.json["meshes"][0]["primitives"][0]["indices"] = file.accessor(np.array([0, 1, 4], "<u2"))
    assert "index 4 of 4 vertices" in refusal(file.save(tmp_path))


def test_stride_less_than_an_element(tmp_path):
    file = quad()
    file.json["bufferViews"][0]["byteStride"] = 8
    assert "byteStride 8" in refusal(file.save(tmp_path))


def test_values_that_are_not_finite(tmp_path):
    file = quad()
    positions = POSITIONS.copy()
    positions[1, 1] = np.nan
    file.json["meshes"][0]["primitives"][0]["attributes"]["POSITION"] = file.accessor(positions)
    assert "not finite" in refusal(file.save(tmp_path))


def test_dangling_references(tmp_path):
    for kind, key in [("textures", "source"), ("textures", "sampler")]:
        file = textured_quad()
        file.json[kind][0][key] = 9
        assert f"{kind}[0]" in refusal(file.save(tmp_path))
    file = quad(material=3)
    assert "materials[3]" in refusal(file.save(tmp_path))
    assert "meshes[4]" in edited(tmp_path, nodes=[{"mesh": 4}])
    assert "nodes[7]" in edited(tmp_path, nodes=[{"children": [7]}])


def test_cyclic_nodes(tmp_path):
    cycle = [{"children": [1]}, {"children": [0]}]
    assert "reachable twice" in edited(tmp_path, nodes=cycle, scenes=[{"nodes": [0]}])
    assert "no nodes" in edited(tmp_path, nodes=cycle)
    assert "reachable twice" in edited(tmp_path, nodes=[{"children": [0]}], scenes=[{"nodes": [0]}])


def test_a_long_chain_of_huge_scales_and_a_deep_tree(tmp_path):
    def chain(scale):
        return [{"children": [index + 1], "scale": [scale] * 3} for index in range(3000)] + [{"mesh": 0}]

    assert "not finite" in edited(tmp_path, nodes=chain(1e30))
    file = quad()
    file.json["nodes"] = chain(1.0)
    assert len(load_gltf(file.save(tmp_path)).nodes) == 3001


def test_missing_skins_lines_and_second_uv_sets_are_refused(tmp_path):
    assert "skins[0]" in edited(tmp_path, nodes=[{"mesh": 0, "skin": 0}])
    assert "joints" in edited(tmp_path, nodes=[{"mesh": 0, "skin": 0}], skins=[{"joints": [7]}])
    assert "lines" in refusal(quad(mode=1).save(tmp_path))
    file = textured_quad()
    file.json["materials"][0]["emissiveTexture"] = {"index": 0, "texCoord": 1}
    assert "TEXCOORD_1" in refusal(file.save(tmp_path))


@pytest.mark.parametrize("uri", ["../secret.bin", "/etc/passwd", "a/../../secret.bin", "%2e%2e/secret.bin"])
def test_uri_that_leads_out_of_the_folder(tmp_path, uri):
    (tmp_path / "secret.bin").write_bytes(bytes(quad().binary))
    folder = tmp_path / "model"
    folder.mkdir()
    document = quad().document()
    document["buffers"][0]["uri"] = uri
    (folder / "model.gltf").write_text(json.dumps(document))
    assert "outside the model's folder" in refusal(folder / "model.gltf")


def test_link_that_leads_out_of_the_folder(tmp_path):
    (tmp_path / "secret.bin").write_bytes(bytes(quad().binary))
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "link.bin").symlink_to(tmp_path / "secret.bin")
    document = quad().document()
    document["buffers"][0]["uri"] = "link.bin"
    (folder / "model.gltf").write_text(json.dumps(document))
    assert "outside the model's folder" in refusal(folder / "model.gltf")


@pytest.mark.parametrize(
    "uri",
    [
        "none.bin",
        "http://host/a.bin",
        "file:///a.bin",
        "a\0b",
        "x" * 5000,
        "data:,",
        "data:;base64,%",
        "a\\b",
    ],
)
def test_uri_that_names_nothing_readable(tmp_path, uri):
    document = quad().document()
    document["buffers"][0]["uri"] = uri
    (tmp_path / "model.gltf").write_text(json.dumps(document))
    assert "buffers[0]" in refusal(tmp_path / "model.gltf")


def test_missing_and_damaged_textures(tmp_path):
    assert "none.png" in edited(tmp_path, images=[{"uri": "none.png"}])
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 50)
    assert "images[0]" in edited(tmp_path, images=[{"uri": "bad.png"}])
    assert "images[0]" in edited(tmp_path, images=[{}])


def test_a_texture_too_large_to_draw(tmp_path):
    file = textured_quad()
    file.json["textures"][0]["source"] = file.picture(np.zeros((1, 8193), np.uint8))
    assert "8192" in refusal(file.save(tmp_path))


def test_a_small_file_cannot_ask_for_much_memory(tmp_path):
    file = quad()
    accessor = {"componentType": 5126, "count": MAX_DECODED_BYTES // 24, "type": "VEC3"}
    file.json["accessors"] += [accessor, accessor, {**accessor, "count": 2**62}]
    primitive = file.json["meshes"][0]["primitives"][0]
    primitive["attributes"] = {"POSITION": 6}
    assert "MiB" in refusal(file.save(tmp_path))
    tracemalloc.start()
    try:
        primitive["attributes"] = {"POSITION": 4, "NORMAL": 5, "COLOR_0": 4}
        assert "MiB" in refusal(file.save(tmp_path))
        assert tracemalloc.get_traced_memory()[1] < 2.5 * MAX_DECODED_BYTES
    finally:
        tracemalloc.stop()


def attempt(path, content):
    path.write_bytes(content)
    with contextlib.suppress(GltfError):
        load_gltf(path)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz") / "model.glb"


@given(st.integers(0, len(WHOLE)))
def test_any_truncation_is_a_gltf_error(scratch, length):
    attempt(scratch, WHOLE[:length])


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_any_flipped_bytes_are_read_or_refused(scratch, flips):
    content = bytearray(WHOLE)
    for place, value in flips:
        content[place] = value
    attempt(scratch, bytes(content))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.just(1e308),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


def places(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


PLACES = [path for path in places(textured_quad().json) if path]


@given(st.sampled_from(PLACES), JSON_VALUES)
@example(("nodes", 0, "mesh"), -1)
@example(("accessors", 0, "count"), 0)
def test_any_value_anywhere_in_the_json_is_read_or_refused(scratch, path, value):
    file = textured_quad()
    inner = file.json
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    attempt(scratch, file.glb())


@given(st.binary(max_size=200))
def test_any_picture_bytes_are_read_or_refused(scratch, content):
    file = textured_quad()
    file.json["images"][0]["bufferView"] = file.view(b"\x89PNG\r\n\x1a\n" + content)
    attempt(scratch, file.glb())


def test_the_whole_file_is_read(scratch):
    scratch.write_bytes(WHOLE)
    np.testing.assert_array_equal(load_gltf(scratch).textures[0].pixels, PIXELS)
