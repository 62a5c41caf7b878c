"""All makeup of one OpenGL context: worn together, it is measured once and drawn in one go.

Every kind is a layer of its own for the compositor, but skin must be evened out before blush goes on, and the
picture under all of it is copied only once. So the layers of a context share a stack; the first of them that is
asked to draw draws for all.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Protocol
from weakref import WeakKeyDictionary

import numpy as np

from arpipe.effects.makeup.covers import Covers
from arpipe.effects.makeup.masks import Evening, Powder
from arpipe.effects.makeup.people import People, Person
from arpipe.effects.makeup.person import px_per_mm
from arpipe.effects.makeup.skin import MOST_POWDERS, SkinPainter
from arpipe.effects.makeup.wearer import BACKDROP_UNIT, Wearer, light_direction, surface_normals
from arpipe.render.context import GlContext
from arpipe.render.layer import Canvas, Patch, Phase, Scene
from arpipe.render.view import box_around
from arpipe.topology import load_topology
from arpipe.types import TrackedFace

MARGIN_MM = 9.0  # lashes and wings reach beyond the landmarks
SMALL_MASKS = ("shadow_", "brow_", "highlight")
HIDES_ITSELF = 0.22  # |x| of the mean normal: 12° of yaw
NO_KEY = np.zeros(3)


class Place(IntEnum):
    """In which order makeup goes on."""

    EYES_AND_TEETH = 0
    SKIN = 1
    PAINT = 2
    LINER = 3
    LASHES = 4
    LIPS = 5


class Painter(Protocol):
    """Draws one thing on one face; the canvas's backdrop is in unit 0."""

    def draw(self, canvas: Canvas, wearer: Wearer) -> None:
        """Draw it."""
        ...

    def close(self) -> None:
        """Release GL objects; may be called twice."""
        ...


class Worn(Protocol):
    """One kind of makeup with its parameters."""

    place: Place
    powders: tuple[Powder, ...]
    evenings: tuple[Evening, ...]
    painter: Painter | None


class Stack:
    """The makeup of one context."""

    def __init__(self, context: GlContext) -> None:
        self._context = context
        self._members: list[Worn] = []
        self._scene: Scene | None = None
        self._wearers: list[tuple[Wearer, np.ndarray]] = []
        self._people = People()
        self._films: tuple[Powder | Evening, ...] = ()
        self._skins: list[SkinPainter] = []
        self._covers: Covers | None = None
        self._users: set[int] = set()

    def join(self, worn: Worn) -> None:
        """Take note of a user."""
        self._users.add(id(worn))

    def leave(self, worn: Worn) -> None:
        """Forget a user; with the last one all GL objects go."""
        self._users.discard(id(worn))
        self._members = [member for member in self._members if member is not worn]
        if not self._users:
            self._close_skins()
            if self._covers is not None:
                self._covers.close()
                self._covers = None

    def prepare(self, worn: Worn, scene: Scene) -> Sequence[Patch]:
        """Wear something in this frame; gives the faces' boxes to the first, which draws for all."""
        is_first = self._scene is not scene
        if is_first:
            self._scene = scene
            self._members = []
            faces = [face for face in scene.result.faces if "left_iris" in face.landmarks.topology.regions]
            self._people.keep_only({face.track_id for face in faces})
            self._wearers = []
            for face in faces:
                scale = px_per_mm(face)
                person = self._people.update(scene.result.frame, face, scale)
                if person.presence > 0:
                    self._wearers.append(_wearer(face, scene, person, scale))
        self._members.append(worn)
        return [Patch(Phase.SKIN, box) for _, box in self._wearers] if is_first else ()

    def draw(self, worn: Worn, canvas: Canvas) -> None:
        """Draw everything that is worn, once for each region."""
        if canvas.phase is not Phase.SKIN or self._scene is None or worn is not self._members[0]:
            return
        self._wear_powders()
        canvas.backdrop().use(BACKDROP_UNIT)
        for wearer, box in self._wearers:
            if not _touches(canvas, box):
                continue
            if wearer.is_covered:
                self._face_covers().draw(canvas, wearer)
            for place in Place:
                for skin in self._skins if place is Place.SKIN else ():
                    skin.draw(canvas, wearer, self._scene.result.frame)
                for member in self._members:
                    if member.place is place and member.painter is not None:
                        member.painter.draw(canvas, wearer)
                if place is Place.SKIN and self._skins:
                    canvas.flush()  # all of the face's pixels, while eyes and lips are worked out

    def _wear_powders(self) -> None:
        """Have painters for the powders that are worn now, as few as possible."""
        powders = tuple(powder for member in self._members for powder in member.powders)
        evenings = tuple(evening for member in self._members for evening in member.evenings)
        if (*powders, *evenings) == self._films:
            return
        self._close_skins()
        topology = load_topology("face")
        small = tuple(powder for powder in powders if _is_small(powder))
        large = tuple(powder for powder in powders if not _is_small(powder))
        for some, beneath in ((large, evenings), (small, ())):
            chunks = [some[first : first + MOST_POWDERS] for first in range(0, len(some), MOST_POWDERS)]
            for number, chunk in enumerate(chunks or [()] * bool(beneath)):
                self._skins.append(
                    SkinPainter(self._context, topology, chunk, beneath if number == 0 else ())
                )
        self._films = (*powders, *evenings)

    def _face_covers(self) -> Covers:
        if self._covers is None:
            self._covers = Covers(self._context, load_topology("face"))
        return self._covers

    def _close_skins(self) -> None:
        for skin in self._skins:
            skin.close()
        self._skins.clear()
        self._films = ()


_STACKS: WeakKeyDictionary[GlContext, Stack] = WeakKeyDictionary()


def stack_of(context: GlContext) -> Stack:
    """The stack that all makeup of a context shares."""
    if context not in _STACKS:
        _STACKS[context] = Stack(context)
    return _STACKS[context]


def _wearer(face: TrackedFace, scene: Scene, person: Person, scale: float) -> tuple[Wearer, np.ndarray]:
    """A face and the box that its makeup stays in."""
    points = face.landmarks.points_px.astype(np.float64)
    points[:, 2] -= points[:, 2].mean()
    key = NO_KEY if face.pose is None else scene.lighting(face).key
    box = box_around(points[:, :2], MARGIN_MM * scale)
    hands = [hand.landmarks.points_px[:, :2].astype(np.float64) for hand in scene.result.hands]
    before = tuple(hand for hand in hands if _meets(hand, box))
    normals = surface_normals(points, face.landmarks.topology)
    wearer = Wearer(
        face,
        points,
        normals,
        person.complexion,
        light_direction(key),
        scale,
        person.presence,
        before,
        is_covered=bool(before) or abs(float(normals[:, 0].mean())) > HIDES_ITSELF,
    )
    return wearer, box


def _is_small(powder: Powder) -> bool:
    """Whether it is brushed on by itself, so that the whole face need not look at it."""
    return all(name.startswith(SMALL_MASKS) for name, _ in powder.places)


def _touches(canvas: Canvas, box: np.ndarray) -> bool:
    region = canvas.region
    return bool(
        box[0] < region.x + region.width
        and box[2] > region.x
        and box[1] < region.y + region.height
        and box[3] > region.y
    )


def _meets(points: np.ndarray, box: np.ndarray) -> bool:
    """Whether the box around (n, 2) points shares a place with another box."""
    return bool((points.max(axis=0) >= box[:2]).all() and (points.min(axis=0) <= box[2:]).all())
