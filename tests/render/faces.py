"""Faces without a network: the canonical face under a known pose."""

import cv2
import numpy as np

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import RigidTransform, rotation_from_angles
from arpipe.render.color import linear_from_srgb
from arpipe.topology import load_topology
from arpipe.types import Frame, FrameResult, HeadPose, Landmarks, TrackedFace

CAMERA = CameraIntrinsics.from_fov(640, 480)


def pose_at(yaw_deg=0.0, pitch_deg=0.0, roll_deg=0.0, place_m=(0.0, 0.0, 0.45)):
    return RigidTransform(rotation_from_angles(yaw_deg, pitch_deg, roll_deg), np.array(place_m))


def face_at(pose, camera=CAMERA, track_id=1, age_frames=0):
    topology = load_topology("face")
    points = pose.apply(topology.canonical_m)
    landmarks = np.column_stack([camera.project(points), points[:, 2] * camera.fx]).astype(np.float32)
    return TrackedFace(
        track_id=track_id,
        landmarks=Landmarks(landmarks, 1.0, topology),
        pose=HeadPose(pose, topology.canonical_m, 0.0),
        state="tracked",
        age_frames=age_frames,
    )


def plain_frame(camera=CAMERA, color=(150, 110, 95), time_s=0.0):
    pixels = np.empty((camera.height, camera.width, 3), np.uint8)
    pixels[:] = color
    return Frame(pixels, time_s, 0)


def hazy_frame(face, haze, skin=(200, 150, 125), hair=(44, 26, 18)):
    """Skin and hair around a face in front of a bright wall, with the same linear light added everywhere."""
    pixels = plain_frame(color=(215, 210, 205)).pixels.copy()
    x0, y0, x1, y1 = (round(value) for value in face.landmarks.box_px)
    cv2.rectangle(pixels, (x0 - 8, y0 - 30), (x1 + 8, y0 + 12), hair, -1)
    cv2.rectangle(pixels, (x0, y0 + 12), (x1, y1), skin, -1)
    light = linear_from_srgb(pixels) * (1.0 - haze) + haze
    codes = 255.0 * (1.055 * np.maximum(light, 0.0031308) ** (1 / 2.4) - 0.055)
    codes += np.random.default_rng(3).normal(0.0, 2.0, codes.shape)
    return Frame(np.clip(np.rint(codes), 0, 255).astype(np.uint8), 0.0, 0)


def noisy_frame(camera=CAMERA, seed=1):
    rng = np.random.default_rng(seed)
    return Frame(rng.integers(0, 256, (camera.height, camera.width, 3), dtype=np.uint8), 0.0, 0)


def result_of(frame, *faces):
    return FrameResult(frame=frame, faces=faces, timings_ms={})
