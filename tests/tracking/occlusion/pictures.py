"""Pictures with known truth: hair, hands, masks and brims drawn over the bundled sample's head."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from arpipe.apps.sitter import sitter
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.topology import load_topology
from arpipe.types import Frame, FrameResult, Landmarks, Pixels, Points, TrackedFace, TrackedHand

SAMPLE = SampleConfig(width=640, height=480, frames=60)
DARK_HAIR, BLACK_HAIR, BLONDE_HAIR = (62, 42, 32), (28, 24, 24), (186, 148, 84)
EYES_MM = 92.3  # between their outer corners

Scribe = Callable[["Sheet"], None]


@dataclass(frozen=True, slots=True, eq=False)
class Occluded:
    """A picture.

    Attributes:
        name: What is before the face.
        result: Frame, face and hands.
        truth: (h, w) float32, 1 where something drawn is before the face.
        skin: (h, w) bool, where bare skin certainly is seen.
        lips: (h, w) bool, where lips are or would be.
    """

    name: str
    result: FrameResult
    truth: Points
    skin: np.ndarray
    lips: np.ndarray


class Sheet:
    """A picture being drawn on; places are in mm from the point between the eyes, x to the viewer's right, y down."""

    def __init__(self, result: FrameResult, seed: int) -> None:
        self.pixels = result.frame.pixels.astype(np.float32)
        self.truth = np.zeros(self.pixels.shape[:2], np.float32)
        self.hands: tuple[TrackedHand, ...] = ()
        self.rng = np.random.default_rng(seed)
        points = result.faces[0].landmarks
        right, left = points["right_eye_outer"][:2], points["left_eye_outer"][:2]
        self.scale = float(np.linalg.norm(left - right)) / EYES_MM
        self.across = (left - right) / np.linalg.norm(left - right)
        self.middle = (left + right) / 2

    def px(self, places_mm) -> Points:
        x, y = np.moveaxis(np.asarray(places_mm, np.float32), -1, 0)
        down = np.array([-self.across[1], self.across[0]])
        return (self.middle + self.scale * (x[..., None] * self.across + y[..., None] * down)).astype(
            np.float32
        )

    def fill(self, shape: Points, color, *, texture: float = 3.0, shade: Points | None = None) -> None:
        """Paint a (h, w) share in a colour, with the noise of a surface."""
        grain = cv2.GaussianBlur(
            self.rng.normal(0, texture * 2, self.truth.shape).astype(np.float32), (0, 0), 1.2
        )
        painted = (
            np.array(color, np.float32) * (1.0 if shade is None else shade[..., None]) + grain[..., None]
        )
        self.pixels += shape[..., None] * (painted - self.pixels)
        self.truth = np.maximum(self.truth, shape)

    def polygon(self, places_mm) -> Points:
        canvas = np.zeros(self.truth.shape, np.uint8)
        cv2.fillPoly(canvas, [np.rint(self.px(places_mm) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        return cv2.GaussianBlur(canvas, (0, 0), 0.8).astype(np.float32) / 255

    def strands(self, outline_mm, towards_mm, color) -> None:
        """Hair within an outline: a mass, with lighter and darker strands along a direction."""
        shape = self.polygon(outline_mm)
        self.fill(shape, color, texture=4.0)
        low, high = np.min(outline_mm, axis=0), np.max(outline_mm, axis=0)
        lines = np.zeros(self.pixels.shape, np.float32)
        for _ in range(220):
            start = self.rng.uniform(low, high)
            tone = self.rng.uniform(0.6, 1.35)
            ends = np.rint(self.px([start, start + np.asarray(towards_mm) * self.rng.uniform(0.3, 0.8)]) * 16)
            cv2.polylines(
                lines, [ends.astype(np.int32)], False, [tone * each for each in color], 1, cv2.LINE_AA, 4
            )
        drawn = (lines.max(axis=2) > 0) * shape * 0.7
        self.pixels += drawn[..., None] * (lines - self.pixels)


def hair_over_temple(color, side: int, reach_mm: float) -> Scribe:
    def draw(sheet: Sheet) -> None:
        inner = side * (46 - reach_mm)
        outline = [
            (side * 20, -95),
            (side * 100, -95),
            (side * 100, 110),
            (side * 60, 110),
            (inner, 20),
            (inner, -35),
        ]
        sheet.strands(outline, (side * 4, 60), color)

    return draw


def hair_beside_face(color, side: int, from_mm: float) -> Scribe:
    """Long hair that covers the ear, and nothing of the face."""

    def draw(sheet: Sheet) -> None:
        outline = [
            (side * x, y) for x, y in ((30, -100), (125, -100), (125, 110), (from_mm, 110), (from_mm, -60))
        ]
        sheet.strands(outline, (side * 3, 60), color)

    return draw


def fringe(color) -> Scribe:
    def draw(sheet: Sheet) -> None:
        tips = [(x, -14 + 4 * np.sin(x / 7.0)) for x in range(-56, 57, 4)]
        sheet.strands([(-60, -95), (60, -95), (60, -30), *reversed(tips), (-60, -30)], (3, 40), color)
        # The sample's own hair and this one are one head of hair.
        sheet.strands([(-85, -110), (85, -110), (80, -55), (-80, -55)], (3, 30), color)

    return draw


def mask(color) -> Scribe:
    def draw(sheet: Sheet) -> None:
        outline = [
            (0, 18),
            (34, 32),
            (66, 36),
            (62, 78),
            (34, 112),
            (0, 120),
            (-34, 112),
            (-62, 78),
            (-66, 36),
            (-34, 32),
        ]
        shade = np.ones(sheet.truth.shape, np.float32)
        for y in (50, 66, 82):
            row = sheet.px((0, y))[1]
            rows = np.arange(len(shade))[:, None]
            shade -= 0.07 * np.exp(-np.square((rows - row) / (2.0 * sheet.scale)))
        sheet.fill(sheet.polygon(outline), color, shade=shade)

    return draw


def brim(color) -> Scribe:
    def draw(sheet: Sheet) -> None:
        edge = [(x, -20 - 10 * (1 - (x / 80) ** 2)) for x in range(-80, 81, 8)]
        sheet.fill(sheet.polygon([(-90, -130), (90, -130), (86, -20), *reversed(edge), (-86, -20)]), color)

    return draw


def hand(at_mm, up_deg: float, palm_mm: float = 80.0) -> Scribe:
    """A flat hand: its wrist, where its fingers point, and the length of its palm."""

    def draw(sheet: Sheet) -> None:
        turn = np.deg2rad(up_deg)
        up, out = np.array([np.sin(turn), -np.cos(turn)]), np.array([np.cos(turn), np.sin(turn)])
        joints = [np.asarray(at_mm, float)]
        joints += [at_mm + palm_mm * (t * 0.55 * up + (0.25 + 0.3 * t) * out) for t in (0.35, 0.7, 1.0, 1.3)]
        for number, length in enumerate((0.85, 1.0, 0.92, 0.72)):
            root = at_mm + palm_mm * (0.95 * up + (0.3 - 0.22 * number) * out)
            joints += [root + palm_mm * length * t * up for t in (0.0, 0.45, 0.75, 1.0)]
        points = sheet.px(joints)
        width = 0.18 * palm_mm * sheet.scale
        canvas = np.zeros(sheet.truth.shape, np.uint8)
        fixed = np.rint(points * 16).astype(np.int32)
        for start, end in load_topology("hand").edges:
            cv2.line(canvas, fixed[start], fixed[end], 255, round(width), cv2.LINE_AA, 4)
        cv2.fillConvexPoly(canvas, cv2.convexHull(fixed[[0, 1, 5, 9, 13, 17]]), 255, cv2.LINE_AA, 4)
        shape = cv2.GaussianBlur(canvas, (0, 0), 0.8).astype(np.float32) / 255
        depth = cv2.distanceTransform((canvas > 127).astype(np.uint8), cv2.DIST_L2, 3) / (0.5 * width)
        shade = (0.72 + 0.33 * np.clip(depth, 0, 1)).astype(np.float32)
        skin = sheet.pixels[tuple(np.rint(sheet.px((0, 30))[::-1]).astype(int))].copy()
        sheet.fill(shape, skin, shade=shade)
        jitter = sheet.rng.normal(0, 1.0, points.shape)
        landmarks = np.column_stack([points + jitter, np.zeros(21)]).astype(np.float32)
        found = Landmarks(landmarks, 0.95, load_topology("hand"))
        sheet.hands = (TrackedHand(1, found, np.zeros((21, 3), np.float32), "right", 0.9, "new", 0),)

    return draw


def dark_skin(pixels: Pixels) -> Pixels:
    """The same picture with a deep complexion."""
    linear = (pixels.astype(np.float32) / 255) ** 2.2 * np.array([0.30, 0.22, 0.18], np.float32)
    return np.clip(np.rint(255 * linear ** (1 / 2.2)), 0, 255).astype(np.uint8)


CASES: dict[str, tuple[int, bool, Scribe | None]] = {
    "dark hair over the left temple": (0, False, hair_over_temple(DARK_HAIR, 1, 12)),
    "blonde hair over the right temple": (0, False, hair_over_temple(BLONDE_HAIR, -1, 14)),
    "black hair over the right temple, deep skin": (20, True, hair_over_temple(BLACK_HAIR, -1, 12)),
    "fringe over the brows": (0, False, fringe(DARK_HAIR)),
    "brim over the brows": (10, False, brim((40, 60, 130))),
    "hand over the left eye's corner": (0, False, hand(np.array((75.0, 85.0)), -8)),
    "hand over the right temple, deep skin": (20, True, hand(np.array((-70.0, 90.0)), 6)),
    "hand over the mouth": (0, False, hand(np.array((70.0, 95.0)), -75)),
    "blue mask": (0, False, mask((120, 170, 205))),
    "white mask": (30, False, mask((236, 238, 240))),
    "black mask, deep skin": (0, True, mask((30, 30, 34))),
    "nothing": (0, False, None),
    "nothing, deep skin": (20, True, None),
}
"""Name → frame of the sample, whether its skin is deep, and what is drawn."""


def draw_picture(sample: SampleSource, name: str) -> Occluded:
    """Draw one of the `CASES` over a frame of the sample."""
    index, is_deep, draw = CASES[name]
    result = sitter(sample, index)
    frame = result.frame
    if is_deep:
        frame = Frame(dark_skin(frame.pixels), frame.captured_s, frame.index, frame.camera)
    sheet = Sheet(replace(result, frame=frame), seed=len(name))
    if draw is not None:
        draw(sheet)
    pixels = np.clip(np.rint(sheet.pixels), 0, 255).astype(np.uint8)
    drawn = Frame(pixels, frame.captured_s, frame.index, frame.camera)
    bare = np.zeros_like(sheet.truth) if draw is None else sheet.truth
    face = result.faces[0]
    return Occluded(
        name,
        replace(result, frame=drawn, hands=sheet.hands, begins_stream=True),
        sheet.truth,
        _inner_face(face, bare.shape) & (cv2.dilate(bare, np.ones((9, 9))) < 0.02),
        _filled(bare.shape, face.landmarks.region("lips_outer")[:, :2]),
    )


def _inner_face(face: TrackedFace, shape) -> np.ndarray:
    """Where no hair of the sample itself lies: from the brows down, and within the temples."""
    points = face.landmarks
    outline = np.concatenate([points.region(name)[:, :2] for name in ("left_eye", "right_eye", "lips_outer")])
    middle = outline.mean(axis=0)
    return _filled(shape, cv2.convexHull((middle + 1.06 * (outline - middle)).astype(np.float32)))


def _filled(shape, outline) -> np.ndarray:
    canvas = np.zeros(shape, np.uint8)
    cv2.fillPoly(canvas, [np.rint(outline).astype(np.int32).reshape(-1, 1, 2)], 1)
    return canvas > 0
