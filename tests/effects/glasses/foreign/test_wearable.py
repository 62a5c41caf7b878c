"""Glasses of other programs come out as arpipe's own are built, whatever their unit, axes, parts and materials."""

import dataclasses

import numpy as np
import pytest

from arpipe.assets import assets_root
from arpipe.effects.glasses.foreign.wearable import make_wearable
from arpipe.effects.glasses.model_shape import TEMPLES, measure_model
from arpipe.errors import GltfError
from arpipe.io.gltf import load_gltf
from arpipe.io.gltf.model import Texture
from arpipe.io.gltf.writer import encode_glb
from arpipe.render.object_mesh import is_glass, object_mesh
from tests.effects.glasses.foreign.glasses import (
    BACKWARDS,
    HINGE_MM,
    Z_UP,
    Export,
    Part,
    folded,
    lens,
    parts,
    shield,
    thick,
    trifles,
    tube,
    turned,
    variants,
    with_material,
    without,
)
from tests.io.gltf.gltf_files import quad

VARIANTS = variants()
WITH_HINGES = [name for name in VARIANTS if "connected" not in name]


def imported(name, folder):
    every, export = VARIANTS[name]
    return make_wearable(load_gltf(export.save(every, folder)))


def positions(model, name):
    """(n, 3) vertices of a node in the model frame, m."""
    for node, matrix in zip(model.nodes, model.model_from_node(), strict=True):
        if node.name == name:
            mesh = model.meshes[node.mesh]
            return np.concatenate([primitive.positions for primitive in mesh]) + matrix[:3, 3]
    raise KeyError(name)


@pytest.mark.parametrize("name", VARIANTS)
def test_every_pair_has_the_same_parts_in_the_same_places(tmp_path, name):
    found = imported(name, tmp_path)
    model, size = found.model, found.size
    assert [node.name for node in model.nodes] == ["front", "lens_l", "lens_r", "temple_l", "temple_r"]
    assert (size.lens_width_mm, size.lens_height_mm, size.bridge_mm) == (52.0, 40.0, 18.0)
    for letter, side in (("l", 1.0), ("r", -1.0)):
        np.testing.assert_allclose(
            positions(model, f"lens_{letter}").mean(axis=0)[:2], [side * 0.035, -0.0035], atol=0.0005
        )
        temple = positions(model, f"temple_{letter}")
        assert (side * temple[:, 0] > 0.04).all()
        assert temple[:, 2].min() == pytest.approx(-0.138, abs=0.006)
        lowest = temple[temple[:, 1].argmin()]
        assert lowest[2] < -0.1
        assert lowest[1] < -0.02


@pytest.mark.parametrize("name", WITH_HINGES)
def test_temples_turn_about_their_hinges_and_the_front_is_whole(tmp_path, name):
    model = imported(name, tmp_path).model
    for node in model.nodes[3:]:
        x, y, _ = node.matrix[:3, 3] * 1000.0
        assert abs(x) == pytest.approx(HINGE_MM[0], abs=2.6)
        assert y == pytest.approx(HINGE_MM[1] - 1.5, abs=2.6)
        assert np.sign(x) == (1.0 if node.name == "temple_l" else -1.0)
    front = positions(model, "front")
    assert np.abs(front[:, 0]).max() == pytest.approx(0.0712, abs=0.001)
    assert front[:, 2].min() > -0.012


@pytest.mark.parametrize("name", VARIANTS)
def test_lenses_are_see_through_and_frames_are_not(tmp_path, name):
    model = imported(name, tmp_path).model
    for node in model.nodes:
        for primitive in model.meshes[node.mesh]:
            assert is_glass(model.materials[primitive.material]) == node.name.startswith("lens")


@pytest.mark.parametrize("name", VARIANTS)
def test_triangles_face_outwards(tmp_path, name):
    """The front of a dome is in front: lenses face forward, and closed tubes have a positive volume."""
    model = imported(name, tmp_path).model
    for node in model.nodes:
        for primitive in model.meshes[node.mesh]:
            corners = primitive.positions[primitive.indices].astype(float)
            facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
            if node.name.startswith("lens"):
                assert facing[:, 2].sum() > 0
            elif node.name == "front":
                assert np.einsum("ij,ij->", corners[:, 0], facing) > 0
            assert np.einsum("ij,ij->i", primitive.normals[primitive.indices[:, 0]], facing).mean() > 0


@pytest.mark.parametrize("name", VARIANTS)
def test_the_written_file_is_read_back_as_it_was(tmp_path, name):
    model = imported(name, tmp_path).model
    path = tmp_path / "written.glb"
    path.write_bytes(encode_glb(model))
    read = load_gltf(path)
    assert [node.name for node in read.nodes] == [node.name for node in model.nodes]
    for node in model.nodes:
        np.testing.assert_allclose(positions(read, node.name), positions(model, node.name), atol=1e-7)
    shape = measure_model(object_mesh(read, tuple(TEMPLES)), read)
    assert set(shape.hinges_m) == {"left", "right"}


def test_findings_name_unit_axes_temples_and_lenses(tmp_path):
    text = "\n".join(imported("millimetres, Z up", tmp_path).findings)
    assert "unit mm; z is up, -y is forward" in text
    assert "142 mm wide, bridge 18 mm" in text
    assert "temples: left and right" in text
    assert "folded" in "\n".join(imported("folded temples", tmp_path).findings)
    assert "2 of them opaque" in "\n".join(imported("opaque glass by name", tmp_path).findings)


def test_what_is_stated_is_not_guessed(tmp_path):
    path = Export(0.001, Z_UP).save(parts(), tmp_path)
    found = make_wearable(load_gltf(path), unit="cm", rotate_deg=(-90.0, 0.0, 0.0))
    assert found.size.frame_width_mm == 61.0  # 1.4 m would be 14 mm: the least that a size may state
    found = make_wearable(load_gltf(path), rotate_deg=(-90.0, 0.0, 0.0))
    assert found.size.frame_width_mm == pytest.approx(141.7, abs=0.1)


def test_a_unit_that_nobody_uses_is_scaled_to_the_usual_width(tmp_path):
    found = make_wearable(load_gltf(Export(0.0173).save(parts(), tmp_path)))
    assert "unit unknown" in found.findings[0]
    assert found.size.frame_width_mm == pytest.approx(138, abs=3)


@pytest.mark.parametrize(
    "name", ["aviator", "browline", "cat-eye", "oversized", "panto", "rimless", "round", "sport", "wayfarer"]
)
@pytest.mark.parametrize("linear", [np.eye(3), Z_UP, BACKWARDS], ids=["upright", "z up", "backwards"])
def test_arpipe_s_own_glasses_are_recognised_from_any_side(tmp_path, name, linear):
    model = load_gltf(assets_root() / "effects" / name / "model.glb")
    found = make_wearable(model.transformed(1000.0 * linear))
    assert found.findings[0].startswith("unit mm")
    own = {
        node.name: matrix[:3, 3] for node, matrix in zip(model.nodes, model.model_from_node(), strict=True)
    }
    for node in found.model.nodes:
        if node.name.startswith("temple"):
            np.testing.assert_allclose(node.matrix[:2, 3], own[node.name][:2], atol=0.008)


ODD = {
    "turned": (parts(), turned(25, -15), ["front", "lens_l", "lens_r", "temple_l", "temple_r"]),
    "turned by 45 degrees": (parts(), turned(45, 0), ["front", "lens_l", "lens_r", "temple_l", "temple_r"]),
    "shield": (
        [shield(), *without(parts(), "rim", "lens")],
        np.eye(3),
        ["front", "lens_l", "temple_l", "temple_r"],
    ),
    "thick lenses": (
        [thick(part) if "lens" in part.name else part for part in parts()],
        Z_UP,
        ["front", "lens_l", "lens_r", "temple_l", "temple_r"],
    ),
    "pads and screws": (
        [*parts(), *trifles()],
        BACKWARDS,
        ["front", "lens_l", "lens_r", "temple_l", "temple_r"],
    ),
    "folded, facing backwards": (
        folded(parts()),
        BACKWARDS,
        ["front", "lens_l", "lens_r", "temple_l", "temple_r"],
    ),
    "no temples": (without(parts(), "temple"), np.eye(3), ["front", "lens_l", "lens_r"]),
    "no lenses": (without(parts(), "lens"), Z_UP, ["front", "temple_l", "temple_r"]),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_pairs_are_understood_without_names_and_with_one_material(tmp_path, name):
    every, linear, expected = ODD[name]
    nameless = [dataclasses.replace(part, name="Mesh", material="frame") for part in every]
    for pieces in (every, nameless):
        found = make_wearable(load_gltf(Export(0.1, linear).save(pieces, tmp_path)))
        assert [node.name for node in found.model.nodes] == expected
        assert found.size.frame_width_mm == pytest.approx(141.7, abs=1.5)
        front = positions(found.model, "front")
        assert front[front[:, 1] > 0.008][:, 2].size
        if "temple_l" in expected:
            temple = positions(found.model, "temple_l")
            assert temple[:, 0].min() > 0.04
            assert temple[temple[:, 1].argmin()][2] < -0.1
        else:
            edges = front[np.abs(front[:, 0]) > 0.068]
            assert edges[:, 2].mean() < front[:, 2].mean()  # the ends bend back


@pytest.mark.parametrize(
    ("every", "words"),
    [
        ([*parts(), *(part.moved(np.eye(3), (200.0, 0.0, 0.0)) for part in parts())], "single pair"),
        ([*parts(), tube("floor", [(-300, -60, 0), (300, -60, 0)], 100.0)], "such as a head or a stand"),
    ],
    ids=["two pairs", "a stand"],
)
def test_more_than_a_pair_is_refused(tmp_path, every, words):
    with pytest.raises(GltfError, match=words):
        make_wearable(load_gltf(Export().save(every, tmp_path)))


def ball(radius=70.0, center=(0.0, 0.0, 0.0), name="head"):
    latitudes, longitudes = (
        np.linspace(-np.pi / 2, np.pi / 2, 20),
        np.linspace(0, 2 * np.pi, 40, endpoint=False),
    )
    a, b = (grid.ravel() for grid in np.meshgrid(latitudes, longitudes, indexing="ij"))
    points = radius * np.column_stack([np.cos(a) * np.cos(b), np.sin(a), np.cos(a) * np.sin(b)]) + center
    triangles = []
    for row in range(19):
        for column in range(40):
            here, right = row * 40 + column, row * 40 + (column + 1) % 40
            triangles += [(here, here + 40, right), (right, here + 40, right + 40)]
    return Part(name, "frame", points, np.array(triangles))


@pytest.mark.parametrize(
    "every",
    [
        [ball()],
        [ball(90.0, (0.0, -40.0, -90.0)), *parts()],
        [tube("stick", [(0, 0, 0), (100, 0, 0)])],
        [lens("disc", 1)],
    ],
    ids=["a sphere", "a head with glasses", "a stick", "a disc"],
)
def test_what_is_not_a_pair_of_glasses_is_refused(tmp_path, every):
    with pytest.raises(GltfError, match=r"not (symmetric|have the shape of glasses)"):
        make_wearable(load_gltf(Export().save(every, tmp_path)))


def test_triangles_without_an_area_are_none(tmp_path):
    file = quad()
    file.json["meshes"][0]["primitives"][0]["indices"] = file.accessor(np.array([0, 0, 1], "<u2"))
    with pytest.raises(GltfError, match="no triangles"):
        make_wearable(load_gltf(file.save(tmp_path)))


def textured(every, folder, alpha):
    """Everything in one blended material, whose texture has the lenses' alpha in its right half."""
    path = Export(merged=True, materials={"frame": {"alphaMode": "BLEND"}}).save(
        with_material(every, "frame", ""), folder
    )
    model = load_gltf(path)
    pixels = np.full((4, 8, 4), 255, np.uint8)
    pixels[:, 4:, 3] = alpha
    texture = Texture(pixels, ("repeat", "repeat"), "linear", False, np.eye(3))
    material = dataclasses.replace(model.materials[0], base_color_texture=0)
    primitive = model.meshes[0][0]
    flat = np.isin(np.arange(len(primitive.positions)), lens_vertices(every))
    uvs = np.column_stack([np.where(flat, 0.75, 0.25), np.full(len(flat), 0.5)]).astype(np.float32)
    meshes = ((dataclasses.replace(primitive, uvs=uvs),),)
    return dataclasses.replace(model, materials=(material,), textures=(texture,), meshes=meshes)


def lens_vertices(every):
    starts = np.cumsum([0, *(len(part.vertices) for part in every)])
    return np.concatenate(
        [
            np.arange(start, start + len(part.vertices))
            for start, part in zip(starts, every, strict=False)
            if "lens" in part.name
        ]
    )


@pytest.mark.parametrize("alpha", [60, 255])
def test_an_atlas_whose_alpha_makes_the_lenses_keeps_its_textures(tmp_path, alpha):
    found = make_wearable(textured(parts(), tmp_path, alpha))
    path = tmp_path / "written.glb"
    path.write_bytes(encode_glb(found.model))
    model = load_gltf(path)
    for node in model.nodes:
        material = model.materials[model.meshes[node.mesh][0].material]
        assert is_glass(material) == node.name.startswith("lens")
        if node.name == "front" or alpha < 255:
            np.testing.assert_array_equal(model.textures[material.base_color_texture].pixels[..., :3], 255)
    assert ("opaque" in found.findings[-1]) == (alpha == 255)
    assert len(model.materials) == 2


def test_a_solid_that_is_inside_out_is_turned(tmp_path):
    every = [dataclasses.replace(part, triangles=part.triangles[:, ::-1]) for part in parts()]
    model = make_wearable(load_gltf(Export().save(every, tmp_path))).model
    right = make_wearable(load_gltf(Export().save(parts(), tmp_path))).model
    for node, other in zip(model.nodes, right.nodes, strict=True):
        for mine, theirs in zip(model.meshes[node.mesh], right.meshes[other.mesh], strict=True):
            if not node.name.startswith("lens"):  # seen from both sides
                np.testing.assert_allclose(mine.normals, theirs.normals, atol=1e-5)


def test_lenses_are_seen_from_both_sides(tmp_path):
    model = imported("opaque glass by name", tmp_path).model
    assert all(material.double_sided for material in model.materials if is_glass(material))
