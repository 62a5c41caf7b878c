"""Live runs without a window that act on triggers."""

import pytest

from arpipe.apps.live import run_headless
from arpipe.apps.reactions.hotkeys import Hotkeys
from arpipe.apps.stream.capture import Capture
from arpipe.apps.stream.setup import LiveParts
from arpipe.config import RunConfig
from arpipe.errors import ConfigError
from arpipe.io.sample import SampleConfig, SampleSource

pytestmark = [pytest.mark.gl, pytest.mark.weights]

SAMPLE = SampleConfig(width=320, height=240, frames=None)
MOST = 900  # frames after which a run that should have ended itself ends


def run(tmp_path, *controls, **live):
    """The report of a run over the sample."""
    settings = {"window": False, "folder": tmp_path / "captures", "frames": MOST, **live}
    config = RunConfig.model_validate({"effects": ("wayfarer",), "live": settings, "controls": controls})
    return run_headless(config, LiveParts(capture=Capture(lambda: SampleSource(SAMPLE))))


def test_triggers_work_without_a_window(tmp_path, capsys):
    report = run(
        tmp_path,
        {"when": "faces > 0", "do": ["snapshot", "mirror"], "say": "hello"},
        {"when": "faces > 0", "hold_s": 0.3, "do": "quit"},
        {"drive": "wayfarer.opacity", "by": "face.yaw_deg", "from": [-20, 20]},
    )
    assert report.problems == ()
    assert 0 < report.frames < MOST
    assert [path.suffix for path in (tmp_path / "captures").iterdir()] == [".png"]
    printed = capsys.readouterr()
    assert printed.out == "hello\n"
    assert "without a window, triggers and hotkeys do not mirror" in printed.err
    assert "Saved" in printed.err


def test_hotkeys_work_without_a_window(tmp_path, monkeypatch, capsys):
    class Pressed(Hotkeys):
        def __init__(self, actions):
            super().__init__({})
            self.waiting = list(actions.values())

        def take(self):
            return [self.waiting.pop(0)] if self.waiting else []

    monkeypatch.setattr("arpipe.apps.live.Hotkeys", Pressed)
    report = run(tmp_path, hotkeys={"f8": "help", "f9": "next", "ctrl+q": "quit"})
    assert report.problems == ()
    assert report.frames < MOST
    assert "triggers and hotkeys do not help" in capsys.readouterr().err


def test_what_controls_cannot_do_is_refused_before_the_run(tmp_path):
    with pytest.raises(
        ConfigError, match="control 'faces > 0': there is no effect 'rond'; did you mean 'round'"
    ):
        run(tmp_path, {"when": "faces > 0", "effect": "rond"})
    assert not (tmp_path / "captures").exists()
