"""Runs the programs in both environments and prints how far their results are apart; see README.md."""

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
PACKAGES = ("cvzone==1.6.1", "jikanvision==0.5", "Kazier==0.0.1", "mp2signal==0.0.2", "mpvc==0.0.3")
THEIR_NEEDS = ("joblib", "requests")
DRIVER = "incluit-driver/data/video2.mp4"  # a face and a body
POINTING = "mediapipe-samples/examples/hand_landmarker/android/app/src/androidTest/assets/test_video.mp4"
SIGNING = "tfjs-models/hand-pose-detection/test_data/asl_hand.25fps.mp4"
STRETCHING = "tfjs-models/pose-detection/test_data/pose_1.mp4"  # a whole body
CLIPS = {
    "use_cvzone": (DRIVER, POINTING),
    "use_jikanvision": (DRIVER,),
    "use_kazier": (DRIVER, SIGNING),
    "use_mp2signal": (DRIVER, STRETCHING),
    "use_mpvc": (DRIVER, SIGNING),
}


def main() -> None:
    """Print one line for each result of each program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the clips")
    parser.add_argument("--environments", type=Path, help="where to make or find the two environments")
    parser.add_argument("--frames", type=int, default=60, help="of each clip")
    parser.add_argument("--clip", type=Path, help="one clip for all programs instead of their own ones")
    options = parser.parse_args()
    folder = options.environments or Path(tempfile.mkdtemp())
    ours = environment(folder / "arpipe", [str(REPOSITORY)])
    theirs = environment(folder / "mediapipe", ["mediapipe==0.10.21"])
    print("| program | clip | result | frames alike | mean difference | p99 |\n|---|---|---|---|---|---|")
    jobs = [(name, clip) for name, clips in CLIPS.items() for clip in clips]
    for name, clip in jobs:
        path = unpacked(ours, options.clip or options.data / clip, options.frames, folder)
        pair = [
            run([str(theirs)], name, path, options.frames, folder),
            run([str(ours), "-m", "arpipe.mediapipe"], name, path, options.frames, folder),
        ]
        for key, expected in pair[0].items():
            cells = compared(expected, pair[1][key])
            print(f"| {name.removeprefix('use_')} | {path.parent.name} | {key} | {cells} |", flush=True)


def environment(folder, packages):
    """Interpreter of an environment with the programs' packages."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        pip = [str(python), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, *packages, *THEIR_NEEDS], check=True)
        subprocess.run([*pip, "--no-deps", *PACKAGES], check=True)  # what they pin is not wanted
    return python


def unpacked(python, clip, count, folder):
    """The clip as numbered pictures, which both environments decode alike; as OpenCV names them."""
    pictures = folder / "clips" / clip.stem
    pictures.mkdir(parents=True, exist_ok=True)
    program = (
        "import cv2, sys; capture = cv2.VideoCapture(sys.argv[1])\n"
        "for index in range(int(sys.argv[3])):\n"
        "    found, image = capture.read()\n"
        "    found and cv2.imwrite(f'{sys.argv[2]}/{index:04}.png', image)\n"
    )
    subprocess.run([str(python), "-c", program, str(clip), str(pictures), str(count)], check=True)
    return pictures / "%04d.png"


def run(command, name, clip, count, folder):
    """Results of one program."""
    out = folder / "results.json"
    arguments = [str(HERE / f"{name}.py"), str(clip), str(out), str(count)]
    result = subprocess.run([*command, *arguments], capture_output=True, text=True, cwd=folder)
    if result.returncode:
        sys.exit(f"{name} failed under {command}:\n{result.stderr[-3000:]}")
    return json.loads(out.read_text())


def compared(expected, found):
    """Cells of the table: per cent of the frames with as many subjects, and differences in per cent of a subject."""
    if is_picture(expected):
        apart = np.abs(np.subtract(expected, found))
        return f" | {apart.mean():.2f} codes | {np.percentile(apart, 99):.1f} codes"
    alike = [shape(one) == shape(other) for one, other in zip(expected, found, strict=True)]
    apart = [
        np.abs(np.subtract(numbers(one), numbers(other))) / max(np.ptp(numbers(one)), 1.0)
        for some, others, same in zip(expected, found, alike, strict=True)
        if same
        for one, other in zip(some, others, strict=True)
        if len(numbers(one))
    ]
    share = f"{100 * np.mean(alike):.1f} %"
    if not apart:
        return f"{share} | none found | "
    values = 100 * np.concatenate(apart)
    return f"{share} | {values.mean():.3f} % | {np.percentile(values, 99):.2f} %"


def is_picture(value):
    """Whether a result is a picture and not a list of frames."""
    return len(value) == 60 and all(len(row) == 80 for row in value)


def shape(subjects):
    """Number of values of each subject."""
    return [len(numbers(each)) for each in subjects]


def numbers(value):
    """All numbers in nested lists, in order."""
    if isinstance(value, list):
        return [number for each in value for number in numbers(each)]
    return [value] if isinstance(value, (int, float)) else []


if __name__ == "__main__":
    main()
