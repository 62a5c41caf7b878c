import logging
import threading

import numpy as np
import pytest

import arpipe.mediapipe as mp

pytestmark = pytest.mark.weights

solutions = mp.solutions
EVERY_SOLUTION = {
    "face_detection": solutions.face_detection.FaceDetection,
    "face_mesh": solutions.face_mesh.FaceMesh,
    "hands": solutions.hands.Hands,
    "pose": solutions.pose.Pose,
    "holistic": solutions.holistic.Holistic,
    "selfie_segmentation": solutions.selfie_segmentation.SelfieSegmentation,
}
every_solution = pytest.mark.parametrize("make", EVERY_SOLUTION.values(), ids=EVERY_SOLUTION)


def points(landmarks):
    return np.array([(p.x, p.y, p.z) for p in landmarks.landmark])


def moved(picture, frames=6):
    """A clip: the picture shifted a little more in each frame."""
    return [np.roll(picture, 4 * index, axis=1) for index in range(frames)]


@every_solution
def test_other_images_are_refused(make):
    with make() as network:
        for shape in ((3, 3, 4), (3, 3), (3, 3, 1)):
            with pytest.raises(ValueError, match="Input image must contain three channel rgb data."):
                network.process(np.zeros(shape, np.uint8))
        with pytest.raises(TypeError, match="float32"):
            network.process(np.zeros((9, 9, 3), np.float32))
        with pytest.raises(TypeError, match="NoneType"):
            network.process(None)


@pytest.mark.parametrize("confidence", [-0.1, 1.5, 50, float("nan")])
@pytest.mark.parametrize("name", ["face_mesh", "hands", "pose", "holistic"])
def test_a_least_score_outside_0_to_1_is_refused(name, confidence):
    with pytest.raises(ValueError, match=r"min_detection_confidence has to be in \[0, 1\]"):
        EVERY_SOLUTION[name](min_detection_confidence=confidence)


@every_solution
def test_a_closed_solution_says_so(make, portrait):
    network = make()
    network.close()
    network.close()
    with pytest.raises(ValueError, match="is closed"):
        network.process(portrait)


@every_solution
def test_nothing_is_found_on_a_blank_image(make):
    with make() as network:
        result = network.process(np.full((100, 100, 3), 255, np.uint8))
    for name in result._fields:
        found = getattr(result, name)
        assert found is None or (name == "segmentation_mask" and found.max() < 1 / 255)


@every_solution
def test_views_are_taken_like_copies(make, portrait):
    wide = np.concatenate([portrait, portrait[:, ::-1]], axis=1)
    with make() as one, make() as other:
        assert repr(one.process(wide[:, :512])) == repr(other.process(portrait))


@every_solution
def test_reset_begins_another_stream(make, portrait):
    first, last = moved(portrait)[0], moved(portrait)[-1]
    with make() as network:
        before = repr(network.process(first))
        network.process(last)
        network.reset()
        assert repr(network.process(first)) == before


def test_a_face_has_landmarks_without_visibility(portrait):
    with (
        solutions.face_mesh.FaceMesh() as plain,
        solutions.face_mesh.FaceMesh(refine_landmarks=True) as refined,
    ):
        (face,) = plain.process(portrait).multi_face_landmarks
        (fine,) = refined.process(portrait).multi_face_landmarks
    assert (len(face.landmark), len(fine.landmark)) == (468, 478)
    assert not face.landmark[0].HasField("visibility")
    assert 0.35 < face.landmark[1].x < 0.55  # the nose tip
    assert 0.15 < face.landmark[1].y < 0.35
    assert np.abs(points(face) - points(fine)[:468]).max() < 0.05


def test_static_images_do_not_depend_on_those_before(portrait):
    frames = moved(portrait)
    with solutions.pose.Pose(static_image_mode=True) as network:
        alone = points(network.process(frames[-1]).pose_landmarks)
        network.process(frames[0])
        assert np.array_equal(points(network.process(frames[-1]).pose_landmarks), alone)


def test_landmarks_of_a_clip_are_smoothed_unless_told_not_to(portrait):
    frames = moved(portrait)
    last = {}
    for smooth in (True, False):
        with solutions.pose.Pose(smooth_landmarks=smooth) as network:
            last[smooth] = [points(network.process(frame).pose_landmarks)[0, 0] for frame in frames][-1]
    assert last[True] < last[False] - 0.001  # the smoothed nose lags behind the motion to the right


def test_a_person_s_mask_covers_the_person(portrait):
    with solutions.pose.Pose(enable_segmentation=True) as network:
        result = network.process(portrait)
        assert network.process(portrait).segmentation_mask.shape == (512, 512)
    mask, nose = result.segmentation_mask, result.pose_landmarks.landmark[0]
    assert mask.dtype == np.float32
    assert mask[int(nose.y * 512), int(nose.x * 512)] > 0.9
    assert mask[:20, :20].max() < 0.1
    with solutions.pose.Pose() as network:
        assert network.process(portrait).segmentation_mask is None


def test_world_landmarks_are_metres_around_the_hips(portrait):
    with solutions.pose.Pose() as network:
        result = network.process(portrait)
    world, image = result.pose_world_landmarks, result.pose_landmarks
    hips = points(world)[[23, 24]].mean(axis=0)
    assert np.abs(hips[:2]).max() < 0.02
    assert 0.2 < np.linalg.norm(points(world)[11] - points(world)[12]) < 0.6  # shoulder to shoulder
    assert world.landmark[0].visibility == image.landmark[0].visibility > 0.9
    assert not image.landmark[0].HasField("presence")


def test_thresholds_are_kept(portrait):
    with solutions.face_detection.FaceDetection(min_detection_confidence=0.3) as network:
        (face,) = network.process(portrait).detections
    score = face.score[0]
    with solutions.face_detection.FaceDetection(min_detection_confidence=score + 0.01) as network:
        assert network.process(portrait).detections is None
    with solutions.face_mesh.FaceMesh(min_tracking_confidence=1.0) as network:
        assert network.process(portrait).multi_face_landmarks is None
    with solutions.pose.Pose(min_detection_confidence=1.0) as network:
        assert network.process(portrait).pose_landmarks is None


def test_a_detection_has_a_box_and_six_key_points(portrait):
    module = solutions.face_detection
    with module.FaceDetection(model_selection=1) as network:
        (face,) = network.process(portrait).detections
    box = face.location_data.relative_bounding_box
    nose = module.get_key_point(face, module.FaceKeyPoint.NOSE_TIP)
    assert box.xmin < nose.x < box.xmin + box.width
    assert box.ymin < nose.y < box.ymin + box.height
    assert len(face.location_data.relative_keypoints) == len(module.FaceKeyPoint)
    assert module.get_key_point(None, module.FaceKeyPoint.NOSE_TIP) is None


def test_holistic_finds_the_face_of_its_body(portrait):
    with solutions.holistic.Holistic(refine_face_landmarks=True, enable_segmentation=True) as network:
        result = network.process(portrait)
        again = network.process(portrait)
    nose, tip = result.pose_landmarks.landmark[0], result.face_landmarks.landmark[1]
    assert np.hypot(nose.x - tip.x, nose.y - tip.y) < 0.03
    assert len(result.face_landmarks.landmark) == 478
    assert np.abs(points(again.face_landmarks) - points(result.face_landmarks)).max() < 0.01
    assert result.segmentation_mask.shape == (512, 512)


def test_absent_networks_are_named_and_the_full_one_takes_their_place(portrait, caplog):
    with caplog.at_level(logging.WARNING), solutions.pose.Pose(model_complexity=2) as network:
        assert len(network.process(portrait).pose_landmarks.landmark) == 33
    assert "does not ship its heavy body network: the full one is used" in caplog.text


@pytest.mark.parametrize(
    ("make", "arguments", "error"),
    [
        (solutions.face_mesh.FaceMesh, {"max_num_faces": 0}, ValueError),
        (solutions.face_mesh.FaceMesh, {"max_num_faces": 1.5}, TypeError),
        (solutions.hands.Hands, {"model_complexity": 2}, ValueError),
        (solutions.hands.Hands, {"model_complexity": 0.5}, TypeError),
        (solutions.hands.Hands, {"min_detection_confidence": None}, TypeError),
        (solutions.pose.Pose, {"model_complexity": 3}, ValueError),
        (solutions.selfie_segmentation.SelfieSegmentation, {"model_selection": 2}, ValueError),
    ],
)
def test_wrong_arguments_are_refused(make, arguments, error):
    with pytest.raises(error):
        make(**arguments)


def test_results_can_be_changed(portrait):
    with solutions.face_mesh.FaceMesh() as network:
        result = network.process(portrait)
    result.multi_face_landmarks[0].landmark[0].x = 0.125
    assert result.multi_face_landmarks[0].landmark[0].x == 0.125
    result.multi_face_landmarks = None
    assert result.multi_face_landmarks is None


@pytest.mark.slow
def test_twenty_instances_in_four_threads_agree_with_one(portrait):
    frames = moved(portrait, 3)

    def run(make):
        with make() as network:
            return [repr(network.process(frame)) for frame in frames]

    makers = list(EVERY_SOLUTION.values())[:5]
    expected = [run(make) for make in makers]
    jobs, found = [(index % 5, index) for index in range(20)], {}
    take = threading.Lock()

    def work():
        while True:
            with take:
                if not jobs:
                    return
                maker, index = jobs.pop()
            found[index] = run(makers[maker]) == expected[maker]

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == dict.fromkeys(range(20), True)
