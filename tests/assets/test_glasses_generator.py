"""The glasses packs: what the generator writes, measured on the files themselves."""

import functools
import json
import struct
import tomllib
from pathlib import Path

import numpy as np
import pytest
import trimesh
from glasses.files import STYLES, files
from glasses.temples import temple_path

REPOSITORY = Path(__file__).resolve().parents[2]
EFFECTS = REPOSITORY / "assets" / "effects"
REQUIRED = ["aviator", "wayfarer", "round", "cat-eye", "rimless", "sport"]
MAX_TRIANGLES = 12_000
MAX_BYTES = 450_000
LEVELS = 4
COMPONENTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
TYPES = {5123: "<u2", 5126: "<f4"}


PACKS = list(STYLES)
generated_files = functools.cache(files)  # takes seconds per pack


class Model:
    """A GLB file taken apart with nothing but the standard library and numpy."""

    def __init__(self, path: Path) -> None:
        data = path.read_bytes()
        length = struct.unpack("<I", data[12:16])[0]
        self.size = len(data)
        self.json = json.loads(data[20 : 20 + length])
        self.binary = data[28 + length :]
        self.primitives: list[tuple[str, dict[str, np.ndarray]]] = []
        self.nodes = [self.json["nodes"][index] for index in self.json["scenes"][0]["nodes"]]
        for node in self.nodes:
            for arrays in self.arrays(node):
                self.primitives.append((node["name"], arrays))

    def arrays(self, node: dict) -> list[dict[str, np.ndarray]]:
        """Arrays of a node's primitives; positions as worn."""
        found = []
        for primitive in self.json["meshes"][node["mesh"]]["primitives"]:
            arrays = {name: self.array(index) for name, index in primitive["attributes"].items()}
            arrays["local"] = arrays["POSITION"]
            arrays["POSITION"] = arrays["POSITION"] + np.array(node.get("translation", [0.0, 0.0, 0.0]))
            arrays["triangles"] = self.array(primitive["indices"]).reshape(-1, 3).astype(int)
            found.append(arrays)
        return found

    def levels(self, node: dict) -> list[dict]:
        """Nodes that replace a node, ever leaner."""
        return [self.json["nodes"][index] for index in node["extensions"]["MSFT_lod"]["ids"]]

    def array(self, index: int) -> np.ndarray:
        accessor = self.json["accessors"][index]
        view = self.json["bufferViews"][accessor["bufferView"]]
        width = COMPONENTS[accessor["type"]]
        kind = TYPES[accessor["componentType"]]
        start = view["byteOffset"] + accessor.get("byteOffset", 0)
        flat = np.frombuffer(self.binary, kind, accessor["count"] * width, start)
        return flat.reshape(-1, width) if width > 1 else flat

    def points_mm(self, *prefixes: str) -> np.ndarray:
        chosen = [arrays["POSITION"] for name, arrays in self.primitives if name.startswith(prefixes)]
        return np.vstack(chosen) * 1e3

    def solid(self, *names: str, level: int = 0) -> trimesh.Trimesh:
        points, triangles, count = [], [], 0
        for node in self.nodes:
            chosen = [node, *self.levels(node)][level]
            for arrays in self.arrays(chosen) if node["name"] in names else ():
                points.append(arrays["POSITION"])
                triangles.append(arrays["triangles"] + count)
                count += len(arrays["POSITION"])
        mesh = trimesh.Trimesh(np.vstack(points) * 1e3, np.vstack(triangles), process=False)
        mesh.merge_vertices(merge_norm=True, merge_tex=True, digits_vertex=4)
        return mesh


@pytest.fixture(scope="module", params=PACKS)
def pack(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def model(pack) -> Model:
    return Model(EFFECTS / pack / "model.glb")


@pytest.fixture(scope="module")
def toml(pack) -> dict:
    return tomllib.loads((EFFECTS / pack / "effect.toml").read_text())


@pytest.fixture(scope="module")
def glasses(toml) -> dict:
    return toml["layers"][0]["glasses"]


def sphere(points: np.ndarray) -> tuple[np.ndarray, float]:
    """Centre and radius of the sphere through points, by least squares."""
    system = np.column_stack([2 * points, np.ones(len(points))])
    solution = np.linalg.lstsq(system, (points**2).sum(axis=1), rcond=None)[0]
    return solution[:3], float(np.sqrt(solution[3] + solution[:3] @ solution[:3]))


def lens_face(model: Model, sign: int) -> np.ndarray:
    """Points of the left lens's front (sign 1) or back (-1) face, mm."""
    arrays = next(arrays for name, arrays in model.primitives if name == "lens_l")
    return arrays["POSITION"][sign * arrays["NORMAL"][:, 2] > 0.5].astype(np.float64) * 1e3


def optical_axis(model: Model, points: np.ndarray) -> np.ndarray:
    """Unit normal of the left lens over the middle of its box."""
    center, radius = sphere(lens_face(model, 1))
    aside = (points.min(axis=0) + points.max(axis=0))[:2] / 2 - center[:2]
    return np.array([*aside, np.sqrt(radius**2 - aside @ aside)]) / radius


def test_six_styles_exist():
    assert set(REQUIRED) <= set(PACKS)


def test_generator_writes_the_committed_bytes(pack):
    made = generated_files(pack)
    assert {path.name for path in made} == {"effect.toml", "model.glb", "README.md"}
    for path, content in made.items():
        assert path.parent == EFFECTS / pack
        assert path.read_bytes() == content, path


def test_budget(model):
    assert sum(len(arrays["triangles"]) for _, arrays in model.primitives) <= MAX_TRIANGLES
    assert model.size <= MAX_BYTES


def test_nodes_and_pivots(model):
    names = [node["name"] for node in model.nodes]
    assert {"lens_l", "lens_r", "temple_l", "temple_r", "nose_pads"} <= set(names)
    assert any(name.startswith("frame") for name in names)
    left, right = (
        np.array(next(node["translation"] for node in model.json["nodes"] if node["name"] == name))
        for name in ("temple_l", "temple_r")
    )
    assert left[0] > 0.06
    np.testing.assert_allclose(right, left * [-1, 1, 1], atol=1e-9)
    for name, arrays in model.primitives:
        if name in ("lens_l", "temple_l"):
            assert arrays["POSITION"][:, 0].mean() > 0
        if name in ("temple_l", "temple_r"):  # it hangs from its hinge: nothing reaches far before it
            assert arrays["local"][:, 2].max() < 0.004


def test_licence_fields(pack, model, toml):
    assert toml["license"] == "Apache-2.0"
    assert toml["author"] == "arpipe"
    assert "Apache-2.0" in model.json["asset"]["copyright"]
    assert "Apache-2.0" in (EFFECTS / pack / "README.md").read_text()
    assert toml["name"] == pack


def test_normals_are_unit_and_face_the_way_their_triangles_do(model):
    for name, arrays in model.primitives:
        normals, points = arrays["NORMAL"], arrays["POSITION"].astype(np.float64)
        np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1.0, atol=1e-3)
        a, b, c = (points[arrays["triangles"][:, k]] for k in range(3))
        cross = np.cross(b - a, c - a)
        area = np.linalg.norm(cross, axis=1)
        large = area > 2e-9  # m²: slivers are at the mercy of the 1 µm grid
        agree = np.einsum("ij,ij->i", cross, normals[arrays["triangles"]].mean(axis=1))[large]
        assert np.all(agree > 0), name


def test_indices_and_bounds_are_those_of_the_data(model):
    for _, arrays in model.primitives:
        assert arrays["triangles"].max() < len(arrays["POSITION"])
    for mesh in model.json["meshes"]:
        for primitive in mesh["primitives"]:
            index = primitive["attributes"]["POSITION"]
            np.testing.assert_array_equal(
                np.float32(model.json["accessors"][index]["min"]), model.array(index).min(axis=0)
            )


@pytest.mark.parametrize("names", [("frame",), ("temple_l",), ("temple_r",), ("nose_pads",)])
def test_solids_are_closed_and_face_outwards(model, names):
    solid = model.solid(*names)
    assert solid.is_watertight
    assert all(part.volume > 0 for part in solid.split())


def test_lenses_are_closed(model, pack):
    pairs = [("lens_l", "lens_r")] if pack == "sport" else [("lens_l",), ("lens_r",)]
    for names in pairs:
        solid = model.solid(*names)
        assert solid.is_watertight
        assert solid.volume > 0


def test_levels_are_other_triangles_over_the_same_vertices(model):
    for node in model.nodes:
        own = model.json["meshes"][node["mesh"]]["primitives"]
        before = sum(len(arrays["triangles"]) for arrays in model.arrays(node))
        levels = model.levels(node)
        assert len(levels) == LEVELS
        for level in levels:
            assert level.get("translation") == node.get("translation")
            for mine, other in zip(own, model.json["meshes"][level["mesh"]]["primitives"], strict=True):
                assert {**other, "indices": mine["indices"]} == mine
            count = sum(len(arrays["triangles"]) for arrays in model.arrays(level))
            assert 0 < count < before
            before = count
        shares = node["extras"]["MSFT_screencoverage"]
        assert len(shares) == LEVELS + 1
        assert shares == sorted(shares, reverse=True)


def test_levels_are_much_leaner(model):
    counts = [
        sum(len(arrays["triangles"]) for arrays in model.arrays(chosen))
        for node in model.nodes
        for chosen in [node, *model.levels(node)]
    ]
    whole, *levels = np.reshape(counts, (-1, LEVELS + 1)).sum(axis=0) / sum(counts[:: LEVELS + 1])
    assert whole == 1.0
    assert np.all(np.array(levels) < (0.75, 0.6, 0.4, 0.25))


@pytest.mark.parametrize("level", range(1, LEVELS + 1))
def test_levels_stay_closed_and_close_to_the_whole(model, pack, level):
    """Every vertex lies as near to the leaner surface as the level promises; solids stay solid."""
    error_mm = 0.08 * 2 ** (level - 1)
    rng = np.random.default_rng(level)
    for node in model.nodes:
        lean, whole = model.solid(node["name"], level=level), model.solid(node["name"])
        if pack != "sport" or not node["name"].startswith("lens"):
            assert lean.is_watertight
            assert lean.volume > 0.75 * whole.volume
        for point in whole.vertices[rng.choice(len(whole.vertices), 10)]:
            nearest = trimesh.triangles.closest_point(lean.triangles, np.tile(point, (len(lean.faces), 1)))
            assert np.linalg.norm(nearest - point, axis=1).min() <= error_mm + 1e-3


def test_levels_face_the_way_their_normals_do(model):
    for node in model.nodes:
        for level in model.levels(node):
            for arrays in model.arrays(level):
                a, b, c = (arrays["POSITION"][arrays["triangles"][:, k]].astype(float) for k in range(3))
                cross = np.cross(b - a, c - a)
                agree = np.einsum("ij,ij->i", cross, arrays["NORMAL"][arrays["triangles"]].mean(axis=1))
                assert np.all(agree[np.linalg.norm(cross, axis=1) > 2e-9] > 0), level["name"]


def test_trimesh_reads_the_same_geometry(pack, model):
    scene = trimesh.load(EFFECTS / pack / "model.glb")
    ours = np.vstack([arrays["POSITION"] for _, arrays in model.primitives])
    np.testing.assert_allclose(scene.bounds, [ours.min(axis=0), ours.max(axis=0)], atol=1e-6)
    count = sum(len(arrays["triangles"]) for _, arrays in model.primitives)
    drawn = [scene.graph[name][1] for name in scene.graph.nodes_geometry]
    assert sum(len(scene.geometry[name].faces) for name in drawn) == count


def test_dimensions_are_those_of_real_eyewear(glasses, pack):
    assert 48 <= glasses["lens_width_mm"] <= 58
    assert 14 <= glasses["bridge_mm"] <= 22
    assert 135 <= glasses["temple_mm"] <= 150
    assert 12 <= glasses["vertex_distance_mm"] <= 14
    assert 6 <= glasses["pantoscopic_deg"] <= 12
    assert (15 if pack == "sport" else 4) <= glasses["wrap_deg"] <= (24 if pack == "sport" else 8)
    assert 130 <= glasses["frame_width_mm"] <= 150


def test_lens_box_is_the_one_declared(model, glasses, pack):
    points = model.points_mm("lens_l")
    normal = optical_axis(model, points)
    across = np.cross([0.0, 1.0, 0.0], normal)
    across /= np.linalg.norm(across)
    size = np.ptp(points @ np.stack([across, np.cross(normal, across)], axis=1), axis=0)
    shield = pack == "sport"  # its halves meet at the mid-plane, so a half has no box of its own
    if not shield:
        assert size[0] == pytest.approx(glasses["lens_width_mm"], abs=0.5)
        assert size[1] == pytest.approx(glasses["lens_height_mm"], abs=0.5)
        assert 2 * model.points_mm("lens_l")[:, 0].min() == pytest.approx(glasses["bridge_mm"], abs=0.5)
    wrap = np.degrees(np.arctan2(normal[0], normal[2]))
    tilt = np.degrees(np.arcsin(-normal[1]))
    assert wrap == pytest.approx(glasses["wrap_deg"], abs=3.0 if shield else 1.0)
    assert tilt == pytest.approx(glasses["pantoscopic_deg"], abs=2.0 if shield else 1.0)


def test_lenses_are_curved_as_real_ones(model):
    _, front = sphere(lens_face(model, 1))
    _, back = sphere(lens_face(model, -1))
    assert 90 <= back < front <= 130
    assert 1.5 <= front - back <= 2.6  # thickness, both being about one centre


def test_frame_width_is_the_one_declared(model, glasses):
    assert 2 * model.points_mm("frame")[:, 0].max() == pytest.approx(glasses["frame_width_mm"], abs=0.2)


def test_temples_are_as_long_as_declared_and_bend_down(model, glasses):
    points = model.points_mm("temple_l")
    pivot = np.array(next(n["translation"] for n in model.json["nodes"] if n["name"] == "temple_l")) * 1e3
    tip = points[points[:, 2].argmin()]
    straight = np.linalg.norm(tip - pivot)
    assert 0.88 * glasses["temple_mm"] <= straight <= glasses["temple_mm"] + 1.0
    assert tip[1] < pivot[1] - 15.0
    assert abs(tip[0]) < abs(pivot[0])


def test_temple_path_has_the_length_asked_for():
    path = temple_path(140.0, 92.0, 42.0, bow=1.5, drop_deg=2.0)
    assert np.linalg.norm(np.diff(path, axis=0), axis=1).sum() == pytest.approx(140.0, abs=0.05)


def test_origin_is_where_the_bridge_meets_the_nose(model):
    """The nose passes the origin: nothing of the frame lies behind it, and the bridge is close."""
    points = model.points_mm("frame", "nose_pads")
    middle = points[np.abs(points[:, 0]) < 3.0]
    assert np.linalg.norm(middle, axis=1).min() < 10.0
    low = middle[np.abs(middle[:, 1]) < 6.0]
    assert len(low) == 0 or low[:, 2].min() > -3.0


def test_lenses_let_light_through_and_gradients_are_vertex_colours(pack, model):
    for node in model.nodes:
        if node["name"].startswith("lens"):
            first = model.json["meshes"][node["mesh"]]["primitives"][0]
            extensions = model.json["materials"][first["material"]]["extensions"]
            assert extensions["KHR_materials_transmission"]["transmissionFactor"] == 1.0
            assert ("COLOR_0" in first["attributes"]) == (
                pack in ("aviator", "cat-eye", "sport", "oversized")
            )
