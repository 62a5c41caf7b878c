"""Encodes the parts of a pack as one binary glTF 2.0 file, in metres."""

import json
import struct
from typing import Any

import numpy as np

from glasses.curves import Array
from glasses.detail import Surface, coverages, leaner
from glasses.meshes import Triangles
from glasses.pack import Pack, Part
from glasses.shading import shaded

_ARRAY_BUFFER, _ELEMENT_BUFFER = 34962, 34963
_FLOAT, _UINT16 = 5126, 5123
_METRE = 1e-3
_LEVELS = "MSFT_lod"
_TIE_BREAK = 0.0137  # keeps values at a rounding tie from falling either way on different machines


def _steady(values: Array, step: float) -> Array:
    """Round values to a grid of `step`, so that the last bits of a machine's sine do not reach the file."""
    return (np.round(values / step + _TIE_BREAK) * step).astype(np.float32)


class _Buffer:
    """The binary chunk during its construction, with its views and accessors."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []

    def view(self, payload: bytes, target: int | None = None) -> int:
        self.data += b"\0" * (-len(self.data) % 4)
        entry: dict[str, Any] = {"buffer": 0, "byteOffset": len(self.data), "byteLength": len(payload)}
        if target is not None:
            entry["target"] = target
        self.views.append(entry)
        self.data += payload
        return len(self.views) - 1

    def floats(self, values: Array, kind: str, bounds: bool = False) -> int:
        single = values.astype("<f4")
        entry = {
            "bufferView": self.view(single.tobytes(), _ARRAY_BUFFER),
            "componentType": _FLOAT,
            "count": len(single),
            "type": kind,
        }
        if bounds:
            entry["min"] = single.min(axis=0).tolist()
            entry["max"] = single.max(axis=0).tolist()
        self.accessors.append(entry)
        return len(self.accessors) - 1

    def indices(self, *parts: Triangles) -> list[int]:
        """Add an accessor for each part, all in one view."""
        flat = [part.ravel().astype("<u2") for part in parts]
        view = self.view(b"".join(part.tobytes() for part in flat), _ELEMENT_BUFFER)
        first, offset = len(self.accessors), 0
        for part in flat:
            entry = {"bufferView": view, "componentType": _UINT16, "count": len(part), "type": "SCALAR"}
            self.accessors.append({**entry, "byteOffset": offset} if offset else entry)
            offset += part.nbytes
        return list(range(first, len(self.accessors)))


def _surface(part: Part, origin: Array) -> Surface:
    """Return a part as in the file, relative to the origin of its node, in metres."""
    vertices = shaded(part.mesh, part.crease_deg, None if part.ball is None else np.array(part.ball))
    return Surface(
        places=_steady((vertices.position - origin) * _METRE, 1e-6),
        normals=_steady(vertices.normal, 1e-4),
        uvs=None if part.uv is None else _steady(part.uv(vertices.position), 1e-5),
        colors=None if part.color is None else _steady(part.color(vertices.position), 1e-4),
        triangles=vertices.triangles,
    )


def _primitive(surface: Surface, material: int, buffer: _Buffer) -> dict[str, Any]:
    attributes = {
        "POSITION": buffer.floats(surface.places, "VEC3", bounds=True),
        "NORMAL": buffer.floats(surface.normals, "VEC3"),
    }
    if surface.uvs is not None:
        attributes["TEXCOORD_0"] = buffer.floats(surface.uvs, "VEC2")
    if surface.colors is not None:
        attributes["COLOR_0"] = buffer.floats(surface.colors, "VEC4")
    return {"attributes": attributes, "indices": buffer.indices(surface.triangles)[0], "material": material}


def encode(pack: Pack) -> bytes:
    """Return the model of a pack as a GLB file.

    Raises:
        ValueError: A part has more vertices than 16-bit indices can address, or an unknown material.
    """
    buffer = _Buffer()
    names = [material["name"] for material in pack.materials]
    surfaces: dict[str, list[Surface]] = {}
    meshes: dict[str, list[dict[str, Any]]] = {}
    for part in pack.parts:
        if part.material not in names:
            raise ValueError(
                f"{pack.style.name}: part of {part.node} names material {part.material!r}, have {names}"
            )
        surface = _surface(part, np.array(pack.pivots.get(part.node, (0.0, 0.0, 0.0))))
        if len(surface.places) > 65535:
            raise ValueError(f"{pack.style.name}: {len(surface.places)} vertices in one part of {part.node}")
        surfaces.setdefault(part.node, []).append(surface)
        primitive = _primitive(surface, names.index(part.material), buffer)
        meshes.setdefault(part.node, []).append(primitive)
    images = [{"bufferView": buffer.view(image), "mimeType": "image/png"} for image in pack.images]
    nodes = _with_levels(_nodes(pack, list(meshes)), surfaces, meshes, buffer)
    return _container(_document(pack, nodes, meshes, images, buffer), bytes(buffer.data))


def _nodes(pack: Pack, names: list[str]) -> list[dict[str, Any]]:
    """Return one node per mesh, in the order of the meshes."""
    entries = []
    for index, name in enumerate(names):
        entry: dict[str, Any] = {"name": name, "mesh": index}
        if name in pack.pivots:
            entry["translation"] = _steady(np.array(pack.pivots[name]) * _METRE, 1e-6).astype(float).tolist()
        entries.append(entry)
    return entries


def _with_levels(
    nodes: list[dict[str, Any]],
    surfaces: dict[str, list[Surface]],
    meshes: dict[str, list[dict[str, Any]]],
    buffer: _Buffer,
) -> list[dict[str, Any]]:
    """Return nodes followed by their levels (MSFT_lod), whose meshes have the same vertices and fewer triangles."""
    levels: list[dict[str, Any]] = []
    for node in nodes:
        whole = meshes[node["name"]]
        ids = []
        for number, triangles in enumerate(leaner(surfaces[node["name"]]), start=1):
            name = f"{node['name']}_lod{number}"
            pairs = zip(whole, buffer.indices(*triangles), strict=True)
            meshes[name] = [{**primitive, "indices": indices} for primitive, indices in pairs]
            ids.append(len(nodes) + len(levels))
            levels.append({**node, "name": name, "mesh": len(meshes) - 1})
        node["extensions"] = {_LEVELS: {"ids": ids}}
        node["extras"] = {"MSFT_screencoverage": coverages(surfaces[node["name"]])}
    return [*nodes, *levels]


def _document(
    pack: Pack,
    nodes: list[dict[str, Any]],
    meshes: dict[str, list[dict[str, Any]]],
    images: list[dict[str, Any]],
    buffer: _Buffer,
) -> dict[str, Any]:
    used = {_LEVELS, *(key for material in pack.materials for key in material.get("extensions", {}))}
    shown = [index for index, node in enumerate(nodes) if "extensions" in node]
    document: dict[str, Any] = {
        "asset": {
            "version": "2.0",
            "generator": "arpipe assets/generators/glasses",
            "copyright": f"{pack.author}, {pack.license}",
        },
        "extensionsUsed": sorted(used),
        "scene": 0,
        "scenes": [{"name": pack.style.name, "nodes": shown}],
        "nodes": nodes,
        "meshes": [{"name": name, "primitives": primitives} for name, primitives in meshes.items()],
        "materials": pack.materials,
        "accessors": buffer.accessors,
        "bufferViews": buffer.views,
        "buffers": [{"byteLength": len(buffer.data)}],
    }
    if images:
        document["images"] = images
        document["samplers"] = [{"magFilter": 9729, "minFilter": 9987, "wrapS": 10497, "wrapT": 10497}]
        document["textures"] = [{"sampler": 0, "source": index} for index in range(len(images))]
    return document


def _container(document: dict[str, Any], binary: bytes) -> bytes:
    text = json.dumps(document, separators=(",", ":"), sort_keys=True).encode()
    text += b" " * (-len(text) % 4)
    binary += b"\0" * (-len(binary) % 4)
    total = 12 + 8 + len(text) + 8 + len(binary)
    return (
        struct.pack("<4sII", b"glTF", 2, total)
        + struct.pack("<I4s", len(text), b"JSON")
        + text
        + struct.pack("<I4s", len(binary), b"BIN\0")
        + binary
    )
