"""`arpipe effects import`: makes an effect pack from glasses modelled for another program."""

import re
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from arpipe.apps.effect_check import find_problems
from arpipe.apps.effects import PREVIEW_SAMPLE, preview
from arpipe.apps.run_files import check_outputs
from arpipe.effects.glasses.foreign.wearable import Wearable, make_wearable
from arpipe.effects.glasses.object_file import Unit
from arpipe.effects.packs import Pack, load_pack
from arpipe.effects.search import EFFECT_FILE
from arpipe.errors import ArpipeError, AssetNotFound, ConfigError, GltfError, OutputError
from arpipe.io.atomic import make_parent, write_bytes, write_text
from arpipe.io.files import is_present, shown
from arpipe.io.gltf import GltfModel, load_gltf
from arpipe.io.gltf.writer import encode_glb
from arpipe.io.image.writer import image_format, write_picture
from arpipe.io.outputs import NamedFile, refuse_overwriting
from arpipe.io.sample import SampleSource
from arpipe.io.toml_tables import to_toml

MODEL_FILE = "model.glb"
MAX_NAME = 64
NO_LICENSE = "not stated by the file"
NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")

Angles = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class ImportedGlasses:
    """A new pack, and what was found in the file.

    Attributes:
        pack: The pack; its folder is `pack.folder`.
        findings: Unit, axes, dimensions, temples and lenses, one sentence each.
        notes: What is adapted or ignored, one sentence each.
    """

    pack: Pack
    findings: tuple[str, ...]
    notes: tuple[str, ...]


def import_glasses(
    model: str | Path,
    output: str | Path = ".",
    *,
    name: str | None = None,
    unit: Unit | None = None,
    rotate_deg: Angles | None = None,
) -> ImportedGlasses:
    """Make an effect pack from a glTF model of glasses.

    Finds the unit, the axes, the temples, the lenses and the bridge. The pack's model is in metres, has its origin on
    the bridge of the nose, temples that turn to the ears, and lenses that can be seen through.

    Args:
        model: A .glb or .gltf file; it is not changed.
        output: Folder in which the pack's folder is created.
        name: Name of the pack and of its folder; None for one derived from the file's name.
        unit: Unit of the model's coordinates; None to detect it.
        rotate_deg: Rotation about x, then y, then z that makes x point to the person's left, y up and z forward; None
            to detect it.

    Raises:
        ConfigError: The name is not valid.
        AssetNotFound: There is no such file.
        GltfError: The file cannot be read, or is not a pair of glasses.
        OutputError: The pack's folder exists, or cannot be written.
    """
    path = Path(model)
    if not is_present(path):
        raise AssetNotFound(f"{shown(path)}: there is no such file")
    folder = _pack_folder(path, Path(output), name)
    loaded = load_gltf(path)
    try:
        wearable = make_wearable(loaded, unit, rotate_deg)
    except GltfError as error:
        raise GltfError(f"{path}: {error}") from error
    with _new_folder(folder):
        write_bytes(folder / MODEL_FILE, encode_glb(wearable.model))
        write_text(folder / EFFECT_FILE, _effect_file(folder.name, path, loaded, wearable))
        pack = load_pack(folder)
        problems, notes = find_problems(pack)
        if problems:
            raise GltfError(
                f"{path}: cannot be fitted to a face as it was interpreted ({'; '.join(wearable.findings)}): "
                f"{'; '.join(problems)}; state unit and rotation"
            )
    return ImportedGlasses(pack, wearable.findings, (*loaded.notes, *notes))


def run_import(
    model: Path,
    output: Path,
    preview_path: Path | None,
    *,
    name: str | None = None,
    unit: Unit | None = None,
    rotate_deg: Angles | None = None,
    console: Console | None = None,
) -> ImportedGlasses:
    """Import glasses, print what was found, and draw them on the sample; see `import_glasses`.

    Args:
        model: A .glb or .gltf file.
        output: Folder in which the pack's folder is created.
        preview_path: PNG or JPEG to write; None for `out/<name>.png`.
        name: Name of the pack, see `import_glasses`.
        unit: Unit of the model's coordinates, see `import_glasses`.
        rotate_deg: Rotation, see `import_glasses`.
        console: Where to print.
    """
    console = console or Console()
    folder = _pack_folder(model, output, name)
    picture = preview_path or Path("out") / f"{folder.name}.png"
    outputs = [NamedFile("--output", output), NamedFile("--preview", picture)]
    outputs += [NamedFile("file of the pack", folder / file) for file in (MODEL_FILE, EFFECT_FILE)]
    refuse_overwriting(outputs, [NamedFile("model", model)])
    image_format(picture)
    make_parent(picture)
    check_outputs([NamedFile("--preview", picture)], [], console)
    imported = import_glasses(model, output, name=name, unit=unit, rotate_deg=rotate_deg)
    for line in (*imported.findings, *(f"note: {note}" for note in imported.notes)):
        _say(console, line)
    _say(console, f"pack: {folder}; use it as: --effect {_as_effect(folder)}")
    try:
        with SampleSource(PREVIEW_SAMPLE) as source:
            write_picture(picture, preview(imported.pack, source))
    except ArpipeError as error:  # the pack is complete even without weights or OpenGL for a preview
        _say(console, f"note: there is no preview: {error}")
    else:
        _say(console, f"preview: {picture}")
    return imported


def _pack_folder(model: Path, output: Path, name: str | None) -> Path:
    """Return the folder of the new pack, which has the pack's name."""
    chosen = re.sub(r"[^a-z0-9]+", "-", model.stem.lower()).strip("-")[:MAX_NAME] if name is None else name
    if not NAME.fullmatch(chosen) or len(chosen) > MAX_NAME:
        raise ConfigError(
            f"{chosen!r} is not a valid pack name; use up to {MAX_NAME} lower-case letters, digits, - and _: "
            "--name my-glasses"
        )
    return output / chosen


@contextmanager
def _new_folder(folder: Path) -> Iterator[None]:
    """Create a folder, and remove it again if the block fails.

    Raises:
        OutputError: It exists, or cannot be created.
    """
    make_parent(folder)
    try:
        folder.mkdir()
    except FileExistsError as error:
        raise OutputError(f"{folder} exists; choose another name with --name, or remove it") from error
    except (OSError, ValueError) as error:
        raise OutputError(f"{shown(folder)} cannot be created ({error}); choose another place") from error
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _effect_file(name: str, path: Path, model: GltfModel, wearable: Wearable) -> str:
    """Return the text of `effect.toml`."""
    header = {
        "schema": 1,
        "name": name,
        "title": model.credits.title or path.stem,
        "description": f"Imported from {path.name}.",
        "author": model.credits.author or None,
        "license": model.credits.license or NO_LICENSE,
        "tags": ["glasses"],
    }
    layer = {"kind": "rigid_mesh", "model": MODEL_FILE, "anchor": "glasses", "fit": "face"}
    size = to_toml({"glasses": wearable.size.model_dump()}).replace("[glasses]", "[layers.glasses]")
    return f"{to_toml(header)}\n[[layers]]\n{to_toml(layer)}\n{size}"


def _as_effect(folder: Path) -> str:
    """Return a folder as `--effect` takes it: quoted, with a slash, so that it is not taken for a pack's name."""
    text = folder.as_posix()
    return shlex.quote(text if "/" in text else f"./{text}")


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
