"""Models of other programs on the face: what is valid is drawn, whatever its materials and transforms."""

import itertools

import numpy as np
import pytest

from arpipe.effects.glasses.rigid_mesh import RigidMesh, RigidMeshParams
from arpipe.errors import GltfError
from arpipe.render.config import RenderConfig
from tests.effects.glasses.drawing import changed, draw
from tests.io.gltf.gltf_files import quad, textured_quad
from tests.render.faces import face_at, plain_frame, pose_at

pytestmark = pytest.mark.gl

SLOTS = {"normalTexture": {"index": 0}, "occlusionTexture": {"index": 0}, "emissiveTexture": {"index": 0}}


def marks(context, path, *parameters):
    """Where a square of 1 m, shown at 6 cm between the eyes, changes the picture."""
    frame = plain_frame()
    spec = f"rigid_mesh({', '.join((f'model={path}', 'anchor=head', *parameters))})"
    picture = draw(context, spec, frame, face_at(pose_at()), config=RenderConfig(match_sharpness=False))
    return changed(picture, frame)


def materials():
    """Materials with a texture in one slot and without the factor that would make it visible, or with it."""
    textured, transmission = {"index": 0}, "KHR_materials_transmission"
    for factor, alpha in itertools.product((0.0, 1.0), ("OPAQUE", "MASK", "BLEND")):
        surface = {"metallicFactor": factor, "metallicRoughnessTexture": textured}
        yield {"alphaMode": alpha, "pbrMetallicRoughness": surface}
        yield {"alphaMode": alpha, "pbrMetallicRoughness": {"baseColorTexture": textured}}
        yield {"alphaMode": alpha, "extensions": {"KHR_materials_unlit": {}}, **SLOTS}
        extension = {"transmissionTexture": textured, "transmissionFactor": factor}
        yield {"alphaMode": alpha, "extensions": {transmission: extension}}
    yield {"extensions": {transmission: {"transmissionTexture": textured}}}
    yield {"emissiveFactor": [0, 0, 0], "doubleSided": True, **SLOTS}


@pytest.mark.parametrize("material", list(materials()))
def test_every_material_is_drawn(context, tmp_path, material):
    file = textured_quad()
    file.json["textures"] = [{"source": file.picture(np.full((2, 2, 4), 200, np.uint8))}]
    file.json["materials"] = [material]
    assert marks(context, file.save(tmp_path), "scale=0.06").sum() > 500  # the nose hides a part


@pytest.mark.parametrize("node", [{"scale": [-1, 1, 1]}, {"scale": [1, -1, 1]}, {"scale": [1, 1, 0]}])
def test_mirrored_and_flattened_nodes_are_drawn(context, tmp_path, node):
    file = quad()
    file.json["nodes"][0].update(node)
    assert marks(context, file.save(tmp_path), "scale=0.06").sum() > 500  # the nose hides a part


def test_unit_is_a_factor_and_rotate_deg_turns(context, tmp_path):
    path = quad().save(tmp_path)
    plain = marks(context, path, "scale=0.0254")
    assert (marks(context, path, "unit=in") == plain).all()
    assert (marks(context, path, "unit=mm", "scale=25.4") == plain).all()
    assert not marks(context, path, "scale=0.06", "rotate_deg=[0, 180, 0]").any()  # seen from behind
    rows, columns = np.nonzero(marks(context, path, "scale=0.06", "rotate_deg=[0, 0, 90]"))
    before = np.nonzero(marks(context, path, "scale=0.06"))
    assert columns.max() < before[1].min() + 5
    assert abs(rows.mean() - before[0].mean()) < 3


def test_everything_below_a_temple_is_refused_for_glasses(context, tmp_path):
    file = quad()
    file.json["nodes"][0]["name"] = "temple_l"
    params = RigidMeshParams(model=file.save(tmp_path))
    with pytest.raises(GltfError, match=r"model\.glb: .* there is no front"):
        RigidMesh(params, context)
    RigidMesh(params.model_copy(update={"anchor": "head"}), context).close()


@pytest.mark.parametrize("place", [[0, 1, 0], [0, -1, 0], [0, 0, 5], [3, 0, 0]])
def test_a_front_far_from_the_face_is_no_error(context, tmp_path, place):
    file = quad()
    file.json["nodes"][0].update(translation=place, scale=[0.1, 0.05, 1])
    frame = plain_frame()
    draw(context, f"rigid_mesh(model={file.save(tmp_path)})", frame, face_at(pose_at()))


@pytest.mark.parametrize("place", [[0.06, 0, 0], [0.06, 0, -0.001], [0.06, 0, 0.1]])
def test_a_temple_without_length_or_mesh_is_no_error(context, tmp_path, place):
    file = quad()
    file.json["nodes"] = [
        {"mesh": 0, "scale": [0.1, 0.05, 1]},
        {"name": "temple_l", "mesh": 0, "translation": place, "scale": [0.01, 0.01, 1]},
        {"name": "temple_r"},
    ]
    frame = plain_frame()
    picture = draw(context, f"rigid_mesh(model={file.save(tmp_path)})", frame, face_at(pose_at()))
    assert changed(picture, frame).any()
