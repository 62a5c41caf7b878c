"""How outfits look on the sample: drawn once, then kept in the cache folder."""

import hashlib
from contextlib import suppress
from pathlib import Path

import numpy as np
from PIL import Image

from arpipe import __version__
from arpipe.apps.framing import CUTS, FACE, WHOLE, Cut, square
from arpipe.apps.window.wardrobe import Outfit
from arpipe.effects.packs import build
from arpipe.errors import OutputError
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.io.image.writer import write_picture
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.render.compositor import Compositor
from arpipe.render.config import RenderConfig
from arpipe.render.context import GlContext
from arpipe.timing import StageTimer
from arpipe.topology import load_topology
from arpipe.types import FrameResult, HeadPose, Landmarks, Pixels, TrackedFace
from arpipe.weights import cache

SIDE_PX = 160
SAMPLE = SampleConfig(width=960, height=960, noise=0.0)
STRAIGHT, TURNED = 0, 40  # frames: a turned head shows the side of glasses


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
            self._sittings = {frame: _sit(sample, frame) for frame in (STRAIGHT, TURNED)}
        self._context, self._folder = context, folder

    def draw(self, outfit: Outfit) -> Pixels:
        """(SIDE_PX, SIDE_PX, 3) RGB, which is kept if it can be."""
        layers = [layer for pack in outfit.packs for layer in build(pack, self._context)]
        cut = _cut(outfit)
        result, camera = self._sittings[TURNED if cut is WHOLE else STRAIGHT]
        compositor = Compositor(self._context, RenderConfig())
        try:
            pixels = compositor.draw(result, camera, layers, StageTimer())
        finally:
            compositor.close()
            for layer in layers:
                layer.close()
        preview = square(pixels, result.faces[0].landmarks.box_px, cut, SIDE_PX)
        path = _place(outfit, self._folder)
        with suppress(OutputError):  # a cache that cannot be written costs time, nothing else
            write_picture(path, preview)
        return preview


def _sit(sample: SampleSource, number: int) -> tuple[FrameResult, CameraIntrinsics]:
    """A frame with its face as it truly is, and the camera."""
    frame, truth = sample.frame(number), sample.truth(number)
    points = np.zeros((len(truth.landmarks_px), 3), np.float32)
    points[:, :2] = truth.landmarks_px
    landmarks = Landmarks(points, 1.0, load_topology("face"))
    pose = HeadPose(truth.camera_from_head, truth.metric_mesh_m, 0.0)
    return FrameResult(frame, (TrackedFace(1, landmarks, pose, "new", 0),)), truth.camera


def _cut(outfit: Outfit) -> Cut:
    """What of the face is to be seen: all of it but for single makeup."""
    if len(outfit.packs) != 1 or "glasses" in outfit.packs[0].tags:
        return WHOLE
    return CUTS.get(outfit.packs[0].name, FACE)


def _place(outfit: Outfit, folder: Path | None) -> Path:
    """Where the preview of an outfit as it is now lies: the name changes with its parameters and files."""
    folders = [pack.folder for pack in outfit.packs if pack.folder is not None]
    files = sorted(path for root in folders for path in root.iterdir() if path.is_file())
    stamps = [(path.name, path.stat().st_mtime_ns) for path in files]
    said = repr((__version__, _cut(outfit), SAMPLE, [pack.layers for pack in outfit.packs], stamps))
    digest = hashlib.sha256(said.encode()).hexdigest()[:24]
    return (folder or cache.root() / "previews") / f"{digest}.png"
