"""Kinds of effects: the classes that packs and users name, arpipe's own and those of installed packages."""

from collections.abc import Set
from typing import TYPE_CHECKING, Any, Protocol, cast

from arpipe.effects import EFFECT_KINDS
from arpipe.effects.params import EffectParams
from arpipe.errors import ConfigError, PluginError
from arpipe.plugins import Extension, extensions
from arpipe.spelling import nearest

if TYPE_CHECKING:
    from arpipe.effects.group import GroupMember
    from arpipe.render.context import GlContext
    from arpipe.render.layer import Layer
    from arpipe.render.rasteriser.library import Rasteriser


class EffectKind(Protocol):
    """What the name of a kind stands for: a subclass of `Layer` or `GroupMember`.

    Attributes:
        Params: Its parameters.
        needs: What perception must detect for it, where that does not depend on the parameters.
        uses_gl: Whether it is built with an OpenGL context.
        uses_software: Whether it may be built with a `Rasteriser` instead.
    """

    Params: type[EffectParams]
    needs: Set[str]
    uses_gl: bool
    uses_software: bool

    def __call__(self, params: Any, *context: "GlContext | Rasteriser") -> "Layer | GroupMember":
        """Build it, as `Kind(params)` or, if it uses OpenGL, as `Kind(params, context)`."""
        ...


def kinds() -> dict[str, Extension]:
    """Return all kinds by name, not imported yet.

    Raises:
        PluginError: Two packages claim one name; the message names both.
    """
    return extensions("arpipe.effects", EFFECT_KINDS)


def kind_class(kind: str) -> EffectKind:
    """Import the class behind the name of a kind.

    Raises:
        ConfigError: There is no such kind; the message names the nearest one.
        PluginError: The package that brings the kind is broken.
    """
    known = kinds()
    if kind not in known:
        raise ConfigError(f"there is no kind of effect {kind!r}{nearest(kind, known)}")
    return _load(known[kind])


def _load(entry: Extension) -> EffectKind:
    # Imported here, because they import OpenGL, and packs are loaded by programs that only detect.
    from arpipe.effects.group import GroupMember
    from arpipe.render.layer import Layer

    loaded = entry.load()
    if not isinstance(loaded, type) or not issubclass(loaded, Layer | GroupMember):
        raise PluginError(
            f"{entry} must be a subclass of arpipe.Layer, got {loaded!r}; update or uninstall {entry.provider}"
        )
    params = getattr(loaded, "Params", None)
    if not isinstance(params, type) or not issubclass(params, EffectParams):
        raise PluginError(
            f"{entry} must have a class attribute Params, a subclass of EffectParams, got {params!r}; "
            f"update or uninstall {entry.provider}"
        )
    return cast(EffectKind, loaded)
