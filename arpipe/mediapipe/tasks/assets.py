"""Checks that a model file holds the networks that arpipe runs."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from arpipe.errors import WeightsError
from arpipe.mediapipe.tasks.core.base_options import BaseOptions
from arpipe.weights import store
from arpipe.weights.archive import NESTED
from arpipe.weights.convert.digest import weights_digest

TFLITE_IDENTIFIER = b"TFL3"


def check_weights(options: BaseOptions, networks: Mapping[str, str]) -> None:
    """Compare the weights in a task's file with those that arpipe runs; without a file there is nothing to compare.

    Args:
        options: Name the file or its content.
        networks: Name of the file in a `.task` → network of the catalogue; one of them if it is a `.tflite`. A `!`
            stands before the name of a file in a `.task` inside.

    Raises:
        FileNotFoundError: There is no such file.
        WeightsError: The file holds other networks.
    """
    content, name = _content(options)
    if content is None:
        return
    for member, network in networks.items():
        if weights_digest(_member(content, member, name)) != weights_digest(store.source(network)):
            raise WeightsError(
                f"{name} holds other weights than the network {network!r}, which is the only one that arpipe has for "
                "this task; leave model_asset_path out to use that one"
            )


def _content(options: BaseOptions) -> tuple[bytes | None, str]:
    if options.model_asset_buffer is not None:
        return options.model_asset_buffer, "model_asset_buffer"
    if options.model_asset_path is None:
        return None, ""
    path = Path(options.model_asset_path)
    if not path.is_file():
        raise FileNotFoundError(
            f"model {path} does not exist; leave model_asset_path out to use the weights that arpipe fetches"
        )
    return path.read_bytes(), str(path)


def _member(content: bytes, member: str, name: str) -> bytes:
    if content[4:8] == TFLITE_IDENTIFIER:  # it may have an archive of labels behind it
        return content
    if not zipfile.is_zipfile(io.BytesIO(content)):
        raise WeightsError(f"{name} is neither a .task nor a .tflite file")
    for part in member.split(NESTED):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if part not in archive.namelist():
                raise WeightsError(f"{name} holds no {part}: it is a model of another task")
            content = archive.read(part)
    return content
