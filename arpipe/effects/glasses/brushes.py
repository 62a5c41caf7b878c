"""What draws glasses: with OpenGL, or on the CPU."""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from arpipe.effects.glasses.contact_shadow import ContactShadow
from arpipe.effects.glasses.object_file import LoadedObject
from arpipe.effects.glasses.occluder import Occluder, OccludingHead, SoftwareOccluder
from arpipe.effects.glasses.shadow_model import Cast, ShadowModel
from arpipe.effects.glasses.software_shadow import SoftwareShadow
from arpipe.render.base_canvas import BaseCanvas
from arpipe.render.context import GlContext
from arpipe.render.layer import Canvas
from arpipe.render.lighting import Lighting
from arpipe.render.object_drawer import ObjectDrawer
from arpipe.render.placement import Placement
from arpipe.render.rasteriser.canvas import SoftwareCanvas
from arpipe.render.software_object_drawer import SoftwareObjectDrawer
from arpipe.topology import Topology

C = TypeVar("C", bound=BaseCanvas)
C_contra = TypeVar("C_contra", bound=BaseCanvas, contravariant=True)


class HeadBrush(Protocol[C_contra]):
    """Draws the depth of heads."""

    def draw(self, canvas: C_contra, head: OccludingHead) -> None:
        """Draw one, in the solid phase, before any object."""
        ...

    def close(self) -> None:
        """Release what it holds; may be called twice."""
        ...


class ObjectBrush(Protocol[C_contra]):
    """Draws the model."""

    def draw(self, canvas: C_contra, placement: Placement, lighting: Lighting) -> None:
        """Draw it once, in the solid phase."""
        ...

    def reset_levels(self) -> None:
        """Choose levels of detail without hysteresis next time, because the object has another size now."""
        ...

    def close(self) -> None:
        """Release what it holds; may be called twice."""
        ...


class ShadowBrush(Protocol[C_contra]):
    """Draws the shadow of the model."""

    def draw(self, canvas: C_contra, cast: Cast) -> None:
        """Draw it on one face, in the shade phase."""
        ...

    def close(self) -> None:
        """Release what it holds; may be called twice."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Brushes(Generic[C]):
    """What draws one model on canvases of one kind."""

    heads: HeadBrush[C]
    objects: ObjectBrush[C]
    shadows: ShadowBrush[C]

    def close(self) -> None:
        """Release what they hold; may be called twice."""
        for brush in (self.heads, self.objects, self.shadows):
            brush.close()


def gl_brushes(context: GlContext, loaded: LoadedObject, topology: Topology) -> Brushes[Canvas]:
    """Return brushes that draw with OpenGL."""
    return Brushes(
        Occluder(context, topology),
        ObjectDrawer(context, loaded.model, loaded.mesh),
        ContactShadow(context, ShadowModel.of_mesh(loaded.mesh, topology)),
    )


def software_brushes(loaded: LoadedObject, topology: Topology) -> Brushes[SoftwareCanvas]:
    """Return brushes that draw on the CPU."""
    return Brushes(
        SoftwareOccluder(topology),
        SoftwareObjectDrawer(loaded.model, loaded.mesh),
        SoftwareShadow(ShadowModel.of_mesh(loaded.mesh, topology)),
    )
