import cv2
import numpy as np
import pytest

from arpipe.models.face_detector import FaceDetector
from arpipe.models.face_search import MIN_TILE_PX, AutoFaceDetector, TiledFaceDetector, tiles
from arpipe.timing import StageTimer
from arpipe.types import Frame


def frame(pixels):
    return Frame(np.ascontiguousarray(pixels), 0.0, 0)


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (2048, 922), (4000, 330), (641, 641)])
def test_tiles_cover_the_frame_and_overlap(size):
    width, height = size
    covered = np.zeros((height, width), int)
    for roi in tiles(width, height):
        x0, y0 = np.floor(roi.center_px - roi.size_px / 2).astype(int).clip(0)
        x1, y1 = np.ceil(roi.center_px + roi.size_px / 2).astype(int)
        covered[y0:y1, x0:x1] += 1
        assert roi.size_px >= MIN_TILE_PX
    assert (covered > 0).all()
    assert covered.max() > 1


def test_a_small_frame_has_no_tiles():
    assert tiles(300, 200) == []


@pytest.mark.weights
def test_auto_searches_further_where_the_short_range_finds_nothing(runtime, made_faces):
    small = made_faces["scaled_0.3"]
    short = FaceDetector("short", runtime)
    assert short.detect(frame(small), StageTimer()) == ()
    auto = AutoFaceDetector(runtime)
    (face,) = auto.detect(frame(small), StageTimer())
    assert np.linalg.norm(face.box_px.reshape(2, 2).mean(axis=0) - (320, 240)) < 10


@pytest.mark.weights
def test_auto_adds_the_faces_that_the_short_range_misses(runtime, made_faces):
    twelve = frame(made_faces["twelve"])
    short = FaceDetector("short", runtime)
    assert len(short.detect(twelve, StageTimer())) < 12
    auto = AutoFaceDetector(runtime, wanted=12)
    found = auto.detect(twelve, StageTimer())
    centers = np.array([face.box_px.reshape(2, 2).mean(axis=0) for face in found])
    assert sorted({(int(x // 200), int(y // 200)) for x, y in centers}) == [
        (x, y) for x in range(4) for y in range(3)
    ]
    assert len(found) == 12


@pytest.mark.weights
def test_a_group_is_found_tile_by_tile(runtime, made_faces):
    small = cv2.resize(made_faces["twelve"], (400, 300), interpolation=cv2.INTER_AREA)
    picture = np.full((900, 1600, 3), 128, np.uint8)
    places = [(0, 0), (1200, 600), (600, 300)]
    for x, y in places:
        picture[y : y + 300, x : x + 400] = small
    wanted = 12 * len(places)
    for detector, least in [(AutoFaceDetector(runtime, wanted), 0), (TiledFaceDetector(runtime, wanted), 30)]:
        found = detector.detect(frame(picture), StageTimer())
        inside = [
            any(
                x <= face.keypoints_px[2, 0] < x + 400 and y <= face.keypoints_px[2, 1] < y + 300
                for x, y in places
            )
            for face in found
        ]
        assert all(inside)
        assert least <= len(found) <= wanted


@pytest.mark.weights
def test_all_of_the_solvay_conference_are_found(runtime, shared_data):
    pixels = cv2.imread(str(shared_data / "vladmandic-human" / "samples" / "in" / "solvay1927.jpg"))
    detector = TiledFaceDetector(runtime, wanted=40)
    assert len(detector.detect(frame(pixels[..., ::-1]), StageTimer())) == 29
