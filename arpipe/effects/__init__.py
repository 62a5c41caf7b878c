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
}
"""Kind → `module:Class`, imported on first use."""
