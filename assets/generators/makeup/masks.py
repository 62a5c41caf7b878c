"""Draws the makeup masks of `assets/makeup/`.

Each mask is a smooth grey picture in the UV layout of the face (`uv` in assets/topology/face.json), drawn as curves
through landmarks on the person's left and mirrored. Every mask fades out before the eyes, the lips and the outline of
the face, so that no edge of the mesh is visible.
"""

from pathlib import Path

import numpy as np
from encoding import png
from makeup.shapes import Sheet, curve, downsampled, landmark_uv, mirrored, mm

from arpipe.effects.makeup.brows import DROPS_MM

OUT = Path(__file__).resolve().parents[2] / "makeup"

UPPER_LASHES = (362, 398, 384, 385, 386, 387, 388, 466, 263)
LOWER_LASHES = (362, 382, 381, 380, 374, 373, 390, 249, 263)
LID_CREASE = (414, 286, 258, 257, 259, 260, 467)  # from inner to outer corner, as all rows here
ABOVE_CREASE = (413, 441, 442, 443, 444, 445, 342)
BROW_UPPER = (336, 296, 334, 293, 300)
BROW_LOWER = (285, 295, 282, 283, 276)
UNDER_EYE = (453, 452, 451, 450, 449, 448)
UNDER_EYE_LOW = (357, 350, 349, 348, 347, 346)
CHEEKBONE = (280, 352, 447)


def files() -> dict[Path, bytes]:
    """Return path → content of every mask."""
    sheet = Sheet()
    masks = {**eyes(sheet), **cheeks(sheet), **brows(sheet), "skin": sheet.bare_skin(feather_mm=7.0)}
    return {OUT / f"{name}.png": png(downsampled(mask)) for name, mask in masks.items()}


def eyes(sheet: Sheet) -> dict[str, np.ndarray]:
    """Draw the zones of eyeshadow and concealer."""
    upper, crease, above = (landmark_uv(row) for row in (UPPER_LASHES, LID_CREASE, ABOVE_CREASE))
    lower, under, under_low = (landmark_uv(row) for row in (LOWER_LASHES, UNDER_EYE, UNDER_EYE_LOW))
    brow = landmark_uv(BROW_LOWER)
    outer = upper[-1]
    wing = outer + mm(5.5, -3.2)
    inside = upper + mm(0.0, 3.0)  # the fill extends into the eye; `keep` cuts it at the lashes
    lid = sheet.filled(curve(np.concatenate([inside, [wing], (0.35 * above + 0.65 * crease)[::-1]])), 1.6)
    crease_band = sheet.filled(
        curve(
            np.concatenate(
                [crease[1:], [wing + mm(2.0, -1.5)], (0.72 * above[1:] + 0.28 * _beside(brow, 6))[::-1]]
            )
        ),
        2.6,
    )
    corner = sheet.blob(outer + mm(-2.5, -3.6), (7.5, 4.2), -28.0) * np.maximum(lid, crease_band) ** 0.5
    browbone = sheet.blob(0.55 * brow[3] + 0.45 * above[4] + mm(1.0, 0.5), (8.5, 2.6), 22.0)
    inner = sheet.blob(upper[0] + mm(-1.0, -0.5), (2.6, 2.6), 0.0)
    lower_line = sheet.filled(
        curve(np.concatenate([lower[1:] - mm(0.0, 2.0), (lower + mm(0.2, 2.1))[:0:-1]])), 0.8
    )
    bags = sheet.filled(
        curve(np.concatenate([lower[1:-2] + mm(0.0, 2.0), (0.55 * under + 0.45 * under_low)[::-1]])), 2.6
    )
    keep = sheet.beside_eyes(0.9)
    zones = {
        "shadow_lid": lid,
        "shadow_crease": crease_band,
        "shadow_outer": corner,
        "shadow_lower": lower_line,
        "shadow_inner": inner,
        "shadow_browbone": browbone,
        "under_eyes": bags * sheet.beside_eyes(3.0),
    }
    return {name: mirrored(zone) * keep for name, zone in zones.items()}


def cheeks(sheet: Sheet) -> dict[str, np.ndarray]:
    """Draw blush, bronzer, contour and highlight."""
    apple, bone, ear = landmark_uv(CHEEKBONE)
    keep = sheet.bare_skin(feather_mm=10.0)
    nose_tip, bridge = landmark_uv((1, 6))
    temple, jaw, jaw_corner, chin = landmark_uv((301, 365, 288, 400))
    apples = sheet.blob(apple + mm(1.0, 1.0), (14.0, 9.5), -22.0)
    lifted = sheet.blob(0.6 * apple + 0.4 * bone + mm(2.0, -3.5), (19.0, 8.0), -30.0)
    nose = sheet.blob(0.55 * nose_tip + 0.45 * bridge, (10.0, 6.5), 0.0)
    hollow = sheet.stroke(
        np.stack([ear + mm(-4.0, 6.0), landmark_uv((411,))[0] + mm(2.0, 2.0)]), (7.0, 3.0), 4.0
    )
    jawline = sheet.stroke(
        np.stack([jaw_corner + mm(-3.0, 0.0), jaw + mm(-3.0, -3.0), chin + mm(0.0, -3.0)]), (6.0, 4.0), 5.0
    )
    hairline = sheet.stroke(
        np.stack(
            [
                temple + mm(-2.0, 0.0),
                landmark_uv((284,))[0] + mm(-3.0, 2.0),
                landmark_uv((332,))[0] + mm(0.0, 3.0),
            ]
        ),
        (7.0, 6.0),
        6.0,
    )
    nose_sides = sheet.stroke(
        np.stack(
            [
                landmark_uv((417,))[0] + mm(0.0, 1.0),
                landmark_uv((456,))[0] + mm(-1.0, 0.0),
                landmark_uv((440,))[0] + mm(-0.5, 0.0),
            ]
        ),
        (1.8, 2.2),
        1.8,
    )
    bone_top = sheet.blob(0.5 * landmark_uv((346,))[0] + 0.5 * bone + mm(1.0, -4.0), (13.0, 3.8), -32.0)
    ridge = sheet.stroke(np.stack([bridge + mm(0.0, 2.0), nose_tip + mm(0.0, -5.0)]), (1.6, 1.8), 2.0)
    bow = sheet.blob(landmark_uv((0,))[0] + mm(1.8, -2.2), (2.0, 1.2), 20.0)
    warm = np.maximum.reduce([0.9 * lifted, 0.85 * hairline, 0.7 * jawline, 0.5 * nose])
    masks = {
        "blush_apples": apples,
        "blush_lifted": lifted,
        "blush_sunkissed": np.maximum(0.9 * apples, 0.75 * nose),
        "bronzer": warm,
        "contour_cheeks": np.maximum(hollow, 0.55 * hairline),
        "contour_jaw": jawline,
        "contour_nose": nose_sides,
        "highlight": np.maximum.reduce([bone_top, 0.8 * ridge, 0.7 * bow]),
    }
    return {name: mirrored(mask) * keep for name, mask in masks.items()}


def brows(sheet: Sheet) -> dict[str, np.ndarray]:
    """Draw brow shapes as hair strokes over a soft fill."""
    upper, lower = landmark_uv(BROW_UPPER), landmark_uv(BROW_LOWER)
    shapes = {}
    for name, drops in {"natural": (0.0,) * 5, **DROPS_MM}.items():
        move = np.array([mm(0.0, drop) for drop in drops])
        shapes[f"brow_{name}"] = mirrored(sheet.brow(upper + move, lower + move)) * sheet.beside_eyes(2.0)
    return shapes


def _beside(points: np.ndarray, count: int) -> np.ndarray:
    """Resample a line to a number of points."""
    place = np.linspace(0.0, len(points) - 1.0, count)
    return np.stack([np.interp(place, np.arange(len(points)), points[:, axis]) for axis in (0, 1)], axis=1)
