"""Sorts pieces into temples, lenses and front, by name where there is one and by shape otherwise.

All lengths are in metres; x points to the person's left, y up and z forward.
"""

import re
from dataclasses import dataclass, replace

import numpy as np

from arpipe.effects.glasses.foreign.pieces import MeshPiece, span, vertices_of
from arpipe.geometry.transforms import Array, rotation_about

TEMPLE_NAMES = re.compile(r"temple|earpiece|(?<![a-z])(arms?|legs?|branche?s?|b(ue|ü)gel|patillas?)(?![a-z])")
LENS_NAMES = re.compile(
    r"(?<![a-z])(lens|lenses|lense|glass|verres?|gl(ae|ä)ser|cristal(es)?|lentes?)(?![a-z])"
)

TEMPLE_LENGTH = 0.3  # of the width: what reaches further behind the front is a temple
TEMPLE_SIDE = 0.25  # of the width: temples stay outside of this
CUT_SIDE = 0.35  # of the width: where a temple that is connected to the front is cut off
CENTRAL = 0.38  # of the width to each side: the front without its end pieces
BEHIND_M = 0.003  # what lies further behind the front, at the side, belongs to the temple
FOLDED_LENGTH = 0.55  # of the width
FOLDED_HEIGHT = 0.35  # of the width, at most; a temple with a bent end
FOLDED_BEHIND_M = 0.0015
END_SHARE = 0.15  # of a temple's length

LENS_WIDTH, LENS_HEIGHT = 0.15, 0.12  # of the width, at least; smaller see-through pieces are pads
LENS_FILLED = 0.6  # of its box: rims are hollow
LENS_DEPTH = 0.2  # of the width, at most
SEE_THROUGH_ALPHA = 0.98


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Pieces of glasses by what they are."""

    front: tuple[MeshPiece, ...]
    lenses: tuple[MeshPiece, ...]
    left: tuple[MeshPiece, ...]
    right: tuple[MeshPiece, ...]
    were_folded: bool = False


def sort_parts(pieces: list[MeshPiece], is_open: bool) -> Parts:
    """Sort the pieces of upright glasses in metres, and open folded temples."""
    pieces, were_folded = (pieces, False) if is_open else _opened(pieces)
    left, right = span(pieces, 0)
    width = right - left
    hinge_z = _hinge_z(pieces, width)
    front: list[MeshPiece] = []
    sides: dict[bool, list[MeshPiece]] = {True: [], False: []}
    for piece in pieces:
        behind = _triangles_behind(piece, width, hinge_z)
        if behind.any():
            for is_left in sides:
                chosen = behind & ((piece.positions[piece.triangles, 0].mean(axis=1) > 0.0) == is_left)
                sides[is_left] += [piece.part(chosen)] if chosen.any() else []
        if not behind.all():
            front.append(piece.part(~behind))
    lenses = _lenses(front, width)
    chosen = {id(lens) for lens in lenses}
    rest = tuple(piece for piece in front if id(piece) not in chosen)
    return Parts(rest, tuple(lenses), tuple(sides[True]), tuple(sides[False]), were_folded)


def is_see_through(piece: MeshPiece) -> bool:
    """Whether a piece is transparent; many exporters mark opaque materials as blended."""
    is_transmissive = piece.material is not None and piece.material.transmission > 0.0
    return is_transmissive or piece.opacity < SEE_THROUGH_ALPHA


def _hinge_z(pieces: list[MeshPiece], width: float) -> float:
    """Return the z at which the front ends and temples may begin."""
    points = np.concatenate(
        [piece.positions for piece in pieces if not TEMPLE_NAMES.search(piece.name)] or []
    )
    central = points[np.abs(points[:, 0]) < CENTRAL * width]
    return float(np.percentile(central[:, 2], 1)) if len(central) else float(points[:, 2].max())


def _triangles_behind(
    piece: MeshPiece, width: float, hinge_z: float
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which triangles of a piece belong to a temple: (m,) bool."""
    centers = piece.positions[piece.triangles].mean(axis=1)
    side = np.abs(piece.positions[:, 0])
    is_aside = float(side.min()) > TEMPLE_SIDE * width
    is_long = float(piece.low[2]) < hinge_z - TEMPLE_LENGTH * width
    if is_aside and (is_long or TEMPLE_NAMES.search(piece.name) or piece.middle[2] < hinge_z - BEHIND_M):
        return np.ones(len(centers), bool)
    if is_long:
        behind: np.ndarray[tuple[int], np.dtype[np.bool_]] = (centers[:, 2] < hinge_z) & (
            np.abs(centers[:, 0]) > CUT_SIDE * width
        )
        return behind
    return np.zeros(len(centers), bool)


def _lenses(front: list[MeshPiece], width: float) -> list[MeshPiece]:
    """Find lenses: transparent pieces, else those named so, else plates."""
    large = [
        piece
        for piece in front
        if piece.extent[0] > LENS_WIDTH * width and piece.extent[1] > LENS_HEIGHT * width
    ]
    filled = [piece for piece in large if _filled(piece) > LENS_FILLED]
    for is_lens in (
        is_see_through,
        lambda piece: LENS_NAMES.search(piece.name),
        lambda piece: piece.extent[2] < LENS_DEPTH * width,
    ):
        found = [piece for piece in filled if is_lens(piece)]
        if found:
            return found
    return []


def _filled(piece: MeshPiece) -> float:
    """Return the share of the box that the piece covers, seen from the front; a hollow ring covers little."""
    facing = piece.facing()[:, 2] / 2.0
    covered = max(float(facing[facing > 0.0].sum()), float(-facing[facing < 0.0].sum()))
    return covered / max(float(piece.extent[0] * piece.extent[1]), 1e-30)


def _opened(pieces: list[MeshPiece]) -> tuple[list[MeshPiece], bool]:
    """Turn folded temples about their hinges until they point backwards."""
    left, right = span(pieces, 0)
    width = right - left
    front_z = float(np.median(vertices_of(pieces)[:, 2]))
    folded = [piece for piece in pieces if _is_folded_temple(piece, width, front_z)]
    if not folded:
        return pieces, False
    rest = [piece for piece in pieces if not any(piece is temple for temple in folded)]
    ends = vertices_of(rest)
    ends = ends[np.abs(ends[:, 0]) > CENTRAL * width]
    hinge_z = float(ends[:, 2].min()) if len(ends) else front_z
    return rest + [_turned_back(piece, hinge_z) for piece in folded], True


def _is_folded_temple(piece: MeshPiece, width: float, front_z: float) -> bool:
    is_long = (
        float(piece.extent[0]) > FOLDED_LENGTH * width and float(piece.extent[1]) < FOLDED_HEIGHT * width
    )
    is_behind = float(piece.middle[2]) < front_z - FOLDED_BEHIND_M
    return is_long and (is_behind or TEMPLE_NAMES.search(piece.name) is not None)


def _turned_back(piece: MeshPiece, hinge_z: float) -> MeshPiece:
    """Turn a folded temple by a right angle; its hinge is at the end that does not bend down.

    Folded temples lie behind the front, one behind the other; opened, they begin where the front ends.
    """
    x, y = piece.positions[:, 0], piece.positions[:, 1]
    margin = END_SHARE * float(piece.extent[0])
    heights = {
        side: float(np.median(y[side * x > side * end - margin]))
        for side, end in ((1.0, float(x.max())), (-1.0, float(x.min())))
    }
    side = 1.0 if heights[1.0] > heights[-1.0] else -1.0
    hinge = np.array([x.max() if side > 0 else x.min(), heights[side], piece.middle[2]])
    turn = rotation_about("y", -side * np.pi / 2.0)
    opened = piece.moved(turn, hinge - turn @ hinge)
    return replace(
        opened.moved(np.eye(3), np.array([0.0, 0.0, hinge_z - float(opened.high[2])])),
        name=f"{piece.name} temple",
    )


def hinge_of(temple: tuple[MeshPiece, ...]) -> Array:
    """Return the (3,) point at the front end of a temple about which it turns."""
    points = vertices_of(temple)
    end = points[points[:, 2] > points[:, 2].max() - 0.004]
    hinge: Array = np.append((end.min(axis=0) + end.max(axis=0))[:2] / 2.0, points[:, 2].max())
    return hinge
