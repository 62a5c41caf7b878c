"""A contact sheet: several pictures, each cropped to its face and labelled."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from arpipe.types import Pixels

TILE_WIDTH, TILE_HEIGHT = 420, 420
LABEL_HEIGHT = 40
GAP = 12
BACKGROUND = (24, 26, 30)
TITLE_COLOR = (240, 240, 240)
NOTE_COLOR = (150, 155, 165)
TITLE_SIZE, NOTE_SIZE = 19, 15
FACE_SHARE = 0.52  # height of the face over that of the tile, so that hair, ears and shoulders are visible


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """A picture of the sheet.

    Attributes:
        pixels: (h, w, 3) uint8 RGB.
        box_px: Bounding box of the face: x0, y0, x1, y1, px.
        title, note: Texts below the picture, on the left and on the right.
    """

    pixels: Pixels
    box_px: tuple[float, float, float, float]
    title: str
    note: str


def compose(tiles: Sequence[Tile], columns: int) -> Pixels:
    """Compose a sheet with this many columns; returns (h, w, 3) uint8 RGB."""
    rows = -(-len(tiles) // columns)
    cell_height = TILE_HEIGHT + LABEL_HEIGHT
    width = columns * TILE_WIDTH + (columns + 1) * GAP
    height = rows * cell_height + (rows + 1) * GAP
    sheet = Image.new("RGB", (width, height), BACKGROUND)
    draw = ImageDraw.Draw(sheet)
    title_font, note_font = ImageFont.load_default(TITLE_SIZE), ImageFont.load_default(NOTE_SIZE)
    for number, tile in enumerate(tiles):
        row, column = divmod(number, columns)
        x, y = GAP + column * (TILE_WIDTH + GAP), GAP + row * (cell_height + GAP)
        sheet.paste(Image.fromarray(_crop(tile)), (x, y))
        baseline = y + TILE_HEIGHT + LABEL_HEIGHT - 13
        draw.text((x + 2, baseline), tile.title, TITLE_COLOR, title_font, anchor="ls")
        draw.text((x + TILE_WIDTH - 2, baseline), tile.note, NOTE_COLOR, note_font, anchor="rs")
    return np.array(sheet)


def _crop(tile: Tile) -> Pixels:
    """Crop the picture around the face to the shape of a tile."""
    height, width = tile.pixels.shape[:2]
    x0, y0, x1, y1 = tile.box_px
    crop_height = min((y1 - y0) / FACE_SHARE, height, width * TILE_HEIGHT / TILE_WIDTH)
    crop_width = crop_height * TILE_WIDTH / TILE_HEIGHT
    left = float(np.clip((x0 + x1 - crop_width) / 2.0, 0.0, width - crop_width))
    top = float(np.clip((y0 + y1 - crop_height) / 2.0, 0.0, height - crop_height))
    rows = slice(round(top), max(round(top + crop_height), round(top) + 1))
    part = tile.pixels[rows, round(left) : max(round(left + crop_width), round(left) + 1)]
    interpolation = cv2.INTER_AREA if part.shape[0] > TILE_HEIGHT else cv2.INTER_CUBIC
    return np.asarray(
        cv2.resize(part, (TILE_WIDTH, TILE_HEIGHT), interpolation=interpolation), dtype=np.uint8
    )
