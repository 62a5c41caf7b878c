"""Deviation of a removed vertex from the triangle that represents it: position, normal, colour and texture.

Only sequential additions, multiplications, divisions and square roots are used, so every machine gets the same bits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

Vector = tuple[float, float, float]

NORMAL_LIMIT = 0.06  # change of a unit normal on broad faces: beyond, reflections on polished acetate break
NARROW = 20.0  # errors; in narrower triangles, a few samples of the screen, normals may deviate by more,
NARROW_NORMAL_LIMIT = 0.35  # but never by this: small flat parts would flash
COLOR_LIMIT = 0.012  # of linear vertex colours: below one 8-bit level except in the darkest tints


@dataclass(frozen=True, slots=True)
class Corner:
    """Attributes of one vertex.

    Attributes:
        primitive: Index of its primitive.
        normal: Unit normal.
        color: Linear vertex colour, or empty.
        uv: Texture coordinates, in mm on the surface, or empty.
    """

    primitive: int
    normal: Vector
    color: Sequence[float]
    uv: Sequence[float]


@dataclass(frozen=True, slots=True)
class Face:
    """A triangle to measure against: positions and attributes of its corners, and its width."""

    points: tuple[Vector, Vector, Vector]
    corners: tuple[Corner, Corner, Corner]
    width: float


def minus(a: Vector, b: Vector) -> Vector:
    """Return a - b."""
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def dot(a: Vector, b: Vector) -> float:
    """Return the scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vector, b: Vector) -> Vector:
    """Return the vector product."""
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def face(points: tuple[Vector, Vector, Vector], corners: tuple[Corner, Corner, Corner]) -> Face:
    """Return a triangle with its width: the altitude on its longest side."""
    a, b, c = points
    ab, ac, bc = minus(b, a), minus(c, a), minus(c, b)
    longest = max(dot(ab, ab), dot(ac, ac), dot(bc, bc), 1e-12)
    normal = cross(ab, ac)
    return Face(points, corners, sqrt(dot(normal, normal) / longest))


def closest(point: Vector, points: tuple[Vector, Vector, Vector]) -> Vector:
    """Return barycentric coordinates of the point of a triangle that is closest to a point.

    The regions of corners and edges are tested in the order of Ericson, Real-Time Collision Detection, 5.1.5.
    """
    a, b, c = points
    ab, ac = minus(b, a), minus(c, a)
    ap, bp, cp = minus(point, a), minus(point, b), minus(point, c)
    d1, d2 = dot(ab, ap), dot(ac, ap)
    d3, d4 = dot(ab, bp), dot(ac, bp)
    d5, d6 = dot(ab, cp), dot(ac, cp)
    over_a, over_b, over_c = d3 * d6 - d5 * d4, d5 * d2 - d1 * d6, d1 * d4 - d3 * d2
    found = _closest_on_ab(d1, d2, d3, d4, over_c) or _closest_beside_c(d2, d3, d4, d5, d6, over_a, over_b)
    if found is not None:
        return found
    whole = over_a + over_b + over_c
    return (over_a / whole, over_b / whole, over_c / whole)


def _closest_on_ab(d1: float, d2: float, d3: float, d4: float, over_c: float) -> Vector | None:
    if d1 <= 0.0 and d2 <= 0.0:
        return (1.0, 0.0, 0.0)
    if d3 >= 0.0 and d4 <= d3:
        return (0.0, 1.0, 0.0)
    if over_c <= 0.0 and d1 >= 0.0 and d3 <= 0.0:
        share = d1 / (d1 - d3) if d1 > d3 else 0.0
        return (1.0 - share, share, 0.0)
    return None


def _closest_beside_c(
    d2: float, d3: float, d4: float, d5: float, d6: float, over_a: float, over_b: float
) -> Vector | None:
    if d6 >= 0.0 and d5 <= d6:
        return (0.0, 0.0, 1.0)
    if over_b <= 0.0 and d2 >= 0.0 and d6 <= 0.0:
        share = d2 / (d2 - d6) if d2 > d6 else 0.0
        return (1.0 - share, 0.0, share)
    if over_a <= 0.0 and d4 >= d3 and d5 >= d6:
        whole = (d4 - d3) + (d5 - d6)
        share = (d4 - d3) / whole if whole > 0.0 else 0.0
        return (0.0, 1.0 - share, share)
    return None


def represents(triangle: Face, point: Vector, corner: Corner, error: float) -> bool:
    """Whether a triangle represents the full mesh at a point.

    Args:
        triangle: Triangle of a simplified mesh.
        point: Point of the full mesh.
        corner: Attributes of the full mesh there.
        error: Maximum distance, in the unit of the points.
    """
    if triangle.corners[0].primitive != corner.primitive:
        return False
    u, v, w = closest(point, triangle.points)
    a, b, c = triangle.points
    aside = (
        u * a[0] + v * b[0] + w * c[0] - point[0],
        u * a[1] + v * b[1] + w * c[1] - point[1],
        u * a[2] + v * b[2] + w * c[2] - point[2],
    )
    if dot(aside, aside) > error * error:
        return False
    first, second, third = triangle.corners
    a, b, c = first.normal, second.normal, third.normal
    normal = (u * a[0] + v * b[0] + w * c[0], u * a[1] + v * b[1] + w * c[1], u * a[2] + v * b[2] + w * c[2])
    length = sqrt(dot(normal, normal))
    cosine = dot(normal, corner.normal) / length if length > 0.0 else -1.0
    limit = min(NARROW_NORMAL_LIMIT, NORMAL_LIMIT * max(1.0, NARROW * error / max(triangle.width, 1e-9)))
    if 2.0 - 2.0 * cosine > limit * limit:
        return False
    for x, y, z, wanted in zip(first.color, second.color, third.color, corner.color, strict=True):
        if abs(u * x + v * y + w * z - wanted) > COLOR_LIMIT:
            return False
    return all(
        abs(u * x + v * y + w * z - wanted) <= 2.0 * error
        for x, y, z, wanted in zip(first.uv, second.uv, third.uv, corner.uv, strict=True)
    )
