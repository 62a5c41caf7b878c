"""Builds small glTF files for tests, byte by byte, independent of the loader."""

import io
import json
import struct
from pathlib import Path

import numpy as np
from PIL import Image

TYPES = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}
COMPONENTS = {"i1": 5120, "u1": 5121, "i2": 5122, "u2": 5123, "u4": 5125, "f4": 5126}


class GltfFile:
    """A document under construction: `json` may be edited freely before it is written."""

    def __init__(self):
        self.binary = bytearray()
        self.json = {"asset": {"version": "2.0"}, "accessors": [], "bufferViews": [], "images": []}

    def view(self, content, **more):
        self.binary += b"\0" * (-len(self.binary) % 4)
        view = {"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(content), **more}
        self.binary += content
        self.json["bufferViews"].append(view)
        return len(self.json["bufferViews"]) - 1

    def accessor(self, array, **more):
        array = np.asarray(array)
        array = array.reshape(len(array), -1)
        self.json["accessors"].append(
            {
                "bufferView": self.view(array.tobytes()),
                "componentType": COMPONENTS[array.dtype.str[1:]],
                "count": len(array),
                "type": TYPES[array.shape[1]],
                **more,
            }
        )
        return len(self.json["accessors"]) - 1

    def picture(self, pixels, kind="PNG"):
        stream = io.BytesIO()
        Image.fromarray(np.asarray(pixels)).save(stream, kind)
        mime = f"image/{kind.lower()}"
        self.json["images"].append({"bufferView": self.view(stream.getvalue()), "mimeType": mime})
        return len(self.json["images"]) - 1

    def document(self):
        buffers = [{"byteLength": len(self.binary)}] if self.binary else []
        return {key: value for key, value in {**self.json, "buffers": buffers}.items() if value}

    def glb(self):
        text = json.dumps(self.document()).encode()
        text += b" " * (-len(text) % 4)
        binary = bytes(self.binary) + b"\0" * (-len(self.binary) % 4)
        chunks = struct.pack("<I4s", len(text), b"JSON") + text
        chunks += struct.pack("<I4s", len(binary), b"BIN\0") + binary
        return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks

    def save(self, folder: Path, name="model.glb") -> Path:
        path = folder / name
        path.write_bytes(self.glb())
        return path


POSITIONS = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], "<f4")
NORMALS = np.array([[0, 0, 1]] * 4, "<f4")
UVS = np.array([[0, 1], [1, 1], [1, 0], [0, 0]], "<f4")
INDICES = np.array([0, 1, 2, 0, 2, 3], "<u2")
PIXELS = np.arange(4 * 4 * 4, dtype=np.uint8).reshape(4, 4, 4) | 3


def quad(**primitive) -> GltfFile:
    """A unit square that faces +z, in one node."""
    file = GltfFile()
    attributes = {"POSITION": file.accessor(POSITIONS), "NORMAL": file.accessor(NORMALS)}
    attributes["TEXCOORD_0"] = file.accessor(UVS)
    first = {"attributes": attributes, "indices": file.accessor(INDICES), **primitive}
    file.json["meshes"] = [{"primitives": [first]}]
    file.json["nodes"] = [{"name": "frame", "mesh": 0}]
    return file


def textured_quad() -> GltfFile:
    """A square with every kind of thing that the loader reads."""
    file = quad(material=0)
    file.json["textures"] = [{"source": file.picture(PIXELS), "sampler": 0}]
    file.json["samplers"] = [{"wrapS": 33071, "wrapT": 33648, "magFilter": 9728, "minFilter": 9729}]
    slot = {"index": 0}
    file.json["materials"] = [
        {
            "name": "lens",
            "pbrMetallicRoughness": {
                "baseColorFactor": [0.25, 0.5, 0.75, 1.0],
                "baseColorTexture": slot,
                "metallicFactor": 0.125,
                "roughnessFactor": 0.375,
            },
            "normalTexture": {"index": 0, "scale": 0.5},
            "emissiveFactor": [0.5, 0.25, 0.125],
            "doubleSided": True,
            "alphaMode": "MASK",
            "alphaCutoff": 0.75,
            "extensions": {
                "KHR_materials_transmission": {"transmissionFactor": 0.875, "transmissionTexture": slot},
                "KHR_materials_ior": {"ior": 1.625},
                "KHR_materials_volume": {
                    "thicknessFactor": 0.002,
                    "attenuationDistance": 0.5,
                    "attenuationColor": [0.5, 0.75, 1.0],
                },
                "KHR_materials_clearcoat": {"clearcoatFactor": 1.0, "clearcoatRoughnessFactor": 0.25},
                "KHR_materials_emissive_strength": {"emissiveStrength": 4.0},
                "KHR_materials_unlit": {},
            },
        }
    ]
    return file
