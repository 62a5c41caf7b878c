"""Kinds that are drawn together: consecutive ones share a layer, such as all makeup on a face."""

from collections.abc import Sequence, Set
from typing import Any, ClassVar, Generic, TypeVar

from arpipe.needs import parse_needs
from arpipe.render.context import GlContext
from arpipe.render.layer import Layer, Order
from arpipe.render.rasteriser.library import Rasteriser


class GroupMember:
    """Base of kinds that belong to a group: built like any kind, but drawn by the group's layer.

    Attributes:
        group: Class of the layer; members of one group that follow each other in drawing order share an instance.
        needs, order, uses_gl, uses_software: As in `Layer`.
    """

    group: ClassVar["type[AnyGroupLayer]"]
    needs: Set[str] = frozenset()
    order: int = Order.SKIN
    uses_gl: ClassVar[bool] = True
    uses_software: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.needs = parse_needs(cls.needs, f"{cls.__qualname__}.needs")

    def adjust(self, params: Any) -> bool:  # noqa: ARG002 - for members that can
        """See `Layer.adjust`."""
        return False

    def close(self) -> None:
        """Release what the member holds; may be called twice."""


Member = TypeVar("Member", bound=GroupMember)


class GroupLayer(Layer, Generic[Member]):
    """Base of layers that draw several members.

    Args:
        context: What the members were built with: OpenGL, or the CPU.

    Attributes:
        members: Those that are drawn.
    """

    def __init__(self, context: GlContext | Rasteriser) -> None:
        self.context = context
        self.members: tuple[Member, ...] = ()

    def set_members(self, members: Sequence[Member]) -> None:
        """Draw these members from the next frame on, in this sequence; the caller closes them.

        Raises:
            ArpipeError: They cannot be drawn; the layer keeps those that it has.
        """
        self.members = tuple(members)


AnyGroupLayer = GroupLayer[Any]
"""The layer of any group."""
