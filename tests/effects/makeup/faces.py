"""Faces to make up whose regions are known: the canonical face, drawn in flat colours."""

import cv2
import numpy as np

from arpipe.effects.makeup.curves import closed_curve
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.render.compositor import Compositor
from arpipe.render.config import RenderConfig
from arpipe.timing import StageTimer
from arpipe.topology import load_topology
from arpipe.types import Frame, HeadPose, Landmarks, TrackedFace
from tests.effects.building import activate
from tests.render.faces import pose_at, result_of

CAMERA = CameraIntrinsics.from_fov(640, 480)
SKIN, LIPS, TEETH, MOUTH = (200, 150, 125), (170, 95, 95), (225, 220, 205), (50, 20, 20)
FINE = 8  # truth is drawn this much larger, then averaged


def shaped(pose, mesh_m, camera=CAMERA, track_id=1):
    """A face with its landmarks' depth in px, as the network gives it."""
    points = pose.apply(mesh_m)
    depth = float(points[:, 2].mean())
    z = (points[:, 2] - depth) * camera.fx / depth
    landmarks = np.column_stack([camera.project(points), z]).astype(np.float32)
    topology = load_topology("face")
    return TrackedFace(
        track_id, Landmarks(landmarks, 1.0, topology), HeadPose(pose, mesh_m, 0.0), "tracked", 0
    )


def face(yaw_deg=0.0, pitch_deg=0.0, roll_deg=0.0, opened_mm=0.0, near_m=0.38, closed_eyes=False):
    topology = load_topology("face")
    mesh = topology.canonical_m.copy()
    inner = topology.region("lips_inner")
    if opened_mm == 0:
        mesh[inner[1:10]] = mesh[inner[:10:-1]]
    upper = topology.region("lips_outer")[10:]
    x, y = mesh[:, 0], mesh[:, 1]
    corners = np.abs(x[inner[[0, 10]]]).mean()
    middle = mesh[inner[[0, 10]], 1].mean()
    lips = np.cos(np.clip(x / corners, -1, 1) * np.pi / 2)
    jaw = np.cos(np.clip(x / 0.06, -1, 1) * np.pi / 2)
    share = np.clip((middle - y - 0.012) / 0.012, 0.0, 1.0)
    below = y < middle + 0.001 if opened_mm else y < -1.0
    below[np.concatenate([upper, inner[11:]])] = False
    mesh[below, 1] -= opened_mm / 1000.0 * (lips + share * (jaw - lips))[below]
    if closed_eyes:
        for eye in ("left_eye", "right_eye"):
            loop = topology.region(eye)
            mesh[loop[:8:-1]] = mesh[loop[1:8]]
    return shaped(pose_at(yaw_deg, pitch_deg, roll_deg, (0.0, 0.03, near_m)), mesh)


def polygon(loop_px, camera=CAMERA, steps=1):
    """(h, w) share of each pixel inside a closed outline."""
    outline = closed_curve(loop_px.astype(np.float64), steps) if steps > 1 else loop_px
    mask = np.zeros((camera.height * FINE, camera.width * FINE), np.uint8)
    fixed = np.rint(((outline + 0.5) * FINE - 0.5) * 16).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_8, 4)
    return cv2.resize(mask, (camera.width, camera.height), interpolation=cv2.INTER_AREA) / 255.0


def silhouette(person):
    """(h, w) whether the face's surface covers a pixel, or one two px beside it."""
    mask = (polygon(person.landmarks.region("face_oval")[:, :2]) > 0).astype(np.uint8)
    for corners in person.landmarks.points_px[person.landmarks.topology.triangles][..., :2]:
        cv2.fillPoly(mask, [np.rint(corners * 16).astype(np.int32)], 1, cv2.LINE_8, 4)
    return cv2.dilate(mask, np.ones((5, 5), np.uint8)) > 0


def regions(person, steps=5):
    """Lips, the mouth's opening, as shares of each pixel."""
    outer, inner = (
        polygon(person.landmarks.region(name)[:, :2], steps=steps) for name in ("lips_outer", "lips_inner")
    )
    return np.clip(outer - inner, 0, 1), inner


def portrait(person, skin=SKIN, lips=LIPS, seed=None, noise=2.0):
    """A picture of a face: skin everywhere, lips, teeth above and the dark below in the mouth."""
    lip_share, mouth = regions(person)
    picture = np.empty((CAMERA.height, CAMERA.width, 3))
    picture[:] = skin
    inner = person.landmarks.region("lips_inner")
    teeth = np.arange(CAMERA.height)[:, None] < inner[:, 1].min() * 0.45 + inner[:, 1].max() * 0.55
    for share, color in ((lip_share, lips), (mouth * teeth, TEETH), (mouth * ~teeth, MOUTH)):
        picture += share[..., None] * (np.array(color) - picture)
    if seed is not None:
        grain = np.random.default_rng(seed).normal(0.0, noise, picture.shape[:2])
        picture += grain[..., None]
    return Frame(np.clip(np.rint(picture), 0, 255).astype(np.uint8), 0.0, 0)


def drawn(context, frame, *faces, effects):
    """The frame with effects on it."""
    active = activate(context, *effects)
    compositor = Compositor(context, RenderConfig())
    try:
        return compositor.draw(result_of(frame, *faces), CAMERA, active.layers, StageTimer())
    finally:
        compositor.close()
        active.close()


def painted(picture, frame):
    return np.abs(picture.astype(int) - frame.pixels).max(axis=2)
