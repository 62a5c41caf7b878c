import json
import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from arpipe.apps.effect_list import as_json, list_effects
from arpipe.apps.effects import preview, show_effect, write_template
from arpipe.assets import assets_root
from arpipe.effects.packs import load_effect, load_pack
from arpipe.errors import OutputError
from arpipe.io.sample import SampleConfig, SampleSource
from tests.effects.kinds import HEADER, STAMP

pytestmark = pytest.mark.usefixtures("stamp_and_blur")


@pytest.fixture
def console():
    return Console(width=200, record=True, soft_wrap=True, force_terminal=False)


@pytest.mark.parametrize("output", ["x.txt", "folder", "effect.toml/x.png"])
def test_a_preview_that_cannot_be_written_is_refused_before_anything_is_printed(
    look, tmp_path, monkeypatch, console, output
):
    look(HEADER + STAMP)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "effect.toml").touch()
    with pytest.raises(OutputError):
        show_effect("look", Path(output), console)
    assert console.export_text() == ""


def test_list_has_every_pack_even_a_damaged_one(look, tmp_path, console):
    look(HEADER + STAMP)
    damaged = tmp_path / "assets" / "effects" / "worn"
    damaged.mkdir(parents=True)
    (damaged / "effect.toml").write_text("schema = 7")
    list_effects(console=console)
    text = console.export_text()
    assert "A [look]" in text
    assert "stamp" in text
    assert "worn" in text
    assert f"arpipe effects check {damaged}" in text
    assert "without a pack: rigid_mesh" in text


def test_words_find_packs_by_name_title_kind_and_tag(monkeypatch, console):
    monkeypatch.undo()

    def found(*words):
        return [record["name"] for record in json.loads(as_json(words))]

    assert found("GLASSES", "metal") == ["aviator", "browline", "round"]
    assert found("sport shield") == ["sport"]
    assert "lipstick" in found("lips")
    assert found("glasses", "lipstick") == []
    list_effects(["glasses", "lipstick"], console)
    assert "no effect has all of: glasses, lipstick" in console.export_text()


def test_json_has_what_programs_need_and_marks_damaged_packs(look, tmp_path):
    look(HEADER + STAMP)
    damaged = tmp_path / "assets" / "effects" / "worn"
    damaged.mkdir(parents=True)
    (damaged / "effect.toml").write_text("schema = 7")
    records = {record["name"]: record for record in json.loads(as_json())}
    assert records["worn"] == {
        "name": "worn",
        "folder": str(damaged),
        "from": records["worn"]["from"],
        "damaged": True,
    }
    assert records["look"]["kinds"] == ["stamp"]
    assert set(records["look"]) >= {"title", "description", "tags", "author", "license", "folder", "from"}


@pytest.mark.gl
@pytest.mark.weights
def test_show_prints_parameters_and_draws_the_effect_on_the_sample(tmp_path, console, monkeypatch):
    monkeypatch.undo()
    path = show_effect("round", tmp_path / "deep" / "round.png", console)
    text = console.export_text()
    assert "rigid_mesh" in text
    assert "glasses.lens_width_mm" in text
    assert str(path) in text
    with Image.open(path) as picture:
        assert picture.size == (3 * 540, 540)


@pytest.mark.gl
@pytest.mark.weights
def test_a_preview_shows_the_effect_on_the_face(monkeypatch):
    monkeypatch.undo()
    model = assets_root() / "effects" / "wayfarer" / "model.glb"
    with SampleSource(SampleConfig(frames=3)) as source:
        bare = preview(load_pack("rigid_mesh", {"model": model, "opacity": 0.0}), source)
    with SampleSource(SampleConfig(frames=3)) as source:
        worn = preview(load_pack(assets_root() / "effects" / "wayfarer"), source)
    changed = np.abs(worn.astype(int) - bare).max(axis=2) > 30
    assert changed[150:350, :540].mean() > 0.03
    assert changed[450:].mean() < 0.01


@pytest.mark.parametrize("name", ["paint.png", "my paint (1), it's new.png"])
def test_the_command_that_the_template_prints_is_one_that_a_shell_takes(name, tmp_path, monkeypatch, console):
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    write_template(Path(name), console)
    _, _, command = console.export_text().strip().partition("then: ")
    words = shlex.split(command)
    assert words[:3] == ["arpipe", "batch", "photo.jpg"]
    (layer,) = load_effect(words[words.index("--effect") + 1]).layers
    assert layer.params.image == (tmp_path / name).resolve()
