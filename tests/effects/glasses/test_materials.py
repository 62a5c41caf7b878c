from dataclasses import replace

import numpy as np
import pytest

from arpipe.effects.glasses.materials import MaterialChange, with_materials
from arpipe.effects.packs import load_pack
from arpipe.errors import GltfError
from arpipe.io.gltf import load_gltf
from arpipe.render.color import LUMINANCE, linear_from_srgb
from tests.effects.building import activate
from tests.effects.glasses.drawing import draw
from tests.render.faces import face_at, plain_frame, pose_at


def model(name):
    return load_gltf(load_pack(name).layers[0].params.model)


def material(changed, name):
    return next(each for each in changed.materials if each.name == name)


def lens(changed, name="brown"):
    place = [each.name for each in changed.materials].index(name)
    return next(each for mesh in changed.meshes for each in mesh if each.material == place)


def test_values_of_the_file_are_replaced_and_others_kept():
    plain = model("wayfarer")
    change = MaterialChange(color="#ff8000", transmission=0.5)
    changed = with_materials(plain, {"black": change})
    black, before = material(changed, "black"), material(plain, "black")
    np.testing.assert_allclose(
        black.base_color_factor, [1.0, linear_from_srgb(np.uint8(128)), 0.0, 1.0], atol=1e-6
    )
    assert (black.transmission, black.roughness, black.clearcoat) == (0.5, before.roughness, before.clearcoat)
    assert material(changed, "g15") is material(plain, "g15")


def test_a_texture_can_be_left_out():
    plain = model("cat-eye")
    assert material(plain, "tortoise").base_color_texture is not None
    kept = with_materials(plain, {"tortoise": MaterialChange(color="#800000")})
    bare = with_materials(plain, {"tortoise": MaterialChange(color="#800000", texture=False)})
    assert material(kept, "tortoise").base_color_texture is not None
    assert material(bare, "tortoise").base_color_texture is None
    assert lens(with_materials(plain, {"rose": MaterialChange(texture=False)}), "rose").colors is None


def test_a_gradient_keeps_its_relative_densities_with_another_dye():
    plain, dye = model("aviator"), linear_from_srgb(np.array([0x22, 0x40, 0x6B], np.uint8))
    changed = with_materials(plain, {"brown": MaterialChange(color="#22406b")})
    before = lens(plain).colors[:, :3] @ LUMINANCE
    after = lens(changed).colors[:, :3] * material(changed, "brown").base_color_factor[:3]
    np.testing.assert_allclose(after[before.argmin()], dye, rtol=1e-4)
    expected = np.log(before) / np.log(before.min())
    np.testing.assert_allclose(
        np.log(after) / np.log(dye), np.repeat(expected[:, None], 3, axis=1), rtol=1e-3
    )
    levels = [mesh[0].colors for mesh in changed.meshes if mesh[0].material == lens(changed).material]
    assert (
        len({id(colors) for colors in levels}) == 2
    )  # the left and the right lens, with all of their levels


def test_materials_of_primitives_that_share_vertices_are_changed_apart():
    plain, blue = model("aviator"), MaterialChange(color="#22406b")
    brown, silver = lens(plain), MaterialChange(color="#c9cbcd")
    gold = [each.name for each in plain.materials].index("gold")
    shared = replace(plain, meshes=((brown, replace(brown, material=gold)),))
    ((first, second),) = with_materials(shared, {"brown": blue, "gold": silver}).meshes
    np.testing.assert_array_equal(first.colors, with_materials(shared, {"brown": blue}).meshes[0][0].colors)
    np.testing.assert_array_equal(second.colors, with_materials(shared, {"gold": silver}).meshes[0][1].colors)


def test_an_unknown_material_names_the_nearest():
    with pytest.raises(GltfError, match="no material 'blak'; did you mean 'black'"):
        with_materials(model("wayfarer"), {"blak": MaterialChange()})


@pytest.mark.gl
def test_presets_are_drawn(context):
    face, frame = face_at(pose_at()), plain_frame()
    black, crystal, navy = (
        draw(context, load_pack("wayfarer", {"preset": name}), frame, face).astype(int)
        for name in ("black", "crystal", "navy")
    )
    front = (np.abs(black - frame.pixels).sum(axis=2) > 200) & (np.abs(black - crystal).sum(axis=2) > 200)
    assert front.sum() > 500
    assert crystal[front].mean() > black[front].mean() + 60
    assert navy[front][:, 2].mean() > navy[front][:, 0].mean() + 15 > black[front][:, 0].mean()


@pytest.mark.gl
def test_another_material_rebuilds_and_another_size_does_not(context):
    active = activate(context, load_pack("wayfarer"))
    layer, params = active.layers[0], load_pack("wayfarer").layers[0].params
    try:
        assert layer.adjust(params.model_copy(update={"scale": 1.1}))
        assert not layer.adjust(load_pack("wayfarer", {"preset": "navy"}).layers[0].params)
    finally:
        active.close()
