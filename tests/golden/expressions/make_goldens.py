"""Record what MediaPipe Tasks answers about expressions and gestures; see README.md for the command.

Landmarks are recorded along with the answers, so that the networks for expressions and gestures are compared on the
same input.
"""

import argparse
from pathlib import Path

import cv2
import mediapipe as mp
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision

HERE = Path(__file__).parent


def image(path: Path) -> mp.Image:
    pixels = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
    return mp.Image(image_format=mp.ImageFormat.SRGB, data=pixels)


def points(landmarks, width, height) -> np.ndarray:
    """Landmarks in px, as float32."""
    return np.array([(p.x * width, p.y * height, p.z * width) for p in landmarks], np.float32)


def record_expressions(task: Path, photos: list[Path]) -> None:
    options = vision.FaceLandmarkerOptions(
        BaseOptions(model_asset_path=str(task)), output_face_blendshapes=True
    )
    landmarks, scores = [], []
    with vision.FaceLandmarker.create_from_options(options) as tasks:
        for path in photos:
            picture = image(path)
            result = tasks.detect(picture)
            for face, shapes in zip(result.face_landmarks, result.face_blendshapes, strict=True):
                landmarks.append(points(face, picture.width, picture.height))
                scores.append([shape.score for shape in shapes])
    np.savez_compressed(HERE / "expressions.npz", landmarks=landmarks, scores=np.float32(scores))


def record_gestures(task: Path, photos: list[Path]) -> None:
    options = vision.GestureRecognizerOptions(BaseOptions(model_asset_path=str(task)), num_hands=2)
    found = {"landmarks": [], "right": [], "score": []}
    with vision.GestureRecognizer.create_from_options(options) as tasks:
        for path in photos:
            picture = image(path)
            # The task does not scale z of upright pictures with x and y, arpipe does: only wide ones compare.
            if picture.width <= picture.height:
                continue
            result = tasks.recognize(picture)
            for hand, gesture, side in zip(
                result.hand_landmarks, result.gestures, result.handedness, strict=True
            ):
                is_right = side[0].category_name == "Right"
                found["landmarks"].append(points(hand, picture.width, picture.height))
                found["right"].append(side[0].score if is_right else 1.0 - side[0].score)
                found["score"].append(gesture[0].score)
    np.savez_compressed(HERE / "gestures.npz", **{name: np.float32(value) for name, value in found.items()})


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--face-task", type=Path, required=True)
    parser.add_argument("--gesture-task", type=Path, required=True)
    parser.add_argument("--faces", type=Path, nargs="+", required=True)
    parser.add_argument("--hands", type=Path, nargs="+", required=True)
    given = parser.parse_args()
    record_expressions(given.face_task, given.faces)
    record_gestures(given.gesture_task, given.hands)
