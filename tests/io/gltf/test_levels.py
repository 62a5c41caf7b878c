"""Levels of detail (MSFT_lod): read where they share the vertices, noted or refused elsewhere."""

import math

import numpy as np
import pytest

from arpipe.errors import GltfError
from arpipe.io.gltf import load_gltf
from tests.io.gltf.gltf_files import NORMALS, POSITIONS, quad

COVERAGES = [0.5, 0.125, 0.0]


def with_levels(*, ids=(1, 2), coverages=COVERAGES, extension="MSFT_lod"):
    """A square of two triangles, with a level of one triangle, and one of another."""
    file = quad()
    whole = file.json["meshes"][0]["primitives"][0]
    for corners in ([0, 1, 2], [0, 2, 3]):
        indices = file.accessor(np.array(corners, "<u2"))
        file.json["meshes"].append({"primitives": [{**whole, "indices": indices}]})
    frame = {"name": "frame", "mesh": 0, "extensions": {extension: {"ids": list(ids)}}}
    if coverages is not None:
        frame["extras"] = {"MSFT_screencoverage": coverages}
    file.json["nodes"] = [frame, {"mesh": 1}, {"mesh": 2}]
    file.json["scenes"] = [{"nodes": [0]}]
    file.json["extensionsUsed"] = [extension]
    return file


def refusal(tmp_path, file) -> str:
    with pytest.raises(GltfError) as caught:
        load_gltf(file.save(tmp_path))
    return str(caught.value)


def test_levels_are_triangles_over_the_same_arrays(tmp_path):
    model = load_gltf(with_levels().save(tmp_path))
    assert model.notes == ()
    (frame,) = model.nodes
    (whole,) = model.meshes[frame.mesh]
    assert [model.meshes[level.mesh][0].indices.tolist() for level in frame.levels] == [
        [[0, 1, 2]],
        [[0, 2, 3]],
    ]
    for level in frame.levels:
        (lean,) = model.meshes[level.mesh]
        assert lean.positions is whole.positions
        assert lean.normals is whole.normals
        assert lean.uvs is whole.uvs


@pytest.mark.parametrize("scale", [1.0, 3.0])
def test_the_error_is_half_a_row_of_a_screen_of_which_the_disc_takes_that_share(tmp_path, scale):
    file = with_levels()
    for node in file.json["nodes"]:
        node["scale"] = [scale, scale, scale]
    (frame,) = load_gltf(file.save(tmp_path)).nodes
    radius = math.sqrt(0.5) * scale  # of the disc around a unit square
    for level, share in zip(frame.levels, COVERAGES[:-1], strict=True):
        rows = math.sqrt(share * 1080 * 1920 / math.pi)  # that the radius covers
        assert level.error_m == pytest.approx(0.5 * radius / rows)


def test_a_file_without_levels_has_none(tmp_path):
    assert load_gltf(quad().save(tmp_path)).nodes[0].levels == ()


@pytest.mark.parametrize("extras", [None, 3, [1, 2], "text", {"other": 1}])
def test_extras_may_be_anything(tmp_path, extras):
    file = quad()
    file.json["nodes"][0]["extras"] = extras
    assert load_gltf(file.save(tmp_path)).nodes[0].levels == ()


def test_a_file_that_requires_levels_is_read(tmp_path):
    file = with_levels()
    file.json["extensionsRequired"] = ["MSFT_lod"]
    assert len(load_gltf(file.save(tmp_path)).nodes[0].levels) == 2


def test_levels_without_shares_are_noted_and_left_out(tmp_path):
    model = load_gltf(with_levels(coverages=None).save(tmp_path))
    assert model.nodes[0].levels == ()
    assert "MSFT_screencoverage" in model.notes[0]


def test_a_level_that_is_never_small_enough_is_left_out(tmp_path):
    (frame,) = load_gltf(with_levels(coverages=[0.5, 0.0, 0.0]).save(tmp_path)).nodes
    assert len(frame.levels) == 1


def own_vertices(file):
    attributes = {"POSITION": file.accessor(POSITIONS), "NORMAL": file.accessor(NORMALS)}
    file.json["meshes"][2]["primitives"][0]["attributes"] = attributes


def no_normals(file):
    for mesh in file.json["meshes"]:
        mesh["primitives"][0]["attributes"].pop("NORMAL", None)  # they share one


def another_material(file):
    file.json["materials"] = [{}]
    file.json["meshes"][1]["primitives"][0]["material"] = 0


def another_place(file):
    file.json["nodes"][1]["translation"] = [1, 0, 0]


def children(file):
    file.json["nodes"].append({"mesh": 0})
    file.json["nodes"][1]["children"] = [3]


def more_primitives(file):
    file.json["meshes"][1]["primitives"] *= 2


def no_mesh(file):
    del file.json["nodes"][1]["mesh"]


@pytest.mark.parametrize(
    "change", [own_vertices, no_normals, another_material, another_place, children, more_primitives, no_mesh]
)
def test_levels_that_differ_by_more_than_triangles_are_noted_and_left_out(tmp_path, change):
    file = with_levels()
    change(file)
    model = load_gltf(file.save(tmp_path))
    assert model.nodes[0].levels == ()
    assert "'frame'" in model.notes[0]
    assert "full detail" in model.notes[0]


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        ((1, 9), "nodes[9]"),
        ((0, 1), "part of the scene"),
        ((1, 1), "occurs twice"),
        ((), "MSFT_lod"),
        ((-1,), "MSFT_lod"),
    ],
)
def test_bad_ids_are_refused_by_their_place(tmp_path, ids, words):
    message = refusal(tmp_path, with_levels(ids=ids))
    assert "nodes[0].extensions.MSFT_lod" in message
    assert words in message


def test_levels_of_levels_are_refused(tmp_path):
    file = with_levels(ids=(1,), coverages=[0.5, 0.0])
    file.json["nodes"][1]["extensions"] = {"MSFT_lod": {"ids": [2]}}
    file.json["nodes"][2]["extensions"] = {"MSFT_lod": {"ids": [1]}}
    assert "nodes[1] has levels itself" in refusal(tmp_path, file)


@pytest.mark.parametrize(
    ("coverages", "words"),
    [
        ([0.5, 0.0], "expected 3 coverages"),
        ([0.1, 0.2, 0.0], "must decrease"),
        ([2.0, 0.5, 0.0], "MSFT_screencoverage"),
        (["a", 0.5, 0.0], "MSFT_screencoverage"),
    ],
)
def test_bad_coverages_are_refused_by_their_place(tmp_path, coverages, words):
    message = refusal(tmp_path, with_levels(coverages=coverages))
    assert "nodes[0].extras.MSFT_screencoverage" in message
    assert words in message


def test_indices_of_levels_are_checked(tmp_path):
    file = with_levels()
    bad = file.accessor(np.array([0, 1, 4], "<u2"))
    file.json["meshes"][1]["primitives"][0]["indices"] = bad
    assert "meshes[1].primitives[0]: index 4 of 4 vertices" in refusal(tmp_path, file)


def test_materials_of_primitives_that_share_vertices_are_checked(tmp_path):
    file = with_levels()
    file.json["meshes"][1]["primitives"][0]["material"] = 7
    assert "materials[7]" in refusal(tmp_path, file)


def test_meshes_that_share_vertices_may_have_materials_of_their_own(tmp_path):
    file = with_levels()
    file.json["materials"] = [{"name": "one"}, {"name": "two"}]
    for index, mesh in enumerate(file.json["meshes"][:2]):
        mesh["primitives"][0]["material"] = index
    file.json["nodes"] = [{"mesh": 0}, {"mesh": 1}]
    file.json["scenes"] = [{"nodes": [0, 1]}]
    first, second = (model_mesh[0] for model_mesh in load_gltf(file.save(tmp_path)).meshes[:2])
    assert (first.material, second.material) == (0, 1)
    assert second.positions is first.positions
