import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest

import arpipe.mediapipe as mp
from arpipe.errors import WeightsError
from arpipe.weights import store
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.weights

vision = mp.tasks.vision
EXPRESSIONS = Path(__file__).parents[1] / "golden" / "expressions"
Mode = vision.RunningMode
TASKS = {
    "face_detector": (vision.FaceDetector, vision.FaceDetectorOptions),
    "face_landmarker": (vision.FaceLandmarker, vision.FaceLandmarkerOptions),
    "hand_landmarker": (vision.HandLandmarker, vision.HandLandmarkerOptions),
    "pose_landmarker": (vision.PoseLandmarker, vision.PoseLandmarkerOptions),
}
every_task = pytest.mark.parametrize(("task", "options"), TASKS.values(), ids=TASKS)


def image(pixels):
    return mp.Image(image_format=mp.ImageFormat.SRGB, data=pixels)


def made(task, options, **settings):
    return task.create_from_options(options(mp.tasks.BaseOptions(), **settings))


def test_both_addresses_hold_the_same_tasks():
    from arpipe.mediapipe.tasks.python.components.containers import landmark
    from arpipe.mediapipe.tasks.python.vision.hand_landmarker import HandLandmarker

    from arpipe.mediapipe.tasks import python
    from arpipe.mediapipe.tasks.python import vision as other

    assert other is vision
    assert HandLandmarker is vision.HandLandmarker
    assert landmark.NormalizedLandmark is mp.tasks.components.containers.NormalizedLandmark
    assert python.BaseOptions is mp.tasks.BaseOptions


def test_a_face_has_478_landmarks_and_a_pose(portrait):
    with made(
        vision.FaceLandmarker, vision.FaceLandmarkerOptions, output_facial_transformation_matrixes=True
    ) as task:
        result = task.detect(image(portrait))
    (face,), (matrix,) = result.face_landmarks, result.facial_transformation_matrixes
    assert len(face) == 478
    assert 0.35 < face[1].x < 0.55
    assert matrix.shape == (4, 4)
    assert np.allclose(matrix[:3, :3] @ matrix[:3, :3].T, np.eye(3), atol=1e-6)
    assert matrix[2, 3] < -20  # cm before the camera, which looks along -z
    assert result.face_blendshapes == []


def test_a_face_has_the_blendshapes_of_mediapipe_tasks(portrait):
    with made(vision.FaceLandmarker, vision.FaceLandmarkerOptions, output_face_blendshapes=True) as task:
        (shapes,) = task.detect(image(portrait)).face_blendshapes
    with np.load(EXPRESSIONS / "expressions.npz") as golden:
        expected = golden["scores"][0]
    assert [shape.index for shape in shapes] == list(range(52))
    assert (shapes[0].category_name, shapes[25].category_name) == ("_neutral", "jawOpen")
    assert {shape.display_name for shape in shapes} == {""}
    np.testing.assert_allclose([shape.score for shape in shapes], expected, atol=0.005)


def test_a_gesture_is_recognised_in_an_image(shared_data):
    path = (
        shared_data / "mediapipe-samples/examples/gesture_recognizer/ios/GestureRecognizerTests/thumbs-up.png"
    )
    with made(vision.GestureRecognizer, vision.GestureRecognizerOptions) as task:
        result = task.recognize(mp.Image.create_from_file(str(path)))
    ((gesture,),) = result.gestures
    assert (gesture.category_name, gesture.index, gesture.display_name) == ("Thumb_Up", -1, "")
    assert gesture.score == pytest.approx(0.8537, abs=0.005)  # of MediaPipe 0.10.21, on a turned crop
    assert result.handedness[0][0].category_name == "Right"
    assert (len(result.hand_landmarks[0]), len(result.hand_world_landmarks[0])) == (21, 21)


@pytest.mark.parametrize(
    ("settings", "label"),
    [
        ({"category_denylist": ["Thumb_Up"]}, "None"),
        ({"category_allowlist": ["Victory"]}, "Victory"),
        ({"score_threshold": 0.95}, "None"),
    ],
)
def test_gestures_can_be_limited(settings, label, shared_data):
    path = (
        shared_data / "mediapipe-samples/examples/gesture_recognizer/ios/GestureRecognizerTests/thumbs-up.png"
    )
    canned = mp.tasks.components.processors.ClassifierOptions(**settings)
    options = vision.GestureRecognizerOptions
    with made(vision.GestureRecognizer, options, canned_gesture_classifier_options=canned) as task:
        ((gesture,),) = task.recognize(mp.Image.create_from_file(str(path))).gestures
    assert gesture.category_name == label


def test_gestures_follow_a_video(portrait):
    options = vision.GestureRecognizerOptions
    with made(vision.GestureRecognizer, options, running_mode=Mode.VIDEO) as task:
        assert task.recognize_for_video(image(portrait), 0).gestures == []
        with pytest.raises(ValueError, match="image mode"):
            task.recognize(image(portrait))


def test_a_body_is_found_with_its_mask(portrait):
    with made(vision.PoseLandmarker, vision.PoseLandmarkerOptions, output_segmentation_masks=True) as task:
        result = task.detect(image(portrait))
    (body,), (mask,) = result.pose_landmarks, result.segmentation_masks
    assert len(body) == len(result.pose_world_landmarks[0]) == 33
    assert body[0].visibility > 0.9
    assert mask.numpy_view()[int(body[0].y * 512), int(body[0].x * 512)] > 0.9


def test_several_bodies_are_found_when_asked_for(portrait):
    twice = np.concatenate([portrait, np.full_like(portrait, 128), portrait], axis=1)
    with made(vision.PoseLandmarker, vision.PoseLandmarkerOptions, num_poses=2) as task:
        bodies = task.detect(image(twice)).pose_landmarks
    assert sorted(body[0].x > 0.5 for body in bodies) == [False, True]


def test_a_task_and_its_solution_agree(portrait):
    with made(vision.PoseLandmarker, vision.PoseLandmarkerOptions) as task:
        body = task.detect(image(portrait)).pose_landmarks[0]
    with mp.solutions.pose.Pose(static_image_mode=True) as solution:
        other = solution.process(portrait).pose_landmarks.landmark
    assert [point.x for point in body] == pytest.approx([point.x for point in other], abs=1e-6)


def test_people_are_segmented(portrait):
    with made(vision.ImageSegmenter, vision.ImageSegmenterOptions, output_category_mask=True) as task:
        result = task.segment(image(portrait))
    (confidence,) = result.confidence_masks
    assert confidence.image_format is mp.ImageFormat.VEC32F1
    assert np.array_equal(result.category_mask.numpy_view() == 0, confidence.numpy_view() > 0.5)
    with pytest.raises(ValueError, match="output_confidence_masks or output_category_mask"):
        made(vision.ImageSegmenter, vision.ImageSegmenterOptions, output_confidence_masks=False)


@every_task
def test_nothing_is_found_on_a_blank_image(task, options):
    with made(task, options) as made_task:
        result = made_task.detect(image(np.full((100, 100, 3), 255, np.uint8)))
    assert not any(vars(result).values())


@every_task
def test_videos_need_rising_times(task, options, portrait):
    with made(task, options, running_mode=Mode.VIDEO) as made_task:
        first = made_task.detect_for_video(image(portrait), 0)
        assert any(vars(first).values()) or task is vision.HandLandmarker
        made_task.detect_for_video(image(portrait), 33)
        with pytest.raises(ValueError, match="monotonically increasing"):
            made_task.detect_for_video(image(portrait), 33)
        with pytest.raises(ValueError, match="not initialized with the image mode"):
            made_task.detect(image(portrait))


def test_a_live_stream_answers_on_another_thread_and_drops_what_it_cannot_keep_up_with(portrait):
    answers, working, go_on = [], threading.Event(), threading.Event()

    def callback(result, shown, timestamp_ms):
        answers.append((len(result.detections), shown.width, timestamp_ms, threading.get_ident()))
        working.set()
        go_on.wait(PATIENCE_S)

    with made(
        vision.FaceDetector,
        vision.FaceDetectorOptions,
        running_mode=Mode.LIVE_STREAM,
        result_callback=callback,
    ) as task:
        task.detect_async(image(portrait), 1)
        assert working.wait(PATIENCE_S)
        task.detect_async(image(portrait), 2)
        go_on.set()
    assert [answer[:3] for answer in answers] == [(1, 512, 1)]
    assert answers[0][3] != threading.get_ident()


def test_an_error_of_the_callback_is_raised_by_the_next_call(portrait):
    def callback(result, shown, timestamp_ms):
        raise KeyError(timestamp_ms)

    task = made(
        vision.FaceDetector,
        vision.FaceDetectorOptions,
        running_mode=Mode.LIVE_STREAM,
        result_callback=callback,
    )
    with task:
        task.detect_async(image(portrait), 1)
        task._pending.exception(PATIENCE_S)
        with pytest.raises(KeyError):
            task.detect_async(image(portrait), 2)
        task.detect_async(image(portrait), 3)  # the stream goes on
        with pytest.raises(KeyError, match="3"):
            task.close()
        task.close()


def test_a_callback_may_close_its_task(portrait):
    closed = threading.Event()

    def callback(result, shown, timestamp_ms):
        task.close()
        closed.set()

    task = made(
        vision.FaceDetector,
        vision.FaceDetectorOptions,
        running_mode=Mode.LIVE_STREAM,
        result_callback=callback,
    )
    task.detect_async(image(portrait), 1)
    assert closed.wait(PATIENCE_S)
    task.close()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"num_faces": 0}, ValueError, "num_faces has to be at least 1, got 0"),
        ({"min_face_presence_confidence": 50}, ValueError, r"has to be in \[0, 1\], got 50"),
        ({"min_face_detection_confidence": "high"}, TypeError, r"a number in \[0, 1\], got 'high'"),
    ],
)
def test_options_out_of_range_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        made(vision.FaceLandmarker, vision.FaceLandmarkerOptions, **options)


def test_options_of_another_task_and_bare_pixels_are_refused(portrait):
    with pytest.raises(TypeError, match="expected FaceDetectorOptions, got NoneType"):
        vision.FaceDetector.create_from_options(None)
    with (
        made(vision.FaceDetector, vision.FaceDetectorOptions) as task,
        pytest.raises(TypeError, match=r"expected an mp.Image, got ndarray; wrap RGB pixels"),
    ):
        task.detect(portrait)


def test_callbacks_belong_to_live_streams():
    for mode, callback in ((Mode.LIVE_STREAM, None), (Mode.VIDEO, print)):
        with pytest.raises(ValueError, match="result callback"):
            made(vision.FaceDetector, vision.FaceDetectorOptions, running_mode=mode, result_callback=callback)


def test_a_closed_task_says_so(portrait):
    task = made(vision.FaceDetector, vision.FaceDetectorOptions)
    task.close()
    task.close()
    with pytest.raises(ValueError, match="is closed"):
        task.detect(image(portrait))


def test_a_model_file_with_the_same_weights_is_taken(tmp_path, portrait):
    path = tmp_path / "hand_landmarker.task"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hand_detector.tflite", store.source("palm_detector_full"))
        archive.writestr("hand_landmarks_detector.tflite", store.source("hand_landmarks_full"))
    with vision.HandLandmarker.create_from_model_path(str(path)) as task:
        assert task.detect(image(portrait)).hand_landmarks == []


def test_a_model_file_with_other_weights_is_refused(tmp_path):
    other = tmp_path / "other.tflite"
    other.write_bytes(store.source("face_detector_full"))
    with pytest.raises(WeightsError, match="holds other weights than the network 'face_detector_short'"):
        vision.FaceDetector.create_from_model_path(str(other))
    with zipfile.ZipFile(tmp_path / "x.task", "w") as archive:
        archive.writestr("x", "y")
    with pytest.raises(WeightsError, match="holds no hand_detector.tflite"):
        vision.HandLandmarker.create_from_model_path(str(tmp_path / "x.task"))
    with pytest.raises(FileNotFoundError, match="leave model_asset_path out"):
        vision.HandLandmarker.create_from_model_path(str(tmp_path / "none.task"))


def test_what_no_network_reaches_is_named():
    for name in ("ImageClassifier", "ImageClassifierOptions", "ObjectDetector"):
        with pytest.raises(AttributeError, match="no networks"):
            getattr(vision, name)


def test_images_have_formats(tmp_path, portrait):
    opaque = np.dstack([portrait, np.full(portrait.shape[:2], 255, np.uint8)])
    with made(vision.FaceDetector, vision.FaceDetectorOptions) as task:
        seen = [task.detect(mp.Image(mp.ImageFormat.SRGBA, opaque)), task.detect(image(portrait))]
        assert seen[0] == seen[1]
        with pytest.raises(ValueError, match="expected an image of SRGB or SRGBA, got GRAY8"):
            task.detect(mp.Image(mp.ImageFormat.GRAY8, portrait[..., 0]))
    with pytest.raises(ValueError, match=r"SRGB needs \(h, w, 3\) uint8, got \(4, 4\) uint8"):
        mp.Image(mp.ImageFormat.SRGB, np.zeros((4, 4), np.uint8))
    copy = image(portrait)
    assert (copy.width, copy.height, copy.channels) == (512, 512, 3)
    assert not copy.numpy_view().flags.writeable
    assert copy[0, 0, 1] == portrait[0, 0, 1]
