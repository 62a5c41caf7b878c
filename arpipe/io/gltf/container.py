"""Opens a GLB or .gltf file: its JSON as validated types, its buffers as bytes, within fixed limits."""

import base64
import binascii
import json
import re
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, unquote_to_bytes

from pydantic import ValidationError

from arpipe.errors import GltfError
from arpipe.io.gltf import schema

MAX_FILE_BYTES = 256 * 2**20  # of each file; glasses with 4K textures are below 50 MiB
MAX_JSON_BYTES = 32 * 2**20  # including data URIs
MAX_DECODED_BYTES = 512 * 2**20  # of a whole model, buffers, geometry and textures together

GLB_MAGIC = b"glTF"
JSON_CHUNK, BIN_CHUNK = b"JSON", b"BIN\0"
CHUNK_HEADER = struct.Struct("<I4s")
GLB_HEADER = struct.Struct("<4sII")

DRAWN_EXTENSIONS = frozenset(
    {
        "EXT_meshopt_compression",
        "EXT_texture_avif",
        "EXT_texture_webp",
        "KHR_draco_mesh_compression",
        "KHR_materials_clearcoat",
        "KHR_materials_emissive_strength",
        "KHR_materials_ior",
        "KHR_materials_pbrSpecularGlossiness",
        "KHR_materials_transmission",
        "KHR_materials_unlit",
        "KHR_materials_volume",
        "KHR_mesh_quantization",
        "KHR_texture_transform",
        "MSFT_lod",
    }
)
LOOK_PREFIXES = ("KHR_materials_", "KHR_lights_", "EXT_lights_", "KHR_xmp", "KHR_animation_")
"""Extensions without which a model has the right shape and a plainer look, even where a file requires them."""

ADVICE = {
    "KHR_texture_basisu": "export textures as PNG, JPEG or WebP",
    "MSFT_texture_dds": "export textures as PNG, JPEG or WebP",
    "EXT_mesh_gpu_instancing": "export with the instances applied, as separate objects",
}

Item = TypeVar("Item")


class Document:
    """An open file: `gltf` is its validated JSON, `buffers` are the bytes of each buffer, `notes` what was adapted.

    It also tracks the memory that decoding takes, so that a small file cannot demand gigabytes.

    Args:
        path: A .glb or .gltf file.

    Raises:
        GltfError: Something is missing, damaged or not supported; the message does not contain the file's name.
    """

    def __init__(self, path: Path) -> None:
        self.folder = path.parent.resolve()
        self._budget = MAX_DECODED_BYTES
        self._decoded: dict[int, bytes] = {}
        content = _read(path)
        if content[:4] == GLB_MAGIC:
            text, binary = _split_glb(content)
        else:
            text, binary = content.removeprefix(b"\xef\xbb\xbf"), None
            if not text.lstrip().startswith(b"{"):
                raise GltfError(
                    f'is not a glTF file: it begins with {content[:8]!r}, neither with "glTF" nor with "{{"; '
                    "export the model as .glb"
                )
        self.gltf, notes = _parse(text)
        self.notes = [*notes, *_check_extensions(self.gltf, text)]
        self.buffers = tuple(
            self._buffer(index, buffer, binary) for index, buffer in enumerate(self.gltf.buffers)
        )

    def spend(self, size: int, where: str) -> None:
        """Account for `size` bytes of decoded data; raises GltfError if the model becomes too large."""
        self._budget -= size
        if self._budget < 0:
            raise GltfError(
                f"{where}: the decoded model exceeds {MAX_DECODED_BYTES // 2**20} MiB; "
                "use fewer triangles or smaller textures"
            )

    def bytes_of(self, uri: str, where: str) -> bytes:
        """Return the content of a data URI, or of a file in the model's folder."""
        if uri.startswith("data:"):
            return _data_uri(uri, where)
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", uri) or "\\" in uri:
            raise GltfError(f"{where}: {_short(uri)} is not a relative path; keep all files beside the model")
        try:
            path = (self.folder / unquote(uri)).resolve()
        except (OSError, ValueError) as error:
            raise GltfError(f"{where}: {_short(uri)} is not a file name ({error})") from error
        if not path.is_relative_to(self.folder):
            raise GltfError(
                f"{where}: {_short(uri)} is outside the model's folder; keep all files beside the model"
            )
        try:
            return _read(path)
        except GltfError as error:
            raise GltfError(f"{where}: {_short(uri)}: {error}") from error

    def view(self, index: int, where: str) -> tuple[memoryview, int | None]:
        """Return the bytes of a buffer view, and its stride if it has one."""
        view = pick(self.gltf.buffer_views, index, "bufferViews", where)
        here = f"bufferViews[{index}]"
        if view.extensions.meshopt is None:
            return self._slice(view.buffer, view.byte_offset, view.byte_length, here), view.byte_stride
        if index not in self._decoded:
            self._decoded[index] = self._decode(view.extensions.meshopt, here)
        return memoryview(self._decoded[index]), view.byte_stride

    def _decode(self, meshopt: schema.Meshopt, where: str) -> bytes:
        """Decompress a buffer view."""
        from arpipe.io.gltf.meshopt import decode_meshopt

        content = self._slice(meshopt.buffer, meshopt.byte_offset, meshopt.byte_length, where)
        self.spend(meshopt.count * max(meshopt.byte_stride, 4) * 2, where)
        return decode_meshopt(bytes(content), meshopt, where)

    def _slice(self, index: int, start: int, length: int, where: str) -> memoryview:
        """Return a range of a buffer."""
        buffer = pick(self.buffers, index, "buffers", where)
        end = start + length
        if end > len(buffer):
            raise GltfError(
                f"{where}: ends at byte {end} of buffers[{index}], which has {len(buffer)}; "
                "the file is damaged, export it again"
            )
        return memoryview(buffer)[start:end]

    def _buffer(self, index: int, buffer: schema.Buffer, binary: bytes | None) -> bytes:
        where = f"buffers[{index}]"
        if buffer.uri is not None:
            content = self.bytes_of(buffer.uri, where)
        elif index == 0 and binary is not None:
            content = binary
        elif buffer.extensions.meshopt is not None:
            return b""  # a placeholder; its views are decoded from other buffers
        else:
            raise GltfError(f"{where}: has no uri and the file has no binary chunk; export it again")
        if len(content) < buffer.byte_length:
            raise GltfError(
                f"{where}: expected {buffer.byte_length} bytes, got {len(content)}; "
                "the file is truncated, export it again"
            )
        self.spend(len(content), where)
        return content


def pick(items: Sequence[Item], index: int, what: str, where: str) -> Item:
    """Return `items[index]`; raises GltfError, naming the referring object, if the index is out of range."""
    if index >= len(items):
        raise GltfError(f"{where}: refers to {what}[{index}], but there are {len(items)}; export it again")
    return items[index]


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise GltfError("no such file")
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise GltfError(f"has {size} bytes, at most {MAX_FILE_BYTES} are read")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        if isinstance(error, GltfError):
            raise
        raise GltfError(f"cannot be read ({error})") from error


def _split_glb(content: bytes) -> tuple[bytes, bytes | None]:
    """Return the JSON and binary chunks of a GLB."""
    if len(content) < GLB_HEADER.size:
        raise GltfError(f"GLB header: expected {GLB_HEADER.size} bytes, got {len(content)}; export it again")
    _, version, length = GLB_HEADER.unpack_from(content)
    if version != 2:
        raise GltfError(f"GLB header: version {version} is not supported; export as glTF 2.0")
    if length > len(content):
        raise GltfError(f"GLB header: expected {length} bytes, got {len(content)}; the file is truncated")
    chunks: dict[bytes, bytes] = {}
    offset = GLB_HEADER.size
    while offset + CHUNK_HEADER.size <= length:
        size, kind = CHUNK_HEADER.unpack_from(content, offset)
        offset += CHUNK_HEADER.size
        if offset + size > length:
            raise GltfError(
                f"GLB chunk at byte {offset}: ends after the file; it is damaged, export it again"
            )
        chunks.setdefault(kind, content[offset : offset + size])
        offset += size
    if JSON_CHUNK not in chunks:
        raise GltfError("GLB: there is no JSON chunk; the file is damaged, export it again")
    return chunks[JSON_CHUNK], chunks.get(BIN_CHUNK)


def _parse(text: bytes) -> tuple[schema.Gltf, tuple[str, ...]]:
    """Validate the JSON; also returns notes of the values that were clamped."""
    if len(text) > MAX_JSON_BYTES:
        raise GltfError(f"JSON has {len(text)} bytes, at most {MAX_JSON_BYTES} are read")
    notes: set[str] = set()
    try:
        gltf = schema.Gltf.model_validate_json(text, context={"notes": notes})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
        raise GltfError(
            f"{where.lstrip('.') or 'JSON'}: {first['msg']}; export it again as glTF 2.0"
        ) from error
    if not gltf.asset.version.startswith("2."):
        raise GltfError(f"asset.version: {gltf.asset.version[:20]!r} is not supported; export as glTF 2.0")
    return gltf, tuple(sorted(notes))


def _check_extensions(gltf: schema.Gltf, text: bytes) -> list[str]:
    """Refuse files that need an extension which is not supported; return notes of those that can do without."""
    unknown = [name for name in dict.fromkeys(gltf.extensions_required) if name not in DRAWN_EXTENSIONS]
    present = _extensions_in(json.loads(text)) if unknown else frozenset()
    notes = []
    for name in unknown:
        if name not in present:
            notes.append(f"extension {name[:60]!r} is required but not used")
        elif name.startswith(LOOK_PREFIXES):
            notes.append(f"extension {name[:60]!r} is required but not supported; the model looks plainer")
        else:
            advice = ADVICE.get(name, "export without it")
            raise GltfError(f"extensionsRequired: {_short(name)} is not supported; {advice}")
    return notes


def _extensions_in(document: object) -> frozenset[str]:
    """Collect the names of the extensions that objects of a JSON document have."""
    found: set[str] = set()
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            extensions = value.get("extensions")
            found.update(extensions if isinstance(extensions, dict) else ())
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return frozenset(found)


def _data_uri(uri: str, where: str) -> bytes:
    header, comma, data = uri.partition(",")
    if not comma:
        raise GltfError(f"{where}: the data URI has no comma; export it again")
    try:
        if header.endswith(";base64"):
            return base64.b64decode(data, validate=True)
        return unquote_to_bytes(data)
    except (binascii.Error, ValueError) as error:
        raise GltfError(f"{where}: the data URI is damaged ({error}); export it again") from error


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "…")
