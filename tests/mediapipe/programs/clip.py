"""What the programs share: frames of a clip in, results out."""

import json
import sys
from pathlib import Path

import cv2
import numpy as np


def frames():
    """BGR frames of the clip that the command line names."""
    capture = cv2.VideoCapture(sys.argv[1])
    for _ in range(int(sys.argv[3])):
        found, image = capture.read()
        if not found:
            return
        yield image


def save(**results):
    """Write what was found: name → one entry per frame, or a picture."""
    Path(sys.argv[2]).write_text(json.dumps({name: plain(value) for name, value in results.items()}))


def plain(value):
    """As lists and numbers."""
    if isinstance(value, dict):
        return [plain(each) for _, each in sorted(value.items())]
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, (str, type(None))):
        return value
    return float(value)


def thumbnail(image):
    """A drawn picture, small."""
    return cv2.resize(image, (80, 60), interpolation=cv2.INTER_AREA)


def without_numbers(subjects):
    """Points of subjects whose points begin with their index."""
    return [[point[1:] for point in subject] for subject in subjects]
