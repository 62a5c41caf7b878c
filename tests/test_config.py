import tomllib

import pytest

from arpipe.assets import configs_root
from arpipe.config import RunConfig, as_toml, load_config
from arpipe.effects.packs import load_effect
from arpipe.errors import ConfigError
from arpipe.io.toml_tables import read_toml

NOTHING: dict[str, str] = {}


def load(*arguments, **more):
    return load_config(*arguments, **{"environ": NOTHING, **more})


@pytest.fixture
def run_toml(tmp_path):
    """Writes a configuration and gives its path."""

    def write(text):
        path = tmp_path / "run.toml"
        path.write_text(text)
        return path

    return write


def test_the_default_file_spells_out_every_value_that_is_not_automatic():
    assert load() == RunConfig()
    spelled = read_toml(configs_root() / "default.toml")
    expected = as_toml(RunConfig(), resolved=True)
    assert spelled == tomllib.loads(expected), f"configs/default.toml should say:\n{expected}"


@pytest.mark.parametrize("path", sorted(configs_root().glob("*.toml")), ids=lambda path: path.stem)
def test_every_bundled_configuration_loads_with_its_effects(path):
    for effect in load(path.stem).effects:
        assert load_effect(effect).layers


def test_later_layers_win(run_toml):
    path = run_toml("[camera]\nfov_deg = 50.0\n[perception.face]\nmax_faces = 2\ncoast_frames = 5\n")
    config = load(path)
    assert (config.camera.fov_deg, config.perception.face.max_faces) == (50.0, 2)
    environ = {"ARPIPE_PERCEPTION__FACE__MAX_FACES": "3", "ARPIPE_HOME": "/elsewhere", "OTHER__THING": "1"}
    assert load(path, environ=environ).perception.face.max_faces == 3
    settings = ["perception.face.max_faces = 4"]
    assert load(path, settings, environ=environ).perception.face.max_faces == 4
    config = load(path, settings, {"--max-faces": ("perception.face.max_faces", 5)}, environ=environ)
    assert (config.perception.face.max_faces, config.perception.face.coast_frames) == (5, 5)


def test_settings_take_any_toml_value():
    settings = ['effects=["round", "blur(radius=2)"]', "perception.face.smoothing=off", "render.shadow=false"]
    config = load(None, settings)
    assert config.effects == ("round", "blur(radius=2)")
    assert config.perception.face.smoothing == "off"
    assert config.render is not None
    assert not config.render.shadow


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[perception.face]\nmax_face = 2",
            "perception.face.max_face: is not a valid key; did you mean 'max_faces'",
        ),
        ("[percepton]", "percepton: is not a valid key; did you mean 'perception'"),
        ("[camera]\nfov_deg = 200.0", "camera.fov_deg: input should be less than 180, got 200"),
        ('[perception.face]\nmesh = "atention"', "perception.face.mesh:"),
        (
            "[perception.face.smoothing]\nbta = 1",
            "perception.face.smoothing.bta: is not a valid key; did you mean 'beta'",
        ),
        ("camera = 3", "camera:"),
        ("[camera", "not valid TOML"),
    ],
)
def test_mistakes_in_a_file_name_it_and_the_key(run_toml, text, expected):
    path = run_toml(text)
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (
            {"environ": {"ARPIPE_CAMERA__FOV": "60"}},
            "environment variable ARPIPE_CAMERA__FOV: camera.fov: is no",
        ),
        (
            {"settings": ["camera.fov=60"]},
            "--set camera.fov=60: camera.fov: is not a valid key; did you mean 'fov_",
        ),
        ({"settings": ["camera"]}, "--set camera: expected key=value"),
        ({"settings": ["camera..fov=1"]}, "--set camera..fov=1: expected key=value"),
        (
            {"flags": {"--fov": ("camera.fov_deg", 0)}},
            "--fov: camera.fov_deg: input should be greater",
        ),
        ({"source": "/nowhere/run.toml"}, "there is no configuration file /nowhere/run.toml"),
        ({"source": "defualt"}, "did you mean 'default'"),
    ],
)
def test_mistakes_elsewhere_name_their_place(more, expected):
    with pytest.raises(ConfigError) as caught:
        load(**more)
    assert expected in str(caught.value)


def test_a_list_of_refused_items_is_not_called_too_short_as_well():
    with pytest.raises(ConfigError) as caught:
        load(settings=["teach.features=['hnd']"])
    assert len(str(caught.value).splitlines()) == 1
    with pytest.raises(ConfigError, match="at least 1 item"):
        load(settings=["teach.features=[]"])


def test_a_very_long_value_is_shortened_in_the_message():
    with pytest.raises(ConfigError) as caught:
        load(settings=["controls=[{when='" + "(" * 5000 + "', do='next'}]"])
    message = str(caught.value).removeprefix("--set ").partition("controls[0].when")[2]
    assert "5000 characters; 400 are allowed" in message
    assert len(message) < 400


def test_shown_toml_reads_back(run_toml):
    config = load(None, ["camera.fov_deg=50", 'effects=["round"]', "render.msaa=4"])
    for resolved in (True, False):
        assert load(run_toml(as_toml(config, resolved=resolved))) == config
    assert as_toml(RunConfig(), resolved=False).strip() == ""
    assert "max_faces" in as_toml(config, resolved=True)
