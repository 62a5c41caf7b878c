"""Draws docs/gallery.md: every pack, and some kinds with parameters, on the bundled portrait."""

from pathlib import Path

import numpy as np
from encoding import jpeg
from PIL import Image

from arpipe import Pack, Pipeline, load_effect, load_pack, pack_folders

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "gallery.md"
OUT = ROOT / "docs" / "pictures" / "gallery"
PORTRAIT = ROOT / "assets" / "samples" / "astronaut.png"
SIDE, QUALITY = 320, 82
GROUPS = {"glasses": "Glasses", "look": "Complete looks", "makeup": "Makeup, kind by kind"}
"""Tag → heading; a pack is shown under the first of its tags."""

KINDS = {
    "debug": ("debug", "Debug", "Mesh, outlines and the axes of the head's pose."),
    "edges": ("filter(kernel=edges)", "Filter", "A convolution of the whole picture, here for edges."),
}
"""File → spec, title, description."""

HEAD = """# Gallery

Every effect that arpipe comes with, on the bundled public-domain portrait. Use one by its name
(`arpipe live --effect aviator`), combine several (`--effect natural --effect round`), and change parameters:
`--effect "lipstick(color=#a3123a, finish=gloss)"`, or `wayfarer(preset=crystal)` for one of its colours.
`arpipe effects show NAME` lists the parameters, and `arpipe effects list sunglasses metal` finds effects by words.
Glasses and makeup have guides: [effects](effects.md), [makeup](makeup.md), [background and filters](background.md).

<!-- Written by assets/generators/make.py gallery. -->
"""


def files() -> dict[Path, bytes]:
    """Return path → content of the page and of its pictures."""
    portrait = np.asarray(Image.open(PORTRAIT).convert("RGB"))
    packs = [load_pack(folder) for folder in pack_folders().values()]
    made: dict[Path, bytes] = {}
    page = [HEAD]
    for tag, heading in GROUPS.items():
        chosen = [pack for pack in packs if _group(pack) == tag]
        page += [f"\n## {heading}\n", '<div class="grid cards" markdown>\n']
        for pack in chosen:
            made[OUT / f"{pack.name}.jpg"] = _drawn(pack, portrait, close=True)
            page.append(_pack_card(pack))
        page.append("\n</div>\n")
    page += ["\n## Backgrounds, overlays and filters\n", '<div class="grid cards" markdown>\n']
    for pack in packs:
        if not _group(pack):
            made[OUT / f"{pack.name}.jpg"] = _drawn(pack, portrait, close=False)
            page.append(_pack_card(pack))
    for name, (spec, title, description) in KINDS.items():
        made[OUT / f"{name}.jpg"] = _drawn(load_effect(spec), portrait, close=name == "debug")
        page.append(_card(name, spec, title, description))
    page.append("\n</div>\n")
    made[PAGE] = "\n".join(page).encode()
    return made


def _group(pack: Pack) -> str:
    return next((tag for tag in GROUPS if tag in pack.tags), "")


def _pack_card(pack: Pack) -> str:
    presets = ", ".join(f"`{preset.name}`" for preset in pack.presets)
    described = f"{pack.description} Presets: {presets}." if presets else pack.description
    return _card(pack.name, pack.name, pack.title, described)


def _card(file: str, spec: str, title: str, description: str) -> str:
    return (
        f"-   ![{title}](pictures/gallery/{file}.jpg)\n\n"
        f"    **{title}**\n\n    {description}\n\n    `{spec}`\n"
    )


def _drawn(pack: Pack, portrait: np.ndarray, *, close: bool) -> bytes:
    """Return a JPEG of an effect on the portrait, all of it or cut to the face."""
    with Pipeline(effects=[pack], mode="image") as pipeline:
        picture = pipeline.process(portrait)
    height, width = picture.pixels.shape[:2]
    centre, side = np.array([width, height]) / 2.0, float(min(height, width))
    if close:
        x0, y0, x1, y1 = picture.result.faces[0].landmarks.box_px
        centre, side = np.array([x0 + x1, y0 + y1]) / 2.0, 1.35 * float(max(x1 - x0, y1 - y0))
    left, top = np.clip(centre - side / 2.0, 0.0, np.array([width, height]) - side)
    cut = Image.fromarray(picture.pixels).resize(
        (SIDE, SIDE), Image.Resampling.LANCZOS, (left, top, left + side, top + side)
    )
    return jpeg(np.asarray(cut), QUALITY)
