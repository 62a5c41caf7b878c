"""A glTF model on the head: glasses, or any other rigid object."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from arpipe.effects.glasses.brushes import Brushes, C, gl_brushes, software_brushes
from arpipe.effects.glasses.face_shares import (
    DARKEN_S,
    FADE_S,
    FaceShares,
    likely_own_glasses,
    presence,
    visibility,
)
from arpipe.effects.glasses.fit import Adjustment, Fit, GlassesSize, ModelShape, fit_anchor, fit_glasses
from arpipe.effects.glasses.fit_track import FitTrack
from arpipe.effects.glasses.head_shape import HeadShape
from arpipe.effects.glasses.materials import MaterialChange
from arpipe.effects.glasses.model_shape import TEMPLES, outline
from arpipe.effects.glasses.object_file import Unit, load_object
from arpipe.effects.glasses.occluder import OccludingHead
from arpipe.effects.glasses.shadow_model import REACH_BEFORE_M, REACH_BEYOND_M, Cast, cast_shadow
from arpipe.effects.params import Color, EffectParams, PackFile
from arpipe.errors import ConfigError
from arpipe.geometry.camera import GL_FROM_CAMERA
from arpipe.geometry.transforms import Array, RigidTransform
from arpipe.needs import Need
from arpipe.render.base_canvas import BaseCanvas, Phase
from arpipe.render.color import linear_from_srgb
from arpipe.render.context import GlContext
from arpipe.render.layer import Canvas, Layer, Order, Patch, Scene
from arpipe.render.lighting import Lighting
from arpipe.render.placement import Placement
from arpipe.render.rasteriser.canvas import SoftwareCanvas
from arpipe.render.rasteriser.library import Rasteriser
from arpipe.render.view import box_around
from arpipe.spelling import nearest
from arpipe.topology import Topology, load_topology
from arpipe.types import HeadPose, TrackedFace

BUILT_FROM = ("model", "unit", "rotate_deg", "anchor", "materials")  # parameters that cannot be adjusted

FADE_WHOLE_M, FADE_GONE_M = (
    0.012,
    -0.010,
)  # relative to the root of the ear: the last centimetres of temples fade
NEVER_FADES_M = (-10.0, -9.0)
DARKENING = (
    0.5  # of tinted lenses over real glasses: rims show less, and the tint still looks like the product's
)

# Above and below a temple, where its shadow on skin has faded out; see `shadow_model`.
TEMPLE_SHADE_M: Array = np.array([(0.0, 0.022, 0.0), (0.0, -0.022, 0.0)])
# Far away, and not without length: no point of such a line is the nearest one.
NO_TEMPLE_M: Array = np.array([(0.0, 10.0, 0.0), (0.0, 11.0, 0.0)])

NEAREST_M = 0.06
MARGIN_PX = 3.0
# Corners of a cube.
CORNERS: Array = np.array([(x, y, z) for x in (0.0, 1.0) for y in (0.0, 1.0) for z in (0.0, 1.0)])


Angle = Annotated[float, Field(ge=-360, le=360)]
Offset = Annotated[float, Field(ge=-200, le=200)]


class RigidMeshParams(EffectParams):
    """Parameters of `rigid_mesh`.

    Attributes:
        model: A .glb or .gltf file.
        unit: Unit of the model's coordinates; glTF demands metres, which not every exporter writes.
        rotate_deg: Rotation of the model about its x, then y, then z axis, counter-clockwise when the axis points
            to the viewer; for models that do not have y up and z towards the viewer.
        anchor: "glasses" rests on nose and ears; "head" has its origin between the pupils; any other value is the
            name of the landmark that carries the origin.
        fit: "face" scales the object to the person, "real" keeps its dimensions.
        glasses: Dimensions, for the anchor "glasses".
        materials: Name of a material of the model → changes to it.
        color: Factor of the colour of opaque parts.
        lens_color: Factor of the colour of transparent parts.
        own_glasses: "dim" darkens tinted lenses on people who wear glasses, whose rims would show through; "show"
            keeps the tint. Clear lenses stay clear.
        opacity: 0 is invisible, 1 opaque.
        offset_mm: Shift to the person's left, up, and forward.
        scale: Factor of the size after fitting.
        tilt_deg: Positive tilts the upper edge forward.
        shadow: Factor of the estimated soft shadow on the skin.
    """

    model: PackFile
    unit: Unit = Field(default="m", json_schema_extra={"readOnly": True})
    rotate_deg: tuple[Angle, Angle, Angle] = (0.0, 0.0, 0.0)
    anchor: str = "glasses"
    fit: Literal["face", "real"] = "face"
    glasses: GlassesSize = GlassesSize()
    materials: dict[str, MaterialChange] = Field(default={})
    color: Color = Field(default=(1.0, 1.0, 1.0), title="Tint of the frame")
    lens_color: Color = Field(default=(1.0, 1.0, 1.0), title="Tint of the lenses")
    own_glasses: Literal["dim", "show"] = "dim"
    opacity: float = Field(default=1.0, ge=0, le=1)
    offset_mm: tuple[Offset, Offset, Offset] = (0.0, 0.0, 0.0)
    scale: float = Field(default=1.0, ge=0.001, le=1000)
    tilt_deg: float = Field(default=0.0, ge=-45, le=45)
    shadow: float = Field(default=1.0, ge=0, le=2)

    @property
    def needs(self) -> frozenset[Need]:
        """Hair and hands hide glasses; they do not hide a hat."""
        return frozenset({Need.FACE, Need.COVERED} if self.anchor == "glasses" else {Need.FACE})


@dataclass(frozen=True, slots=True, eq=False)
class _PlacedModel:
    """The model on one face of the current frame."""

    face: TrackedFace
    gl_from_head: RigidTransform
    metric_mesh_m: Array
    head: HeadShape
    fit: Fit
    temples_m: dict[str, Array]
    placement: Placement
    solid_box: Array
    skin_box: Array

    def is_in(self, canvas: BaseCanvas) -> bool:
        """Whether a part of it is in the canvas's region."""
        return canvas.region.touches(self.skin_box if canvas.phase is Phase.SHADE else self.solid_box)


class RigidMesh(Layer):
    """Draws one model on every face.

    Args:
        params: The model and its placement.
        context: What draws: OpenGL, or the CPU.

    Raises:
        GltfError: The model cannot be used.
        ConfigError: The anchor is not a landmark.
    """

    Params: ClassVar[type[EffectParams]] = RigidMeshParams
    needs = frozenset({Need.FACE, Need.COVERED})
    order = Order.OBJECT

    def __init__(self, params: RigidMeshParams, context: GlContext | Rasteriser) -> None:
        self.params, self.needs = params, params.needs
        self._topology = load_topology("face")
        anchors = ("glasses", "head", *self._topology.names)
        if params.anchor not in anchors:
            raise ConfigError(
                f"anchor: there is no landmark {params.anchor!r}{nearest(params.anchor, anchors)}"
            )
        has_temples = params.anchor == "glasses"
        loaded = load_object(params.model, params.unit, params.rotate_deg, has_temples, params.materials)
        self._mesh, self._shape = loaded.mesh, loaded.shape
        self._outline = tuple(
            _homogeneous(outline(self._mesh.positions(part))) for part in range(len(self._mesh.parts))
        )
        front = self._mesh.positions(0)
        low, high = front.min(axis=0) - REACH_BEFORE_M, front.max(axis=0) + REACH_BEYOND_M
        self._shade_reach = _homogeneous(low + CORNERS * (high - low))
        self._gl: Brushes[Canvas] | None = None
        self._software: Brushes[SoftwareCanvas] | None = None
        if isinstance(context, Rasteriser):
            self._software = software_brushes(loaded, self._topology)
        else:
            self._gl = gl_brushes(context, loaded, self._topology)
        self._fits = FitTrack(_fitting(params, self._shape, self._topology), params.fit == "face")
        self._visibilities = FaceShares(visibility if has_temples else presence, FADE_S)
        self._own_glasses = FaceShares(likely_own_glasses, DARKEN_S)
        self._placed: list[_PlacedModel] = []
        self._scene: Scene | None = None

    def adjust(self, params: RigidMeshParams) -> bool:
        """See `Layer.adjust`; another model or anchor requires a rebuild."""
        if any(getattr(params, name) != getattr(self.params, name) for name in BUILT_FROM):
            return False
        self.params = params
        self._fits.refit(_fitting(params, self._shape, self._topology), params.fit == "face")
        self._reset_levels()
        return True

    def prepare(self, scene: Scene) -> Sequence[Patch]:
        """Fit the model to every face with a pose."""
        faces = [face for face in scene.result.faces if face.pose is not None]
        self._fits.keep_only({face.track_id for face in faces if face.age_frames > 0})
        self._visibilities.update(scene.result)
        self._own_glasses.update(scene.result)
        if scene.is_first:
            self._reset_levels()
        self._scene = scene
        visible = faces if self.params.opacity > 0 else []
        self._placed = [placed for face in visible if (placed := self._place(face, scene)) is not None]
        self._placed.sort(key=lambda placed: placed.gl_from_head.translation_m[2])
        return self._patches(scene)

    def draw(self, canvas: Canvas) -> None:
        """Draw shadows on skin, or the depth of heads and then the objects, farthest first."""
        self._draw(canvas, self._gl)

    def draw_software(self, canvas: SoftwareCanvas) -> None:
        """See `draw`."""
        self._draw(canvas, self._software)

    def reset(self) -> None:
        """Forget the fits and levels of detail of all faces."""
        self._fits.keep_only(())
        self._reset_levels()

    def close(self) -> None:
        """Release GL objects; may be called twice."""
        for brushes in (self._gl, self._software):
            if brushes is not None:
                brushes.close()

    def _draw(self, canvas: C, brushes: Brushes[C] | None) -> None:
        if self._scene is None or brushes is None:
            return
        here = [placed for placed in self._placed if placed.is_in(canvas)]
        if canvas.phase is Phase.SHADE:
            for placed in here:
                brushes.shadows.draw(canvas, self._cast(placed, self._scene.lighting(placed.face)))
            return
        for placed in here:
            brushes.heads.draw(canvas, OccludingHead(placed.gl_from_head, placed.metric_mesh_m, placed.head))
        for placed in here:
            brushes.objects.draw(canvas, placed.placement, self._scene.lighting(placed.face))

    def _reset_levels(self) -> None:
        for brushes in (self._gl, self._software):
            if brushes is not None:
                brushes.objects.reset_levels()

    def _patches(self, scene: Scene) -> list[Patch]:
        patches = [Patch(Phase.SOLID, placed.solid_box) for placed in self._placed]
        if scene.config.shadow and self.params.shadow > 0 and self.params.anchor == "glasses":
            patches += [Patch(Phase.SHADE, placed.skin_box) for placed in self._placed]
        return patches

    def _place(self, face: TrackedFace, scene: Scene) -> _PlacedModel | None:
        """Place the model in this frame; None for a head that is not in front of the camera."""
        pose = face.pose
        if pose is None:
            return None
        gl_from_head = GL_FROM_CAMERA @ pose.camera_from_head
        fit = self._fits.update(face, pose)
        head_from_part = [
            fit.head_from_temple.get(TEMPLES.get(part.name, ""), fit.head_from_glasses)
            for part in self._mesh.parts
        ]
        fade_z_m = NEVER_FADES_M
        is_worn = self.params.anchor == "glasses"
        if is_worn:
            fade_z_m = (fit.ear_z_m + FADE_GONE_M, fit.ear_z_m + FADE_WHOLE_M)
        points_head = np.concatenate(
            [points @ matrix[:3].T for points, matrix in zip(self._outline, head_from_part, strict=True)]
        )
        points_head = points_head[points_head[:, 2] >= fade_z_m[0]]
        points = pose.camera_from_head.apply(points_head)
        if not len(points) or not (points[:, 2] > NEAREST_M).all():
            return None
        points_px = scene.camera.project(points)
        gl_matrix = gl_from_head.matrix()
        opacity = self.params.opacity * self._visibilities.of(face)
        head_z = np.append(
            gl_from_head.rotation[:, 2], -float(gl_from_head.rotation[:, 2] @ gl_from_head.translation_m)
        )
        placement = Placement(
            tuple(gl_matrix @ matrix for matrix in head_from_part),
            head_z,
            fade_z_m,
            face.track_id if is_worn else None,
            _tint(self.params.color, opacity),
            _tint(self.params.lens_color, opacity),
            DARKENING * self._own_glasses.of(face) if self.params.own_glasses == "dim" else 0.0,
        )
        head = HeadShape.of_mesh(pose.metric_mesh_m, self._topology)
        temples_m = self._temples(fit, head)
        return _PlacedModel(
            face,
            gl_from_head,
            pose.metric_mesh_m,
            head,
            fit,
            temples_m,
            placement,
            box_around(points_px, MARGIN_PX + scene.look(face).reach_px),
            self._skin_box(fit, temples_m, pose, scene),
        )

    def _temples(self, fit: Fit, head: HeadShape) -> dict[str, Array]:
        """Return (2, 3) start and end of each temple of the model, head frame, m."""
        ears_m = {"left": head.ear_root_m(1), "right": head.ear_root_m(-1)}
        return {
            side: np.array([matrix[:3, :3] @ self._shape.hinges_m[side] + matrix[:3, 3], ears_m[side]])
            for side, matrix in fit.head_from_temple.items()
        }

    def _skin_box(self, fit: Fit, temples_m: dict[str, Array], pose: HeadPose, scene: Scene) -> Array:
        """Return the box around everything that the shadows of front and temples can reach, image px."""
        front = self._shade_reach @ fit.head_from_glasses[:3].T
        temples = [ends + reach for ends in temples_m.values() for reach in TEMPLE_SHADE_M]
        points = pose.camera_from_head.apply(np.concatenate([front, *temples]))
        return box_around(scene.camera.project(points), 0.0)

    def _cast(self, placed: _PlacedModel, lighting: Lighting) -> Cast:
        """Return the shadow on one face."""
        ends_m = [placed.temples_m.get(side, NO_TEMPLE_M) for side in ("left", "right")]
        return cast_shadow(
            placed.gl_from_head,
            placed.metric_mesh_m,
            placed.fit.head_from_glasses,
            np.array(ends_m),
            lighting,
            placed.face.track_id,
            self.params.shadow * placed.placement.tint[3],
        )


def _homogeneous(points: Array) -> Array:
    """Return (n, 4) homogeneous coordinates of (n, 3) points."""
    return np.column_stack([points, np.ones(len(points))])


def _fitting(params: RigidMeshParams, shape: ModelShape, topology: Topology) -> Callable[[Array, float], Fit]:
    """Return the way of fitting for parameters, see `FitTrack`.

    It refers only to what it needs, because a reference to the layer would be a cycle that delays its release.
    """
    adjustment = Adjustment(params.offset_mm, params.scale, params.tilt_deg)
    if params.anchor == "glasses":
        return lambda mesh_m, distance_m: fit_glasses(
            shape, params.glasses, mesh_m, topology, params.fit, adjustment, distance_m
        )
    return lambda mesh_m, _distance_m: fit_anchor(params.anchor, mesh_m, topology, params.fit, adjustment)


@lru_cache(maxsize=32)
def _tint(color: tuple[float, float, float], opacity: float) -> tuple[float, float, float, float]:
    red, green, blue = linear_from_srgb(np.rint(np.array(color) * 255.0).astype(np.uint8))
    return float(red), float(green), float(blue), opacity
