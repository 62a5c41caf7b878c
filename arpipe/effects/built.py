"""Effects ready to be drawn, kept together with the packs they were built from."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, Protocol, runtime_checkable

from arpipe.effects.packs import Pack, build
from arpipe.render.context import GlContext


@runtime_checkable
class Adjustable(Protocol):
    """A layer whose parameters can change while it is worn."""

    def adjust(self, params: Any) -> bool:
        """Draw with other parameters from the next frame on.

        Returns:
            False, with nothing changed, when that takes building it anew.
        """
        ...


class BuiltEffect:
    """The layers of a pack, in order.

    Args:
        pack: What to build.
        context: Where GL objects live.

    Raises:
        ArpipeError: It cannot be built.
    """

    def __init__(self, pack: Pack, context: GlContext) -> None:
        self.pack = pack
        self.layers = tuple(build(pack, context))

    def adjust(self, pack: Pack) -> bool:
        """Become another version of the pack; False, with nothing changed, when that takes building it anew."""
        if pack == self.pack:
            return True
        if _outline(pack) != _outline(self.pack):
            return False
        with ExitStack() as undo:
            for layer, before, after in zip(self.layers, self.pack.layers, pack.layers, strict=True):
                if before.params == after.params:
                    continue
                if not isinstance(layer, Adjustable) or not layer.adjust(after.params):
                    return False
                undo.callback(layer.adjust, before.params)
            undo.pop_all()
        self.pack = pack
        return True

    def close(self) -> None:
        """Release the layers; may be called twice."""
        for layer in self.layers:
            layer.close()


def worn_next(worn: Sequence[BuiltEffect], packs: Sequence[Pack], context: GlContext) -> list[BuiltEffect]:
    """Change what is worn: what stays is kept, adjusted where it can be; the rest is built, or closed.

    Raises:
        ArpipeError: One cannot be built; those worn stay as they were.
    """
    left, chosen = list(worn), []
    with ExitStack() as undo:
        for pack in packs:
            effect = next((known for known in left if _outline(known.pack) == _outline(pack)), None)
            before = None if effect is None else effect.pack
            if effect is not None and before is not None and effect.adjust(pack):
                left.remove(effect)
                undo.callback(effect.adjust, before)
            else:
                effect = BuiltEffect(pack, context)
                undo.callback(effect.close)
            chosen.append(effect)
        undo.pop_all()
    for effect in left:
        effect.close()
    return chosen


def _outline(pack: Pack) -> tuple[object, ...]:
    """What two versions of a pack have in common."""
    return (pack.name, pack.folder, *((layer.name, layer.kind) for layer in pack.layers))
