"""Frames from arrays, and landmarks as sequences, without any network."""

import numpy as np
import pytest

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.topology import load_topology
from arpipe.types import Frame, Landmarks

PIXELS = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)


def test_contiguous_rgb_is_shared_and_views_are_copied():
    assert Frame.from_rgb(PIXELS).pixels is PIXELS
    view = Frame.from_rgb(PIXELS[::2, ::-1], captured_s=1.5, index=3)
    assert view.pixels.flags.c_contiguous
    assert np.array_equal(view.pixels, PIXELS[::2, ::-1])
    assert (view.width, view.height, view.captured_s, view.index) == (6, 2, 1.5, 3)


def test_bgr_is_turned_around():
    frame = Frame.from_bgr(PIXELS)
    assert np.array_equal(frame.pixels, PIXELS[..., ::-1])
    assert frame.pixels.flags.c_contiguous


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (np.zeros((4, 4), np.uint8), r"\(4, 4\) uint8; for a grey picture"),
        (np.zeros((4, 4, 4), np.uint8), r"\(4, 4, 4\) uint8; drop the alpha channel"),
        (np.zeros((4, 4, 3), np.float32), r"float32; for values in \[0, 1\]"),
        (np.zeros((4, 4, 1), np.uint8), r"\(4, 4, 1\) uint8; for a grey picture"),
        (np.zeros((3, 4, 6), np.uint8), r"move the channels to the end"),
        (np.zeros((2, 4, 4, 3), np.uint8), r"give one picture at a time"),
        (np.zeros((4, 4, 3), np.int32), r"int32; for values from 0 to 255"),
        (np.zeros((4, 4, 3), bool), r"expected \(h, w, 3\) uint8, got \(4, 4, 3\) bool$"),
        (None, r"got None; OpenCV gives None"),
        (np.zeros((0, 4, 3), np.uint8), r"expected \(h, w, 3\) uint8, got \(0, 4, 3\)"),
        ("photo.jpg", r"got 'photo.jpg'; open a file by arpipe.open_source"),
    ],
)
@pytest.mark.parametrize("make", [Frame.from_rgb, Frame.from_bgr])
def test_wrong_arrays_are_refused_with_a_hint(make, picture, message):
    with pytest.raises(ValueError, match=message):
        make(picture)


@pytest.mark.parametrize("time_s", ["now", None])
def test_a_time_that_is_no_number_is_refused(time_s):
    with pytest.raises(ValueError, match=r"captured_s: expected seconds, got"):
        Frame(PIXELS, time_s, 0)


def test_patterns_of_frames_have_the_order_of_the_arguments():
    pixels = np.zeros((4, 6, 3), np.uint8)
    match Frame(pixels, 0.5, 7):
        case Frame(array, seconds, index, None):
            assert (array is pixels, seconds, index) == (True, 0.5, 7)
        case other:
            pytest.fail(f"{other} does not match")


def test_stored_pictures_of_another_type_are_refused():
    with pytest.raises(
        ValueError, match=r"Frame.stored: expected a StoredPicture, got ndarray; .*Frame\(pixels\)"
    ):
        Frame(stored=np.zeros((4, 6, 3), np.uint8))
    with pytest.raises(ValueError, match="Frame.stored: expected a StoredPicture, got str$"):
        Frame(stored="in.png")


def test_intrinsics_of_a_frame_are_those_of_its_size():
    height, width = PIXELS.shape[:2]
    camera = CameraIntrinsics.from_fov(width * 2, height * 2)
    with pytest.raises(ValueError, match=r"CameraIntrinsics.resized converts them"):
        Frame(PIXELS, 0.0, 0, camera)
    assert Frame(PIXELS, 0.0, 0, camera.resized(width, height)).camera is not None


def test_landmarks_index_by_name_number_and_slice():
    topology = load_topology("hand")
    points = np.arange(topology.count * 3, dtype=np.float32).reshape(-1, 3)
    landmarks = Landmarks(points, 0.5, topology)
    assert len(landmarks) == len([*landmarks]) == topology.count
    assert np.array_equal(landmarks["wrist"], landmarks[topology.names["wrist"]])
    assert np.array_equal(landmarks[2:4], points[2:4])
    assert np.array_equal(np.asarray(landmarks), points)
    assert not np.shares_memory(np.array(landmarks), points)
    assert repr(landmarks) == "Landmarks('hand', 21 points, score=0.50)"


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_are_not_finite_are_refused_where_they_enter(bad):
    with pytest.raises(ValueError, match="CameraIntrinsics"):
        CameraIntrinsics(bad, 500.0, 1.0, 1.0, 4, 4)
    with pytest.raises(ValueError, match="CameraIntrinsics"):
        CameraIntrinsics(500.0, 500.0, 1.0, 1.0, 4, 4, (bad, 0.0, 0.0, 0.0, 0.0))
