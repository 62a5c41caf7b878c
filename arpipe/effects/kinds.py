"""Kinds of effects: the classes that packs and users name."""

import importlib
from collections.abc import Set
from typing import TYPE_CHECKING, Any, Protocol

from arpipe.effects import EFFECT_KINDS
from arpipe.effects.params import EffectParams
from arpipe.errors import ConfigError
from arpipe.spelling import nearest

if TYPE_CHECKING:
    from arpipe.effects.group import GroupMember
    from arpipe.render.context import GlContext
    from arpipe.render.layer import Layer


class EffectKind(Protocol):
    """What the name of a kind stands for: a subclass of `Layer` or `GroupMember`.

    Attributes:
        Params: Its parameters.
        needs: What perception must detect for it, where that does not depend on the parameters.
        uses_gl: Whether it is built with an OpenGL context.
    """

    Params: type[EffectParams]
    needs: Set[str]
    uses_gl: bool

    def __call__(self, params: Any, *context: "GlContext") -> "Layer | GroupMember":
        """Build it, as `Kind(params)` or, if it uses OpenGL, as `Kind(params, context)`."""
        ...


def kind_class(kind: str) -> EffectKind:
    """Import the class behind the name of a kind.

    Raises:
        ConfigError: There is no such kind; the message names the nearest one.
    """
    if kind not in EFFECT_KINDS:
        raise ConfigError(f"there is no kind of effect {kind!r}{nearest(kind, EFFECT_KINDS)}")
    module, _, name = EFFECT_KINDS[kind].partition(":")
    found: EffectKind = getattr(importlib.import_module(module), name)
    return found
