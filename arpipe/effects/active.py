"""The active effects of a stream as layers, replaced by difference."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from arpipe.effects.group import AnyGroupLayer, GroupMember
from arpipe.effects.kinds import kind_class
from arpipe.effects.pack_file import PackLayer
from arpipe.effects.packs import Pack
from arpipe.errors import NotDrawnByCpu, RenderError
from arpipe.render.context import GlContext
from arpipe.render.layer import Layer
from arpipe.render.rasteriser.library import Rasteriser

Groups = tuple[AnyGroupLayer, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """One layer of a pack, built.

    Attributes:
        definition: What it was built from, or has been adjusted to since.
        built: Owned by `ActiveEffects`.
    """

    definition: PackLayer
    built: Layer | GroupMember


@dataclass(frozen=True, slots=True, eq=False)
class _Effect:
    """A pack with its parts, in the pack's sequence."""

    pack: Pack
    parts: tuple[_Part, ...]

    def is_version_of(self, pack: Pack) -> bool:
        """Whether only parameters differ from another pack."""
        return _outline(self.pack) == _outline(pack)


class ActiveEffects:
    """Builds packs into layers, keeps them and closes them.

    Members of a group, such as kinds of makeup, share one layer wherever they follow each other in drawing order;
    a layer between them splits them.

    Args:
        spare: Number of packs that stay built after they were removed, so that adding them again costs nothing.
    """

    def __init__(self, spare: int = 0) -> None:
        self._max_spare = spare
        self._effects: tuple[_Effect, ...] = ()
        self._spare: tuple[_Effect, ...] = ()  # the one removed last is last
        self._layers: tuple[Layer, ...] = ()
        self._groups: Groups = ()

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Layers of the active packs in drawing order."""
        return self._layers

    def update(self, packs: Sequence[Pack], context: GlContext | Rasteriser | None = None) -> None:
        """Make other packs the active ones.

        Layers that stay are kept, adjusted where only parameters differ and the kind allows it. Others are built,
        and those that are no longer needed are closed.

        Args:
            packs: The packs to draw.
            context: What to build with, the same in all calls; None if no kind uses OpenGL.

        Raises:
            ArpipeError: A pack cannot be built; the active ones stay as they were.
        """
        known = [*self._effects, *reversed(self._spare)]
        with _Update(context) as update:
            effects = []
            for pack in packs:
                before = next((effect for effect in known if effect.is_version_of(pack)), None)
                if before is not None:
                    known.remove(before)
                effects.append(update.build(pack, () if before is None else before.parts))
            layers, groups = update.arrange(effects, self._groups)
            update.keep()
        left = [effect for effect in (*self._spare, *self._effects) if effect in known]
        self._replace(effects, left[max(0, len(left) - self._max_spare) :], layers, groups)

    def close(self) -> None:
        """Release everything; may be called twice."""
        self._replace((), (), (), ())

    def _replace(
        self, effects: Iterable[_Effect], spare: Iterable[_Effect], layers: Iterable[Layer], groups: Groups
    ) -> None:
        """Take over a new state, and close what is not part of it."""
        before = self._owned()
        self._effects, self._spare = tuple(effects), tuple(spare)
        self._layers, self._groups = tuple(layers), groups
        kept = {id(owned) for owned in self._owned()}
        for owned in before:
            if id(owned) not in kept:
                owned.close()

    def _owned(self) -> list[Layer | GroupMember]:
        return [
            *self._groups,
            *(part.built for each in (*self._effects, *self._spare) for part in each.parts),
        ]


class _Update:
    """Builds what an update needs; unless it is kept, leaving the block closes what is new and undoes the rest."""

    def __init__(self, context: GlContext | Rasteriser | None) -> None:
        self._context = context
        self._undo = ExitStack()

    def __enter__(self) -> "_Update":
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    def keep(self) -> None:
        """Keep everything as it is now."""
        self._undo.pop_all()

    def build(self, pack: Pack, before: Sequence[_Part]) -> _Effect:
        """Build a pack, from the parts of another version of it where they can be kept.

        Args:
            pack: The pack.
            before: Parts of the other version; empty if there is none.
        """
        if not before:
            return _Effect(pack, tuple(self._build_part(layer) for layer in pack.layers))
        pairs = zip(before, pack.layers, strict=True)
        return _Effect(
            pack, tuple(self._adjust(part, layer) or self._build_part(layer) for part, layer in pairs)
        )

    def arrange(self, effects: Iterable[_Effect], groups: Groups) -> tuple[list[Layer], Groups]:
        """Put all parts in drawing order, members of a group that follow each other as one layer.

        Args:
            effects: The active effects.
            groups: Layers of groups to use again, which keeps what they remember of the stream.

        Returns:
            All layers, and those of them that belong to groups.
        """
        layers: list[Layer] = []
        free, used = list(groups), list[AnyGroupLayer]()
        parts = (part.built for effect in effects for part in effect.parts if part.definition.is_visible)
        for run in _runs(sorted(parts, key=lambda built: built.order)):
            if isinstance(run, Layer):
                layers.append(run)
            else:
                used.append(self._group_layer(run, free))
                layers.append(used[-1])
        return layers, tuple(used)

    def _adjust(self, part: _Part, layer: PackLayer) -> _Part | None:
        """Give a part the parameters of another version; None if it must be rebuilt."""
        if layer.params == part.definition.params:
            return _Part(layer, part.built)
        if not part.built.adjust(layer.params):
            return None
        self._undo.callback(part.built.adjust, part.definition.params)
        return _Part(layer, part.built)

    def _build_part(self, layer: PackLayer) -> _Part:
        kind = kind_class(layer.kind)
        context = (self._context_for(layer.kind, kind.uses_software),) if kind.uses_gl else ()
        built = kind(layer.params, *context)
        self._undo.callback(built.close)
        return _Part(layer, built)

    def _group_layer(self, members: list[GroupMember], free: list[AnyGroupLayer]) -> AnyGroupLayer:
        """Give members to one of the free layers of their group, or to a new one."""
        group = members[0].group
        layer = next((each for each in free if type(each) is group), None)
        if layer is None:
            layer = group(self._context_for(group.__name__, group.uses_software))
            self._undo.callback(layer.close)
        else:
            free.remove(layer)
            self._undo.callback(layer.set_members, layer.members)
        layer.set_members(members)
        return layer

    def _context_for(self, what: str, uses_software: bool) -> GlContext | Rasteriser:
        if uses_software and isinstance(self._context, Rasteriser):
            return self._context
        return self._gl_for(what)

    def _gl_for(self, what: str) -> GlContext:
        if isinstance(self._context, Rasteriser):
            raise NotDrawnByCpu(f"{what} is drawn by OpenGL only; use --renderer opengl")
        if self._context is None:
            raise RenderError(f"{what} is drawn by OpenGL, but there is no context; give it a GlContext")
        return self._context


def _outline(pack: Pack) -> tuple[object, ...]:
    """Return what two versions of a pack with other parameters have in common."""
    return (pack.name, pack.folder, *((layer.name, layer.kind) for layer in pack.layers))


def _runs(parts: Iterable[Layer | GroupMember]) -> Iterator[Layer | list[GroupMember]]:
    """Split parts into layers, and lists of members of one group that follow each other."""
    members: list[GroupMember] = []
    for part in parts:
        if members and not (isinstance(part, GroupMember) and part.group is members[0].group):
            yield members
            members = []
        if isinstance(part, GroupMember):
            members.append(part)
        else:
            yield part
    if members:
        yield members
