"""Record what the official MediaPipe answers on bodies and hands; see README.md for the environment."""

import argparse
import zlib
from pathlib import Path

import cv2
import mediapipe
import numpy as np

HERE = Path(__file__).resolve().parent
PORTRAIT = HERE.parents[2] / "assets" / "samples" / "astronaut.png"
MAX_HANDS = 4
STEP = 1.0 / 1024.0  # px; goldens are rounded to it, points in metres to a 64th
TFJS = "tfjs-models"
SAMPLES = "mediapipe-samples/examples"
PHOTOS = (
    f"{TFJS}/pose-detection/test_data/pose.jpg",
    f"{TFJS}/shared/test_data/three_people.jpg",
    f"{TFJS}/hand-pose-detection/test_data/hands.jpg",
    f"{TFJS}/body-segmentation/test_data/portrait.jpg",
    f"{SAMPLES}/face_landmarker/ios/FaceLandmarkerTests/business-person.png",
    f"{SAMPLES}/gesture_recognizer/android/app/src/androidTest/assets/hand_thumb_up.jpg",
    f"{SAMPLES}/gesture_recognizer/ios/GestureRecognizerTests/thumbs-up.png",
)


def main() -> None:
    """Write portrait.npz and, if a folder of photos is given, photos.npz."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--photos", type=Path, help="folder of pictures that are not in the repository")
    photos = parser.parse_args().photos
    np.savez_compressed(HERE / "portrait.npz", **answers({"portrait": read(PORTRAIT)}))
    if photos:
        found = {name: photos / name for name in PHOTOS}
        found |= {
            path.relative_to(photos).as_posix(): path
            for path in sorted((photos / SAMPLES).rglob("*"))
            if ("pose_landmarker" in str(path) or "hand_landmarker" in str(path))
            and path.suffix.lower() in {".jpg", ".jpeg", ".png"}
        }
        pictures = {name: read(path) for name, path in found.items()}
        np.savez_compressed(HERE / "photos.npz", **answers(pictures))


def read(path):
    """RGB pixels of a picture, as OpenCV decodes it."""
    return cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)[..., ::-1].copy()


def answers(pictures):
    """Every picture by itself; see README.md for the keys."""
    found = {}
    for name, pixels in pictures.items():
        found[f"{name}/crc"] = np.uint32(zlib.crc32(pixels))
        found.update({f"{name}/{key}": value for key, value in body(pixels).items()})
        for complexity, kind in enumerate(("lite", "full")):
            for key, value in hands(pixels, complexity).items():
                found[f"{name}/{kind}_{key}"] = value
    return found


def body(pixels):
    """The surest person: 33 points, or none."""
    with mediapipe.solutions.pose.Pose(static_image_mode=True, model_complexity=1) as network:
        result = network.process(pixels)
    people = [result.pose_landmarks] if result.pose_landmarks else []
    worlds = [result.pose_world_landmarks] if people else []
    visible = [[(p.visibility, p.presence) for p in person.landmark] for person in people]
    return {
        "body": points(people, pixels, 33),
        "body_world": world(worlds, 33),
        "body_visibility": np.array(visible, np.float32).reshape(-1, 33, 2),
    }


def hands(pixels, complexity):
    """Up to four hands: 21 points and the probability of the label, negative for what it calls left."""
    with mediapipe.solutions.hands.Hands(
        static_image_mode=True, max_num_hands=MAX_HANDS, model_complexity=complexity
    ) as network:
        result = network.process(pixels)
    labels = [label.classification[0] for label in result.multi_handedness or []]
    return {
        "hands": points(result.multi_hand_landmarks or [], pixels, 21),
        "hands_world": world(result.multi_hand_world_landmarks or [], 21),
        "handedness": np.array([p.score if p.label == "Right" else -p.score for p in labels], np.float32),
    }


def points(found, pixels, count):
    """(n, count, 3) float32, px; z in the scale of x."""
    height, width = pixels.shape[:2]
    values = [[(p.x * width, p.y * height, p.z * width) for p in one.landmark] for one in found]
    return rounded(values, count, STEP)


def world(found, count):
    """(n, count, 3) float32, m."""
    return rounded([[(p.x, p.y, p.z) for p in one.landmark] for one in found], count, STEP / 64.0)


def rounded(values, count, step):
    """As an array of multiples of `step`, which compresses."""
    return (np.rint(np.array(values, np.float64) / step) * step).astype(np.float32).reshape(-1, count, 3)


if __name__ == "__main__":
    main()
