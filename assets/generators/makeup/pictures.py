"""Draws the pictures of docs/makeup.md, which also credits the people in them."""

from pathlib import Path

import cv2
import numpy as np
from encoding import jpeg
from PIL import Image

from arpipe.effects.makeup.person import chromaticity
from arpipe.pipeline.pipeline import Pipeline
from arpipe.pipeline.pipeline_config import PipelineConfig
from arpipe.render.color import linear_from_srgb
from arpipe.types import Frame

ROOT = Path(__file__).resolve().parents[3]
OUT = ROOT / "docs" / "pictures"
SIDE = 232
ONE_PICTURE = PipelineConfig.model_validate({"perception": {"face": {"mode": "image"}}})
LOOKS = ("natural", "office", "evening", "bold-lip", "smoky", "festival")
FINISHES = ("matte", "satin", "gloss", "metallic")
FULL_FACE = [
    "foundation",
    "blush",
    "eyeshadow(color=#8a5560, opacity=0.7)",
    "eyeliner",
    "lipstick(color=#a3123a)",
]
TONES = (
    (0.80, 0.66, 0.56),
    (0.62, 0.43, 0.33),
    (0.45, 0.28, 0.19),
    (0.30, 0.165, 0.10),
    (0.17, 0.085, 0.05),
    (0.085, 0.042, 0.028),
)


def files(data: Path) -> dict[Path, bytes]:
    """Return path → content of every picture.

    Args:
        data: Folder of pictures and clips whose licence permits showing them.
    """
    astronaut = read(ROOT / "assets/samples/astronaut.png")
    person = read(
        data / "mediapipe-samples/examples/face_landmarker/ios/FaceLandmarkerTests/business-person.png"
    )
    head = read(data / "synth_pose/dev/lps_grid/000_y+00_p+00_r+00.jpg")
    turned = read(data / "synth_pose/dev/lps_grid/007_y+45_p+00_r+00.jpg")
    looks = [[], *([look] for look in LOOKS)]
    sheets = {"makeup-looks": [faces(astronaut, looks, 0.64), faces(person, looks, 0.64)]}
    finishes = [[], *([f"lipstick(color=#b01030, opacity=0.9, finish={finish})"] for finish in FINISHES)]
    two = ["lipstick(color=#7a1030, inner_color=#e05070, liner=0.7, opacity=0.9)"]
    sheets["makeup-lips"] = [faces(person, [*finishes, two], 0.24, "lips_outer")]
    tones = [retoned(head, tone) for tone in TONES]
    sheets["makeup-tones"] = [
        np.concatenate([faces(tone, [effect], 0.64) for tone in tones], axis=1) for effect in ([], FULL_FACE)
    ]
    people = [
        frame(data / "incluit-driver/data/video2.mp4", 40),
        frame(data / "incluit-driver/data/video3.mp4", 22),
        frame(data / "intel-sample-videos/preview/head-pose-face-detection-male.gif", 30),
        read(data / "tfjs-models/shared/test_data/three_people.jpg"),
    ]
    looks = [[], ["natural"], ["evening"], ["bold-lip"], ["smoky"], ["festival"]]
    sheets["makeup-people"] = [faces(person, looks, 0.62) for person in people]
    looks = [[], ["evening"], ["festival"], ["face-paint"]]
    sheets["makeup-turned"] = [faces(turned, looks, 0.64)]
    return {OUT / f"{name}.jpg": jpeg(np.concatenate(rows), quality=84) for name, rows in sheets.items()}


def read(path: Path) -> np.ndarray:
    """Return (h, w, 3) RGB of a picture."""
    return np.asarray(Image.open(path).convert("RGB"))


def frame(path: Path, number: int) -> np.ndarray:
    """Return (h, w, 3) RGB of one frame of a video."""
    video = cv2.VideoCapture(str(path))
    for _ in range(number):
        video.grab()
    _, pixels = video.read()
    return np.asarray(pixels[..., ::-1])


def faces(pixels: np.ndarray, effects: list[list[str]], reach: float, region: str = "") -> np.ndarray:
    """Draw the face, or one region of it, with each list of effects, side by side."""
    tiles = []
    with Pipeline(ONE_PICTURE) as pipeline:
        result = pipeline.detect(Frame(np.ascontiguousarray(pixels), 0.0, 0))
        landmarks = result.faces[0].landmarks
        points = landmarks.region(region)[:, :2] if region else landmarks.points_px[:, :2]
        center = (points.min(axis=0) + points.max(axis=0)) / 2
        half = reach * float(np.ptp(landmarks.points_px[:, 1]))
        box = (*(center - half), *(center + half))
        for active in effects:
            pipeline.set_effects(active)
            drawn = Image.fromarray(pipeline.render(result).pixels)
            tiles.append(
                np.asarray(drawn.resize((SIDE, SIDE), Image.Resampling.LANCZOS, clipped(box, pixels)))
            )
    return np.concatenate(tiles, axis=1)


def clipped(box: tuple[float, ...], pixels: np.ndarray) -> tuple[float, float, float, float]:
    """Return the largest square around the centre of a box that lies inside the picture."""
    height, width = pixels.shape[:2]
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    half = min((box[2] - box[0]) / 2, x, y, width - x, height - y)
    return x - half, y - half, x + half, y + half


def retoned(pixels: np.ndarray, tone: tuple[float, float, float]) -> np.ndarray:
    """Return a picture with the mean colour of its skin changed to another one, linear RGB."""
    linear = linear_from_srgb(pixels)
    height, width = pixels.shape[:2]
    middle = linear[int(0.3 * height) : int(0.6 * height), int(0.4 * width) : int(0.6 * width)].reshape(-1, 3)
    skin = np.median(middle, axis=0)
    away = np.linalg.norm(chromaticity(linear) - chromaticity(skin), axis=-1)
    level = linear.sum(axis=-1) / skin.sum()
    alike = ((away < 0.075) & (level < 1.9)).astype(np.uint8)
    alike = cv2.morphologyEx(alike, cv2.MORPH_CLOSE, np.ones((25, 25), np.uint8))
    _, labels = cv2.connectedComponents(cv2.erode(alike, np.ones((5, 5), np.uint8)))
    person = cv2.dilate((labels == labels[height // 2, width // 2]).astype(np.float32), np.ones((5, 5)))
    share = cv2.GaussianBlur(person, (0, 0), 1.5)[..., None]
    moved = np.clip(linear * (1.0 + share * (np.array(tone) / skin - 1.0)), 0.0, 1.0)
    srgb = np.where(moved <= 0.0031308, 12.92 * moved, 1.055 * moved ** (1 / 2.4) - 0.055)
    return np.rint(srgb * 255.0).astype(np.uint8)
