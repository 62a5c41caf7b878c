"""Decodes KHR_draco_mesh_compression, through DracoPy from the extra `draco`."""

import numpy as np

from arpipe.errors import GltfError, MissingExtra
from arpipe.io.gltf import schema
from arpipe.io.gltf.container import Document
from arpipe.io.gltf.model import Floats, Triangles
from arpipe.io.guard import guarded

try:
    import DracoPy
except ImportError as error:
    raise MissingExtra(
        'the model is compressed with Draco; install the decoder with: pip install "arpipe[draco]", '
        "or export without Draco compression"
    ) from error


def decode_draco(
    document: Document, primitive: schema.PrimitiveEntry, draco: schema.Draco, where: str
) -> tuple[dict[str, Floats], Triangles]:
    """Decode the geometry of a primitive.

    Args:
        document: The open file; accounts for the decoded size.
        primitive: Has the accessors, which state the sizes.
        draco: Its extension.
        where: Name of the primitive, for messages.

    Returns:
        Attributes by glTF name, (n, width) float32 each, and (m, 3) indices.

    Raises:
        GltfError: The data is damaged, or lacks a vertex attribute that the extension names.
    """
    content = bytes(document.view(draco.buffer_view, where)[0])
    with guarded(GltfError, f"{where}: the Draco data cannot be decoded", "export it again"):
        mesh = DracoPy.decode(content)
        faces = np.asarray(mesh.faces, dtype=np.uint32).reshape(-1, 3)
        found = {entry["unique_id"]: np.asarray(entry["data"]) for entry in mesh.attributes}
    attributes: dict[str, Floats] = {}
    for name, unique_id in draco.attributes.items():
        if unique_id not in found:
            raise GltfError(f"{where}.{name}: is not in the Draco data; export it again")
        attributes[name] = _normalized(document, primitive, name, found[unique_id])
        document.spend(attributes[name].nbytes, where)
    document.spend(faces.nbytes, where)
    if not len(faces) or int(faces.max()) >= min(map(len, attributes.values()), default=0):
        raise GltfError(f"{where}: the Draco data has no valid triangles; export it again")
    return attributes, faces


def _normalized(
    document: Document,
    primitive: schema.PrimitiveEntry,
    name: str,
    data: np.ndarray[tuple[int, ...], np.dtype[np.generic]],
) -> Floats:
    """Convert an attribute to float32; its accessor states whether integers stand for [0, 1]."""
    values: Floats = np.ascontiguousarray(data, dtype=np.float32)
    index = primitive.attributes.get(name)
    accessors = document.gltf.accessors
    if (
        index is not None
        and index < len(accessors)
        and accessors[index].normalized
        and data.dtype.kind in "iu"
    ):
        values /= np.float32(np.iinfo(data.dtype.str).max)
    if not np.isfinite(values).all():
        raise GltfError(f"Draco attribute {name}: has values that are not finite; export it again")
    return values.reshape(len(values), -1)
