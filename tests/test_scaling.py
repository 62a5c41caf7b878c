"""The cost of exporting, tracking many faces and listing effects grows with their number, and not with its square."""

import json

import numpy as np
import pytest

from arpipe.effects.active import ActiveEffects
from arpipe.effects.packs import load_effect
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.io.export import ExportHeader, open_export
from arpipe.models.face_mesh import FaceObservation, next_roi
from arpipe.pipeline.renderer import EffectRenderer
from arpipe.timing import StageTimer
from arpipe.topology import load_topology
from arpipe.tracking.context import FrameContext
from arpipe.tracking.face import FaceTracker
from arpipe.tracking.face_config import FaceTrackerConfig
from arpipe.types import Frame, FrameResult, Landmarks, TrackedFace
from tests.scaling import MOST_GROWTH, growth
from tests.tracking.scripted import ScriptedFaces

PIXELS = np.zeros((720, 1280, 3), np.uint8)
TOPOLOGY = load_topology("face")
HEADER = ExportHeader(CameraIntrinsics.from_fov(1280, 720, 60.0), "clip.mp4")


def face_at(column, row, size=60.0):
    shape = TOPOLOGY.canonical_m * (1.0, -1.0, -1.0)
    points = (shape - shape.mean(axis=0)) / np.ptp(shape[:, 1]) * size + (column, row, 0.0)
    return Landmarks(points.astype(np.float32), 0.99, TOPOLOGY)


def crowd(number):
    """Faces side by side, in rows of eight."""
    return [face_at(100 + 150 * (index % 8), 60 + 100 * (index // 8)) for index in range(number)]


def result_of(index, faces):
    tracked = tuple(TrackedFace(each + 1, face, None, "tracked", index) for each, face in enumerate(faces))
    return FrameResult(Frame(PIXELS, index / 30.0, index), tracked)


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
@pytest.mark.parametrize("of", ["frames", "faces"])
def test_exporting_is_linear(kind, of, tmp_path):
    def export(number):
        frames, faces = (number, 1) if of == "frames" else (1, number)
        found = crowd(faces)
        path = tmp_path / f"{of}{number}.{kind}"
        with open_export(path, HEADER) as sink:
            for index in range(frames):
                sink.write(result_of(index, found))
        text = path.read_text()
        if kind == "jsonl":
            assert len(json.loads(text.splitlines()[-1])["faces"]) == faces

    export(1)  # imports what is needed
    assert max(growth(export, 8)) < MOST_GROWTH


class Crowd(ScriptedFaces):
    """Faces that stay where they are; finding the one in a square takes the same time in any crowd."""

    def __init__(self, faces):
        super().__init__(lambda _: faces, TOPOLOGY)
        self._faces = faces
        self._centers_px = np.array([face.box_px.reshape(2, 2).mean(axis=0) for face in faces])

    def locate(self, frame, rois, timer):
        nearest = [int(np.abs(self._centers_px - roi.center_px).sum(axis=1).argmin()) for roi in rois]
        return [FaceObservation(self._faces[index], next_roi(self._faces[index])) for index in nearest]


def test_tracking_many_faces_is_linear():
    def track(number):
        networks = Crowd(crowd(number))
        tracker = FaceTracker(FaceTrackerConfig(max_faces=number), networks, networks)
        timer = StageTimer()
        for index in range(6):
            timer.begin_frame(index)
            found = tracker.update(FrameContext(Frame(PIXELS, index / 30.0, index), timer))
        assert len(found) == number

    track(2)
    assert max(growth(track, 8)) < MOST_GROWTH


def test_listing_effects_is_linear():
    def list_effects(number):
        packs = [load_effect(f"background(color=#0000{index:02x})") for index in range(number)]
        renderer = EffectRenderer(effects=packs)
        assert renderer.needs
        active = ActiveEffects()
        for _ in range(2):
            active.update(packs)
        assert len(active.layers) == number
        active.close()

    list_effects(1)
    assert max(growth(list_effects, 8)) < MOST_GROWTH
