import numpy as np
import pytest

import arpipe.mediapipe as mp
from arpipe.mediapipe.framework.formats.detection_pb2 import Detection
from arpipe.mediapipe.framework.formats.landmark_pb2 import NormalizedLandmarkList

drawing = mp.solutions.drawing_utils


def landmarks(*points):
    return NormalizedLandmarkList(landmark=[{"x": x, "y": y} for x, y in points])


def blank(size=100):
    return np.zeros((size, size, 3), np.uint8)


def test_a_landmark_is_a_dot_with_a_white_rim():
    image = blank()
    drawing.draw_landmarks(
        image, landmarks((0.5, 0.5)), landmark_drawing_spec=drawing.DrawingSpec((9, 8, 7), -1, 5)
    )
    assert image[50, 50].tolist() == [9, 8, 7]
    assert image[50, 56].tolist() == list(drawing.WHITE_COLOR)
    assert not image[50, 58].any()


def test_lines_are_drawn_between_visible_landmarks_only():
    for hidden in ("visibility", "presence"):
        image, points = blank(), landmarks((0.2, 0.5), (0.8, 0.5))
        drawing.draw_landmarks(image, points, [(0, 1)], landmark_drawing_spec=None)
        assert image[50, 50].any()
        image = blank()
        setattr(points.landmark[1], hidden, 0.4)
        drawing.draw_landmarks(image, points, [(0, 1)], landmark_drawing_spec=None)
        assert not image.any()


def test_specs_are_chosen_by_index_and_pair():
    image = blank()
    drawing.draw_landmarks(
        image,
        landmarks((0.2, 0.2), (0.8, 0.2)),
        [(0, 1)],
        landmark_drawing_spec={0: drawing.DrawingSpec((1, 1, 1), -1), 1: drawing.DrawingSpec((2, 2, 2), -1)},
        connection_drawing_spec={(0, 1): drawing.DrawingSpec((3, 3, 3))},
    )
    assert [image[20, x, 0] for x in (20, 50, 80)] == [1, 3, 2]


def test_nothing_is_drawn_of_nothing():
    image = blank()
    drawing.draw_landmarks(image, None, [(0, 1)])
    drawing.draw_landmarks(image, landmarks((0.5, 0.5)), is_drawing_landmarks=False)
    drawing.draw_landmarks(image, landmarks((1.5, 0.5), (0.5, -0.1)), [(0, 1)])
    assert not image.any()


def test_a_detection_outside_of_the_image_is_left_out():
    image, found = (
        blank(),
        Detection(location_data={"format": 2, "relative_keypoints": [{"x": 1.5, "y": 0.5}]}),
    )
    found.location_data.relative_bounding_box.xmin = -0.5
    drawing.draw_detection(image, found)
    assert not image.any()


def test_other_images_are_refused():
    for image in (np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4), np.uint8)):
        with pytest.raises(ValueError, match="Input image must contain three channel bgr data"):
            drawing.draw_landmarks(image, landmarks((0.5, 0.5)))


def test_places_become_pixels_within_the_image():
    convert = drawing._normalized_to_pixel_coordinates
    assert convert(0.0, 1.0, 640, 480) == (0, 479)
    assert convert(0.5, 0.25, 640, 480) == (320, 120)
    assert convert(1.1, 0.5, 640, 480) is None


def test_plotting_names_the_missing_package(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        drawing.plot_landmarks(landmarks((0.5, 0.5)))
