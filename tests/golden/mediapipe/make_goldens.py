"""Record what the official MediaPipe answers on clips, in streaming mode; see README.md for the environment."""

import argparse
import json
import zlib
from pathlib import Path

import cv2
import mediapipe
import numpy as np

HERE = Path(__file__).resolve().parent
FRAMES = 75  # of each clip
EVERY = 5  # of which landmarks are recorded; presence and sides are of all
STEP = 1.0 / 32.0  # px; landmarks are rounded to it
TFJS = "tfjs-models"
CLIPS = {
    "driver": ("incluit-driver/data/video2.mp4", "face"),
    "scan": ("synth_pose/dev/lps_turn.mp4", "face"),
    "signing": (f"{TFJS}/hand-pose-detection/test_data/asl_hand.25fps.mp4", "hands"),
    "pointing": (
        "mediapipe-samples/examples/hand_landmarker/android/app/src/androidTest/assets/test_video.mp4",
        "hands",
    ),
    "squats": (f"{TFJS}/pose-detection/test_data/pose_squats.mp4", "pose"),
    "stretching": (f"{TFJS}/pose-detection/test_data/pose_1.mp4", "pose"),
}


def main() -> None:
    """Write clips.npz and facts.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True, help="folder of the clips")
    data = parser.parse_args().data
    recorded = {}
    for name, (path, kind) in CLIPS.items():
        frames = read(data / path)
        recorded[f"{name}/crc"] = np.uint32(zlib.crc32(b"".join(frame.tobytes() for frame in frames)))
        recorded.update({f"{name}/{key}": value for key, value in RECORDERS[kind](frames).items()})
    np.savez_compressed(HERE / "clips.npz", **recorded)
    (HERE / "facts.json").write_text(json.dumps(facts(), indent=1, sort_keys=True) + "\n", "utf-8")


def read(path):
    """RGB frames of a clip, as OpenCV decodes it."""
    capture, frames = cv2.VideoCapture(str(path)), []
    while len(frames) < FRAMES and (found := capture.read())[0]:
        frames.append(found[1][..., ::-1].copy())
    return frames


def face(frames):
    """One face, refined."""
    with mediapipe.solutions.face_mesh.FaceMesh(refine_landmarks=True) as network:
        found = [network.process(frame).multi_face_landmarks or [] for frame in frames]
    return {"count": counts(found), "landmarks": landmarks(found, frames, 478)}


def hands(frames):
    """Two hands at most; `sides` are the indices of all hands, one after the other."""
    found, sides = [], []
    with mediapipe.solutions.hands.Hands() as network:
        for frame in frames:
            result = network.process(frame)
            found.append(result.multi_hand_landmarks or [])
            sides += [each.classification[0].index for each in result.multi_handedness or []]
    return {
        "count": counts(found),
        "landmarks": landmarks(found, frames, 21),
        "sides": np.array(sides, np.uint8),
    }


def pose(frames):
    """One body with its mask, of which the last frame's is recorded, coarsely."""
    found, mask = [], None
    with mediapipe.solutions.pose.Pose(enable_segmentation=True) as network:
        for frame in frames:
            result = network.process(frame)
            found.append([result.pose_landmarks] if result.pose_landmarks else [])
            mask = result.segmentation_mask
    return {
        "count": counts(found),
        "landmarks": landmarks(found, frames, 33),
        "mask": np.rint(mask[::8, ::8] * 255).astype(np.uint8),
    }


RECORDERS = {"face": face, "hands": hands, "pose": pose}


def counts(found):
    """(frames,) number of subjects."""
    return np.array([len(each) for each in found], np.uint8)


def landmarks(found, frames, count):
    """(subjects, count, 2) px of every fifth frame, one after the other, in `STEP`."""
    height, width = frames[0].shape[:2]
    rows = [[(p.x * width, p.y * height) for p in each.landmark] for some in found[::EVERY] for each in some]
    return np.rint(np.array(rows, np.float64).reshape(-1, count, 2) / STEP).astype(np.int32)


def facts():
    """Connections, enumerations and styles."""
    solutions = mediapipe.solutions
    modules = (solutions.face_mesh_connections, solutions.hands_connections, solutions.pose_connections)
    connections = {
        name: sorted(getattr(module, name))
        for module in modules
        for name in dir(module)
        if name.isupper() and not name.startswith("_")
    }
    enums = {
        each.__name__: {member.name: int(member) for member in each}
        for each in (
            solutions.hands.HandLandmark,
            solutions.pose.PoseLandmark,
            solutions.face_detection.FaceKeyPoint,
        )
    }
    return {
        "crc": {name: crc(pairs) for name, pairs in connections.items()},
        "enums": enums,
        "styles": styles(),
    }


def crc(pairs):
    """Number and checksum of connections."""
    return [len(pairs), zlib.crc32(json.dumps(pairs).encode())]


def styles():
    """Checksum of every default style."""
    module = mediapipe.solutions.drawing_styles
    names = [name for name in dir(module) if name.startswith("get_default_")]
    made = {name: getattr(module, name)() for name in names}
    made["get_default_face_mesh_contours_style(1)"] = module.get_default_face_mesh_contours_style(1)
    return {name: zlib.crc32(described(style).encode()) for name, style in made.items()}


def described(style):
    """A style as text."""
    specs = style.items() if hasattr(style, "items") else [("all", style)]
    rows = sorted(
        [
            str(key if isinstance(key, tuple) else int(key) if key != "all" else key),
            list(spec.color),
            spec.thickness,
            spec.circle_radius,
        ]
        for key, spec in specs
    )
    return json.dumps(rows)


if __name__ == "__main__":
    main()
