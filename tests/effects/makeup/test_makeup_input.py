"""What is wrong with makeup is said with file, key and the nearest right name."""

import numpy as np
import pytest
from PIL import Image

from arpipe.effects.makeup.template import SIDE, template
from arpipe.effects.packs import load_effect, load_pack
from arpipe.errors import ArpipeError, ConfigError


@pytest.mark.parametrize(
    ("effect", "says"),
    [
        ("lipstik", "did you mean 'lipstick'"),
        ("lipstick(colour=#a3123a)", "'color'"),
        ("lipstick(color=crimsonish)", r"lipstick.*color.*expected a colour such as '#a3123a'"),
        ("lipstick(color=#12345)", "expected a colour"),
        ("evening(lipstik.color=#fff)", "did you mean 'lipstick'"),
        ("evening(lipstick.colr=#fff)", "did you mean 'color'"),
        ("lipstick(opacity=1.5)", "opacity"),
        ("lipstick(reach_mm=9)", "reach_mm"),
        ("blush(opacity=-0.1)", "opacity"),
        ("lipstick(finish=glossy)", "finish"),
        ("eyeliner(thickness_mm=40)", "thickness_mm"),
        ("blush(placement=apple)", "placement"),
        ("face-paint(image=no-such.png)", "there is no file"),
    ],
)
def test_bad_parameters_are_named(effect, says):
    with pytest.raises(ArpipeError, match=f"(?s){says}"):
        load_effect(effect)


@pytest.mark.parametrize(
    ("size", "mode", "says"),
    [((256, 200), "RGBA", "256×200"), ((16, 16), "RGBA", "16×16"), ((256, 256), "RGB", "mode RGB")],
)
def test_face_paint_of_the_wrong_kind_is_refused(tmp_path, size, mode, says):
    path = tmp_path / "paint.png"
    Image.new(mode, size).save(path)
    with pytest.raises(ConfigError, match=says) as caught:
        load_effect(f"face-paint(image={path})")
    assert "image" in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_picture_that_is_none_is_refused(tmp_path):
    path = tmp_path / "paint.png"
    path.write_bytes(b"not a picture")
    with pytest.raises(ConfigError, match="is not a picture"):
        load_effect(f"face-paint(image={path})")


def test_a_pack_needs_a_licence_and_known_kinds(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    text = 'schema = 1\nname = "mine"\ntitle = "Mine"\n{}[[layers]]\nkind = "{}"\n'
    (folder / "effect.toml").write_text(text.format("", "lipstick"))
    with pytest.raises(ConfigError, match=r"effect\.toml.*license"):
        load_pack(folder)
    (folder / "effect.toml").write_text(text.format('license = "CC0-1.0"\n', "lipstic"))
    with pytest.raises(ConfigError, match=r"effect\.toml.*kind.*lipstick"):
        load_pack(folder)


def test_parameters_of_a_look_can_be_changed_by_name():
    pack = load_pack("evening", {"lipstick.color": "#ff0000", "eyeliner.wing_mm": 2.0})
    params = {layer.name: layer.params for layer in pack.layers}
    assert params["lipstick"].color == (1.0, 0.0, 0.0)
    assert params["eyeliner"].wing_mm == 2.0
    assert (
        params["eyeshadow"]
        == {layer.name: layer.params for layer in load_pack("evening").layers}["eyeshadow"]
    )


def test_the_template_can_be_painted_with(tmp_path):
    picture = template()
    assert picture.shape == (SIDE, SIDE, 4)
    assert 0.01 < (picture[..., 3] > 0).mean() < 0.5
    path = tmp_path / "template.png"
    Image.fromarray(picture).save(path)
    assert load_effect(f"face-paint(image={path})").layers[0].kind == "face-paint"
    assert np.array_equal(picture[:, :, 3] > 0, np.asarray(Image.open(path))[:, :, 3] > 0)
