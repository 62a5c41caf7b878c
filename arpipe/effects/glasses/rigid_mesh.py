"""A glTF model worn on the head: glasses, or anything else that does not bend."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from arpipe.effects.glasses.contact_shadow import ContactShadow
from arpipe.effects.glasses.fit import Adjustment, Fit, GlassesSize, Shape, fit_anchor, fit_glasses
from arpipe.effects.glasses.fit_track import FitTrack
from arpipe.effects.glasses.head_shape import HeadShape
from arpipe.effects.glasses.model_shape import TEMPLES, model_shape, outline
from arpipe.effects.glasses.occluder import Occluder
from arpipe.effects.params import Color, EffectParams, PackFile
from arpipe.errors import ConfigError
from arpipe.geometry.camera import GL_FROM_CAMERA
from arpipe.geometry.transforms import Array, RigidTransform
from arpipe.io.gltf import load_gltf
from arpipe.needs import Need
from arpipe.render.context import GlContext
from arpipe.render.layer import Canvas, Layer, Order, Patch, Phase, Scene
from arpipe.render.lighting import Lighting, linear_from_srgb
from arpipe.render.object_drawer import ObjectDrawer, Placement
from arpipe.render.object_mesh import object_mesh
from arpipe.render.view import box_around
from arpipe.topology import Topology, load_topology
from arpipe.types import HeadPose, TrackedFace

BUILT_FROM = ("model", "anchor")  # parameters that take building anew when they change

FADE_WHOLE_M, FADE_GONE_M = 0.012, -0.010  # before and behind the ear's root: the last centimetres fade
NEVER_FADES_M = (-10.0, -9.0)

NEAREST_M = 0.06
MARGIN_PX = 3.0
# Shadows reach this far from the front: right, down and back; left, up and forward, model frame.
SHADE_BEFORE_M = np.array([0.004, 0.024, 0.030])
SHADE_BEYOND_M = np.array([0.004, 0.004, 0.0])
CORNERS: Array = np.array(
    [(x, y, z) for x in (0.0, 1.0) for y in (0.0, 1.0) for z in (0.0, 1.0)]
)  # of a cube


Offset = Annotated[float, Field(ge=-200, le=200)]


class RigidMeshParams(EffectParams):
    """Parameters of `rigid_mesh`.

    Attributes:
        model: A .glb or .gltf file.
        anchor: "glasses" rests on nose and ears; "head" has its origin between the pupils; else the name of a
            landmark that carries the origin.
        fit: "face" scales to the person, "real" keeps millimetres.
        glasses: Dimensions, for the anchor "glasses".
        color: Multiplies the colour of what is opaque.
        lens_color: Multiplies the colour of what is transparent.
        opacity: 0 is invisible.
        offset_mm: Moves it to the person's left, up, forward.
        scale: On top of the fit.
        tilt_deg: Positive tips the upper edge forward.
        shadow: Strength of the soft shadow on the skin, 1 for the estimated one.
    """

    model: PackFile
    anchor: str = "glasses"
    fit: Literal["face", "real"] = "face"
    glasses: GlassesSize = GlassesSize()
    color: Color = (1.0, 1.0, 1.0)
    lens_color: Color = (1.0, 1.0, 1.0)
    opacity: float = Field(default=1.0, ge=0, le=1)
    offset_mm: tuple[Offset, Offset, Offset] = (0.0, 0.0, 0.0)
    scale: float = Field(default=1.0, ge=0.2, le=5)
    tilt_deg: float = Field(default=0.0, ge=-45, le=45)
    shadow: float = Field(default=1.0, ge=0, le=2)


@dataclass(frozen=True, slots=True, eq=False)
class _Worn:
    """One face of the present frame."""

    face: TrackedFace
    gl_from_head: RigidTransform
    metric_mesh_m: Array
    shape: HeadShape
    fit: Fit
    placement: Placement
    solid_box: Array
    skin_box: Array

    def touches(self, canvas: Canvas) -> bool:
        """Whether something of it lies in the canvas's region."""
        box = self.skin_box if canvas.phase is Phase.SHADE else self.solid_box
        region = canvas.region
        return bool(
            box[0] < region.x + region.width
            and box[1] < region.y + region.height
            and box[2] >= region.x
            and box[3] >= region.y
        )


class RigidMesh(Layer):
    """Draws one model on every face.

    Args:
        params: What and where.
        context: Where GL objects live.

    Raises:
        GltfError: The model cannot be used.
        ConfigError: The anchor is no landmark.
    """

    Params: ClassVar[type[EffectParams]] = RigidMeshParams
    needs = frozenset({Need.FACE})
    order = Order.OBJECT

    def __init__(self, params: RigidMeshParams, context: GlContext) -> None:
        self.params = params
        self._topology = load_topology("face")
        if params.anchor not in ("glasses", "head", *self._topology.names):
            near = get_close_matches(
                params.anchor, ["glasses", "head", *self._topology.names], n=1, cutoff=0.0
            )
            raise ConfigError(f"anchor: there is no landmark {params.anchor!r}; nearest: {near[0]!r}")
        model = load_gltf(params.model)
        self._mesh = object_mesh(model, tuple(TEMPLES))
        self._shape = model_shape(self._mesh, model)
        self._outline = tuple(
            _homogeneous(outline(self._mesh.positions(part))) for part in range(len(self._mesh.parts))
        )
        front = self._mesh.positions(0)
        low, high = front.min(axis=0) - SHADE_BEFORE_M, front.max(axis=0) + SHADE_BEYOND_M
        self._shade_reach = _homogeneous(low + CORNERS * (high - low))
        self._drawer = ObjectDrawer(context, model, self._mesh)
        self._occluder = Occluder(context, self._topology)
        self._shadow = ContactShadow(context, self._mesh, self._topology)
        self._fits = FitTrack(_fitting(params, self._shape, self._topology), params.fit == "face")
        self._worn: list[_Worn] = []
        self._scene: Scene | None = None

    def adjust(self, params: RigidMeshParams) -> bool:
        """See `Layer.adjust`; another model or anchor has to be built anew."""
        if any(getattr(params, name) != getattr(self.params, name) for name in BUILT_FROM):
            return False
        self.params = params
        self._fits.refit(_fitting(params, self._shape, self._topology), params.fit == "face")
        self._drawer.forget_levels()
        return True

    def prepare(self, scene: Scene) -> Sequence[Patch]:
        """Fit the model to every face with a pose."""
        faces = [face for face in scene.result.faces if face.pose is not None]
        self._fits.forget_except({face.track_id for face in faces})
        self._scene = scene
        self._worn = []
        if self.params.opacity > 0:
            self._worn = [worn for face in faces if (worn := self._wear(face, scene)) is not None]
        self._worn.sort(key=lambda worn: worn.gl_from_head.translation_m[2])
        patches = [Patch(Phase.SOLID, worn.solid_box) for worn in self._worn]
        if scene.config.shadow and self.params.shadow > 0 and self.params.anchor == "glasses":
            patches += [Patch(Phase.SHADE, worn.skin_box) for worn in self._worn]
        return patches

    def draw(self, canvas: Canvas) -> None:
        """Shadows onto skin; heads into depth, then the objects, farthest first."""
        if self._scene is None:
            return
        here = [worn for worn in self._worn if worn.touches(canvas)]
        if canvas.phase is Phase.SHADE:
            for worn in here:
                self._shade(canvas, worn, self._scene.lighting(worn.face))
            return
        for worn in here:
            self._occluder.draw(canvas, worn.gl_from_head, worn.metric_mesh_m, worn.shape)
        for worn in here:
            self._drawer.draw(canvas, worn.placement, self._scene.lighting(worn.face))

    def close(self) -> None:
        """Release GL objects; may be called twice."""
        self._drawer.close()
        self._occluder.close()
        self._shadow.close()

    def _wear(self, face: TrackedFace, scene: Scene) -> _Worn | None:
        """Where the model is in this frame; None for a head that is not in front of the camera."""
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
        if self.params.anchor == "glasses":
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
        head_z = np.append(
            gl_from_head.rotation[:, 2], -float(gl_from_head.rotation[:, 2] @ gl_from_head.translation_m)
        )
        placement = Placement(
            tuple(gl_matrix @ matrix for matrix in head_from_part),
            head_z,
            fade_z_m,
            _tint(self.params.color, self.params.opacity),
            _tint(self.params.lens_color, self.params.opacity),
        )
        return _Worn(
            face,
            gl_from_head,
            pose.metric_mesh_m,
            HeadShape.of_mesh(pose.metric_mesh_m, self._topology),
            fit,
            placement,
            box_around(points_px, MARGIN_PX),
            self._skin_box(fit, pose, scene),
        )

    def _skin_box(self, fit: Fit, pose: HeadPose, scene: Scene) -> Array:
        """Box around the front and what its shadow can reach, image px."""
        corners = self._shade_reach @ fit.head_from_glasses[:3].T
        return box_around(scene.camera.project(pose.camera_from_head.apply(corners)), 0.0)

    def _shade(self, canvas: Canvas, worn: _Worn, lighting: Lighting) -> None:
        """Shadow of one face's glasses."""
        temples = np.zeros((2, 2, 3))
        temples[:] = (0.0, 10.0, 0.0)  # nowhere near
        for row, (side, sign) in enumerate((("left", 1), ("right", -1))):
            if side in worn.fit.head_from_temple:
                matrix = worn.fit.head_from_temple[side]
                temples[row, 0] = matrix[:3, :3] @ self._shape.hinges_m[side] + matrix[:3, 3]
                temples[row, 1] = worn.shape.ear_root_m(sign)
        self._shadow.draw(
            canvas,
            worn.gl_from_head,
            worn.metric_mesh_m,
            worn.fit.head_from_glasses,
            temples,
            lighting,
            self.params.shadow * self.params.opacity,
        )


def _homogeneous(points: Array) -> Array:
    """(n, 4) of (n, 3) points, for (4, 4) matrices."""
    return np.column_stack([points, np.ones(len(points))])


def _fitting(params: RigidMeshParams, shape: Shape, topology: Topology) -> Callable[[Array], Fit]:
    """Fits by these parameters.

    Bound to what it needs only: a layer that its own fits refer to would be freed long after it was closed.
    """
    wish = Adjustment(params.offset_mm, params.scale, params.tilt_deg)
    if params.anchor == "glasses":
        return lambda mesh_m: fit_glasses(shape, params.glasses, mesh_m, topology, params.fit, wish)
    return lambda mesh_m: fit_anchor(params.anchor, mesh_m, topology, params.fit, wish)


@lru_cache(maxsize=32)
def _tint(color: tuple[float, float, float], opacity: float) -> tuple[float, float, float, float]:
    red, green, blue = linear_from_srgb(np.rint(np.array(color) * 255.0).astype(np.uint8))
    return float(red), float(green), float(blue), opacity
