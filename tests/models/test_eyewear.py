"""Whether a person already wears glasses."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from arpipe.effects.packs import load_pack
from arpipe.effects.search import pack_folders
from arpipe.io.image.reader import read_image
from arpipe.models.eyewear import SIDE_PX, EyewearClassifier, eyes_square, features
from arpipe.pipeline.perception import Perception
from arpipe.pipeline.perception_config import PerceptionConfig
from arpipe.pipeline.pipeline import Pipeline
from arpipe.timing import StageTimer
from arpipe.topology import load_topology
from arpipe.tracking.context import FrameContext
from arpipe.tracking.face_config import FaceTrackerConfig
from arpipe.tracking.face_eyewear import LOOK_EVERY, EyewearWatch
from arpipe.types import Frame, Landmarks

GOLDENS = Path(__file__).parents[1] / "golden" / "eyewear" / "faces.json"


def frontal(eyes_px, turn=0.0, roll=0.0):
    """A face with the outer corners of its eyes at a distance, the bridge shifted by a share of it."""
    topology = load_topology("face")
    points = np.zeros((topology.count, 3), np.float32)
    across = eyes_px * np.array([np.cos(roll), np.sin(roll)])
    for name, place in (("right_eye_outer", -0.5), ("left_eye_outer", 0.5), ("sellion", turn)):
        points[topology.names[name], :2] = (300.0, 200.0) + place * across
    return Landmarks(points, 1.0, topology)


def test_a_face_and_its_mirror_image_have_the_same_features():
    crop = np.random.default_rng(2).integers(0, 256, (SIDE_PX, SIDE_PX, 3), np.uint8)
    np.testing.assert_allclose(features(crop), features(np.ascontiguousarray(crop[:, ::-1])), atol=1e-4)


@pytest.mark.parametrize(("eyes_px", "turn"), [(29.0, 0.0), (100.0, 0.3), (100.0, -0.3), (0.0, 0.0)])
def test_small_and_turned_faces_cannot_be_told(eyes_px, turn):
    assert eyes_square(frontal(eyes_px, turn)) is None
    frame = Frame(np.zeros((400, 600, 3), np.uint8), 0.0, 0)
    assert EyewearClassifier().score(frame, frontal(eyes_px, turn)) is None


def test_the_square_turns_with_the_eyes_and_lies_a_little_below_them():
    square = eyes_square(frontal(100.0, roll=np.pi / 2))
    assert square.angle_rad == pytest.approx(np.pi / 2)
    assert square.size_px == pytest.approx(190.0)
    assert square.center_px[0] < 300.0  # a quarter turn clockwise: below is left
    assert square.center_px[1] == pytest.approx(200.0)


@pytest.mark.gl
@pytest.mark.weights
def test_drawn_glasses_are_recognised_and_a_bare_face_is(portrait):
    classifier = EyewearClassifier()
    glasses = [name for name in pack_folders() if "glasses" in load_pack(name).tags]
    with Pipeline(mode="image") as pipeline:
        result = pipeline.detect(portrait)
        (face,) = result.faces
        assert face.own_glasses < 0.1
        assert not face.wears_glasses
        found = []
        for name in glasses:
            pipeline.set_effects(name)
            drawn = replace(result.frame, pixels=pipeline.render(result).pixels)
            found.append(classifier.score(drawn, face.landmarks))
    assert sum(score >= 0.9 for score in found) >= len(glasses) - 1, dict(zip(glasses, found, strict=True))


@pytest.mark.weights
def test_people_in_unseen_photos_are_told_and_bare_faces_are_not(shared_data):
    labels = {name: label for name, label in json.loads(GOLDENS.read_text("utf-8")).items() if name}
    right, wrong, wearing = [], [], 0
    faces = FaceTrackerConfig(mode="image", mesh="attention", max_faces=20)
    with Perception(PerceptionConfig(face=faces)) as perception:
        for name, label in labels.items():
            if "#" in name:
                continue
            for face in perception.detect(Frame(read_image(shared_data / name), 0.0, 0)).faces:
                eyes = [face.landmarks[f"{side}_eye_outer"][:2] for side in ("left", "right")]
                near = np.linalg.norm(eyes[0] - eyes[1]) / 2.0
                for wears, places in ((True, label["glasses"]), (False, label["bare"])):
                    if any(np.linalg.norm(np.mean(eyes, axis=0) - place) < near for place in places):
                        wearing += face.wears_glasses
                        (right if face.wears_glasses == wears else wrong).append(name)
    assert wrong == []
    assert len(right) >= 24
    assert wearing == 1


class Scripted:
    """A classifier that answers with the scores of a script."""

    def __init__(self, *scores):
        self._scores = list(scores)

    def score(self, frame, landmarks):
        return self._scores.pop(0)


def test_single_frames_do_not_decide(monkeypatch):
    watch = EyewearWatch()
    monkeypatch.setattr(watch, "_classifier", Scripted(0.95, 0.97, 0.0, None, 0.96, 0.0))
    track = SimpleNamespace(
        track_id=1, age_frames=0, missed=0, own_glasses=None, shown=SimpleNamespace(landmarks=None)
    )
    timer, seen = StageTimer(), []
    for index in range(5 * LOOK_EVERY):
        track.age_frames = index
        frame = Frame(np.zeros((4, 4, 3), np.uint8), index / 30, index)
        watch.look(FrameContext(frame, timer), [track])
        seen.append(track.own_glasses)
    assert seen[0] == 0.95
    assert seen[LOOK_EVERY - 1] == pytest.approx(0.96)
    assert seen[2 * LOOK_EVERY - 1] == pytest.approx(0.64)
    assert seen[3 * LOOK_EVERY - 1] == pytest.approx(0.64)  # it could not tell
    assert seen[4 * LOOK_EVERY - 1] == pytest.approx(0.72)
