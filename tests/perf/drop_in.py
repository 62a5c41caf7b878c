"""Run MediaPipe and arpipe's drop-in for it in turns: `python tests/perf/drop_in.py --data FOLDER [--rounds N]`."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from clip import make_clip

from arpipe.io.video.reader import VideoFile

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TURN_LIMIT_S = 600
FACE, HAND, BODY = (
    "sample",  # of arpipe, 1280x720
    "tfjs-models/hand-pose-detection/test_data/asl_hand.25fps.mp4",
    "tfjs-models/pose-detection/test_data/pose_1.mp4",
)

# Solution, its arguments, the clip, and the share of MediaPipe's time that it may take.
CASES = {
    "FaceMesh, refined": ("face_mesh.FaceMesh", {"refine_landmarks": True}, FACE, "<= 0.75"),
    "FaceMesh": ("face_mesh.FaceMesh", {}, FACE, ""),
    "Hands, one hand": ("hands.Hands", {"max_num_hands": 1}, HAND, "<= 1.0"),
    "Hands, detecting the second": ("hands.Hands", {}, HAND, "<= 1.0"),
    "Pose": ("pose.Pose", {}, BODY, "<= 1.0"),
    "Pose with mask": ("pose.Pose", {"enable_segmentation": True}, BODY, ""),
    "SelfieSegmentation": ("selfie_segmentation.SelfieSegmentation", {}, BODY, "<= 1.0"),
    "SelfieSegmentation, landscape": (
        "selfie_segmentation.SelfieSegmentation",
        {"model_selection": 1},
        BODY,
        "<= 1.0",
    ),
    "FaceDetection": ("face_detection.FaceDetection", {}, FACE, ""),
    "Holistic": ("holistic.Holistic", {}, BODY, ""),
}


def main() -> int:
    """Run all rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the clips")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--frames", type=int, default=80)
    parser.add_argument("--peers-python", type=Path, default=ROOT / ".venv-peers" / "bin" / "python")
    parser.add_argument("--only", help="cases whose name holds this")
    given = parser.parse_args()
    cases = {name: case for name, case in CASES.items() if (given.only or "") in name}
    with tempfile.TemporaryDirectory() as folder:
        clips = {
            clip: unpack(given.data / clip, given.frames, Path(folder)) for _, _, clip, _ in cases.values()
        }
        turns = {name: ([], []) for name in cases}
        for number in range(given.rounds):
            for name, (solution, arguments, clip, _) in cases.items():
                order = (0, 1) if number % 2 else (1, 0)
                for side in order:
                    python = (given.peers_python, Path(sys.executable))[side]
                    turns[name][side].append(turn(python, side, solution, arguments, clips[clip]))
            sys.stderr.write(f"round {number + 1} of {given.rounds}\n")
    sys.stdout.write(table(cases, turns))
    return 0


def unpack(path: Path, count: int, folder: Path) -> Path:
    """Write the first frames of a clip as one array, (n, h, w, 3) uint8 RGB; a short clip goes forth and back."""
    target = folder / f"{path.stem}.npy"
    if path.name == FACE:
        make_clip(target, count, 1280, 720, 1)
        return target
    with VideoFile(path) as source:
        frames = [frame.pixels for _, frame in zip(range(count), source, strict=False)]
    while len(frames) < count:
        frames += frames[::-1][: count - len(frames)]
    np.save(target, np.stack(frames))
    return target


def turn(python: Path, side: int, solution: str, arguments: dict[str, object], clip: Path) -> list[float]:
    """Durations of the frames, ms, in a process of its own."""
    module = ("mediapipe", "arpipe.mediapipe")[side]
    command = [str(python), str(HERE / "drop_in_turn.py"), module, solution, json.dumps(arguments), str(clip)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT) if side else "", "GLOG_minloglevel": "3"}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=TURN_LIMIT_S, check=False, env=environment
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def table(cases, turns) -> str:
    """Format times and ratios for the documentation; the fast frames tell what other programs cannot disturb."""
    lines = [
        "| solution | MediaPipe, median ms | arpipe | ratio | range over rounds | ratio of the fastest tenth | limit |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, (theirs, ours) in turns.items():
        ratios = np.array(
            [np.median(one) / np.median(other) for one, other in zip(ours, theirs, strict=True)]
        )
        their_frames, our_frames = np.concatenate(theirs), np.concatenate(ours)
        fast = np.quantile(our_frames, 0.1) / np.quantile(their_frames, 0.1)
        lines.append(
            f"| {name} | {np.median(their_frames):.2f} | {np.median(our_frames):.2f} | **{np.median(ratios):.2f}** | "
            f"{ratios.min():.2f} to {ratios.max():.2f} | {fast:.2f} | {cases[name][3]} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
