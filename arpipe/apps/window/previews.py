"""How outfits look on the sample: drawn once, then kept in the cache folder."""

import hashlib
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from arpipe import __version__
from arpipe.apps.window.wardrobe import Outfit
from arpipe.effects.packs import build
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.render.compositor import Compositor
from arpipe.render.config import RenderConfig
from arpipe.render.context import GlContext
from arpipe.timing import StageTimer
from arpipe.topology import load_topology
from arpipe.types import FrameResult, HeadPose, Landmarks, Pixels, TrackedFace
from arpipe.weights import cache

SIDE_PX = 160
SAMPLE = SampleConfig(width=480, height=480, noise=0.0)
SAMPLE_FRAME = 40  # the head turned a little: glasses show their side
FACE_WIDTHS = 1.5  # side of the preview over the face's


def kept(outfit: Outfit, folder: Path | None = None) -> Pixels | None:
    """(SIDE_PX, SIDE_PX, 3) RGB as drawn before; None when it was not, or the outfit has changed."""
    path = _place(outfit, folder)
    try:
        with Image.open(path) as picture:
            return np.asarray(picture.convert("RGB"), np.uint8)
    except OSError:
        return None


class PreviewPainter:
    """Draws outfits, without any network: the truth about the sample is known.

    Args:
        context: To draw with.
        folder: Where previews are kept; None for the cache.
    """

    def __init__(self, context: GlContext, folder: Path | None = None) -> None:
        with SampleSource(SAMPLE) as sample:
            frame, truth = sample.frame(SAMPLE_FRAME), sample.truth(SAMPLE_FRAME)
        points = np.zeros((len(truth.landmarks_px), 3), np.float32)
        points[:, :2] = truth.landmarks_px
        landmarks = Landmarks(points, 1.0, load_topology("face"))
        pose = HeadPose(truth.camera_from_head, truth.metric_mesh_m, 0.0)
        self._result = FrameResult(frame, (TrackedFace(1, landmarks, pose, "new", 0),))
        self._camera, self._context, self._folder = truth.camera, context, folder
        self._box = landmarks.box_px

    def draw(self, outfit: Outfit) -> Pixels:
        """(SIDE_PX, SIDE_PX, 3) RGB, which is kept if it can be."""
        layers = [layer for pack in outfit.packs for layer in build(pack, self._context)]
        compositor = Compositor(self._context, RenderConfig())
        try:
            pixels = compositor.draw(self._result, self._camera, layers, StageTimer())
        finally:
            compositor.close()
            for layer in layers:
                layer.close()
        preview = self._cut(pixels)
        path = _place(outfit, self._folder)
        with suppress(OSError):  # a cache that cannot be written costs time, nothing else
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(preview).save(path)
        return preview

    def _cut(self, pixels: Pixels) -> Pixels:
        x0, y0, x1, y1 = self._box
        half = FACE_WIDTHS * (x1 - x0) / 2.0
        x, y = (x0 + x1) / 2.0, 0.6 * y0 + 0.4 * y1
        left, top = max(0, round(x - half)), max(0, round(y - half))
        part = pixels[top : round(y + half), left : round(x + half)]
        return np.asarray(cv2.resize(part, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA), np.uint8)


def _place(outfit: Outfit, folder: Path | None) -> Path:
    """Where the preview of an outfit as it is now lies: the name changes with its parameters and files."""
    folders = [pack.folder for pack in outfit.packs if pack.folder is not None]
    files = sorted(path for root in folders for path in root.iterdir() if path.is_file())
    stamps = [(path.name, path.stat().st_mtime_ns) for path in files]
    said = repr((__version__, [pack.layers for pack in outfit.packs], stamps))
    digest = hashlib.sha256(said.encode()).hexdigest()[:24]
    return (folder or cache.root() / "previews") / f"{digest}.png"
