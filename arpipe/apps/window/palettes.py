"""Colours that the window offers for the parameters of effects."""

FRAMES = ("#232326", "#6b4a2f", "#8c2433", "#27486f", "#2f5d46", "#c9a14a", "#b9bec6", "#e7b7b2")
LIPS = ("#a3123b", "#c2185b", "#e05a6d", "#b8626a", "#8c4a3c", "#d98c6a", "#6a1b4d", "#4a2326")
CHEEKS = ("#e08e86", "#e07a8c", "#d9777a", "#e8a07c", "#c9695c", "#b8556a", "#a34a4a", "#8c3f52")
LIDS = ("#b98f78", "#8a6a58", "#c9a06a", "#7d6a8c", "#566a86", "#5f7a6a", "#8c5a66", "#3d3a40")
SKIN = ("#f0d5c0", "#e5bfa2", "#d6a684", "#c08a66", "#a06a48", "#7f5138", "#5f3b29", "#42291d")
HAIR = ("#0d0a0b", "#2a1f1a", "#3d2b21", "#5a4030", "#7a5a3f", "#9a7a55", "#7a3f2a", "#6e6a68")
EYES = ("#4a6f8c", "#6f93ad", "#4f7a5a", "#7a8a4a", "#7a5a32", "#4a3322", "#8a7aa0", "#5f666e")

_BY_KIND: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("foundation", "concealer", "contour", "bronzer"), SKIN),
    **dict.fromkeys(("brows", "mascara", "eyeliner"), HAIR),
    "eyeshadow": LIDS,
    "blush": CHEEKS,
    "lipstick": LIPS,
    "iris-color": EYES,
}


def palette_for(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Return the colours for the first known kind of layer; those of frames for others."""
    return next((_BY_KIND[kind] for kind in kinds if kind in _BY_KIND), FRAMES)
