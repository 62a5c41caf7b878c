"""MediaPipe's own tests of its solutions, taken from its wheel and run on the drop-in."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from arpipe.weights import catalog

pytestmark = [pytest.mark.weights, pytest.mark.slow]

REPOSITORY = Path(__file__).resolve().parents[2]
SOLUTIONS = "mediapipe/python/solutions"
# The base of their classes.
ABSL = "absl-py==2.5.1 --hash=sha256:721200f2f0e9960f2ca9dc3a2a706b201f5f75d812c158f059cbbe29eeafbdb8"
TFJS = "tfjs-models"
MEDIA = {
    "portrait.jpg": f"{TFJS}/face-detection/test_data/portrait.jpg",
    "hands.jpg": f"{TFJS}/hand-pose-detection/test_data/hands.jpg",
    "asl_hand.25fps.mp4": f"{TFJS}/hand-pose-detection/test_data/asl_hand.25fps.mp4",
    "pose.jpg": f"{TFJS}/pose-detection/test_data/pose.jpg",
    "pose_segmentation.png": f"{TFJS}/pose-detection/test_data/pose_segmentation.png",
    "pose_squats.mp4": f"{TFJS}/pose-detection/test_data/pose_squats.mp4",
}
ARRAYS = {
    "asl_hand.full.npz": {
        "predictions": f"{TFJS}/hand-pose-detection/test_data/asl_hand.full.json",
        "w_predictions": f"{TFJS}/hand-pose-detection/test_data/asl_hand_3d.full.json",
    },
    "pose_squats.full.npz": {
        "predictions": f"{TFJS}/pose-detection/test_data/pose_squats.full.json",
        "predictions_world": f"{TFJS}/pose-detection/test_data/pose_squats_3d.full.json",
    },
}

# What the official runtime 0.10.21 fails too, on the same media: it misses the limit of 15 px in two of 4290
# coordinates; the tests of the masks use `tempfile` without importing it.
KNOWN = {
    "pose_test.PoseTest.test_on_video_full",
    "selfie_segmentation_test.SelfieSegmentationTest.test_segmentation_general",
    "selfie_segmentation_test.SelfieSegmentationTest.test_segmentation_landscape",
}
NO_PICTURE = "holistic_test.PoseTest.test_on_image"  # holistic.jpg is in no package
PASSING = 42  # 38 of them with the official runtime, which cannot fetch its lite and heavy body networks here


@pytest.fixture(scope="module")
def packages(pytestconfig):
    """Folder with MediaPipe's test modules and absl, fetched once through pip."""
    folder = Path(pytestconfig.cache.mkdir("mediapipe-tests"))
    if not (folder / "complete").exists():
        shutil.rmtree(folder)
        folder.mkdir()
        fetch(folder)
        (folder / "complete").touch()
    return folder


def fetch(folder):
    source = catalog.load().wheels["mediapipe"]
    download(folder, f"mediapipe=={source.version} --hash=sha256:{source.sha256}", source.pip_arguments)
    download(folder, ABSL, ["--no-deps"])
    with zipfile.ZipFile(folder / "download" / source.file) as archive:
        for member in archive.namelist():
            if member.startswith(SOLUTIONS) and member.endswith("_test.py"):
                (folder / Path(member).name).write_bytes(archive.read(member))
    for absl in (folder / "download").glob("absl_py-*.whl"):
        with zipfile.ZipFile(absl) as archive:
            archive.extractall(folder / "packages")


def download(folder, requirement, options):
    wanted = folder / "requirement.txt"
    wanted.write_text(requirement)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes"]
    places = ["--requirement", str(wanted), "--dest", str(folder / "download")]
    result = subprocess.run([*command, *places, *options], capture_output=True, text=True)
    if result.returncode:
        last_line = result.stderr.strip().splitlines()[-1]
        pytest.skip(f"pip cannot fetch {requirement.split()[0]}: {last_line}")


@pytest.fixture
def suite(packages, shared_data, tmp_path):
    """Folder with the tests and their media."""
    for test in packages.glob("*_test.py"):
        shutil.copy(test, tmp_path)
    (tmp_path / "objectron_test.py").unlink()  # arpipe has no networks for it
    media = tmp_path / "testdata"
    media.mkdir()
    for name, source in MEDIA.items():
        shutil.copy(shared_data / source, media / name)
    for name, arrays in ARRAYS.items():
        values = {key: np.array(json.loads((shared_data / path).read_text())) for key, path in arrays.items()}
        if "w_predictions" in values:  # of one hand in each frame
            values = {key: value[:, None] for key, value in values.items()}
        np.savez(media / name, **values)
    return tmp_path


def test_mediapipe_s_own_tests_pass(packages, suite):
    report = suite / "report.xml"
    arguments = ["-q", "-p", "no:cacheprovider", "--import-mode=importlib", "-c", os.devnull, "-W", "ignore"]
    subprocess.run(
        [
            sys.executable,
            "-m",
            "arpipe.mediapipe",
            "-m",
            "pytest",
            *arguments,
            f"--junitxml={report}",
            str(suite),
        ],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(REPOSITORY), str(packages / "packages")])},
        cwd=suite,
        capture_output=True,
    )
    cases = list(ET.parse(report).iter("testcase"))  # noqa: S314 - our own report
    passed = {name(case) for case in cases if not any(case.iter("failure")) and not any(case.iter("error"))}
    failed = {name(case): case for case in cases if name(case) not in passed}
    surprising = {key for key in failed if key not in KNOWN and not key.startswith(NO_PICTURE)}
    assert not surprising, "\n".join(ET.tostring(failed[key], "unicode")[:2000] for key in surprising)
    assert len(passed) >= PASSING


def name(case):
    """Name of a test in a report."""
    return f"{case.get('classname')}.{case.get('name')}"
