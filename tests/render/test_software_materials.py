"""The CPU draws the materials of foreign models as OpenGL does."""

import cv2
import numpy as np
import pytest

from tests.io.gltf.gltf_files import textured_quad
from tests.render.faces import face_at, pose_at
from tests.render.test_software_pictures import STREAM, assert_alike, shaded_frame

pytestmark = [pytest.mark.gl, pytest.mark.cpu]

SIDE = 64
ROWS, COLUMNS = np.mgrid[:SIDE, :SIDE] / SIDE


def texels(*channels):
    """A picture of numbers from 0 to 1."""
    planes = [np.broadcast_to(channel, (SIDE, SIDE)) for channel in channels]
    return np.rint(255.0 * np.stack(planes, axis=2)).astype(np.uint8)


WAVES = 0.5 + 0.4 * np.sin(12.0 * COLUMNS)[...] * np.cos(9.0 * ROWS)
BUMPS = texels(0.5 + 0.3 * np.sin(14.0 * COLUMNS), 0.5 + 0.25 * np.cos(11.0 * ROWS), 0.9, 1.0)
COLORS = texels(WAVES, ROWS, 1.0 - WAVES, 1.0)
HOLES = texels(0.8, 0.5, 0.2, cv2.GaussianBlur((np.sin(20.0 * COLUMNS) > 0).astype(np.float32), (0, 0), 1.0))
MATT = {"metallicFactor": 0.0, "roughnessFactor": 0.5}


def coated(**more):
    return {"extensions": {"KHR_materials_clearcoat": {"clearcoatFactor": 0.8}}, **more}


def surface(**more):
    return {"pbrMetallicRoughness": {**MATT, **more}}


TEXTURE = {"index": 0}
MATERIALS = {
    "colours": (COLORS, surface(baseColorTexture=TEXTURE)),
    "bumps": (BUMPS, {"normalTexture": TEXTURE, **surface()}),
    "strong bumps below a coat": (BUMPS, coated(normalTexture={"index": 0, "scale": 1.5}, **surface())),
    "bumpy metal": (BUMPS, {"normalTexture": TEXTURE, **surface(metallicFactor=1.0, roughnessFactor=0.2)}),
    "metal and roughness": (
        texels(0.0, WAVES, 1.0 - WAVES, 1.0),
        surface(metallicFactor=1.0, roughnessFactor=1.0, metallicRoughnessTexture=TEXTURE),
    ),
    "occlusion": (
        texels(WAVES, 0.0, 0.0, 1.0),
        {"occlusionTexture": {"index": 0, "strength": 0.8}, **surface()},
    ),
    "emission": (COLORS, {"emissiveTexture": TEXTURE, "emissiveFactor": [0.9, 0.8, 0.7], **surface()}),
    "transmission": (
        texels(WAVES, 0.0, 0.0, 1.0),
        {
            "extensions": {
                "KHR_materials_transmission": {"transmissionTexture": TEXTURE, "transmissionFactor": 1.0}
            },
            **surface(baseColorFactor=[0.9, 0.7, 0.6, 1.0]),
        },
    ),
    "holes": (HOLES, {"alphaMode": "MASK", "alphaCutoff": 0.4, **surface(baseColorTexture=TEXTURE)}),
}


def assert_material_alike(context, folder, picture, material, *parameters, yaw_deg=20.0):
    file = textured_quad()
    file.json["textures"] = [{"source": file.picture(picture)}]
    file.json["materials"] = [material]
    effect = (
        f"rigid_mesh({', '.join((f'model={file.save(folder)}', 'anchor=head', 'scale=0.08', *parameters))})"
    )
    face = face_at(pose_at(yaw_deg, -8.0, 5.0), age_frames=STREAM)
    return assert_alike(context, effect, shaded_frame(), [face], match_sharpness=False)


@pytest.mark.parametrize("name", MATERIALS)
def test_textures_look_the_same(context, tmp_path, name):
    assert_material_alike(context, tmp_path, *MATERIALS[name])


@pytest.mark.parametrize("name", ["bumps", "holes"])
def test_both_sides_of_a_sheet_look_the_same(context, tmp_path, name):
    picture, material = MATERIALS[name]
    for turn in ("[0, 0, 0]", "[0, 180, 0]"):
        assert_material_alike(
            context, tmp_path, picture, {**material, "doubleSided": True}, f"rotate_deg={turn}"
        )
