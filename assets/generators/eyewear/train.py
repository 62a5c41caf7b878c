"""Trains the classifier of eyewear: `python assets/generators/eyewear/train.py MEDIA`, from the root of the repository.

MEDIA is the folder of the test media, in which `labels.json` finds its pictures. Each bare face also wears four of the
bundled glasses in turn, rendered; each crop is also shifted, turned and blurred. Weights go to
`assets/models/eyewear.npz`.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from arpipe import Frame, Pipeline, load_pack, open_source, pack_folders
from arpipe.models.eyewear import SIDE_PX, eyes_square, features
from arpipe.preprocess.crop import Warp
from arpipe.types import FrameResult, Landmarks, Pixels, Points

HERE = Path(__file__).parent
WEIGHTS = HERE.parents[1] / "models" / "eyewear.npz"
NEAR = 0.5  # distance of the eyes within which a face is the labelled one
RENDERED = 4  # pairs of glasses for each picture
COPIES = 3
RIDGE, STEPS, RATE, MOMENTUM = 1e-2, 400, 0.5, 0.9
LONGEST_PX = 1500


@dataclass(frozen=True, slots=True)
class Example:
    """The square around the eyes of a face, and whether it wears glasses."""

    crop: Pixels
    wears: bool


def pictures(media: Path, names: list[str]) -> Iterator[tuple[str, Frame]]:
    """Yield the labelled pictures, and frames of clips."""
    clips: dict[str, set[int]] = {}
    for name in names:
        path, _, number = name.partition("#")
        clips.setdefault(path, set()).add(int(number or 0))
    for path, numbers in clips.items():
        with open_source(str(media / path)) as source:
            for frame in source:
                if frame.index in numbers:
                    is_photo = path in names
                    yield path if is_photo else f"{path}#{frame.index}", frame
                if frame.index >= max(numbers):
                    break


def crop(pixels: Pixels, landmarks: Landmarks) -> Pixels | None:
    """Return the square around the eyes; None if the face is too small or turned."""
    square = eyes_square(landmarks)
    if square is None:
        return None
    made = np.empty((SIDE_PX, SIDE_PX, 3), np.uint8)
    Warp(SIDE_PX, "replicate").crop(Frame.from_rgb(pixels), square, made)
    return made


def label(landmarks: Landmarks, places: dict[str, list[list[int]]]) -> bool | None:
    """Return whether a face wears glasses; None if it has no label."""
    right, left = landmarks["right_eye_outer"][:2], landmarks["left_eye_outer"][:2]
    for kind, wears in (("glasses", True), ("bare", False)):
        for place in places[kind]:
            if np.linalg.norm((right + left) / 2.0 - place) < NEAR * np.linalg.norm(left - right):
                return wears
    return None


def examples(media: Path, labels: dict[str, dict[str, list[list[int]]]]) -> Iterator[Example]:
    """Yield the labelled faces, and bare ones with rendered glasses."""
    glasses = [name for name in pack_folders() if "glasses" in load_pack(name).tags]
    turn = 0
    with Pipeline(mode="image") as pipeline:
        for name, frame in pictures(media, list(labels)):
            result = pipeline.detect(frame)
            known = [(face, label(face.landmarks, labels[name])) for face in result.faces]
            yield from _crops(
                frame.pixels, [(face.landmarks, wears) for face, wears in known if wears is not None]
            )
            bare = [
                (face.landmarks, True) for face, wears in known if wears is False and face.pose is not None
            ]
            for _ in range(RENDERED if bare and "#" not in name else 0):
                pipeline.set_effects(glasses[turn % len(glasses)])
                turn += 1
                yield from _crops(_render(pipeline, result), bare)


def _crops(pixels: Pixels, faces: list[tuple[Landmarks, bool]]) -> Iterator[Example]:
    for landmarks, wears in faces:
        made = crop(pixels, landmarks)
        if made is not None:
            yield Example(made, wears)


def _render(pipeline: Pipeline, result: FrameResult) -> Pixels:
    return pipeline.render(result).pixels


def varied(picture: Pixels, rng: np.random.Generator) -> Iterator[Pixels]:
    """Yield a crop, and copies of it that are shifted, turned, resized and blurred."""
    yield picture
    middle = (SIDE_PX / 2.0, SIDE_PX / 2.0)
    for _ in range(COPIES):
        matrix = cv2.getRotationMatrix2D(middle, rng.normal(0.0, 4.0), 1.0 + rng.normal(0.0, 0.06))
        matrix[:, 2] += rng.normal(0.0, 2.5, 2)
        moved = cv2.warpAffine(picture, matrix, (SIDE_PX, SIDE_PX), borderMode=cv2.BORDER_REPLICATE)
        yield cv2.GaussianBlur(moved, (0, 0), rng.uniform(0.3, 2.5))


def fit(inputs: Points, wears: Points) -> tuple[Points, float]:
    """Fit a logistic regression with a ridge, both classes of equal weight, by gradient descent."""
    mean, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-3
    scaled = (inputs - mean) / spread
    share = np.where(wears > 0, 0.5 / wears.mean(), 0.5 / (1.0 - wears.mean()))
    weights, bias = np.zeros(scaled.shape[1]), 0.0
    speed, bias_speed = np.zeros_like(weights), 0.0
    for _ in range(STEPS):
        error = share * (1.0 / (1.0 + np.exp(-(scaled @ weights + bias))) - wears) / len(wears)
        speed = MOMENTUM * speed - RATE * (scaled.T @ error + RIDGE * weights)
        bias_speed = MOMENTUM * bias_speed - RATE * error.sum()
        weights, bias = weights + speed, bias + bias_speed
    return weights / spread, float(bias - (weights / spread) @ mean)


def main() -> None:
    """Train and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("media", type=Path)
    labels = json.loads((HERE / "labels.json").read_text("utf-8"))
    labels.pop("")
    rng = np.random.default_rng(0)
    found = list(examples(parser.parse_args().media, labels))
    inputs = np.array([features(each) for example in found for each in varied(example.crop, rng)])
    wears = np.repeat([float(example.wears) for example in found], COPIES + 1)
    weights, bias = fit(inputs, wears)
    np.savez_compressed(WEIGHTS, weights=weights.astype(np.float16), bias=np.float32(bias))
    print(f"{len(found)} faces, {int(wears.sum()) // (COPIES + 1)} with glasses -> {WEIGHTS}")


if __name__ == "__main__":
    main()
