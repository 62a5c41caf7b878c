"""Decodes EXT_meshopt_compression, through meshoptimizer from the extra `meshopt`."""

from arpipe.errors import GltfError, MissingExtra
from arpipe.io.gltf import schema
from arpipe.io.guard import guarded

try:
    import meshoptimizer
except ImportError as error:
    raise MissingExtra(
        'the model is compressed with meshopt; install the decoder with: pip install "arpipe[meshopt]", '
        "or export without meshopt compression"
    ) from error

FILTERS = {
    "OCTAHEDRAL": meshoptimizer.decode_filter_oct,
    "QUATERNION": meshoptimizer.decode_filter_quat,
    "EXPONENTIAL": meshoptimizer.decode_filter_exp,
}


def decode_meshopt(content: bytes, view: schema.Meshopt, where: str) -> bytes:
    """Decode a compressed buffer view.

    Args:
        content: The compressed bytes.
        view: The extension: number and size of elements, mode and filter.
        where: Name of the buffer view, for messages.

    Raises:
        GltfError: The data is damaged.
    """
    count, stride = view.count, view.byte_stride
    with guarded(GltfError, f"{where}: the meshopt data cannot be decoded", "export it again"):
        if view.mode == "ATTRIBUTES":
            elements = meshoptimizer.decode_vertex_buffer(count, stride, content).view("u1")
            if view.filter != "NONE":
                elements = FILTERS[view.filter](elements, count, stride)
            return bytes(elements.tobytes())
        decode = (
            meshoptimizer.decode_index_buffer
            if view.mode == "TRIANGLES"
            else meshoptimizer.decode_index_sequence
        )
        # The package decodes 16-bit indices into an array of 32-bit ones, so it is asked for 32-bit ones.
        return bytes(decode(count, 4, content).astype(f"<u{stride}").tobytes())
