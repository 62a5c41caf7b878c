"""Labelled pictures and clips, and files of labels that are not as they should be."""

import json

import cv2
import numpy as np
import pytest

from arpipe.apps.accuracy.labels import find_labels, read_set
from arpipe.errors import ConfigError

SMALL = {"camera_K": [[300, 0, 15.5], [0, 300, 11.5], [0, 0, 1]], "size": [32, 24]}
CAMERA = {"camera_K": [[600, 0, 31.5], [0, 610, 23.5], [0, 0, 1]], "size": [64, 48]}
TURNED = [[0, -1, 0], [1, 0, 0], [0, 0, 1]]


@pytest.fixture
def folder(tmp_path):
    """Two pictures of different grey, in the other order than their labels."""
    for name, grey in (("a.png", 10), ("b.png", 200)):
        cv2.imwrite(str(tmp_path / name), np.full((48, 64, 3), grey, np.uint8))
    frames = {
        "b.png": {"R_cv": TURNED, "t_cv_mm": [1, 2, 600], "yaw": 3},
        "a.png": {
            "R_cv": np.eye(3).tolist(),
            "camera_K": [[300, 0, 15.5], [0, 300, 11.5], [0, 0, 1]],
            "size": [32, 24],
        },
    }
    (tmp_path / "labels.json").write_text(json.dumps({**CAMERA, "dist": [0.1, 0, 0, 0, 0], "frames": frames}))
    return tmp_path


def test_pictures_come_with_their_own_labels_and_cameras(folder):
    file = find_labels(folder)
    labelled = read_set(folder, file)
    (first, first_truth), (second, second_truth) = labelled
    assert not labelled.is_clip
    assert (first.pixels.mean(), second.pixels.mean()) == (10, 200)
    assert (first_truth.rotation == np.eye(3)).all()
    assert first_truth.place_mm is None
    assert (first.camera.fx, first.camera.width) == (
        600,
        64,
    )  # a camera of half the size, resized to the picture
    assert (second.camera.fx, second.camera.fy, second.camera.distortion[0]) == (600, 610, 0.1)
    assert (second_truth.rotation == TURNED).all()
    assert second_truth.place_mm.tolist() == [1, 2, 600]


def test_labels_are_looked_for_beside_the_media(folder, tmp_path):
    clip = tmp_path / "walk.mp4"
    assert find_labels(clip) is None
    (tmp_path / "walk.labels.json").write_text(json.dumps({**CAMERA, "frames": [{"R_cv": TURNED}]}))
    assert find_labels(clip) == tmp_path / "walk.labels.json"
    assert read_set(clip, find_labels(clip)).is_clip


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "are not JSON"),
        ("{}", "camera_K: Field required; docs/accuracy.md shows the format"),
        (json.dumps({**CAMERA, "frames": {"a.png": {"R_cv": [[1]]}}}), r"frames\."),
    ],
)
def test_wrong_labels_are_refused(tmp_path, content, words):
    (tmp_path / "labels.json").write_text(content)
    with pytest.raises(ConfigError, match=words):
        read_set(tmp_path, tmp_path / "labels.json")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_set(tmp_path, tmp_path / "absent.json")
