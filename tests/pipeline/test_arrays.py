"""Arrays in, and what a person can do with the results."""

import copy
import json
import pickle

import numpy as np
import pytest

import arpipe
from arpipe.errors import ConfigError, MediaNotFound
from arpipe.io.sample import sample_portrait
from arpipe.pipeline.pipeline import Pipeline
from arpipe.types import Frame, FrameResult

pytestmark = pytest.mark.weights


@pytest.fixture(scope="module")
def portrait():
    return sample_portrait(640, 360).pixels


def points(result):
    (face,) = result.faces
    return face.landmarks.points_px


def test_arrays_views_and_frames_are_the_same_picture(portrait):
    wide = np.zeros((360, 1280, 3), np.uint8)
    wide[:, ::2] = portrait
    expected = None
    for picture in (
        Frame(portrait, 0.0, 0),
        portrait,
        wide[:, ::2],
        Frame.from_bgr(portrait[..., ::-1]),
        Frame.from_rgb(wide[:, ::2]),
    ):
        with Pipeline() as pipeline:
            found = points(pipeline.detect(picture))
        expected = found if expected is None else expected
        assert np.array_equal(found, expected)


def test_the_pipeline_counts_arrays_and_stamps_them(portrait):
    with Pipeline() as pipeline:
        frames = [pipeline.detect(portrait).frame for _ in range(2)]
        frames.append(pipeline.detect(Frame(portrait, frames[1].captured_s + 1.0, 7)).frame)
        frames.append(pipeline.detect(portrait, captured_s=1e9).frame)
        assert [frame.index for frame in frames] == [0, 1, 7, 8]
        assert frames[0].captured_s < frames[1].captured_s
        assert frames[3].captured_s == 1e9
        pipeline.reset()
        assert pipeline.detect(portrait).frame.index == 0
        with pytest.raises(ValueError, match="has its own captured_s"):
            pipeline.detect(frames[0], captured_s=1.0)


def test_wrong_arrays_are_refused():
    with Pipeline() as pipeline, pytest.raises(ValueError, match="drop the alpha channel"):
        pipeline.process(np.zeros((4, 4, 4), np.uint8))


def test_common_arguments_take_the_place_of_a_configuration(portrait):
    with Pipeline(effects="aviator", max_faces=2, fov_deg=60) as pipeline:
        assert [pack.name for pack in pipeline.renderer.packs] == ["aviator"]
        assert pipeline.config.perception.face.max_faces == 2
        assert pipeline.config.camera.fov_deg == 60
        camera = pipeline.detect(portrait).camera
        assert camera.fy == pytest.approx(360 / 2 / np.tan(np.radians(30)))
    with Pipeline(mode="image") as pipeline:
        assert [pipeline.detect(portrait).faces[0].track_id for _ in range(2)] == [1, 2]
    with pytest.raises(ConfigError, match=r"Pipeline: mode: .*got 'photo'"):
        Pipeline(mode="photo")
    with pytest.raises(ConfigError, match=r"Pipeline: max_faces: .*greater than or equal to 1"):
        Pipeline(max_faces=0)
    with pytest.raises(ConfigError, match="Pipeline: fov_deg"):
        Pipeline(fov_deg=200)


def test_a_configuration_of_another_type_is_refused():
    with pytest.raises(
        ConfigError, match=r"expected arpipe.PipelineConfig, got str; .*Pipeline\(effects=…\)"
    ):
        Pipeline("aviator")


def test_a_pipeline_prints_in_one_line_and_is_never_copied():
    with Pipeline(effects="aviator") as pipeline:
        assert repr(pipeline) == "Pipeline(effects=[aviator], Perception(face, occlusion))"
        for owner in (pipeline, pipeline.perception, pipeline.renderer):
            for duplicate in (copy.copy, copy.deepcopy, pickle.dumps):
                with pytest.raises(TypeError, match="make one in each process"):
                    duplicate(owner)
    assert repr(pipeline).endswith("closed))")


def test_results_can_be_sent_to_another_process(portrait):
    with Pipeline(mode="image") as pipeline:
        result = pipeline.detect(portrait)
    received = pickle.loads(pickle.dumps(result))  # noqa: S301 - our own bytes
    assert received.to_dict() == result.to_dict()
    assert np.array_equal(received.faces[0].landmarks["nose_tip"], result.faces[0].landmarks["nose_tip"])


def test_landmarks_are_a_sequence_and_an_array(portrait):
    with Pipeline() as pipeline:
        landmarks = pipeline.detect(portrait).faces[0].landmarks
    assert len(landmarks) == len(list(landmarks)) == 478
    assert np.array_equal(landmarks[1], landmarks["nose_tip"])
    assert np.array_equal(landmarks[:2], landmarks.points_px[:2])
    assert np.array_equal(landmarks[-1], landmarks.points_px[-1])
    assert np.shares_memory(np.asarray(landmarks), landmarks.points_px)
    assert np.asarray(landmarks, np.float64).dtype == np.float64
    with pytest.raises(IndexError):
        landmarks[478]
    with pytest.raises(KeyError, match="nose_tip"):
        landmarks["nose_tup"]


def test_results_print_in_one_line_and_become_json(portrait):
    with Pipeline() as pipeline:
        result = pipeline.detect(portrait)
    record = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert set(record) == {
        *("frame", "time_s", "width", "height", "camera", "faces", "bodies", "hands", "objects")
    }
    assert record["camera"]["camera_origin"] == "assumed"
    assert np.allclose(record["faces"][0]["landmarks"], points(result), atol=0.006)
    assert record["faces"][0]["pose"]["yaw_deg"] == pytest.approx(result.faces[0].pose.yaw_deg, abs=1e-4)
    face = result.faces[0]
    for each in (result, face, face.landmarks, face.pose, result.frame):
        text = repr(each)
        assert text.startswith(f"{type(each).__name__}(")
        assert "\n" not in text
        assert len(text) < 200
    assert repr(result).endswith(", 1 face)")
    assert repr(FrameResult(result.frame, mask=np.zeros((2, 2), np.float32))).endswith(", a mask)")


def test_landmarks_of_a_photo_in_one_line(portrait, tmp_path):
    from PIL import Image

    Image.fromarray(portrait).save(tmp_path / "photo.png")
    (from_file,) = arpipe.landmarks(tmp_path / "photo.png")
    (from_array,) = arpipe.landmarks(portrait)
    assert np.array_equal(from_file, from_array)
    assert len(from_file) == 478
    assert arpipe.landmarks(np.zeros((64, 64, 3), np.uint8)) == ()
    with pytest.raises(MediaNotFound):
        arpipe.landmarks(tmp_path / "no.png")
