"""Builds glasses as other programs export them: any unit, axes, parts and materials."""

from dataclasses import dataclass, field, replace

import numpy as np

from tests.io.gltf.gltf_files import GltfFile

LENS_MM = (26.0, 20.0)  # half axes
LENS_X_MM, LENS_Y_MM = 35.0, -2.0
HINGE_MM = np.array([69.0, 8.0, -6.0])
TEMPLE_MM = np.array([[69.0, 8.0, -6.0], [70.0, 9.0, -50.0], [69.0, 8.0, -100.0], [66.0, -26.0, -140.0]])
BRIDGE_MM = np.array([[-10.5, 5.0, 0.0], [-4.0, 8.0, 2.5], [4.0, 8.0, 2.5], [10.5, 5.0, 0.0]])
END_MM = np.array([[60.0, 6.0, 0.0], [66.0, 8.0, -1.5], [69.0, 8.0, -6.0]])

Z_UP = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])  # y becomes z, z becomes −y
BACKWARDS = np.diag([-1.0, 1.0, -1.0])
SIDEWAYS = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])  # z becomes x

FRAME, LENS = "frame", "lens"


@dataclass(frozen=True)
class Part:
    """Triangles in mm: x to the person's left, y up, z forward, the bridge's contact at the origin."""

    name: str
    material: str
    vertices: np.ndarray
    triangles: np.ndarray

    def moved(self, linear, offset=(0.0, 0.0, 0.0)):
        triangles = self.triangles[:, ::-1] if np.linalg.det(linear) < 0 else self.triangles
        return replace(self, vertices=self.vertices @ np.asarray(linear).T + offset, triangles=triangles)


def tube(name, path, radius=1.6, sides=8, closed=False, material=FRAME):
    """A tube along a path, with ends closed by fans."""
    path = np.asarray(path, float)
    ahead = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0)
    if not closed:
        ahead[0], ahead[-1] = path[1] - path[0], path[-1] - path[-2]
    ahead /= np.linalg.norm(ahead, axis=1)[:, None]
    reference = np.where(np.abs(ahead[:, 1:2]) < 0.9, [[0.0, 1.0, 0.0]], [[0.0, 0.0, 1.0]])
    if closed:
        reference = np.tile([0.0, 0.0, 1.0], (len(path), 1))
    across = np.cross(reference, ahead)
    across /= np.linalg.norm(across, axis=1)[:, None]
    up = np.cross(ahead, across)
    angles = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    ring = np.cos(angles)[None, :, None] * across[:, None] + np.sin(angles)[None, :, None] * up[:, None]
    vertices = (path[:, None] + radius * ring).reshape(-1, 3)
    count = len(path)
    triangles = []
    for row in range(count if closed else count - 1):
        for column in range(sides):
            a, b = row * sides + column, row * sides + (column + 1) % sides
            c, d = ((row + 1) % count) * sides + column, ((row + 1) % count) * sides + (column + 1) % sides
            triangles += [(a, b, c), (b, d, c)]
    if not closed:
        last = (count - 1) * sides
        triangles += [(0, column + 1, column) for column in range(1, sides - 1)]
        triangles += [(last, last + column, last + column + 1) for column in range(1, sides - 1)]
    return Part(name, material, vertices, np.array(triangles))


def ellipse(side, count=48, grow=1.0):
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    x = side * LENS_X_MM + grow * LENS_MM[0] * np.cos(angles)
    y = LENS_Y_MM + grow * LENS_MM[1] * np.sin(angles)
    return np.column_stack([x, y, np.zeros(count)])


def lens(name, side, material=LENS, rings=6, count=48):
    """A disc, slightly domed, that faces forward."""
    middle = np.array([[side * LENS_X_MM, LENS_Y_MM, 1.5]])
    rows = [middle]
    for ring in range(1, rings + 1):
        row = ellipse(side, count, ring / rings)
        row[:, 2] = 1.5 * (1 - (ring / rings) ** 2)
        rows.append(row)
    triangles = [(0, 1 + column, 1 + (column + 1) % count) for column in range(count)]
    for ring in range(rings - 1):
        for column in range(count):
            a, b = 1 + ring * count + column, 1 + ring * count + (column + 1) % count
            triangles += [(a, a + count, b), (b, a + count, b + count)]
    return Part(name, material, np.concatenate(rows), np.array(triangles))


def mirrored(path):
    return np.asarray(path) * (-1.0, 1.0, 1.0)


def refined(path, steps):
    """A polyline with more points."""
    path = np.asarray(path, float)
    along = np.linspace(0, len(path) - 1, steps)
    return np.column_stack([np.interp(along, np.arange(len(path)), path[:, axis]) for axis in range(3)])


def parts(detail=1, names=("rim", "lens", "bridge", "end", "temple")):
    """Glasses of 10 parts; `detail` multiplies the number of segments."""
    rim, lens_name, bridge, end, temple = names
    sides = 8 * detail
    found = [tube(bridge, refined(BRIDGE_MM, 8 * detail), sides=sides)]
    for letter, side in (("l", 1), ("r", -1)):
        turn = (lambda path: path) if side > 0 else mirrored
        found += [
            tube(f"{rim}_{letter}", ellipse(side, 48 * detail), sides=sides, closed=True),
            lens(f"{lens_name}_{letter}", side, rings=6 * detail, count=48 * detail),
            tube(f"{end}_{letter}", refined(turn(END_MM), 6 * detail), 2.2, sides=sides),
            tube(f"{temple}_{letter}", refined(turn(TEMPLE_MM), 12 * detail), 2.2, sides=sides),
        ]
    return found


def brow_bar():
    """Front and temples are one connected tube, with lenses below it."""
    bar = [(60.0, 9.0, 0.0), (30.0, 15.0, 1.0), (8.0, 9.0, 2.0), (0.0, 8.0, 2.0)]
    half = np.concatenate([TEMPLE_MM[::-1], bar])
    path = np.concatenate([half, mirrored(half[::-1][1:])])
    return [tube("all", refined(path, 60)), lens("all2", 1), lens("all3", -1)]


def folded(every):
    """Temples turned by a right angle about their hinges, one behind the other."""
    found = []
    for part in every:
        if "temple" not in part.name and "arm" not in part.name:
            found.append(part)
            continue
        side = 1.0 if part.vertices[:, 0].mean() > 0 else -1.0
        hinge = HINGE_MM * (side, 1.0, 1.0)
        angle = side * np.pi / 2.0
        turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
        behind = (0.0, 0.0, -4.0 if side > 0 else -9.0)
        found.append(part.moved(turn, hinge - turn @ hinge + behind))
    return found


MATERIALS = {
    FRAME: {
        "name": "acetate",
        "doubleSided": True,
        "pbrMetallicRoughness": {
            "baseColorFactor": [0.03, 0.02, 0.02, 1],
            "metallicFactor": 0.0,
            "roughnessFactor": 0.35,
        },
    },
    LENS: {
        "name": "clear",
        "alphaMode": "BLEND",
        "doubleSided": True,
        "pbrMetallicRoughness": {"baseColorFactor": [0.8, 0.85, 0.9, 0.15], "roughnessFactor": 0.05},
    },
}
OPAQUE_GLASS = {"name": "Glass", "pbrMetallicRoughness": {"baseColorFactor": [0.1, 0.1, 0.12, 1]}}
GREY = {"name": "mat0", "pbrMetallicRoughness": {"baseColorFactor": [0.5, 0.5, 0.5, 1], "metallicFactor": 0}}


@dataclass(frozen=True)
class Export:
    """How a program writes the parts.

    Attributes:
        metres: Units of the file per mm.
        linear, offset: Applied to all vertices, in mm.
        merged: One mesh instead of a node for each part.
        node: Transform of the root node, as in glTF.
        materials: By the parts' material; empty for none at all.
    """

    metres: float = 0.001
    linear: np.ndarray = field(default_factory=lambda: np.eye(3))
    offset: tuple = (0.0, 0.0, 0.0)
    merged: bool = False
    node: dict = field(default_factory=dict)
    materials: dict = field(default_factory=lambda: MATERIALS)

    def save(self, every, folder, name="model.glb"):
        file = GltfFile()
        moved = [
            part.moved(self.metres * self.linear, np.multiply(self.offset, self.metres)) for part in every
        ]
        slots = list(self.materials)
        file.json["materials"] = list(self.materials.values())
        groups = self._groups(moved)
        file.json["meshes"] = [
            {"primitives": [self._primitive(file, part, slots) for part in group]} for _, group in groups
        ]
        file.json["nodes"] = [{"name": name, "mesh": index} for index, (name, _) in enumerate(groups)]
        file.json["nodes"].append({"name": "Sketch", "children": list(range(len(groups))), **self.node})
        file.json["scenes"] = [{"nodes": [len(groups)]}]
        return file.save(folder, name)

    def _groups(self, moved):
        if not self.merged:
            return [(part.name, [part]) for part in moved]
        joined = []
        for material in dict.fromkeys(part.material for part in moved):
            same = [part for part in moved if part.material == material]
            starts = np.cumsum([0, *(len(part.vertices) for part in same)])[:-1]
            vertices = np.concatenate([part.vertices for part in same])
            triangles = [part.triangles + start for part, start in zip(same, starts, strict=True)]
            joined.append(Part("mesh", material, vertices, np.concatenate(triangles)))
        return [("Object_0", joined)]

    @staticmethod
    def _primitive(file, part, slots):
        first = {
            "attributes": {
                "POSITION": file.accessor(part.vertices.astype("<f4")),
                "NORMAL": file.accessor(_normals(part).astype("<f4")),
            },
            "indices": file.accessor(part.triangles.astype("<u4").reshape(-1)),
        }
        return {**first, "material": slots.index(part.material)} if part.material in slots else first


def _normals(part):
    corners = part.vertices[part.triangles]
    facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(part.vertices)
    for corner in range(3):
        np.add.at(normals, part.triangles[:, corner], facing)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


def with_material(every, material, where):
    """Parts whose name contains a text, with another material."""
    return [replace(part, material=material) if where in part.name else part for part in every]


def variants():
    """Name → (parts, export): eleven pairs of glasses as they come from other programs."""
    anonymous = [replace(part, name=f"Object_{number}") for number, part in enumerate(parts())]
    mirror = np.diag([-1.0, 1.0, 1.0])
    one = with_material(parts(), FRAME, "")
    tinted = {FRAME: GREY, "glass": OPAQUE_GLASS}
    return {
        "metres, a node for each part": (parts(), Export()),
        "millimetres, Z up": (parts(), Export(1.0, Z_UP)),
        "centimetres, facing backwards": (parts(), Export(0.1, BACKWARDS)),
        "inches, merged by material": (parts(), Export(1 / 25.4, merged=True)),
        "one mesh of one material": (one, Export(1.0, merged=True, materials={FRAME: GREY})),
        "mirrored by a negative scale": (
            [part.moved(mirror) for part in parts()],
            Export(node={"scale": [-1, 1, 1]}),
        ),
        "folded temples": (folded(parts()), Export(0.1)),
        "opaque glass by name": (
            with_material(anonymous_lens(), "glass", "Lens"),
            Export(1.0, materials=tinted),
        ),
        "no materials": (parts(names=("a", "b", "c", "d", "e")), Export(materials={})),
        "off centre, sideways": (anonymous, Export(1.0, SIDEWAYS, (500.0, -300.0, 1200.0))),
        "many vertices": (parts(6), Export(merged=True)),
        "front and temples connected": (brow_bar(), Export(1.0, Z_UP, merged=True)),
    }


def anonymous_lens():
    return parts(names=("Torus", "Lens", "Curve", "Box", "arm"))


def turned(yaw_deg, pitch_deg):
    """A rotation that no axis of the file follows."""
    yaw, pitch = np.deg2rad((yaw_deg, pitch_deg))
    about_y = [[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]]
    about_x = [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
    return np.array(about_x) @ np.array(about_y)


def thick(part, depth_mm=2.0, count=48):
    """A lens with a back and an edge."""
    size = len(part.vertices)
    ring = np.arange(size - count, size)
    after = np.roll(ring, -1)
    edge = np.concatenate(
        [np.stack([ring, ring + size, after], 1), np.stack([after, ring + size, after + size], 1)]
    )
    triangles = np.concatenate([part.triangles, part.triangles[:, ::-1] + size, edge])
    return replace(
        part, vertices=np.concatenate([part.vertices, part.vertices - (0, 0, depth_mm)]), triangles=triangles
    )


def shield(columns=60, rows=20):
    """One lens before both eyes."""
    u, v = (grid.ravel() for grid in np.meshgrid(np.linspace(-1, 1, columns), np.linspace(-1, 1, rows)))
    vertices = np.column_stack([66 * u, -2 + 22 * v * (1 - 0.15 * np.abs(u)), 4 - 14 * u**2])
    here = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    triangles = np.concatenate(
        [
            np.stack([here, here + 1, here + columns], 1),
            np.stack([here + 1, here + columns + 1, here + columns], 1),
        ]
    )
    return Part("shield", LENS, vertices, triangles)


def trifles():
    """Nose pads and screws, as pieces of their own."""
    squeeze = np.diag([0.15, 0.25, 1.0])
    pads = [lens("pad", side).moved(squeeze, (3.5 * side, -6.0, -6.0)) for side in (1, -1)]
    screws = [
        tube(f"s{side}{place}", [(side * 69.0, 4.0, -7.0 - place), (side * 69.0, 12.0, -7.0 - place)], 0.5)
        for side in (1, -1)
        for place in (0, 2)
    ]
    return [*pads, *screws]


def without(every, *words):
    return [part for part in every if not any(word in part.name for word in words)]
