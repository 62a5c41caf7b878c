"""Files that a run reads besides its sources, and what a command says about its outputs before it begins."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel
from rich.console import Console

from arpipe.apps.reactions.reactions import triggers_of
from arpipe.apps.stream.selection import load_background
from arpipe.controls.config import ControlConfig
from arpipe.effects.packs import Pack, load_effect
from arpipe.io.outputs import NamedFile, named_files, prepare_outputs
from arpipe.pipeline.pipeline_config import PipelineConfig

SOURCE_ROLE = "input"


def config_files(config: PipelineConfig, file: Path | None) -> Iterator[NamedFile]:
    """Return the file that a configuration was read from, the camera file and every file of the effects."""
    yield from named_files({"configuration": file, "camera file": config.camera.file})
    for spec in config.effects:
        yield from pack_files(load_effect(spec))


def control_files(
    controls: Sequence[ControlConfig], recognizer: Path | None, file: Path | None
) -> Iterator[NamedFile]:
    """Return the file that controls were read from, the recogniser, and every file that triggers name."""
    yield from named_files({"controls": file, "recogniser": recognizer})
    for trigger in triggers_of(controls):
        yield from named_files({"sound": trigger.sound})
        if trigger.effect is not None:
            yield from pack_files(load_effect(trigger.effect))
        background = load_background(trigger.background or "")
        if background is not None:
            yield from pack_files(background)


def pack_files(pack: Pack) -> Iterator[NamedFile]:
    """Every file in the folder of a pack, and those that its parameters name elsewhere."""
    role = f"file of effect {pack.name!r}"
    if pack.folder is not None:
        yield from (NamedFile(role, path) for path in pack.folder.rglob("*") if path.is_file())
    for layer in pack.layers:
        yield from (NamedFile(role, path) for path in parameter_files(layer.params))


def parameter_files(params: BaseModel) -> Iterator[Path]:
    """Every file that parameters name, tables included."""
    for _, value in params:
        if isinstance(value, Path):
            yield value
        elif isinstance(value, BaseModel):
            yield from parameter_files(value)


def source_files(specs: Iterable[str]) -> Iterator[NamedFile]:
    """Sources as files; cameras, addresses and the sample are no files and never equal one."""
    return (NamedFile(SOURCE_ROLE, Path(spec)) for spec in specs)


def check_outputs(outputs: Iterable[NamedFile], inputs: Iterable[NamedFile], console: Console) -> None:
    """Prepare the outputs of a command; says which leftovers of killed runs were removed.

    Raises:
        OutputError: See `prepare_outputs`.
    """
    say_removed(prepare_outputs(outputs, inputs), console)


def say_removed(paths: Iterable[Path], console: Console) -> None:
    """Print which temporary files of killed runs were removed."""
    for path in paths:
        console.print(abandoned_note(path), markup=False, highlight=False, soft_wrap=True)


def abandoned_note(path: Path) -> str:
    """Say that a temporary file of a killed run was removed."""
    return f"removed {path}, left behind by a run that was killed"
