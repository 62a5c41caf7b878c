import pytest

from arpipe.apps.web.catalog import EffectCatalog
from arpipe.assets import assets_root
from arpipe.effects.packs import load_pack
from arpipe.errors import ConfigError


@pytest.fixture(scope="module")
def catalog():
    return EffectCatalog()


def test_all_glasses_and_all_makeup_are_offered(catalog):
    groups = {entry.id: entry.group for entry in catalog.entries.values()}
    packs = {path.parent.name for path in (assets_root() / "effects").glob("*/effect.toml")}
    assert packs <= set(groups)
    assert groups["aviator"] == "glasses"
    assert groups["lipstick"] == groups["mascara"] == "makeup"
    assert "rigid_mesh" not in groups
    assert "debug" not in groups


def test_every_control_changes_what_it_names(catalog):
    for entry in catalog.entries.values():
        for control in entry.controls:
            last = control.options[-1] if control.options else ""
            values = {"range": control.high, "choice": last, "preset": last, "color": "#336699"}
            assert entry.pack({control.key: values[control.type]}).layers
            assert control.value is None or control.accepts(control.value), (entry.id, control)


def test_values_arrive(catalog):
    params = catalog.entry("aviator").pack({"offset_mm.1": 3.5, "scale": 1.1}).layers[0].params
    assert (params.offset_mm, params.scale) == ((0.0, 3.5, 0.0), 1.1)
    assert catalog.entry("lipstick").pack({"color": "#ff0000"}).layers[0].params.color == (1.0, 0.0, 0.0)
    assert catalog.entry("foundation").pack({"color": None}).layers[0].params.color is None


def test_controls_that_other_parameters_exclude_are_left_out(catalog):
    keys = {
        name: [control.key for control in catalog.entry(name).controls]
        for name in ("soft-background", "plain-background")
    }
    assert "color" not in keys["soft-background"]
    assert "color" in keys["plain-background"]
    assert {catalog.entry(name).group for name in keys} == {"background"}
    assert catalog.entry("body-skeleton").group == "more"


def test_presets_are_the_first_control_and_are_applied(catalog):
    wayfarer = catalog.entry("wayfarer")
    control = wayfarer.controls[0]
    assert (control.key, control.type, control.value) == ("preset", "preset", "black")
    assert next((each.title, each.swatch) for each in control.presets) == ("Black", ("#0b0b0c", "#30362d"))
    lipstick = catalog.entry("lipstick").controls
    assert {each.name: each.values for each in lipstick[0].presets}["coral"] == {"color": "#e2574c"}
    pack = wayfarer.pack({"preset": "navy", "scale": 1.1})
    assert pack.preset == "navy"
    assert pack.layers[0].params.scale == 1.1
    assert "black" in pack.layers[0].params.materials
    with pytest.raises(ConfigError, match="navvy"):
        wayfarer.pack({"preset": "navvy"})


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("aviator", {"model": "/etc/hostname"}),
        ("aviator", {"scale": 99}),
        ("aviator", {"scale": True}),
        ("aviator", {"scale": "1"}),
        ("aviator", {"offset_mm": [0, 0, 0]}),
        ("lipstick", {"color": None}),
        ("lipstick", {"color": "#12345"}),
        ("lipstick", {"finish": "wet"}),
        ("evening", {"opacity": 0.5}),
    ],
)
def test_nothing_else_gets_through(catalog, name, params):
    with pytest.raises(ConfigError):
        catalog.entry(name).pack(params)


def test_unknown_names_are_refused(catalog):
    for name in ("debug", "../aviator", str(assets_root() / "effects" / "aviator")):
        with pytest.raises(ConfigError):
            catalog.entry(name)


@pytest.fixture
def folder(tmp_path):
    """A pack outside the library, with a preset that moves it."""
    folder = tmp_path / "mine"
    folder.mkdir()
    text = (assets_root() / "effects" / "round" / "effect.toml").read_text().replace('"round"', '"mine"')
    moved = '[presets.moved]\ntitle = "Moved"\nswatch = ["#000000"]\nset.offset_mm = [0.0, -4.0, 2.0]\n'
    (folder / "effect.toml").write_text(f"{text}\n{moved}")
    (folder / "model.glb").write_bytes((load_pack("round").folder / "model.glb").read_bytes())
    return folder


def test_a_part_of_a_vector_is_changed_as_the_preset_has_it(folder):
    entry = EffectCatalog([str(folder)]).entry("mine")
    pack = entry.pack({"preset": "moved", "offset_mm.0": 1.0})
    assert pack.layers[0].params.offset_mm == (1.0, -4.0, 2.0)
    assert entry.pack({"offset_mm.0": 1.0}).layers[0].params.offset_mm == (1.0, 0.0, 0.0)


def test_effects_of_the_command_line_are_active_and_folders_offered(tmp_path, folder):
    catalog = EffectCatalog(["lipstick(color=#00ff00)", str(folder)])
    assert catalog.active == [
        {"id": "lipstick", "params": {"color": "#00ff00"}},
        {"id": "mine", "params": {}},
    ]
    assert catalog.entry("mine").pack({}).folder == folder
    assert str(tmp_path) not in str(catalog.to_json())
    with pytest.raises(ConfigError):
        EffectCatalog(["aviator(scale=3)"])
