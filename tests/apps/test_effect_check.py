import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from arpipe.apps.effect_check import check_effect
from arpipe.assets import assets_root
from arpipe.errors import AssetNotFound, RenderError
from arpipe.pipeline import drawing_context
from arpipe.render.context import GlContext
from tests.effects.glasses.foreign.glasses import Z_UP, Export, parts
from tests.effects.kinds import HEADER, STAMP
from tests.io.gltf.gltf_files import quad

pytestmark = pytest.mark.usefixtures("stamp_and_blur")


@pytest.fixture
def console():
    return Console(width=200, record=True, soft_wrap=True, force_terminal=False)


def test_check_tells_every_problem(look, console):
    folder = look(HEADER.replace("license", "licence") + "[[layer]]\n")
    assert not check_effect(folder, console)
    text = console.export_text()
    assert all(word in text for word in ("license: is missing", "licence", "layers: is missing", "layer:"))
    folder = look(HEADER + STAMP + "opcity = 1\n" + STAMP + 'picture = "none.png"\n')
    assert not check_effect(folder, console)
    text = console.export_text()
    assert "layers[0].opcity" in text
    assert "layers[1].picture: there is no file" in text


def test_check_opens_models_and_pictures(look, console):
    folder = look(HEADER + STAMP + 'picture = "model.glb"\n' + STAMP + 'picture = "face.png"\n')
    file = quad()
    file.json["animations"] = [{}]
    file.save(folder)
    Image.fromarray(np.zeros((2, 2, 3), np.uint8)).save(folder / "face.png")
    assert check_effect(folder, console)
    assert "note:" in console.export_text()
    file.json["accessors"][0]["count"] = 99
    file.save(folder)
    (folder / "face.png").write_bytes(b"\x89PNG")
    assert not check_effect(folder, console)
    text = console.export_text()
    assert "model.glb: accessors[0]" in text
    assert "face.png: is not a picture" in text


def test_check_counts_the_triangles_of_levels_of_detail(look, console):
    folder = look(HEADER + STAMP + 'picture = "model.glb"\n')
    file = quad()
    whole = file.json["meshes"][0]["primitives"][0]
    indices = file.accessor(np.array([0, 1, 2], "<u2"))
    file.json["meshes"].append({"primitives": [{**whole, "indices": indices}]})
    file.json["nodes"][0]["extensions"] = {"MSFT_lod": {"ids": [1]}}
    file.json["nodes"][0]["extras"] = {"MSFT_screencoverage": [0.5, 0.0]}
    file.json["nodes"].append({"mesh": 1})
    file.json["scenes"] = [{"nodes": [0]}]
    file.save(folder)
    assert check_effect(folder, console)
    assert "2 triangles, 1 at the last of 1 levels of detail" in console.export_text()


def test_check_of_what_is_no_pack(tmp_path, console):
    assert not check_effect(tmp_path, console)
    assert "effect.toml" in console.export_text()
    with pytest.raises(AssetNotFound, match="there is no such folder"):
        check_effect(tmp_path / "nowhere", console)


@pytest.fixture
def worn(monkeypatch, tmp_path):
    """Checks a pack with one model; gives the verdict and the text."""
    monkeypatch.undo()

    def check(save, parameters="", anchor="glasses"):
        console = Console(width=200, record=True, soft_wrap=True, force_terminal=False)
        folder = tmp_path / "pair"
        folder.mkdir(exist_ok=True)
        layer = f'[[layers]]\nkind = "rigid_mesh"\nmodel = "model.glb"\nanchor = "{anchor}"\n{parameters}\n'
        (folder / "effect.toml").write_text(HEADER.replace('"look"', '"pair"') + layer)
        save(folder)
        return check_effect(folder, console), console.export_text()

    return check


def glasses(**export):
    """Saves glasses with arpipe's names for the temples."""
    every = parts(names=("rim", "lens", "bridge", "end", "temple"))
    return lambda folder: Export(**export).save(every, folder)


def squares(*nodes):
    def save(folder):
        file = quad()
        file.json["nodes"] = [{"mesh": 0, **node} for node in nodes]
        file.save(folder)

    return save


SMALL = {"scale": [0.14, 0.05, 1.0], "translation": [-0.07, -0.03, 0.0]}


@pytest.mark.gl
def test_sound_glasses_are_fine(worn):
    is_fine, text = worn(glasses())
    assert is_fine, text
    assert "effect.toml: fine" in text


@pytest.mark.gl
@pytest.mark.parametrize(("metres", "unit", "width"), [(1.0, "mm", "144 m"), (0.1, "cm", "14 m")])
def test_another_unit_is_named_and_can_be_set(worn, metres, unit, width):
    is_fine, text = worn(glasses(metres=metres))
    assert not is_fine
    assert f'is {width} wide; glasses are about 0.14 m: export in metres, or set unit = "{unit}"' in text
    is_fine, text = worn(glasses(metres=metres), f'unit = "{unit}"')
    assert is_fine, text


@pytest.mark.gl
def test_an_unknown_unit_is_answered_with_a_scale_that_works(worn):
    is_fine, text = worn(glasses(metres=0.00001))
    assert not is_fine
    scale = text.split("set scale = ")[1].split()[0]
    is_fine, text = worn(glasses(metres=0.00001), f"scale = {scale}")
    assert is_fine, text


@pytest.mark.gl
def test_a_node_of_scale_0_is_a_note_or_no_mesh(worn):
    is_fine, text = worn(squares(SMALL, {"name": "hidden", "scale": [0, 0, 0]}))
    assert is_fine
    assert "'hidden' is scaled by 0, 0, 0 and is not drawn" in text
    is_fine, text = worn(squares({"scale": [0, 0, 0]}))
    assert not is_fine
    assert "no mesh to draw" in text


def test_a_scene_without_a_mesh_is_no_effect(worn):
    def save(folder):
        file = quad()
        file.json["nodes"] = [{"name": "empty"}]
        file.save(folder)

    is_fine, text = worn(save)
    assert not is_fine
    assert "no mesh to draw" in text


def test_everything_below_one_temple_is_no_front(worn):
    is_fine, text = worn(squares({"name": "temple_l", **SMALL}))
    assert not is_fine
    assert "there is no front" in text


@pytest.mark.parametrize(
    ("place", "words"), [((0, 1000, 0), "above the origin"), ((0, -90, 0), "below"), ((200, 0, 0), "left of")]
)
def test_glasses_that_are_not_on_the_face(worn, place, words):
    is_fine, text = worn(glasses(offset=place))
    assert not is_fine
    assert words in text
    assert "arpipe effects import" in text


@pytest.mark.gl
def test_what_stands_wrongly_is_noted_with_what_to_set(worn):
    assert "if y is not up, set rotate_deg" in worn(glasses(linear=Z_UP))[1]
    assert "is not up" not in worn(glasses(linear=Z_UP), "rotate_deg = [-90, 0, 0]")[1]
    backwards = np.diag([-1.0, 1.0, -1.0])
    assert "set rotate_deg = [0, 180, 0]" in worn(glasses(linear=backwards))[1]


@pytest.mark.gl
@pytest.mark.parametrize("parameters", ["opacity = 0", "offset_mm = [0, 0, -200]", "scale = 0.001"])
def test_nothing_drawn_is_a_problem(worn, parameters):
    is_fine, text = worn(squares({"scale": [0.05, 0.05, 1]}), parameters, anchor="head")
    assert not is_fine
    assert "nothing is drawn on an average head" in text


@pytest.fixture
def no_opengl(monkeypatch):
    def refuse(cls):
        raise RenderError("no EGL")

    monkeypatch.setattr(GlContext, "headless", classmethod(refuse))


@pytest.mark.cpu
def test_without_opengl_the_cpu_draws_what_is_checked(worn, no_opengl):
    assert worn(glasses())[0]
    is_fine, text = worn(squares({"scale": [0.05, 0.05, 1]}), "opacity = 0", anchor="head")
    assert not is_fine
    assert "nothing is drawn on an average head" in text


def test_where_nothing_can_draw_a_note_says_what_was_not_checked(worn, no_opengl, monkeypatch):
    def refuse():
        raise RenderError("no CPU renderer")

    monkeypatch.setattr(drawing_context, "load_rasteriser", refuse)
    is_fine, text = worn(glasses())
    assert is_fine
    assert "what is drawn was not checked: no EGL" in text


@pytest.mark.gl
@pytest.mark.parametrize("name", ["aviator", "rimless", "sport", "wayfarer"])
def test_bundled_glasses_are_fine(monkeypatch, console, name):
    monkeypatch.undo()
    assert check_effect(assets_root() / "effects" / name, console), console.export_text()
