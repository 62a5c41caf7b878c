"""Simplifies a mesh over its own vertices, for when it is small on the screen.

Vertices are collapsed onto a neighbour, cheapest first (half-edge collapses with quadric errors), as long as the
remaining triangles represent every removed vertex, see `deviation`. Vertices do not change, so a level of detail is an
index buffer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import sqrt

from glasses.deviation import Corner, Face, Vector, cross, dot, face, minus, represents

MIN_TURN_COSINE = 0.3  # between the normals of a triangle before and after: nothing folds over
MIN_FACING_COSINE = 0.15  # between a triangle and the mean normal of its corners
TRIES = 4
MAX_ERRORS = (
    2.0  # RMS distance from the planes around a vertex, in errors: larger moves are not worth testing
)

Triangle = tuple[int, int, int]
Quadric = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """A collapse of a point onto a neighbour: what its triangles become."""

    changed: dict[int, Triangle]
    gone: list[int]
    shown: dict[int, list[int]]


class Simplifier:
    """Simplifies the triangles of one node.

    Args:
        places: Position of every vertex, mm; equal positions are one point.
        corners: Attributes of every vertex.
        triangles: Vertices of each triangle, counter-clockwise.
    """

    def __init__(
        self, places: Sequence[Vector], corners: Sequence[Corner], triangles: Iterable[Triangle]
    ) -> None:
        number: dict[Vector, int] = {}
        self._corners = corners
        self._point_of = [number.setdefault(place, len(number)) for place in places]
        self._points = list(number)
        self._triangles: dict[int, Triangle] = {}
        self._around: list[dict[int, None]] = [{} for _ in number]
        self._shown: dict[int, list[int]] = {}  # triangle → removed vertices that it represents
        for triangle in triangles:
            if len({self._point_of[vertex] for vertex in triangle}) == 3:
                key = len(self._triangles)
                self._triangles[key] = triangle
                self._shown[key] = []
                for vertex in triangle:
                    self._around[self._point_of[vertex]][key] = None
        self._quadrics = self._all_quadrics()
        self._is_open = [self._touches_open_edge(point) for point in range(len(self._points))]
        self._age = [0] * len(self._points)

    @property
    def triangles(self) -> list[Triangle]:
        """The remaining triangles."""
        return list(self._triangles.values())

    def simplify(self, error: float) -> None:
        """Collapse points until no collapse keeps the surface within `error`, mm."""
        queue: list[tuple[float, int, int, int]] = []
        for point in range(len(self._points)):
            queue.extend(self._wishes(point, error))
        heapify(queue)
        while queue:
            _, point, target, age = heappop(queue)
            if age != self._age[point] or not self._around[target]:
                continue
            move = self._move(point, target, error)
            if move is None:
                continue
            self._apply(point, target, move)
            for neighbour in (target, *self._neighbours(target)):
                self._age[neighbour] += 1
                for wish in self._wishes(neighbour, error):
                    heappush(queue, wish)

    def _wishes(self, point: int, error: float) -> list[tuple[float, int, int, int]]:
        """Return (cost, point, target, age) of the cheapest collapses of a point."""
        if self._is_open[point]:
            return []
        quadric, age, found = self._quadrics[point], self._age[point], []
        for target in self._neighbours(point):
            cost = _cost(quadric, self._points[target])
            if cost <= MAX_ERRORS**2 * error * error * quadric[10]:
                way = minus(self._points[target], self._points[point])
                found.append((cost + 1e-4 * error * dot(way, way), point, target, age))
        return sorted(found)[:TRIES]

    def _move(self, point: int, target: int, error: float) -> Move | None:
        """Return the effect of a collapse; None if the surface would tear, fold or deviate too much."""
        ring, beyond = self._around[point], self._around[target]
        gone = [key for key in ring if key in beyond]
        near = self._neighbours(point)
        if sum(neighbour in near for neighbour in self._neighbours(target)) != len(gone):
            return None
        vertex_for = self._vertices_for(point, target, gone)
        if vertex_for is None:
            return None
        changed: dict[int, Triangle] = {}
        faces: dict[int, Face] = {}
        for key in ring:
            if key in beyond:
                continue
            a, b, c = (vertex_for.get(vertex, vertex) for vertex in self._triangles[key])
            made = self._face((a, b, c))
            if not self._fits(self._triangles[key], made):
                return None
            changed[key], faces[key] = (a, b, c), made
        shown = self._share_out(list(vertex_for), [*gone, *changed], faces, error)
        return None if shown is None else Move(changed, gone, shown)

    def _vertices_for(self, point: int, target: int, gone: list[int]) -> dict[int, int] | None:
        """Map each vertex of the point to one of the target: across a removed triangle, or the most similar one."""
        found: dict[int, int] = {}
        for key in gone:
            start = next(vertex for vertex in self._triangles[key] if self._point_of[vertex] == point)
            end = next(vertex for vertex in self._triangles[key] if self._point_of[vertex] == target)
            found[start] = end
        mine, theirs = self._vertices(point), self._vertices(target)
        for vertex in mine:
            corner = self._corners[vertex]
            fit = [other for other in theirs if self._corners[other].primitive == corner.primitive]
            if vertex not in found:
                if not fit:
                    return None
                found[vertex] = max(fit, key=lambda other: dot(self._corners[other].normal, corner.normal))
        return found

    def _share_out(
        self, leaving: list[int], ring: list[int], faces: dict[int, Face], error: float
    ) -> dict[int, list[int]] | None:
        """Assign each removed vertex to a new triangle that represents it; None if one has none."""
        shown: dict[int, list[int]] = {key: [] for key in faces}
        waiting = [(vertex, -1) for vertex in leaving]
        waiting += [(vertex, key) for key in ring for vertex in self._shown[key]]
        for vertex, before in waiting:
            place, corner = self._points[self._point_of[vertex]], self._corners[vertex]
            if before in faces and represents(faces[before], place, corner, error):
                shown[before].append(vertex)
                continue
            for key, made in faces.items():
                if key != before and represents(made, place, corner, error):
                    shown[key].append(vertex)
                    break
            else:
                return None
        return shown

    def _fits(self, before: Triangle, made: Face) -> bool:
        """Whether a changed triangle has an area and faces as before and as its corners do."""
        old, new = self._cross(before), cross(*_sides(made.points))
        if dot(new, new) < 1e-12:
            return False
        turn = dot(old, new)
        if turn <= 0.0 or turn * turn < MIN_TURN_COSINE * MIN_TURN_COSINE * dot(old, old) * dot(new, new):
            return False
        a, b, c = (corner.normal for corner in made.corners)
        mean = (a[0] + b[0] + c[0], a[1] + b[1] + c[1], a[2] + b[2] + c[2])
        facing = dot(new, mean)
        return facing > 0.0 and facing * facing >= MIN_FACING_COSINE**2 * dot(new, new) * dot(mean, mean)

    def _apply(self, point: int, target: int, move: Move) -> None:
        for key in move.gone:
            for vertex in self._triangles.pop(key):
                del self._around[self._point_of[vertex]][key]
            del self._shown[key]
        for key, triangle in move.changed.items():
            self._triangles[key] = triangle
            self._around[target][key] = None
        self._shown.update(move.shown)
        self._around[point] = {}
        self._age[point] += 1
        pairs = zip(self._quadrics[point], self._quadrics[target], strict=True)
        self._quadrics[target] = tuple(mine + theirs for mine, theirs in pairs)

    def _neighbours(self, point: int) -> dict[int, None]:
        """Return the points that share a triangle with a point, in the order of its triangles."""
        of = self._point_of
        found = {of[vertex]: None for key in self._around[point] for vertex in self._triangles[key]}
        found.pop(point, None)
        return found

    def _vertices(self, point: int) -> dict[int, None]:
        of = self._point_of
        corners = (vertex for key in self._around[point] for vertex in self._triangles[key])
        return {vertex: None for vertex in corners if of[vertex] == point}

    def _face(self, triangle: Triangle) -> Face:
        a, b, c = triangle
        of, points, corners = self._point_of, self._points, self._corners
        return face((points[of[a]], points[of[b]], points[of[c]]), (corners[a], corners[b], corners[c]))

    def _cross(self, triangle: Triangle) -> Vector:
        a, b, c = (self._points[self._point_of[vertex]] for vertex in triangle)
        return cross(minus(b, a), minus(c, a))

    def _touches_open_edge(self, point: int) -> bool:
        """Whether an edge at a point has one triangle only, or more than two."""
        counts: dict[int, int] = {}
        for key in self._around[point]:
            for vertex in self._triangles[key]:
                other = self._point_of[vertex]
                counts[other] = counts.get(other, 0) + 1
        return any(count != 2 for other, count in counts.items() if other != point)

    def _all_quadrics(self) -> list[Quadric]:
        """Return per point the sums over the planes of its triangles weighted by area, and the areas."""
        sums = [[0.0] * 11 for _ in self._points]
        for triangle in self._triangles.values():
            normal = self._cross(triangle)
            area = sqrt(dot(normal, normal))
            if area <= 0.0:
                continue
            a, b, c = (part / area for part in normal)
            corner = self._points[self._point_of[triangle[0]]]
            d = -(a * corner[0] + b * corner[1] + c * corner[2])
            row = (a * a, a * b, a * c, a * d, b * b, b * c, b * d, c * c, c * d, d * d, 1.0)
            for vertex in triangle:
                into = sums[self._point_of[vertex]]
                for place, value in enumerate(row):
                    into[place] += value * area
        return [tuple(row) for row in sums]


def _sides(points: tuple[Vector, Vector, Vector]) -> tuple[Vector, Vector]:
    return minus(points[1], points[0]), minus(points[2], points[0])


def _cost(quadric: Quadric, point: Vector) -> float:
    """Return the sum of squared distances from the planes, weighted by area."""
    aa, ab, ac, ad, bb, bc, bd, cc, cd, dd, _ = quadric
    x, y, z = point
    return max(
        0.0,
        x * (aa * x + 2.0 * (ab * y + ac * z + ad))
        + y * (bb * y + 2.0 * (bc * z + bd))
        + z * (cc * z + 2.0 * cd)
        + dd,
    )
