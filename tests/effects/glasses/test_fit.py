import numpy as np
import pytest

from arpipe.assets import asset_path
from arpipe.effects.glasses.fit import Adjustment, GlassesSize, fit_anchor, fit_glasses
from arpipe.effects.glasses.head_shape import HeadShape
from arpipe.effects.glasses.model_shape import measure_model
from arpipe.effects.packs import load_pack
from arpipe.geometry.mesh import vertex_normals
from arpipe.io.gltf import load_gltf
from arpipe.render.object_mesh import object_mesh
from arpipe.topology import load_topology

FACE = load_topology("face")
PACKS = ("aviator", "cat-eye", "rimless", "round", "sport", "wayfarer")


def moved(matrix, points):
    return points @ matrix[:3, :3].T + matrix[:3, 3]


@pytest.fixture(scope="module", params=PACKS)
def glasses(request):
    model = load_gltf(asset_path(f"effects/{request.param}/model.glb"))
    shape = measure_model(object_mesh(model, ("temple_l", "temple_r")), model)
    (layer,) = load_pack(request.param).layers
    return shape, layer.params.glasses


@pytest.fixture(params=[0.88, 1.0, 1.12])
def mesh_m(request):
    return FACE.canonical_m * request.param


def test_bridge_rests_on_the_nose_between_the_eyes(glasses, mesh_m):
    fit = fit_glasses(*glasses, mesh_m, FACE, "face")
    contact = fit.head_from_glasses[:3, 3]
    sellion, bridge = mesh_m[FACE.index("sellion")], mesh_m[FACE.index("nose_bridge_low")]
    assert abs(contact[0]) < 0.5e-3
    assert bridge[1] < contact[1] < sellion[1]
    assert 0.0 < contact[2] - sellion[2] < 0.014


def test_lenses_are_before_the_eyes(glasses, mesh_m):
    shape, size = glasses
    fit = fit_glasses(shape, size, mesh_m, FACE, "face")
    back = fit.head_from_glasses[2, 3] + fit.scale * shape.lens_back_m
    cornea = mesh_m[FACE.index("sellion"), 2] - 0.008
    assert size.vertex_distance_mm - 0.1 < (back - cornea) * 1e3 < size.vertex_distance_mm + 9.0


@pytest.mark.parametrize("distance_m", [0.2, 0.45, 0.7, 3.0])
def test_face_fit_gives_the_frame_the_head_s_width_in_the_picture(glasses, mesh_m, distance_m):
    shape, size = glasses
    fit = fit_glasses(shape, size, mesh_m, FACE, "face", distance_m=distance_m)
    head = HeadShape.of_mesh(mesh_m, FACE)
    frame = fit.scale * size.frame_width_mm * 1e-3 / (distance_m - fit.head_from_glasses[2, 3])
    face = 2.0 * head.half_width_m / (distance_m - head.middle_m[2])
    assert 0.95 < frame / face < 1.08


def test_face_fit_keeps_to_the_sizes_that_glasses_have(glasses):
    for factor, scale in ((0.6, 0.8), (1.5, 1.2)):
        fit = fit_glasses(*glasses, FACE.canonical_m * factor, FACE, "face")
        assert fit.scale == pytest.approx(scale)


def test_real_fit_keeps_millimetres(glasses, mesh_m):
    fit = fit_glasses(*glasses, mesh_m, FACE, "real")
    assert fit.scale == 1.0
    assert fit.head_from_glasses[:3, :3] == pytest.approx(np.eye(3), abs=1e-12)


def test_temples_reach_the_ears_and_stay_outside_the_head(glasses, mesh_m):
    shape, size = glasses
    fit = fit_glasses(shape, size, mesh_m, FACE, "face")
    head = HeadShape.of_mesh(mesh_m, FACE)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        temple = moved(fit.head_from_temple[side], shape.temple_points_m[side])
        root = head.ear_root_m(int(sign))
        assert temple[:, 2].min() < root[2] - 0.01
        near = temple[np.abs(temple[:, 2] - root[2]) < 0.012]
        assert sign * near[:, 0].min() > 0 if sign > 0 else near[:, 0].max() < 0
        inner = (sign * near[:, 0]).min() - sign * root[0]
        assert -0.004 < inner < 0.02
        assert abs(near[:, 1].min() - root[1]) < 0.012


def test_temples_turn_about_their_hinges(glasses, mesh_m):
    shape, size = glasses
    fit = fit_glasses(shape, size, mesh_m, FACE, "face")
    for side, hinge in shape.hinges_m.items():
        assert moved(fit.head_from_temple[side], hinge) == pytest.approx(
            moved(fit.head_from_glasses, hinge), abs=1e-9
        )


def test_a_symmetrical_face_wears_symmetrically(glasses):
    shape, size = glasses
    fit = fit_glasses(shape, size, FACE.canonical_m, FACE, "face")
    mirror = np.diag([-1.0, 1.0, 1.0, 1.0])
    assert mirror @ fit.head_from_temple["left"] @ mirror == pytest.approx(
        fit.head_from_temple["right"], abs=2e-3
    )


def test_lenses_and_rims_keep_out_of_the_skin(glasses, mesh_m):
    """What lies over a skin triangle seen from the front is not deeper in it than pads press."""
    shape, size = glasses
    fit = fit_glasses(shape, size, mesh_m, FACE, "face")
    front = moved(fit.head_from_glasses, shape.front_m)
    normals = vertex_normals(mesh_m, FACE.triangles)
    skin = np.unique(FACE.triangles)
    nearest = skin[np.linalg.norm(front[:, None] - mesh_m[None, skin], axis=2).argmin(axis=1)]
    outside = ((front - mesh_m[nearest]) * normals[nearest]).sum(axis=1)
    assert outside.min() > -0.0045


def test_a_protruding_brow_pushes_the_glasses_forward(glasses):
    shape, size = glasses
    brow = FACE.canonical_m.copy()
    for region in ("left_brow", "right_brow"):
        brow[FACE.region(region), 2] += 0.022
    plain = fit_glasses(shape, size, FACE.canonical_m, FACE, "face")
    pushed = fit_glasses(shape, size, brow, FACE, "face")
    assert 0.0 <= pushed.head_from_glasses[2, 3] - plain.head_from_glasses[2, 3] <= 0.0091


def test_adjustment_moves_scales_and_tilts(glasses):
    shape, size = glasses
    plain = fit_glasses(shape, size, FACE.canonical_m, FACE, "real")
    wish = Adjustment(offset_mm=(1.0, -2.0, 3.0), scale=1.1, tilt_deg=5.0)
    changed = fit_glasses(shape, size, FACE.canonical_m, FACE, "real", wish)
    assert changed.scale == pytest.approx(1.1)
    assert (changed.head_from_glasses[:2, 3] - plain.head_from_glasses[:2, 3]) * 1e3 == pytest.approx(
        [1.0, -2.0]
    )
    top = changed.head_from_glasses[:3, :3] @ (0.0, 1.0, 0.0)
    assert top[2] > 0.05


def test_a_model_without_temples_or_lenses_is_worn_too():
    model = load_gltf(asset_path("effects/round/model.glb"))
    mesh = object_mesh(model, ())
    shape = measure_model(mesh, model)
    assert shape.hinges_m == {}
    assert fit_glasses(shape, GlassesSize(), FACE.canonical_m, FACE, "face").head_from_temple == {}


@pytest.mark.parametrize("size", [0.9, 1.0, 1.1])
def test_other_anchors_follow_the_head_s_size_and_their_landmark(size):
    mesh = FACE.canonical_m * size
    fit = fit_anchor("nose_tip", mesh, FACE, "face", Adjustment(offset_mm=(0.0, 0.0, 5.0)))
    assert fit.scale == pytest.approx(size)
    assert fit.head_from_glasses[:3, 3] == pytest.approx(mesh[FACE.index("nose_tip")] + (0.0, 0.0, 0.005))
    assert fit_anchor("head", mesh, FACE, "real", Adjustment()).scale == 1.0
