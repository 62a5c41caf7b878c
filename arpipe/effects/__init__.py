"""Effects on faces and frames.

A *kind* is one class, a *pack* a folder with an `effect.toml` that names kinds and gives their parameters. A
kind is a subclass of `arpipe.render.layer.Layer` with `Params`, a frozen `EffectParams`, as class attribute. It is
built as `Kind(params)`, or as `Kind(params, context)` with an `arpipe.render.context.GlContext` if it uses OpenGL.
Importing its module and building its `Params` need no OpenGL.

A new kind of arpipe's own is one file in a folder below and one line in the table; other packages add kinds by entry
points, see `arpipe.plugins`.
"""

EFFECT_KINDS: dict[str, str] = {
    "rigid_mesh": "arpipe.effects.glasses.rigid_mesh:RigidMesh",
    "debug": "arpipe.effects.overlay.debug:Debug",
    "skeleton": "arpipe.effects.overlay.skeleton:Skeleton",
    "boxes": "arpipe.effects.overlay.boxes:Boxes",
    "sticker": "arpipe.effects.overlay.sticker:Sticker",
    "classify": "arpipe.effects.overlay.classify:Classify",
    "heatmap": "arpipe.effects.overlay.heatmap:Heatmap",
    "background": "arpipe.effects.background.effect:Background",
    "filter": "arpipe.effects.filter.effect:Filter",
    "lipstick": "arpipe.effects.makeup.kinds.mouth:Lipstick",
    "eyeshadow": "arpipe.effects.makeup.kinds.eyes:Eyeshadow",
    "eyeliner": "arpipe.effects.makeup.kinds.eyes:Eyeliner",
    "mascara": "arpipe.effects.makeup.kinds.eyes:Mascara",
    "brows": "arpipe.effects.makeup.kinds.eyes:Brows",
    "blush": "arpipe.effects.makeup.kinds.skin:Blush",
    "bronzer": "arpipe.effects.makeup.kinds.skin:Bronzer",
    "contour": "arpipe.effects.makeup.kinds.skin:Contour",
    "foundation": "arpipe.effects.makeup.kinds.skin:Foundation",
    "concealer": "arpipe.effects.makeup.kinds.skin:Concealer",
    "teeth": "arpipe.effects.makeup.kinds.mouth:Teeth",
    "iris-color": "arpipe.effects.makeup.kinds.eyes:IrisColor",
    "face-paint": "arpipe.effects.makeup.kinds.skin:FacePaint",
}
"""Kind → "module:Class", imported on first use."""
