"""Scenes whose background, subject and mask are known exactly."""

import numpy as np

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.io.sample.path import motion_at
from arpipe.render.config import RenderConfig
from arpipe.render.layer import Scene
from arpipe.render.lighting import LightEstimator
from arpipe.types import Frame, FrameResult

SUBJECT, BEHIND = (40, 90, 200), (230, 180, 60)


def half_picture(width=320, height=180, softness=3):
    """Subject on the right, background on the left, between them a soft edge; the frame and its true mask."""
    ramp = np.clip((np.arange(width) - width / 2) / (2.0 * softness) + 0.5, 0.0, 1.0)
    alpha = np.repeat(ramp[None], height, axis=0).astype(np.float32)
    return Frame(mixed(SUBJECT, BEHIND, alpha), 0.0, 0), alpha


def mixed(front, back, alpha):
    """Both mixed as light mixes, sRGB bytes."""
    light = alpha[..., None] * linear(front) + (1.0 - alpha[..., None]) * linear(back)
    curve = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.rint(curve * 255.0).astype(np.uint8)


def linear(color):
    value = np.asarray(color, np.float64) / 255.0
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def scene_of(frame, mask=None, faces=()):
    camera = CameraIntrinsics.from_fov(frame.width, frame.height)
    return Scene(FrameResult(frame, faces, mask=mask), camera, RenderConfig(), LightEstimator())


def painted(layer, frame, mask=None, faces=()):
    pixels = frame.pixels.copy()
    layer.paint(pixels, scene_of(frame, mask, faces))
    return pixels


def sample_truth(index, width=1280, height=720, noise=1.5):
    """A frame of the sample, its true mask, and the studio without the person."""
    source = SampleSource(SampleConfig(width=width, height=height, frames=None, noise=noise))
    scene = source._scene
    clean = scene._background
    person = scene.place(0, motion_at(index / 30.0))
    shades = []
    for level in (0, 255):
        scene._background = np.full_like(clean, level)
        shades.append(scene.draw([person]).astype(np.float32))
    scene._background = clean
    mask = 1.0 - (shades[1] - shades[0]).mean(axis=2) / 255.0
    return source.frame(index), np.clip(mask, 0.0, 1.0), clean


def overlap(mask, truth):
    """Intersection over union."""
    inside, true = mask > 0.5, truth > 0.5
    return (inside & true).sum() / (inside | true).sum()
