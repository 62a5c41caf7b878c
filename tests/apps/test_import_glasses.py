import numpy as np
import pytest
from PIL import Image
from rich.console import Console

import arpipe
import arpipe.io.gltf
from arpipe.__main__ import main
from arpipe.apps.effect_check import check_effect
from arpipe.apps.import_glasses import import_glasses, run_import
from arpipe.errors import ConfigError, GltfError, OutputError, WeightsError
from tests.effects.glasses.foreign.glasses import Z_UP, Export, parts, variants
from tests.io.gltf.gltf_files import quad

VARIANTS = variants()


@pytest.fixture
def console():
    return Console(width=200, record=True, soft_wrap=True, force_terminal=False)


@pytest.fixture
def model(tmp_path):
    return Export(1.0, Z_UP).save(parts(), tmp_path, "Sunny Days (1).glb")


@pytest.mark.gl
@pytest.mark.parametrize("name", VARIANTS)
def test_every_pair_can_be_worn_after_the_import(tmp_path, console, name):
    every, export = VARIANTS[name]
    imported = import_glasses(export.save(every, tmp_path), tmp_path / "packs", name="pair")
    assert check_effect(imported.pack.folder, console), console.export_text()
    assert not imported.notes


def test_the_pack_is_named_and_credited_after_the_file(tmp_path, model):
    imported = arpipe.import_glasses(model, tmp_path / "packs")
    pack = imported.pack
    assert (pack.name, pack.folder) == ("sunny-days-1", tmp_path / "packs" / "sunny-days-1")
    assert (pack.title, pack.license, pack.author) == ("Sunny Days (1)", "not stated by the file", "")
    assert sorted(path.name for path in pack.folder.iterdir()) == ["effect.toml", "model.glb"]
    assert pack.layers[0].params.glasses.frame_width_mm == pytest.approx(141.7, abs=0.1)


def test_credits_of_the_file_are_kept(tmp_path):
    file = Export().save(parts(), tmp_path)
    text = file.read_bytes()
    extras = b'{"author": "Ada", "license": "CC-BY-4.0", "title": "Cat \\"9\\""}'
    credits_ = b'"asset": {"version": "2.0", "extras": ' + extras + b"}"
    path = tmp_path / "credited.gltf"
    length = int.from_bytes(text[12:16], "little")
    document, binary = text[20 : 20 + length], text[28 + length :]
    (tmp_path / "b.bin").write_bytes(binary)
    document = document.replace(b'"asset": {"version": "2.0"}', credits_)
    path.write_bytes(document.replace(b'"buffers": [{', b'"buffers": [{"uri": "b.bin", '))
    pack = import_glasses(path, tmp_path / "packs").pack
    assert (pack.title, pack.author, pack.license) == ('Cat "9"', "Ada", "CC-BY-4.0")
    again = import_glasses(pack.folder / "model.glb", tmp_path / "packs", name="again").pack
    assert (again.title, again.author, again.license) == ('Cat "9"', "Ada", "CC-BY-4.0")


def test_textures_and_vertex_colours_survive(tmp_path):
    path = Export().save(parts(), tmp_path)
    loaded = arpipe.io.gltf.load_gltf(path)
    assert loaded.materials
    pack = import_glasses(path, tmp_path / "packs").pack
    written = arpipe.io.gltf.load_gltf(pack.folder / "model.glb")
    colors = {tuple(material.base_color_factor.tolist()) for material in loaded.materials}
    assert {tuple(material.base_color_factor.tolist()) for material in written.materials} == colors


def test_an_existing_folder_stays_as_it_is(tmp_path, model):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "effect.toml").write_text("mine")
    with pytest.raises(OutputError, match="exists; choose another name"):
        import_glasses(model, tmp_path, name="mine")
    assert (folder / "effect.toml").read_text() == "mine"


@pytest.mark.parametrize("name", ["", "Sun", "a/b", "../a", "-a", "a" * 65])
def test_a_name_that_no_pack_may_have(tmp_path, model, name):
    with pytest.raises(ConfigError, match="--name my-glasses"):
        import_glasses(model, tmp_path, name=name)


def test_a_file_without_latin_letters_in_its_name_asks_for_a_name(tmp_path, model):
    with pytest.raises(ConfigError, match="--name"):
        import_glasses(model.rename(tmp_path / "眼鏡.glb"), tmp_path)


def bad(tmp_path, content):
    path = tmp_path / "bad.glb"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("content", [b"", b"glTF", b"\x89PNG\r\n\x1a\n", b"{}", b"hello"])
def test_what_is_no_model_leaves_nothing_behind(tmp_path, content):
    with pytest.raises(GltfError, match=r"bad\.glb: "):
        import_glasses(bad(tmp_path, content), tmp_path / "packs")
    assert not list(tmp_path.glob("packs/*"))


def test_what_is_no_pair_of_glasses_says_so(tmp_path):
    with pytest.raises(GltfError, match=r"model\.glb: .*glasses"):
        import_glasses(quad().save(tmp_path), tmp_path / "packs")
    assert not list(tmp_path.glob("packs/*"))


def test_a_wrong_statement_is_refused_with_what_was_understood(tmp_path, model):
    with pytest.raises(GltfError, match="cannot be fitted to a face as .+ .unit cm") as caught:
        import_glasses(model, tmp_path / "packs", unit="cm")
    assert "1.44 m wide" in str(caught.value)
    assert not list(tmp_path.glob("packs/*"))


def test_a_command_line_says_what_it_found(tmp_path, model, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "arpipe.apps.import_glasses.preview", lambda pack, source: np.zeros((4, 6, 3), np.uint8)
    )
    assert main(["effects", "import", str(model), "--name", "sunny", "--preview", "seen.png"]) == 0
    text = capsys.readouterr().out
    for words in ("unit mm; z is up, -y is forward", "bridge 18 mm", "temples: left and right", "lenses: 2"):
        assert words in text
    assert "--effect ./sunny" in text
    with Image.open(tmp_path / "seen.png") as picture:
        assert picture.size == (6, 4)
    assert main(["effects", "import", str(model), "--name", "sunny"]) == 1
    assert "sunny exists" in capsys.readouterr().err


def test_without_a_preview_the_pack_is_there_nevertheless(tmp_path, model, monkeypatch, console):
    def refuse(pack, source):
        raise WeightsError("no weights; run: arpipe weights fetch")

    monkeypatch.setattr("arpipe.apps.import_glasses.preview", refuse)
    imported = run_import(model, tmp_path, tmp_path / "seen.png", console=console)
    assert "note: there is no preview: no weights" in console.export_text()
    assert (imported.pack.folder / "effect.toml").is_file()
    assert not (tmp_path / "seen.png").exists()


def test_the_preview_never_replaces_the_model(tmp_path):
    model = Export().save(parts(), tmp_path, "model.png")
    with pytest.raises(OutputError, match="same file as the model"):
        run_import(model, tmp_path, model)


@pytest.mark.gl
@pytest.mark.weights
def test_imported_glasses_are_drawn_on_the_sample(tmp_path, model, console):
    run_import(model, tmp_path, tmp_path / "seen.png", console=console)
    assert f"preview: {tmp_path / 'seen.png'}" in console.export_text()
    with Image.open(tmp_path / "seen.png") as picture:
        assert picture.size == (3 * 540, 540)
