"""Which weights a file holds, whatever else it says."""

import hashlib

from arpipe.weights.convert.tflite_reader import read


def weights_digest(tflite: bytes) -> str:
    """Return the SHA-256 over all constants of a TFLite model; files of one network differ in metadata.

    Raises:
        WeightsError: The bytes are not a TFLite file, or are truncated or damaged.
    """
    constants = {
        tensor.index: hashlib.sha256(tensor.data.tobytes()).digest()
        for operator in read(tflite).operators
        for tensor in operator.inputs
        if tensor is not None and tensor.data is not None
    }
    return hashlib.sha256(b"".join(sorted(constants.values()))).hexdigest()
