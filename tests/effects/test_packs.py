import pytest

from arpipe.assets import assets_root
from arpipe.effects import EFFECT_KINDS
from arpipe.effects.kinds import kind_class
from arpipe.effects.packs import load_effect, load_pack
from arpipe.effects.params import EffectParams
from arpipe.effects.search import pack_folders
from arpipe.errors import AssetError, ConfigError
from tests.effects.building import activate
from tests.effects.kinds import STAMP, Blur, Placement, Stamp, StampParams

HEADER = 'schema = 1\nname = "look"\ntitle = "Look"\nlicense = "CC0-1.0"\n'
pytestmark = pytest.mark.usefixtures("stamp_and_blur")


def complaint(error, call, *arguments):
    with pytest.raises(error) as caught:
        call(*arguments)
    return str(caught.value)


def test_a_pack_carries_its_header_and_checked_layers(look):
    folder = look(
        HEADER + 'tags = ["a", "b"]\n' + STAMP + 'color = "#f80"\n[layers.placement]\nleft_mm = 3.0\n'
    )
    pack = load_pack("look")
    assert (pack.name, pack.title, pack.license, pack.tags) == ("look", "Look", "CC0-1.0", ("a", "b"))
    assert pack.folder == folder
    layer = pack.layers[0]
    assert (layer.name, layer.kind) == ("stamp", "stamp")
    assert layer.params == StampParams(
        opacity=0.5, color=(1.0, 136 / 255, 0.0), placement=Placement(left_mm=3.0)
    )


def test_a_pack_is_found_by_name_by_folder_and_by_path(look):
    folder = look(HEADER + STAMP)
    assert load_pack("look").folder == load_pack(folder).folder == load_pack(str(folder)).folder == folder


def test_the_first_search_folder_wins(look, tmp_path):
    look(HEADER + STAMP)
    for root in ("config/arpipe/effects/look", "assets/effects/look", "assets/effects/other"):
        (tmp_path / root).mkdir(parents=True)
        (tmp_path / root / "effect.toml").write_text(HEADER)
    assert pack_folders() == {
        "look": tmp_path / "packs" / "look",
        "other": tmp_path / "assets/effects/other",
    }


def test_an_unknown_effect_names_the_nearest(look):
    look(HEADER + STAMP)
    assert "did you mean 'look'" in complaint(ConfigError, load_pack, "lok")
    assert "did you mean 'stamp'" in complaint(ConfigError, load_pack, "Stampp")


def test_a_kind_alone_is_an_effect():
    pack = load_effect("stamp(opacity=0.25, placement.left_mm=2)")
    assert pack.folder is None
    assert pack.layers[0].params == StampParams(opacity=0.25, placement=Placement(left_mm=2))
    message = complaint(ConfigError, load_effect, "stamp(opacty=0.25)")
    assert "opacty" in message
    assert "did you mean 'opacity'" in message


def test_overrides_reach_every_layer_that_has_the_key(look):
    look(HEADER + STAMP + STAMP + 'name = "second"\n[[layers]]\nkind = "blur"\nradius = 2.0\n')
    pack = load_effect("look(opacity=0.75, radius=4)")
    assert [layer.params.opacity for layer in pack.layers] == [0.75, 0.75, 0.75]
    assert pack.layers[2].params.radius == 4
    pack = load_effect("look(second.opacity=0.125, second.placement.left_mm=1)")
    assert [layer.params.opacity for layer in pack.layers] == [0.5, 0.125, 1.0]
    assert [pack.layers[index].params.placement.left_mm for index in (0, 1)] == [0, 1]


def test_an_override_into_a_table_keeps_the_rest_of_it(look):
    look(HEADER + STAMP + "[layers.placement]\nleft_mm = 3.0\nright_mm = 4.0\n")
    params = load_effect("look(placement.left_mm=1)").layers[0].params
    assert params.placement == Placement(left_mm=1, right_mm=4)


def test_a_wrong_override_is_blamed_on_the_override(look):
    look(HEADER + STAMP)
    message = complaint(ConfigError, load_effect, "look(opacity=2)")
    assert message.startswith("effect 'look': stamp.opacity:")
    assert "got 2" in message
    message = complaint(ConfigError, load_effect, "look(colour=#fff)")
    assert "did you mean 'color'" in message
    assert "expected a colour" in complaint(ConfigError, load_effect, "look(color=pinkish)")
    assert "no parameters" in complaint(ConfigError, load_effect, "look(opacity.deep=1)")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "license: is missing"),
        (HEADER.replace("CC0-1.0", "") + STAMP, "license:"),
        (
            HEADER.replace("license", "licence") + STAMP,
            "licence: is not a valid key; did you mean 'license'?",
        ),
        (HEADER.replace("1", "2", 1) + STAMP, "schema:"),
        (HEADER, "layers: is missing"),
        (HEADER + "layers = []", "layers:"),
        (HEADER + "[[layers]]\nopacity = 1.0", "layers[0].kind: is missing"),
        (HEADER + '[[layers]]\nkind = "stmap"', "layers[0].kind: is 'stmap'; did you mean 'stamp'?"),
        (
            HEADER + STAMP + "opcity = 1.0",
            "layers[0].opcity: is not a valid key; did you mean 'opacity'?",
        ),
        (
            HEADER + STAMP + "[layers.placement]\nleft = 1",
            "layers[0].placement.left: is not a valid key; did you mean 'left_mm'?",
        ),
        (HEADER + STAMP.replace("0.5", "1.5"), "layers[0].opacity:"),
        (HEADER + STAMP + 'color = "red"', "layers[0].color: expected a colour"),
        (HEADER + STAMP + "color = [2, 0, 0]", "layers[0].color: expected red"),
        (HEADER.replace('"look"', '"other"') + STAMP, "the folder is 'look'"),
        (HEADER.replace('"look"', '"A look"') + STAMP, "name:"),
        (HEADER + "[[layers]", "is not valid TOML"),
    ],
)
def test_mistakes_name_file_key_and_nearest_key(look, text, expected):
    folder = look(text)
    message = complaint(ConfigError, load_pack, "look")
    assert str(folder / "effect.toml") in message
    assert expected in message


def test_files_of_a_pack_lie_in_its_folder(look, tmp_path):
    folder = look(HEADER + STAMP + 'picture = "deep/face.png"')
    assert "there is no file" in complaint(AssetError, load_pack, "look")
    (folder / "deep").mkdir()
    (folder / "deep" / "face.png").touch()
    assert load_pack("look").layers[0].params.picture == folder / "deep" / "face.png"
    (tmp_path / "secret.png").touch()
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    for name in ("../../secret.png", str(tmp_path / "secret.png"), "link.png"):
        look(HEADER + STAMP + f'picture = "{name}"')
        message = complaint(AssetError, load_pack, "look")
        assert "leads out" in message
        assert "layers[0].picture" in message


def test_a_person_may_name_any_file(look, tmp_path, monkeypatch):
    look(HEADER + STAMP)
    (tmp_path / "office.png").touch()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for pack in (
        load_effect("look(picture=../office.png)"),
        load_effect("stamp(picture=../office.png)"),
        load_pack("stamp", {"picture": tmp_path / "office.png"}),
    ):
        assert pack.layers[0].params.picture == tmp_path / "office.png"
    assert "there is no file" in complaint(AssetError, load_effect, "stamp(picture=office.png)")


def test_folders_that_are_no_packs(tmp_path):
    assert "effect.toml" in complaint(AssetError, load_pack, tmp_path)
    assert "effect.toml" in complaint(AssetError, load_pack, "./nowhere")
    (tmp_path / "effect.toml").write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in complaint(ConfigError, load_pack, tmp_path)


def test_layers_are_built_in_order_and_closed_when_one_fails(look):
    look(HEADER + STAMP + '[[layers]]\nkind = "blur"\nradius = 2.0\n')
    built = []
    layers = activate(built, load_pack("look")).layers
    assert [type(layer) for layer in layers] == [Stamp, Blur]
    assert not any(layer.closed for layer in layers)
    built.clear()
    with pytest.raises(RuntimeError):
        activate(built, load_effect("look(radius=13)"))
    assert built[0].closed


@pytest.mark.parametrize("kind", sorted(EFFECT_KINDS))
def test_every_kind_of_the_table_loads(kind):
    assert issubclass(kind_class(kind).Params, EffectParams)


BUNDLED = sorted((assets_root() / "effects").glob("*/effect.toml"))


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.parent.name)
def test_every_bundled_pack_loads(path):
    pack = load_pack(path.parent)
    assert pack.title
    assert pack.description
    assert pack.author


def test_the_pack_in_the_docs_loads(tmp_path, monkeypatch):
    monkeypatch.undo()
    repository = assets_root().parent
    text = (repository / "docs" / "effects.md").read_text("utf-8").split("```toml\n")[1].split("```")[0]
    folder = tmp_path / "my-look"
    folder.mkdir()
    (folder / "effect.toml").write_text(text)
    (folder / "model.glb").touch()
    assert load_pack(folder, {"frame.opacity": 0.5}).layers[0].name == "frame"
