"""Files with controls, on their own and as part of a configuration."""

import tomllib

import pytest

from arpipe.__main__ import main
from arpipe.config import as_toml, load_config
from arpipe.errors import ConfigError

TEXT = """
recognizer = "mine.toml"

[[controls]]
when = 'gesture == "Thumb_Up"'
do = "next"
set = { "lipstick.opacity" = 0.3 }
sound = "ding.wav"

[[controls]]
drive = "lipstick.opacity"
by = "jawOpen"
from = [0.1, 0.6]
"""


@pytest.fixture
def file(tmp_path):
    """Writes a file with controls and gives its path."""

    def write(text=TEXT):
        path = tmp_path / "controls.toml"
        path.write_text(text)
        return path

    return write


def load(controls, **more):
    return load_config(controls=controls, environ={}, **more)


def test_files_that_it_names_are_relative_to_its_folder(file, tmp_path):
    config = load(file())
    trigger, drive = config.controls
    assert trigger.sound == tmp_path / "ding.wav"
    assert config.recognizer == tmp_path / "mine.toml"
    assert drive.ends == (0.1, 0.6)


def test_a_configuration_with_controls_survives_being_written(file, tmp_path):
    config = load(file())
    text = as_toml(config, resolved=False)
    assert set(tomllib.loads(text)) == {"controls", "recognizer"}
    again = tmp_path / "again.toml"
    again.write_text(text)
    assert load_config(again, environ={}) == config


def test_controls_of_a_file_replace_those_of_the_configuration(file, tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('effects = ["round"]\n[[controls]]\nwhen = "smile"\n')
    config = load_config(own, environ={}, controls=file('[[controls]]\nwhen = "nod"\n'))
    assert config.effects == ("round",)
    assert [control.when for control in config.controls] == ["nod"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[[control]]\nwhen = "smile"\n',
            "controls.toml: control: is not a valid key; did you mean 'controls'",
        ),
        ('[[controls]]\nwhen = "smil"\n', r"controls.toml: controls\[0\].when: .*did you mean 'smile'"),
        ("controls = 3\n", "controls.toml: controls: "),
        ("[[controls]\n", "controls.toml: is not valid TOML"),
        ('effects = ["round"]\n', "controls.toml: effects: is not a valid key"),
        ("sound = 3\n[[controls]]\nwhen = 3\n", "controls.toml: .*when"),
    ],
)
def test_mistakes_name_the_file(file, text, message):
    with pytest.raises(ConfigError, match=message):
        load(file(text))


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(ConfigError, match=r"none.toml: cannot be read"):
        load(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--send", "osc://127.0.0.1"), "lacks a port; expected an address such as osc://127.0.0.1:39540"),
        (("--send", "udp://127.0.0.1:1"), "does not begin with osc:// or ws://"),
        (("--send", "ws://192.168.1.2:8765"), "is not on loopback"),
        (("--send", "osc://127.0.0.1:1?hand=off"), "there is no option 'hand'; did you mean 'hands'"),
        (("--send", "osc://127.0.0.1:1?hands=no"), "hands cannot be 'no'"),
        (("--send", "osc://127.0.0.1:1/a?hands=off"), "takes no options"),
        (("--controls", "none.toml"), "none.toml: cannot be read"),
        (("--send", "osc://no-such-host.invalid:1"), "the host cannot be found"),
    ],
)
def test_the_command_line_refuses_it_without_a_traceback(arguments, message, capsys):
    assert main(["live", "--no-window", "--source", "sample", *arguments]) == (
        1 if "host cannot be found" in message else 2
    )
    printed = capsys.readouterr().err
    assert message in printed.replace("\n", " ")
    assert "Traceback" not in printed
