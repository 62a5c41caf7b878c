"""Record what MediaPipe Tasks' Face Landmarker answers; see README.md for the environment and the command."""

import argparse
from pathlib import Path

import cases
import cv2
import mediapipe
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision

HERE = Path(__file__).resolve().parent
PORTRAIT = HERE.parents[2] / "assets" / "samples" / "astronaut.png"
MAX_FACES = 30
STEP_PX = 1.0 / 128.0  # goldens are rounded to it: the file shrinks to a third


def main() -> None:
    """Write v2.npz: name of a made picture → (faces, 478, 3)."""
    parser = argparse.ArgumentParser()
    parser.add_argument("bundle", type=Path, help="face_landmarker.task, see arpipe/weights/catalog.toml")
    bundle = parser.parse_args().bundle
    portrait = cv2.imdecode(np.fromfile(PORTRAIT, np.uint8), cv2.IMREAD_COLOR)[..., ::-1].copy()
    found = {}
    with landmarker(bundle) as network:
        for name, pixels in cases.faces(portrait):
            found[name] = landmarks(network.detect(image(pixels)), pixels)
    np.savez_compressed(HERE / "v2.npz", **found)


def landmarker(bundle):
    """The official runtime with its default thresholds."""
    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(bundle)),
        running_mode=vision.RunningMode.IMAGE,
        num_faces=MAX_FACES,
    )
    return vision.FaceLandmarker.create_from_options(options)


def image(pixels):
    """An image of the runtime."""
    return mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=pixels)


def landmarks(result, pixels):
    """(faces, 478, 3) float32, px; z in the scale of x."""
    height, width = pixels.shape[:2]
    points = [[(p.x * width, p.y * height, p.z * width) for p in face] for face in result.face_landmarks]
    found = np.array(points, np.float64).reshape(len(points), 478 if points else 0, 3)
    return (np.rint(found / STEP_PX) * STEP_PX).astype(np.float32)


if __name__ == "__main__":
    main()
