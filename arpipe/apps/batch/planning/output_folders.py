"""Creates the folders of a batch's outputs, and makes sure that they can be written."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from arpipe.apps.batch.planning.plan import Plan, files_of
from arpipe.errors import OutputError
from arpipe.io.files import is_folder
from arpipe.io.object_store import address_of
from arpipe.io.outputs import NamedFile, one_per_folder, require_outputs_writable


def prepare(plan: Plan, others: Sequence[NamedFile] = ()) -> list[Path]:
    """Create missing folders of outputs, but not their parents, and make sure that all outputs can be written.

    Args:
        plan: The jobs.
        others: Other files that the command writes.

    Returns:
        Temporary files of killed runs that were removed from the folders of the outputs.

    Raises:
        OutputError: An output cannot be written.
    """
    written = list(files_of(plan.jobs))
    folders = one_per_folder(written)
    _make_folders(plan.folders, folders)
    existing = [file for file in (*written, *others) if os.fspath(file.path) in plan.existing]
    return require_outputs_writable({**one_per_folder(others), **folders}, existing)


def _make_folders(tops: Sequence[Path], needed: Iterable[str]) -> None:
    """Create the folders of outputs, and those inside them that mirror the folders of the inputs."""
    for folder in (*tops, *map(Path, sorted(needed))):
        if address_of(folder) is not None:  # stores have names, and no folders
            continue
        is_inside = any(top in folder.parents for top in tops)
        _make_folder(folder, parents=is_inside)


def _make_folder(folder: Path, *, parents: bool) -> None:
    try:
        folder.mkdir(exist_ok=True, parents=parents)
    except OSError as error:
        missing = f"; there is no folder {folder.parent}" if not is_folder(str(folder.parent)) else ""
        raise OutputError(f"{folder}: cannot be created ({error.strerror}){missing}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(f"{folder}: is not writable; choose another place, or check its permissions")
