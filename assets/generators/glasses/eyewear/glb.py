"""Write a pack's parts as one binary glTF 2.0 file, in metres."""

import json
import struct
from typing import Any

import numpy as np

from eyewear.curves import Array
from eyewear.meshes import Triangles
from eyewear.pack import Pack, Part
from eyewear.shading import Vertices, shaded

_ARRAY_BUFFER, _ELEMENT_BUFFER = 34962, 34963
_FLOAT, _UINT16 = 5126, 5123
_METRE = 1e-3
_TIE_BREAK = 0.0137  # keeps values computed to a rounding tie from falling either way on different machines


def _steady(values: Array, step: float) -> Array:
    """Values on a grid of `step`, so that the last bits of a machine's sine do not reach the file."""
    return (np.round(values / step + _TIE_BREAK) * step).astype(np.float32)


class _Buffer:
    """The binary chunk while it grows, with its views and accessors."""

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

    def indices(self, triangles: Triangles) -> int:
        flat = triangles.ravel().astype("<u2")
        view = self.view(flat.tobytes(), _ELEMENT_BUFFER)
        self.accessors.append(
            {"bufferView": view, "componentType": _UINT16, "count": len(flat), "type": "SCALAR"}
        )
        return len(self.accessors) - 1


def _primitive(
    part: Part, vertices: Vertices, origin: Array, material: int, buffer: _Buffer
) -> dict[str, Any]:
    local = _steady((vertices.position - origin) * _METRE, 1e-6)
    normal = _steady(vertices.normal, 1e-4)
    attributes = {
        "POSITION": buffer.floats(local, "VEC3", bounds=True),
        "NORMAL": buffer.floats(normal, "VEC3"),
    }
    if part.uv is not None:
        attributes["TEXCOORD_0"] = buffer.floats(_steady(part.uv(vertices.position), 1e-5), "VEC2")
    if part.color is not None:
        attributes["COLOR_0"] = buffer.floats(_steady(part.color(vertices.position), 1e-4), "VEC4")
    return {"attributes": attributes, "indices": buffer.indices(vertices.triangles), "material": material}


def encode(pack: Pack) -> bytes:
    """The pack's model as the bytes of a GLB file.

    Raises:
        ValueError: A part has more vertices than 16-bit indices reach, or names an unknown material.
    """
    buffer = _Buffer()
    names = [material["name"] for material in pack.materials]
    nodes: dict[str, list[dict[str, Any]]] = {}
    for part in pack.parts:
        if part.material not in names:
            raise ValueError(
                f"{pack.name}: part of {part.node} names material {part.material!r}, have {names}"
            )
        vertices = shaded(part.mesh, part.crease_deg, None if part.ball is None else np.array(part.ball))
        if len(vertices.position) > 65535:
            raise ValueError(f"{pack.name}: {len(vertices.position)} vertices in one part of {part.node}")
        origin = np.array(pack.pivots.get(part.node, (0.0, 0.0, 0.0)))
        primitive = _primitive(part, vertices, origin, names.index(part.material), buffer)
        nodes.setdefault(part.node, []).append(primitive)
    images = [{"bufferView": buffer.view(image), "mimeType": "image/png"} for image in pack.images]
    return _container(_document(pack, nodes, images, buffer), bytes(buffer.data))


def _document(
    pack: Pack, nodes: dict[str, list[dict[str, Any]]], images: list[dict[str, Any]], buffer: _Buffer
) -> dict[str, Any]:
    entries = []
    for index, name in enumerate(nodes):
        entry: dict[str, Any] = {"name": name, "mesh": index}
        if name in pack.pivots:
            entry["translation"] = _steady(np.array(pack.pivots[name]) * _METRE, 1e-6).astype(float).tolist()
        entries.append(entry)
    used = sorted({key for material in pack.materials for key in material.get("extensions", {})})
    document: dict[str, Any] = {
        "asset": {
            "version": "2.0",
            "generator": "arpipe assets/generators/glasses",
            "copyright": f"{pack.author}, {pack.license}",
        },
        "extensionsUsed": used,
        "scene": 0,
        "scenes": [{"name": pack.name, "nodes": list(range(len(nodes)))}],
        "nodes": entries,
        "meshes": [{"name": name, "primitives": primitives} for name, primitives in nodes.items()],
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
