"""Draws the pictures of docs/how-it-works.md and docs/own-models.md."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from encoding import jpeg

from arpipe.apps.model.answers import heat_picture
from arpipe.custom.explain.explainer import Explainer
from arpipe.custom.library import find_model
from arpipe.custom.model import open_model
from arpipe.draw.lettering import fill_box, line_height, text_mask, write_text
from arpipe.effects.filter.effect import KERNELS
from arpipe.io.image.reader import read_image
from arpipe.models.face_mesh import next_roi
from arpipe.pipeline.photo import landmarks
from arpipe.pipeline.pipeline import Pipeline
from arpipe.preprocess.fit import crop_square, resize

ROOT = Path(__file__).resolve().parents[3]
OUT = ROOT / "docs" / "pictures"
SIDE, GAP, TEXT = 300, 14, 17
INK, PAPER, FAINT, BLUE = (34, 38, 44), (255, 255, 255), (120, 126, 134), (30, 110, 190)
SHOWN_KERNELS = ("blur", "edges", "emboss")
MAPS = (
    ("stem", 6),
    ("block_2", 6),
    ("block_10", 6),
    ("features", 6),
)  # layers, and how many of their maps are shown


def files(data: Path) -> dict[Path, bytes]:
    """Return path → content of every picture.

    Args:
        data: Folder of pictures whose licence permits showing them; scikit-image's cat and coffee are CC0.
    """
    portrait = read_image(ROOT / "assets/samples/astronaut.png")
    photos = [read_image(data / "scikit-image" / name) for name in ("coffee.png", "chelsea.png")]
    sheets = {
        "how-tensor": tensor(portrait),
        "how-kernels": kernels(portrait),
        "how-layers": layers(photos[1]),
        "how-face": face(portrait),
        "heat-maps": heat_maps(photos),
    }
    return {OUT / f"{name}.jpg": jpeg(pixels, 88, 0) for name, pixels in sheets.items()}


def tensor(portrait: np.ndarray) -> np.ndarray:
    """A picture, some of its pixels, and their numbers."""
    marked = portrait.copy()
    x, y = np.rint(landmarks(portrait)[0].region("right_iris")[:, :2].mean(axis=0)).astype(int)
    rows, columns = place = np.s_[y - 4 : y + 4, x - 4 : x + 4]
    cv2.rectangle(
        marked, (columns.start - 6, rows.start - 6), (columns.stop + 5, rows.stop + 5), (255, 220, 0), 3
    )
    enlarged = cv2.resize(portrait[place], (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)
    numbers = np.full((SIDE, SIDE, 3), 255, np.uint8)
    cell = SIDE / 8
    for (row, column), value in np.ndenumerate((portrait[place][..., 0] - 127.5) / 127.5):
        left, top = round(column * cell), round(row * cell)
        fill_box(
            numbers,
            (left, top, round(left + cell), round(top + cell)),
            portrait[place][row, column].tolist(),
            0.3,
        )
        centred(numbers, f"{value:.2f}", (left, top, round(left + cell), round(top + cell)), 12, INK)
    captions = ("a picture, 512 x 512 pixels", "8 x 8 of them", "their red, from -1 to 1: a tensor")
    return sheet([resize(marked, SIDE, SIDE), enlarged, numbers], captions)


def kernels(portrait: np.ndarray) -> np.ndarray:
    """The portrait through four kernels, each with its factors."""
    shown, captions = [portrait], ["the picture"]
    for name in SHOWN_KERNELS:
        with Pipeline(effects=f"filter(kernel={name})") as pipeline:
            shown.append(pipeline.process(portrait).pixels)
        size = len(KERNELS[name])
        captions.append(name if size == 3 else f"{name}: the middle of {size} x {size} factors")
    panels = []
    for pixels, name in zip(shown, ("", *SHOWN_KERNELS), strict=True):
        panel = np.full((SIDE + 100, SIDE, 3), 255, np.uint8)
        panel[:SIDE] = resize(pixels[20:320, 80:380], SIDE, SIDE)
        if name in KERNELS:
            write_factors(panel, KERNELS[name], SIDE + 8)
        panels.append(panel)
    return sheet(panels, captions)


def write_factors(panel: np.ndarray, kernel: np.ndarray, top: int) -> None:
    """Write the factors of a kernel of 3 × 3, or the middle of a larger one."""
    middle = kernel.shape[0] // 2
    factors = kernel[middle - 1 : middle + 2, middle - 1 : middle + 2]
    width, height = 62, 28
    left = (panel.shape[1] - 3 * width) // 2
    for (row, column), value in np.ndenumerate(factors):
        x, y = left + column * width, top + row * height
        fill_box(panel, (x + 1, y + 1, x + width - 1, y + height - 1), BLUE, 0.12 if value else 0.04, 4)
        text = f"{value:.0f}" if value == round(value) else f"{value:.3f}"
        centred(panel, text, (x, y, x + width, y + height), 15, INK if value else FAINT)


def layers(photo: np.ndarray) -> np.ndarray:
    """Maps of four layers of EfficientNet-Lite0, those that vary most, one row per layer."""
    with open_model("efficientnet-lite0") as model, model.at(*(name for name, _ in MAPS)) as inner:
        answers = inner.run(photo)
        (seen,) = model.prepare([photo])[1]
    side = 190
    rows = []
    for name, count in MAPS:
        values = answers[name][0]
        chosen = np.argsort(-values.std(axis=(1, 2)))[:count]
        panels = (
            [resize(seen.pixels, side, side)] if name == "stem" else [np.full((side, side, 3), 255, np.uint8)]
        )
        panels += [activation(values[place], side) for place in chosen]
        if name != "stem":
            text = f"{values.shape[0]} maps of {values.shape[2]} x {values.shape[1]}"
            write_text(panels[0], name, 0, 70, TEXT, INK)
            write_text(panels[0], text, 0, 96, 14, FAINT)
        captions = [
            "what the network sees",
            f"{name}: {values.shape[0]} maps of {values.shape[2]} x {values.shape[1]}",
        ]
        rows.append(sheet(panels, captions if name == "stem" else []))
    return np.concatenate(rows, axis=0)


def activation(values: np.ndarray, side: int) -> np.ndarray:
    """One map in colours, from its lowest to its highest value."""
    span = max(float(np.ptp(values)), 1e-6)
    levels = np.rint((values - values.min()) / span * 255).astype(np.uint8)
    enlarged = cv2.resize(levels, (side, side), interpolation=cv2.INTER_NEAREST)
    return np.ascontiguousarray(cv2.applyColorMap(enlarged, cv2.COLORMAP_VIRIDIS)[..., ::-1])


def face(portrait: np.ndarray) -> np.ndarray:
    """From the picture to glasses on the nose."""
    with Pipeline(mode="image") as pipeline:
        (found,) = pipeline.detect(portrait).faces
    roi = next_roi(found.landmarks)
    marked = portrait.copy()
    corners = roi.image_from_crop(1).apply([[0, 0], [1, 0], [1, 1], [0, 1]])
    cv2.polylines(marked, [np.rint(corners).astype(np.int32)], True, (255, 220, 0), 3, cv2.LINE_AA)
    panels = [marked, crop_square(portrait, roi, 192).pixels]
    for effect in (
        "debug(axes=false, outlines=false, landmarks=true)",
        "debug(mesh=false, outlines=false)",
        "aviator",
    ):
        with Pipeline(effects=effect, mode="image") as pipeline:
            panels.append(pipeline.process(portrait).pixels)
    shown = [panels[0][0:400, 40:440], panels[1], *(pixels[40:300, 100:360] for pixels in panels[2:])]
    captions = ("find the face", "crop it, eyes level", "468 landmarks", "pose in metres", "draw")
    return sheet([resize(np.ascontiguousarray(each), 232, 232) for each in shown], captions)


def heat_maps(photos: Sequence[np.ndarray]) -> np.ndarray:
    """Photos with what EfficientNet-Lite0 answers, and where it looked."""
    with Explainer(find_model("efficientnet-lite0")) as explainer:
        drawn = [heat_picture(photo, explainer.explain(photo)) for photo in photos]
    return sheet([resize(each, round(400 * each.shape[1] / each.shape[0]), 400) for each in drawn], ())


def sheet(panels: Sequence[np.ndarray], captions: Sequence[str]) -> np.ndarray:
    """Panels of one height beside each other, with a line of text below."""
    foot = line_height(TEXT) + 10 if captions else 0
    height = max(panel.shape[0] for panel in panels)
    width = sum(panel.shape[1] for panel in panels) + GAP * (len(panels) + 1)
    pixels = np.full((height + foot + 2 * GAP, width, 3), 255, np.uint8)
    x = GAP
    for place, panel in enumerate(panels):
        pixels[GAP : GAP + panel.shape[0], x : x + panel.shape[1]] = panel
        if place < len(captions):
            write_text(pixels, captions[place], x, GAP + height + 6, TEXT, INK)
        x += panel.shape[1] + GAP
    return pixels


def centred(
    pixels: np.ndarray, text: str, box: tuple[int, int, int, int], size_px: int, color: tuple[int, int, int]
) -> None:
    """Write a line in the middle of a box."""
    left, top, right, bottom = box
    x = (left + right - text_mask(text, size_px).shape[1]) // 2
    write_text(pixels, text, x, (top + bottom - line_height(size_px)) // 2, size_px, color)
