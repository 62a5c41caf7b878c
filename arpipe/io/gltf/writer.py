"""Writes a `GltfModel` as a GLB file that `load_gltf` reads back."""

import io
import json
import math
from collections.abc import Mapping

import numpy as np
from PIL import Image

from arpipe.geometry.transforms import Array
from arpipe.io.gltf.container import BIN_CHUNK, CHUNK_HEADER, GLB_HEADER, GLB_MAGIC, JSON_CHUNK
from arpipe.io.gltf.model import Credits, Floats, GltfModel, Material, Primitive, Texels, Texture, Triangles
from arpipe.io.gltf.textures import FILTERS, WRAPS

FLOAT, UINT = 5126, 5125
TYPES = {2: "VEC2", 3: "VEC3", 4: "VEC4"}
NEAREST, LINEAR, LINEAR_MIPMAP_LINEAR = 9728, 9729, 9987

Json = dict[str, object]


def encode_glb(model: GltfModel) -> bytes:
    """Encode a model as a GLB file; levels of detail are left out.

    Args:
        model: Nodes, meshes, materials and textures; textures that no material uses are left out.
    """
    writer = _Writer(model)
    return writer.encode()


class _Writer:
    """The document and its binary chunk while they grow."""

    def __init__(self, model: GltfModel) -> None:
        self._model = model
        self._data = bytearray()
        self._views: list[Json] = []
        self._accessors: list[Json] = []
        self._images: dict[int, int] = {}
        self._image_entries: list[Json] = []
        self._samplers: list[Json] = []
        self._textures: list[Json] = []
        self._texture_places: dict[int, int] = {}
        self._extensions: set[str] = set()

    def encode(self) -> bytes:
        """Return the file."""
        meshes = [{"primitives": [self._primitive(each) for each in mesh]} for mesh in self._model.meshes]
        materials = [self._material(material) for material in self._model.materials]
        children: dict[int, list[int]] = {}
        for index, node in enumerate(self._model.nodes):
            if node.parent is not None:
                children.setdefault(node.parent, []).append(index)
        nodes = [
            _without_empty(
                {
                    "name": node.name,
                    "mesh": node.mesh,
                    "matrix": node.matrix.T.reshape(-1).tolist(),
                    "children": children.get(index),
                }
            )
            for index, node in enumerate(self._model.nodes)
        ]
        document: Mapping[str, object] = {
            "asset": _asset(self._model.credits),
            "scene": 0,
            "scenes": [{"nodes": list(self._model.roots)}],
            "nodes": nodes,
            "meshes": meshes,
            "materials": materials,
            "textures": self._textures,
            "samplers": self._samplers,
            "images": self._image_entries,
            "accessors": self._accessors,
            "bufferViews": self._views,
            "buffers": [{"byteLength": len(self._data)}],
            "extensionsUsed": sorted(self._extensions),
        }
        text = json.dumps(_without_empty(dict(document)), separators=(",", ":"), allow_nan=False).encode()
        return _container(text, bytes(self._data))

    def _view(self, content: bytes) -> int:
        self._data += b"\0" * (-len(self._data) % 4)
        self._views.append({"buffer": 0, "byteOffset": len(self._data), "byteLength": len(content)})
        self._data += content
        return len(self._views) - 1

    def _floats(self, values: Floats | None, has_bounds: bool = False) -> int | None:
        if values is None:
            return None
        single = np.ascontiguousarray(values, "<f4")
        entry: Json = {
            "bufferView": self._view(single.tobytes()),
            "componentType": FLOAT,
            "count": len(single),
            "type": TYPES[single.shape[1]],
        }
        if has_bounds:
            entry |= {"min": single.min(axis=0).tolist(), "max": single.max(axis=0).tolist()}
        self._accessors.append(entry)
        return len(self._accessors) - 1

    def _indices(self, triangles: Triangles) -> int:
        flat = np.ascontiguousarray(triangles.reshape(-1), "<u4")
        entry: Json = {"bufferView": self._view(flat.tobytes()), "componentType": UINT}
        self._accessors.append({**entry, "count": len(flat), "type": "SCALAR"})
        return len(self._accessors) - 1

    def _primitive(self, primitive: Primitive) -> Json:
        attributes = {
            "POSITION": self._floats(primitive.positions, has_bounds=True),
            "NORMAL": self._floats(primitive.normals),
            "TEXCOORD_0": self._floats(primitive.uvs),
            "COLOR_0": self._floats(primitive.colors),
            "TANGENT": self._floats(primitive.tangents),
        }
        entry: Json = {"attributes": _without_empty(dict(attributes))}
        return _without_empty(
            {**entry, "indices": self._indices(primitive.indices), "material": primitive.material}
        )

    def _material(self, material: Material) -> Json:
        extensions = self._material_extensions(material)
        self._extensions.update(extensions)
        normal, occlusion = self._slot(material.normal_texture), self._slot(material.occlusion_texture)
        strength = max(float(material.emissive.max()), 1.0)
        return _without_empty(
            {
                "name": material.name,
                "pbrMetallicRoughness": _without_empty(
                    {
                        "baseColorFactor": material.base_color_factor.astype(float).tolist(),
                        "baseColorTexture": self._slot(material.base_color_texture),
                        "metallicFactor": material.metallic,
                        "roughnessFactor": material.roughness,
                        "metallicRoughnessTexture": self._slot(material.metallic_roughness_texture),
                    }
                ),
                "normalTexture": normal and {**normal, "scale": material.normal_scale},
                "occlusionTexture": occlusion and {**occlusion, "strength": material.occlusion_strength},
                "emissiveTexture": self._slot(material.emissive_texture),
                "emissiveFactor": (material.emissive.astype(float) / strength).tolist(),
                "alphaMode": material.alpha_mode,
                "alphaCutoff": material.alpha_cutoff if material.alpha_mode == "MASK" else None,
                "doubleSided": material.double_sided,
                "extensions": extensions,
            }
        )

    def _material_extensions(self, material: Material) -> Json:
        found: Json = {"KHR_materials_ior": {"ior": material.ior}} if material.ior != 1.5 else {}
        if material.transmission > 0.0 or material.transmission_texture is not None:
            found["KHR_materials_transmission"] = _without_empty(
                {
                    "transmissionFactor": material.transmission,
                    "transmissionTexture": self._slot(material.transmission_texture),
                }
            )
        if material.thickness > 0.0:
            distance = material.attenuation_distance
            found["KHR_materials_volume"] = _without_empty(
                {
                    "thicknessFactor": material.thickness,
                    "attenuationDistance": distance if math.isfinite(distance) else None,
                    "attenuationColor": material.attenuation_color.astype(float).tolist(),
                }
            )
        if material.clearcoat > 0.0:
            found["KHR_materials_clearcoat"] = {
                "clearcoatFactor": material.clearcoat,
                "clearcoatRoughnessFactor": material.clearcoat_roughness,
            }
        if float(material.emissive.max()) > 1.0:
            strength = {"emissiveStrength": float(material.emissive.max())}
            found["KHR_materials_emissive_strength"] = strength
        if material.unlit:
            found["KHR_materials_unlit"] = {}
        return found

    def _slot(self, index: int | None) -> Json | None:
        """Return the reference to a texture, which is written when it is first used."""
        if index is None:
            return None
        texture = self._model.textures[index]
        if index not in self._texture_places:
            self._samplers.append(_sampler(texture))
            entry: Json = {"source": self._image(texture.pixels), "sampler": len(self._samplers) - 1}
            self._textures.append(entry)
            self._texture_places[index] = len(self._textures) - 1
        slot: Json = {"index": self._texture_places[index]}
        if not np.array_equal(texture.transform, np.eye(3)):
            self._extensions.add("KHR_texture_transform")
            slot["extensions"] = {"KHR_texture_transform": _transform(texture.transform)}
        return slot

    def _image(self, pixels: Texels) -> int:
        if id(pixels) not in self._images:
            stream = io.BytesIO()
            Image.fromarray(pixels).save(stream, "PNG")
            self._image_entries.append({"bufferView": self._view(stream.getvalue()), "mimeType": "image/png"})
            self._images[id(pixels)] = len(self._image_entries) - 1
        return self._images[id(pixels)]


def _asset(credits_: Credits) -> Json:
    extras = {"title": credits_.title, "author": credits_.author, "license": credits_.license}
    asset: Json = {"version": "2.0", "generator": "arpipe", "extras": _without_empty(dict(extras))}
    return _without_empty(asset)


def _sampler(texture: Texture) -> Json:
    wraps = {name: code for code, name in WRAPS.items()}
    filters = {name: code for code, name in FILTERS.items()}
    smallest = LINEAR_MIPMAP_LINEAR if texture.mipmap else LINEAR
    return {
        "wrapS": wraps[texture.wrap[0]],
        "wrapT": wraps[texture.wrap[1]],
        "magFilter": filters[texture.filter],
        "minFilter": smallest,
    }


def _transform(matrix: Array) -> Json:
    """Split a (3, 3) translation @ rotation @ scale into the values of KHR_texture_transform."""
    width = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    determinant = float(np.linalg.det(matrix[:2, :2]))
    return {
        "offset": matrix[:2, 2].tolist(),
        "rotation": math.atan2(-float(matrix[1, 0]), float(matrix[0, 0])),
        "scale": [width, determinant / width if width > 0.0 else float(np.hypot(matrix[0, 1], matrix[1, 1]))],
    }


def _without_empty(entries: Json) -> Json:
    """Leave out what is None or empty, which glTF forbids or which are defaults."""
    return {key: value for key, value in entries.items() if value is not None and value not in ([], {}, "")}


def _container(text: bytes, binary: bytes) -> bytes:
    """Return a GLB with both chunks padded to multiples of four bytes."""
    text += b" " * (-len(text) % 4)
    binary += b"\0" * (-len(binary) % 4)
    chunks = b"".join(
        CHUNK_HEADER.pack(len(content), kind) + content
        for kind, content in ((JSON_CHUNK, text), (BIN_CHUNK, binary))
    )
    return GLB_HEADER.pack(GLB_MAGIC, 2, GLB_HEADER.size + len(chunks)) + chunks
