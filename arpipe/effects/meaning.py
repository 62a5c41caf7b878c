"""Finds effects by what people call them: "sunglasses", "lips" or "blur" rather than the name of a pack."""

import re
from collections.abc import Iterable, Mapping

from arpipe.effects.kinds import kinds
from arpipe.effects.search import EFFECT_FILE, FoundPack, find_packs
from arpipe.errors import ConfigError
from arpipe.io.toml_tables import read_toml
from arpipe.spelling import nearest

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "eyeglasses": ("glasses",),
    "eyewear": ("glasses",),
    "frames": ("glasses",),
    "goggles": ("glasses", "sport"),
    "shades": ("glasses", "sun"),
    "spectacles": ("glasses",),
    "specs": ("glasses",),
    "sunglasses": ("glasses", "sun"),
    "cosmetics": ("makeup",),
    "make-up": ("makeup",),
    "mouth": ("lips",),
    "lip": ("lips",),
    "eye": ("eyes",),
    "eyebrows": ("brows",),
    "eyelashes": ("lashes",),
    "cheek": ("cheeks",),
    "rouge": ("blush",),
}
"""What people say → the words that packs use."""

KIND_WORDS: Mapping[str, tuple[str, ...]] = {
    "debug": ("axes", "landmarks", "mesh", "pose", "wireframe"),
    "skeleton": ("body", "bones", "hands", "joints", "pose"),
    "boxes": ("detections", "objects", "rectangles"),
    "sticker": ("emoji", "image", "overlay", "picture"),
    "classify": ("classes", "labels"),
    "heatmap": ("attention", "saliency"),
    "background": ("blur", "bokeh", "green screen", "replace", "transparent", "virtual"),
    "filter": ("color", "edges", "grey", "kernel", "sharpen"),
}
"""Kind → words for it; kinds that packs use are described by these packs."""

MOST_SUGGESTED = 6  # names in an error message


def describes(word: str, names: Iterable[str], sentence: str = "") -> bool:
    """Whether a word is a part of one of the names, or a whole word of a sentence; synonyms count."""
    folded = [name.lower() for name in names]
    spoken = set(re.findall(r"[\w-]+", sentence.lower()))
    wanted = SYNONYMS.get(word.lower(), (word.lower(),))
    return all(part in spoken or any(part in name for name in folded) for part in wanted)


def kinds_about(words: Iterable[str]) -> list[str]:
    """Return the kinds that all words describe, in the order of the table."""
    return [
        name for name in kinds() if all(describes(word, (name, *KIND_WORDS.get(name, ()))) for word in words)
    ]


def suggestion(name: str) -> str:
    """Return a hint to append to a message about an unknown effect: by meaning, else by spelling."""
    packs = find_packs()
    meant = dict.fromkeys([*_packs_about(name, packs), *kinds_about([name])])
    if not meant:
        return nearest(name, [*packs, *kinds()])
    shown = list(meant)[:MOST_SUGGESTED]
    rest = (
        f" and {len(meant) - len(shown)} more (arpipe effects list {name})" if len(meant) > len(shown) else ""
    )
    return f"; try {', '.join(shown)}{rest}"


def _packs_about(word: str, packs: Mapping[str, FoundPack]) -> list[str]:
    """Return the packs whose name or tags a word describes; those whose description has it if there are none."""
    headers = {name: _header(found) for name, found in packs.items()}
    named = [name for name, (tags, _) in headers.items() if describes(word, (name, *tags))]
    return named or [name for name, (_, sentence) in headers.items() if describes(word, (), sentence)]


def _header(found: FoundPack) -> tuple[tuple[str, ...], str]:
    """Return tags and description of a pack; nothing of a damaged one."""
    try:
        table = read_toml(found.folder / EFFECT_FILE)
    except ConfigError:
        return (), ""
    tags = table.get("tags", ())
    return tuple(map(str, tags)) if isinstance(tags, list) else (), str(table.get("description", ""))
