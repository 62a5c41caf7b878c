"""Effects ready to be drawn, kept together with the packs they were built from."""

from collections.abc import Sequence
from contextlib import ExitStack

from arpipe.effects.packs import Pack, build
from arpipe.render.context import GlContext
from arpipe.render.layer import Layer


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
                if not layer.adjust(after.params):
                    return False
                undo.callback(layer.adjust, before.params)
            undo.pop_all()
        self.pack = pack
        return True

    def close(self) -> None:
        """Release the layers; may be called twice."""
        for layer in self.layers:
            layer.close()


class ActiveEffects:
    """The effects that are drawn in one context.

    Args:
        context: Where GL objects live.
        spare: Effects that are kept built after being taken off, so that putting them on again costs nothing.
    """

    def __init__(self, context: GlContext, spare: int = 0) -> None:
        self._context = context
        self._most_spare = spare
        self._active: list[BuiltEffect] = []
        self._spare: list[BuiltEffect] = []  # taken off last comes last

    @property
    def layers(self) -> list[Layer]:
        """Layers of the active effects, in order."""
        return [layer for effect in self._active for layer in effect.layers]

    def update(self, packs: Sequence[Pack]) -> None:
        """Make other effects active; those that stay are kept, and adjusted where only parameters differ.

        Raises:
            ArpipeError: One cannot be built; the active ones stay as they were.
        """
        active, left = _updated([*self._active, *reversed(self._spare)], packs, self._context)
        self._active = active
        self._spare = [*(effect for effect in self._spare if effect in left)]
        self._spare += [effect for effect in left if effect not in self._spare]
        while len(self._spare) > self._most_spare:
            self._spare.pop(0).close()

    def close(self) -> None:
        """Release all effects; may be called twice."""
        for effect in (*self._active, *self._spare):
            effect.close()
        self._active, self._spare = [], []


def worn_next(worn: Sequence[BuiltEffect], packs: Sequence[Pack], context: GlContext) -> list[BuiltEffect]:
    """Change what is worn: what stays is kept, adjusted where it can be; the rest is built, or closed.

    Raises:
        ArpipeError: One cannot be built; those worn stay as they were.
    """
    chosen, left = _updated(worn, packs, context)
    for effect in left:
        effect.close()
    return chosen


def _updated(
    known: Sequence[BuiltEffect], packs: Sequence[Pack], context: GlContext
) -> tuple[list[BuiltEffect], list[BuiltEffect]]:
    """Effects for the packs, taken from the known ones where possible, and the known ones that are left."""
    left, chosen = list(known), []
    with ExitStack() as undo:
        for pack in packs:
            effect = next((each for each in left if _outline(each.pack) == _outline(pack)), None)
            before = None if effect is None else effect.pack
            if effect is not None and before is not None and effect.adjust(pack):
                left.remove(effect)
                undo.callback(effect.adjust, before)
            else:
                effect = BuiltEffect(pack, context)
                undo.callback(effect.close)
            chosen.append(effect)
        undo.pop_all()
    return chosen, left


def _outline(pack: Pack) -> tuple[object, ...]:
    """What two versions of a pack have in common."""
    return (pack.name, pack.folder, *((layer.name, layer.kind) for layer in pack.layers))
