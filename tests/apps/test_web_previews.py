"""Previews of the page: what lies behind the sitter is drawn, and one that fails harms no other."""

import asyncio

import pytest

from arpipe.apps.failures import Failures
from arpipe.apps.web.catalog import EffectCatalog
from arpipe.apps.web.drawing import SharedDrawing
from arpipe.apps.web.previews import Previews
from arpipe.io.video.stream_codec import decode_jpeg

pytestmark = pytest.mark.gl
EFFECTS = ("background(color=#00ff00)", "filter(on=background)")


def pictures_of(drawing: SharedDrawing, catalog: EffectCatalog, names: list[str]) -> list[bytes | None]:
    previews = Previews(catalog, drawing, Failures())

    async def fetch() -> list[bytes | None]:
        return [await previews.picture(name) for name in names]

    try:
        return asyncio.run(fetch())
    finally:
        previews.close()


def test_effects_behind_the_sitter_have_previews_and_a_failing_one_is_told(monkeypatch, capsys):
    catalog = EffectCatalog(EFFECTS)
    monkeypatch.setattr(
        catalog, "entries", {name: catalog.entries[name] for name in ("background", "filter", "lipstick")}
    )
    broken = catalog.entries["lipstick"]
    genuine = type(broken).pack

    def pack(entry, values):
        if entry is broken and fails:
            raise KeyError("a defect of an effect")
        return genuine(entry, values)

    fails = False
    monkeypatch.setattr(type(broken), "pack", pack)
    drawing = SharedDrawing()
    try:
        first = pictures_of(drawing, catalog, ["none", "background"])
        bare, green = (decode_jpeg(each, 10**6).astype(int) for each in first if each is not None)
        assert bare.shape == green.shape == (288, 288, 3)
        fails = True
        last = pictures_of(drawing, catalog, ["lipstick", "filter", "nothing"])
        assert [each is None for each in last] == [True, False, True]
        assert "the preview of lipstick failed" in capsys.readouterr().err
    finally:
        drawing.close()
