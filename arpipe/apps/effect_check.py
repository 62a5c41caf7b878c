"""`arpipe effects check`: whether a pack is valid and can be drawn."""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console

from arpipe.apps.run_files import parameter_files
from arpipe.effects.glasses.rigid_mesh import RigidMeshParams
from arpipe.effects.glasses.trial import draw_problems, fit_problems
from arpipe.effects.pack_file import PackLayer
from arpipe.effects.packs import Pack, load_pack
from arpipe.effects.search import EFFECT_FILE
from arpipe.errors import (
    ArpipeError,
    AssetError,
    AssetNotFound,
    ConfigError,
    MediaError,
    PluginError,
    RenderError,
)
from arpipe.io.files import is_present, shown
from arpipe.io.gltf import GltfModel, load_gltf
from arpipe.io.image.opening import open_picture
from arpipe.pipeline.drawing_context import open_context
from arpipe.render.context import GlContext

MODEL_SUFFIXES = (".glb", ".gltf")
PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg")


def check_effect(folder: Path, console: Console | None = None) -> bool:
    """Print every problem of a pack: its file, parameters, models and textures, and what is drawn with them.

    Models are built, fitted to three heads and, where OpenGL is available, drawn.

    Returns:
        Whether the pack has no problems.

    Raises:
        AssetNotFound: There is no such folder.
    """
    console = console or Console(soft_wrap=True)
    if not is_present(folder):
        raise AssetNotFound(f"{shown(folder)}: there is no such folder")
    try:
        pack = load_pack(folder)
    except (AssetError, ConfigError, PluginError) as error:
        problems, notes = str(error).splitlines(), list[str]()
    else:
        problems, notes = find_problems(pack)
    for problem in problems:
        console.print(f"error: {problem}", style="red", markup=False, highlight=False)
    for note in notes:
        console.print(f"note: {note}", style="yellow", markup=False, highlight=False)
    if not problems:
        console.print(f"{folder / EFFECT_FILE}: fine", style="green", markup=False, highlight=False)
    return not problems


def find_problems(pack: Pack) -> tuple[list[str], list[str]]:
    """Return problems and notes of a valid pack: of its files, and of drawing its models."""
    problems, notes = _check_files(pack)
    if not problems:
        problems, more = _try_objects(pack)
        notes += more
    return problems, notes


def _check_files(pack: Pack) -> tuple[list[str], list[str]]:
    """Return problems and notes of the files that a pack's parameters name."""
    problems: list[str] = []
    notes: list[str] = []
    for path in dict.fromkeys(path for layer in pack.layers for path in parameter_files(layer.params)):
        try:
            if path.suffix.lower() in MODEL_SUFFIXES:
                notes.extend(f"{path}: {note}" for note in _model_notes(path))
            elif path.suffix.lower() in PICTURE_SUFFIXES:
                _check_picture(path)
        except ArpipeError as error:
            problems.append(str(error))
    return problems, notes


def _try_objects(pack: Pack) -> tuple[list[str], list[str]]:
    """Return problems and notes from fitting a pack's rigid objects to heads, as they are and with every preset."""
    problems: list[str] = []
    notes: list[str] = []
    variants = {"": pack.layers} | {f"presets.{each.name}: ": each.layers for each in pack.presets}
    tried: list[RigidMeshParams] = []
    for name, layers in variants.items():
        fresh = [params for params in _objects(layers) if params not in tried]
        tried += fresh
        found, more = _fit_objects(fresh)
        problems += [f"{name}{each}" for each in found]
        notes += [f"{name}{each}" for each in more]
    if tried and not problems:
        found, more = _draw_objects(tried)
        problems += found
        notes += more
    return problems, list(dict.fromkeys(notes))


def _objects(layers: Sequence[PackLayer]) -> list[RigidMeshParams]:
    return [layer.params for layer in layers if isinstance(layer.params, RigidMeshParams)]


def _fit_objects(objects: Sequence[RigidMeshParams]) -> tuple[list[str], list[str]]:
    """Return problems and notes from fitting objects to heads."""
    problems: list[str] = []
    notes: list[str] = []
    try:
        for params in objects:
            found, more = fit_problems(params)
            problems += found
            notes += more
    except ArpipeError as error:
        problems.append(str(error))
    return problems, notes


def _draw_objects(objects: Sequence[RigidMeshParams]) -> tuple[list[str], list[str]]:
    """Return what is not drawn, and a note if nothing can be drawn on this machine."""
    try:
        context = open_context("auto", None, can_use_cpu=True)
    except RenderError as error:
        return [], [f"what is drawn was not checked: {error}"]
    with context if isinstance(context, GlContext) else nullcontext():
        try:
            return [problem for params in objects for problem in draw_problems(params, context)], []
        except ArpipeError as error:
            return [str(error)], []


def _model_notes(path: Path) -> Iterator[str]:
    """Yield what is ignored in a valid model, and by how much its levels of detail reduce it."""
    model = load_gltf(path)
    yield from model.notes
    levels = max(len(node.levels) for node in model.nodes)
    if levels:
        whole = _triangles(model, [node.mesh for node in model.nodes])
        coarsest = _triangles(
            model, [node.levels[-1].mesh if node.levels else node.mesh for node in model.nodes]
        )
        yield f"{whole} triangles, {coarsest} at the last of {levels} levels of detail"


def _triangles(model: GltfModel, meshes: list[int | None]) -> int:
    """Count the triangles of meshes."""
    chosen = [model.meshes[mesh] for mesh in meshes if mesh is not None]
    return sum(len(primitive.indices) for mesh in chosen for primitive in mesh)


def _check_picture(path: Path) -> None:
    try:
        with open_picture(path) as picture:
            picture.load()
    except MediaError as error:
        raise AssetError(f"{error}; save it again as PNG") from error
