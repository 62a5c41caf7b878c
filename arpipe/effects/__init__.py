"""What can be drawn onto a face or a frame.

A *kind* is one class, a *pack* a folder with an `effect.toml` that names kinds and gives their parameters. A
kind is a class with `Params`, a frozen `EffectParams`, as class attribute; it is built as
`Kind(params, context)` with an `arpipe.render.context.GlContext` and implements `Layer` or `PixelLayer` of
`arpipe.render.layer`. Importing its module and building its `Params` need no OpenGL.

A new kind is one file in this folder and one line in the table.
"""

EFFECT_KINDS: dict[str, str] = {
    "rigid_mesh": "arpipe.effects.rigid_mesh:RigidMesh",
    "debug": "arpipe.effects.debug:Debug",
    "skeleton": "arpipe.effects.skeleton:Skeleton",
    "background": "arpipe.effects.background:Background",
    "filter": "arpipe.effects.filter:Filter",
    "lipstick": "arpipe.effects.makeup.kinds:Lipstick",
    "eyeshadow": "arpipe.effects.makeup.kinds:Eyeshadow",
    "eyeliner": "arpipe.effects.makeup.kinds:Eyeliner",
    "mascara": "arpipe.effects.makeup.kinds:Mascara",
    "brows": "arpipe.effects.makeup.kinds:Brows",
    "blush": "arpipe.effects.makeup.kinds:Blush",
    "bronzer": "arpipe.effects.makeup.kinds:Bronzer",
    "contour": "arpipe.effects.makeup.kinds:Contour",
    "foundation": "arpipe.effects.makeup.kinds:Foundation",
    "concealer": "arpipe.effects.makeup.kinds:Concealer",
    "teeth": "arpipe.effects.makeup.kinds:Teeth",
    "iris-color": "arpipe.effects.makeup.kinds:IrisColor",
    "face-paint": "arpipe.effects.makeup.kinds:FacePaint",
}
"""Kind → `module:Class`, imported on first use."""
