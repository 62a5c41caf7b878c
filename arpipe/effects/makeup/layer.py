"""All makeup that is active at once, drawn in one pass over each face.

Each face is measured once and the picture beneath is copied once, whatever the number of kinds. Skin is evened out
before blush is applied, whatever their sequence in packs.
"""

from collections.abc import Sequence

from arpipe.effects.group import GroupLayer
from arpipe.effects.makeup.brushes import Brush, C
from arpipe.effects.makeup.face import MakeupFace
from arpipe.effects.makeup.gl_brush import GlBrush
from arpipe.effects.makeup.member import MakeupMember, Step
from arpipe.effects.makeup.people import People
from arpipe.effects.makeup.person import px_per_mm
from arpipe.effects.makeup.pigment import Pigment, SkinSmoothing
from arpipe.effects.makeup.skin import MAX_PIGMENTS, SkinPainter
from arpipe.effects.makeup.software_brush import SoftwareBrush
from arpipe.needs import Need
from arpipe.render.base_canvas import Phase
from arpipe.render.context import GlContext
from arpipe.render.layer import Canvas, Order, Patch, Scene
from arpipe.render.rasteriser.canvas import SoftwareCanvas
from arpipe.render.rasteriser.library import Rasteriser
from arpipe.topology import load_topology

# Pigments in these masks cover a small part of the face, so that not all of its fragments need to sample them.
SMALL_MASKS = ("shadow_", "brow_", "highlight")


class MakeupLayer(GroupLayer[MakeupMember]):
    """Draws kinds of makeup on all faces of a stream, and remembers what the people look like without.

    Args:
        context: What draws: OpenGL, or the CPU.
    """

    needs = frozenset({Need.FACE, Need.IRIS, Need.OCCLUSION})
    order = Order.SKIN

    def __init__(self, context: GlContext | Rasteriser) -> None:
        super().__init__(context)
        self._people = People()
        self._scene: Scene | None = None
        self._faces: list[MakeupFace] = []
        self._skins: tuple[SkinPainter, ...] = ()
        self._gl: GlBrush | None = None
        self._software: SoftwareBrush | None = None
        if isinstance(context, Rasteriser):
            self._software = SoftwareBrush(load_topology("face"))
        else:
            self._gl = GlBrush(context, load_topology("face"))

    def set_members(self, members: Sequence[MakeupMember]) -> None:
        """See `GroupLayer`."""
        skins = self._skins
        if _applied(members) != _applied(self.members):
            skins = _build_skins(members)
        shapes = [member.painter.surface for member in members if member.painter is not None]
        for brush in self._brushes():
            brush.prepare([*(skin.surface for skin in skins), *shapes])
        self._skins = skins
        super().set_members(members)

    def prepare(self, scene: Scene) -> Sequence[Patch]:
        """Measure the faces; nothing is drawn without visible makeup."""
        self._scene, self._faces = scene, []
        if not any(member.is_visible for member in self.members):
            return ()
        faces = [face for face in scene.result.faces if "left_iris" in face.landmarks.topology.regions]
        self._people.keep_only({face.track_id for face in faces})
        for face in faces:
            scale = px_per_mm(face)
            person = self._people.update(scene.result.frame, face, scale)
            if person.presence > 0:
                self._faces.append(MakeupFace.in_scene(face, scene, person, scale))
        return [Patch(Phase.SKIN, face.box_px) for face in self._faces]

    def draw(self, canvas: Canvas) -> None:
        """Draw all makeup on the faces in a region."""
        self._draw(canvas, self._gl)

    def draw_software(self, canvas: SoftwareCanvas) -> None:
        """See `draw`."""
        self._draw(canvas, self._software)

    def reset(self) -> None:
        """Forget the people and their skin."""
        self._people.keep_only(set())
        for skin in self._skins:
            skin.reset()

    def close(self) -> None:
        """Release what the brush holds; may be called twice."""
        for brush in self._brushes():
            brush.close()

    def _brushes(self) -> list[GlBrush | SoftwareBrush]:
        return [brush for brush in (self._gl, self._software) if brush is not None]

    def _draw(self, canvas: C, brush: Brush[C] | None) -> None:
        if self._scene is None or brush is None:
            return
        here = [face for face in self._faces if canvas.region.touches(face.box_px)]
        brush.take_backdrop(canvas)
        if any(member.step is Step.RESHAPING and member.painter is not None for member in self.members):
            for face in here:
                _hide_behind(canvas, brush, face)
                self._draw_painters(canvas, brush, face, Step.RESHAPING)
            brush.flush(canvas)
            brush.take_backdrop(canvas)  # everything else is applied to the face in its new shape
        for face in here:
            self._draw_face(canvas, brush, face, self._scene)

    def _draw_face(self, canvas: C, brush: Brush[C], face: MakeupFace, scene: Scene) -> None:
        _hide_behind(canvas, brush, face)
        for step in Step:
            if step is Step.RESHAPING:
                continue
            if step is Step.SKIN and self._skins:
                for skin in self._skins:
                    brush.draw(canvas, face, skin.coat(face, scene.result.frame))
                brush.flush(canvas)  # most of the face's fragments, while eyes and lips are prepared
            self._draw_painters(canvas, brush, face, step)

    def _draw_painters(self, canvas: C, brush: Brush[C], face: MakeupFace, step: Step) -> None:
        for member in self.members:
            if member.step is step and member.painter is not None:
                brush.draw(canvas, face, member.painter.coat(face))


def _hide_behind(canvas: C, brush: Brush[C], face: MakeupFace) -> None:
    if face.is_occluded:
        brush.hide_behind(canvas, face)


def _build_skins(members: Sequence[MakeupMember]) -> tuple[SkinPainter, ...]:
    """Build painters for all pigments, as few as possible."""
    topology = load_topology("face")
    pigments, smoothings = _applied(members)
    small = tuple(pigment for pigment in pigments if _is_small(pigment))
    large = tuple(pigment for pigment in pigments if not _is_small(pigment))
    skins: list[SkinPainter] = []
    for some, beneath in ((large, smoothings), (small, ())):
        chunks = [some[first : first + MAX_PIGMENTS] for first in range(0, len(some), MAX_PIGMENTS)]
        for number, chunk in enumerate(chunks or [()] * bool(beneath)):
            skins.append(SkinPainter(topology, chunk, beneath if number == 0 else ()))
    return tuple(skins)


def _applied(members: Sequence[MakeupMember]) -> tuple[tuple[Pigment, ...], tuple[SkinSmoothing, ...]]:
    """Return everything that members apply to the skin."""
    pigments = tuple(pigment for member in members for pigment in member.pigments)
    return pigments, tuple(smoothing for member in members for smoothing in member.smoothings)


def _is_small(pigment: Pigment) -> bool:
    return all(name.startswith(SMALL_MASKS) for name, _ in pigment.places)
