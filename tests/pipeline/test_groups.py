"""Everybody in a photo is found, and nothing else; people in clips keep their ids."""

import json
from pathlib import Path

import numpy as np
import pytest

from arpipe.geometry.boxes import overlap
from arpipe.io.image.reader import read_image
from arpipe.io.sources import open_source
from arpipe.pipeline.perception import Perception
from arpipe.pipeline.perception_config import PerceptionConfig
from arpipe.tracking.face_config import FaceTrackerConfig
from arpipe.types import Frame

pytestmark = pytest.mark.weights

GOLDENS = Path(__file__).parents[1] / "golden" / "groups" / "faces.json"
SAME_FACE = 0.3  # intersection over union of a hand-drawn box and the box of the landmarks


@pytest.fixture(scope="module")
def found(shared_data):
    """Name of a photo → boxes of the faces found with the default settings, and the boxes drawn by hand."""
    drawn = {name: boxes for name, boxes in json.loads(GOLDENS.read_text("utf-8")).items() if name}
    results = {}
    with Perception(PerceptionConfig().in_mode("image")) as perception:
        for name, boxes in drawn.items():
            frame = Frame(read_image(shared_data / name), 0.0, 0)
            faces = [face.landmarks.box_px.astype(float) for face in perception.detect(frame).faces]
            results[name] = faces, {kind: np.array(each, float) for kind, each in boxes.items()}
    return results


def matches(box, others):
    return (
        int(np.argmax(overlap(box, others)))
        if len(others) and overlap(box, others).max() > SAME_FACE
        else None
    )


def test_at_least_95_of_100_people_in_groups_are_found(found):
    groups = [result for name, result in found.items() if name.startswith("groups/")]
    seen = sum(len({matches(face, boxes["faces"]) for face in faces} - {None}) for faces, boxes in groups)
    assert seen >= 0.95 * sum(len(boxes["faces"]) for _, boxes in groups)


def test_everybody_at_the_solvay_conference_is_found(found):
    faces, boxes = found["vladmandic-human/samples/in/solvay1927.jpg"]
    assert {matches(face, boxes["faces"]) for face in faces} == set(range(29))


def test_nothing_but_faces_is_found_and_none_twice(found):
    for name, (faces, boxes) in found.items():
        known = np.concatenate(list(boxes.values()))
        owners = [matches(face, known) for face in faces]
        assert None not in owners, f"{name}: {faces[owners.index(None)]}"
        assert len(set(owners)) == len(owners), name


def test_two_people_of_a_clip_have_two_ids_although_one_turns_away_twice(shared_data):
    config = PerceptionConfig(face=FaceTrackerConfig(max_faces=4, mode="live"))
    ids, away = set(), 0
    with Perception(config) as perception, open_source(str(shared_data / CLIP)) as source:
        for frame in source:
            if frame.index >= 40:
                faces = perception.detect(frame).faces
                ids |= {face.track_id for face in faces}
                away += len(faces) == 1
    assert ids == {1, 2}
    assert away > 20


CLIP = Path("mpiigaze_demo/assets/inputs/video04.mp4")
