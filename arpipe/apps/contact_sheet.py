"""Several pictures on one sheet, each cut to its face and labelled."""

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
FACE_SHARE = 0.52  # of the tile's height that the face fills: hair, ears and shoulders stay in


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """One picture of a sheet.

    Attributes:
        pixels: (h, w, 3) uint8 RGB.
        box_px: The face: x0, y0, x1, y1 in the picture.
        title, note: Below it, on the left and on the right.
    """

    pixels: Pixels
    box_px: tuple[float, float, float, float]
    title: str
    note: str


def compose(tiles: Sequence[Tile], columns: int) -> Pixels:
    """A sheet with so many columns and as many rows as it takes; (h, w, 3) uint8 RGB."""
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
        sheet.paste(Image.fromarray(_cut(tile)), (x, y))
        baseline = y + TILE_HEIGHT + LABEL_HEIGHT - 13
        draw.text((x + 2, baseline), tile.title, TITLE_COLOR, title_font, anchor="ls")
        draw.text((x + TILE_WIDTH - 2, baseline), tile.note, NOTE_COLOR, note_font, anchor="rs")
    return np.array(sheet)


def _cut(tile: Tile) -> Pixels:
    """The part around the face in the tile's shape, never beyond the picture."""
    height, width = tile.pixels.shape[:2]
    x0, y0, x1, y1 = tile.box_px
    cut_height = min((y1 - y0) / FACE_SHARE, height, width * TILE_HEIGHT / TILE_WIDTH)
    cut_width = cut_height * TILE_WIDTH / TILE_HEIGHT
    left = float(np.clip((x0 + x1 - cut_width) / 2.0, 0.0, width - cut_width))
    top = float(np.clip((y0 + y1 - cut_height) / 2.0, 0.0, height - cut_height))
    rows = slice(round(top), max(round(top + cut_height), round(top) + 1))
    part = tile.pixels[rows, round(left) : max(round(left + cut_width), round(left) + 1)]
    shrinks = part.shape[0] > TILE_HEIGHT
    way = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(part, (TILE_WIDTH, TILE_HEIGHT), interpolation=way), dtype=np.uint8)
