"""Two kinds of effects for tests, which draw nothing."""

import sys
from types import ModuleType

from pydantic import BaseModel, ConfigDict, Field

from arpipe.effects import EFFECT_KINDS, search
from arpipe.effects.params import Color, EffectParams, PackFile
from arpipe.render.layer import Layer

HEADER = 'schema = 1\nname = "look"\ntitle = "A [look]"\nlicense = "CC0-1.0"\nauthor = "me"\n'
STAMP = '[[layers]]\nkind = "stamp"\nopacity = 0.5\n'


class Placement(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    left_mm: float = 0.0
    right_mm: float = 0.0


class StampParams(EffectParams):
    opacity: float = Field(1.0, ge=0.0, le=1.0)
    color: Color = (0.0, 0.0, 0.0)
    picture: PackFile | None = None
    placement: Placement = Placement()


class BlurParams(EffectParams):
    radius: float = Field(1.0, gt=0.0)
    opacity: float = 1.0


class Recorder(Layer):
    """A layer that remembers what it was built from and whether it was closed."""

    uses_gl = True

    def __init__(self, params, context):
        if context == "broken":
            raise RuntimeError("no such shader")
        self.params, self.context, self.closed = params, context, False
        context.append(self)

    def close(self):
        self.closed = True


class Stamp(Recorder):
    Params = StampParams


class Blur(Recorder):
    Params = BlurParams

    def __init__(self, params, context):
        super().__init__(params, context)
        if params.radius == 13:
            raise RuntimeError("no such shader")


def install(monkeypatch, folder):
    """Put `stamp` and `blur` into the table, and search for packs below `folder` only, first in `packs`."""
    module = ModuleType("kinds_for_tests")
    module.Stamp, module.Blur = Stamp, Blur
    monkeypatch.setitem(sys.modules, "kinds_for_tests", module)
    monkeypatch.setitem(EFFECT_KINDS, "stamp", "kinds_for_tests:Stamp")
    monkeypatch.setitem(EFFECT_KINDS, "blur", "kinds_for_tests:Blur")
    monkeypatch.setenv("ARPIPE_EFFECTS", str(folder / "packs"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    monkeypatch.setattr(search, "assets_root", lambda: folder / "assets")


def write_look(folder, text):
    """Write the pack `look` where `install` makes arpipe search for packs below `folder`; return its own folder."""
    look = folder / "packs" / "look"
    look.mkdir(parents=True, exist_ok=True)
    (look / "effect.toml").write_text(text)
    return look
