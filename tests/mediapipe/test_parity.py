"""The drop-in against what MediaPipe 0.10.21 answered on the same clips (tests/golden/mediapipe)."""

import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

import arpipe.mediapipe as mp

pytestmark = [pytest.mark.weights, pytest.mark.slow]

GOLDENS = Path(__file__).parents[1] / "golden" / "mediapipe" / "clips.npz"
TFJS = "tfjs-models"
CLIPS = {
    "driver": "incluit-driver/data/video2.mp4",
    "scan": "synth_pose/dev/lps_turn.mp4",
    "signing": f"{TFJS}/hand-pose-detection/test_data/asl_hand.25fps.mp4",
    "pointing": "mediapipe-samples/examples/hand_landmarker/android/app/src/androidTest/assets/test_video.mp4",
    "squats": f"{TFJS}/pose-detection/test_data/pose_squats.mp4",
    "stretching": f"{TFJS}/pose-detection/test_data/pose_1.mp4",
}
FRAMES, EVERY, STEP = 75, 5, 1.0 / 32.0  # as in make_goldens.py

# Of the subject's longer side. Crops follow landmarks, so that a difference in the last bit grows: with one value in a
# thousand of the pixels changed by 1, MediaPipe differs as much from itself (0.13 % of a face, 0.12 % of a hand,
# 0.19 % of a body).
MEAN_LIMIT, P99_LIMIT = 0.003, 0.02
AGREEING = 0.99  # of the frames, in presence and in sides


@pytest.fixture
def clip(request, shared_data):
    """Name, frames and recorded answers; skipped where this decoder gives other pixels."""
    name = request.param
    capture, frames = cv2.VideoCapture(str(shared_data / CLIPS[name])), []
    while len(frames) < FRAMES and (found := capture.read())[0]:
        frames.append(found[1][..., ::-1].copy())
    with np.load(GOLDENS) as goldens:
        recorded = {key.split("/")[1]: goldens[key] for key in goldens.files if key.startswith(f"{name}/")}
    if zlib.crc32(b"".join(frame.tobytes() for frame in frames)) != recorded["crc"]:
        pytest.skip(f"this decoder gives other pixels of {CLIPS[name]} than the recorded ones")
    return frames, recorded


def assert_agrees(found, frames, recorded):
    counts = np.array([len(each) for each in found])
    assert (counts == recorded["count"]).mean() >= AGREEING
    height, width = frames[0].shape[:2]
    expected, apart = iter(recorded["landmarks"] * STEP), []
    for some, count in zip(found[::EVERY], recorded["count"][::EVERY], strict=True):
        theirs = [next(expected) for _ in range(count)]
        for ours, points in zip(some, theirs, strict=False):
            own = np.array([(p.x * width, p.y * height) for p in ours.landmark])
            apart.append(np.linalg.norm(own - points, axis=1) / np.ptp(points, axis=0).max())
    assert np.mean(apart) <= MEAN_LIMIT
    assert np.percentile(apart, 99) <= P99_LIMIT


@pytest.mark.parametrize("clip", ["driver", "scan"], indirect=True)
def test_faces_are_mediapipe_s(clip):
    frames, recorded = clip
    with mp.solutions.face_mesh.FaceMesh(refine_landmarks=True) as network:
        found = [network.process(frame).multi_face_landmarks or [] for frame in frames]
    assert_agrees(found, frames, recorded)


@pytest.mark.parametrize("clip", ["signing", "pointing"], indirect=True)
def test_hands_and_their_sides_are_mediapipe_s(clip):
    frames, recorded = clip
    with mp.solutions.hands.Hands() as network:
        results = [network.process(frame) for frame in frames]
    assert_agrees([each.multi_hand_landmarks or [] for each in results], frames, recorded)
    sides = [side.classification[0].index for each in results for side in each.multi_handedness or []]
    assert (np.array(sides) == recorded["sides"]).mean() >= AGREEING


@pytest.mark.parametrize("clip", ["squats", "stretching"], indirect=True)
def test_bodies_and_their_masks_are_mediapipe_s(clip):
    frames, recorded = clip
    with mp.solutions.pose.Pose(enable_segmentation=True) as network:
        results = [network.process(frame) for frame in frames]
    assert_agrees(
        [[each.pose_landmarks] if each.pose_landmarks else [] for each in results], frames, recorded
    )
    mask = results[-1].segmentation_mask
    assert mask.dtype == np.float32
    assert mask.shape == frames[0].shape[:2]
    assert np.abs(mask[::8, ::8] - recorded["mask"] / 255.0).mean() < 0.01
