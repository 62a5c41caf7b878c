"""Finds the inputs of a batch: files, the media of folders, and what patterns match."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from glob import has_magic
from pathlib import Path

from arpipe.apps.batch.jobs.job import SAMPLE, MediaKind
from arpipe.errors import MediaError, MediaNotFound
from arpipe.io.files import files_matching, is_folder, is_pattern
from arpipe.io.media_names import has_media_suffix, is_media_name, kind_by_name
from arpipe.io.object_store import address_of, addresses_matching, files_below, is_store_folder

MOST_SUFFIXES = 8  # of files that are left out, in a note


@dataclass(frozen=True, slots=True)
class Input:
    """One input.

    Attributes:
        spec: What `open_source` opens.
        name: Name by which its outputs are called: the file's name, behind the folders that are mirrored.
        kind: What it holds by its suffix; None if only the content tells.
    """

    spec: str
    name: str
    kind: MediaKind | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An input that cannot be used.

    Attributes:
        spec: As the user wrote it.
        reason: Why, without the name.
        is_missing: Whether there is nothing of that name.
    """

    spec: str
    reason: str
    is_missing: bool = False


@dataclass(slots=True)
class Found:
    """Inputs, and what is left out.

    Attributes:
        inputs: Every input once, in whatever spelling it is named, in the order given; the files of a folder sorted by
            name.
        refusals: Inputs that cannot be used.
        notes: Sentences on what was left out.
    """

    inputs: list[Input] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def find_inputs(
    texts: Iterable[str], recursive: bool, outputs: Sequence[Path], names: Mapping[str, str] = {}
) -> Found:
    """Find all inputs that the user names.

    Args:
        texts: Files, folders, patterns or "sample".
        recursive: Whether to search the folders inside folders, too. Hidden files and folders are left out.
        outputs: Folders of outputs, which are not searched.
        names: Text → what the outputs of that input are called, without a suffix, or the folder of the outputs where
            the text stands for several inputs.
    """
    search = _Search(recursive, outputs)
    seen: dict[tuple[str, str], Input] = {}
    key_of = _Keys()
    for text in texts:
        try:
            inputs = list(search.inputs_of(text))
        except MediaError as error:
            reason = str(error).removeprefix(f"{text}: ")
            search.found.refusals.append(Refusal(text, reason, isinstance(error, MediaNotFound)))
            continue
        except OSError as error:
            search.found.refusals.append(Refusal(text, f"cannot be read ({error.strerror or error})"))
            continue
        if not inputs:
            search.found.refusals.append(Refusal(text, "there are no pictures or videos", is_missing=True))
        for each in inputs:
            seen.setdefault(key_of(each.spec), _renamed(each, text, names[text]) if text in names else each)
    search.found.inputs = list(seen.values())
    return search.found


def _renamed(found: Input, text: str, name: str) -> Input:
    """Return an input with a name that the user gave to the text that it was found by."""
    is_itself = found.spec == text
    return replace(
        found,
        name=f"{name}{os.path.splitext(found.spec)[1]}" if is_itself else os.path.join(name, found.name),
    )


class _Keys:
    """Returns what all spellings of an input have in common, links apart; folders are looked up once."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}

    def __call__(self, spec: str) -> tuple[str, str]:
        name = spec.rpartition(os.sep)[2]
        folder = spec.removesuffix(name)
        if folder not in self._folders:
            self._folders[folder] = os.path.abspath(folder or os.curdir)
        return self._folders[folder], name


class _Search:
    """Searches folders.

    Args:
        recursive: Whether to search the folders inside folders.
        outputs: Folders that are not searched.
    """

    def __init__(self, recursive: bool, outputs: Sequence[Path]) -> None:
        self._recursive = recursive
        self._outputs = frozenset(os.path.realpath(folder) for folder in outputs)
        self._stored_outputs = [address for address in map(address_of, outputs) if address is not None]
        self.found = Found()

    def inputs_of(self, text: str) -> Iterator[Input]:
        """Yield what a text stands for; raises OSError or MediaError if the folder that it names cannot be read."""
        address = address_of(text)
        if address is not None:
            yield from self._stored(address)
        elif is_folder(text):
            yield from self._media_in(text)
        elif is_pattern(text):
            for path in sorted(files_matching(text)):
                if path.is_file():
                    yield Input(str(path), path.name)
        else:
            yield Input(text, Path(text).name, "sample" if text == SAMPLE else None)

    def _stored(self, address: str) -> Iterator[Input]:
        """Yield what an address in an object store stands for."""
        if has_magic(address):
            yield from (_stored_input(found) for found in addresses_matching(address))
        elif not has_media_suffix(address) and is_store_folder(address):
            yield from self._media_below(address.rstrip("/"))
        else:
            yield _stored_input(address)

    def _media_below(self, top: str) -> Iterator[Input]:
        others: list[str] = []
        for name in files_below(top, recursive=self._recursive):
            folder, _, base = f"{top}/{name}".rpartition("/")
            if any(part.startswith(".") for part in name.split("/")) or self._is_output(folder):
                continue
            if is_media_name(base):
                yield Input(f"{top}/{name}", name.replace("/", os.sep), kind_by_name(base))
            else:
                others.append(base)
        self.found.notes += _left_out(top, others)

    def _is_output(self, address: str) -> bool:
        """Whether an address is in a folder of outputs."""
        return any(f"{address}/".startswith(f"{output}/") for output in self._stored_outputs)

    def _media_in(self, top: str) -> Iterator[Input]:
        os.listdir(top)  # raises what `os.walk` keeps to itself
        others: list[str] = []
        for folder, folders, files in os.walk(top, onerror=self._refuse):
            folders[:] = self._searched(folder, folders)
            inside = os.path.relpath(folder, top)
            mirrored = "" if inside == os.curdir else f"{inside}{os.sep}"
            media = sorted(filter(is_media_name, files))
            others += set(files).difference(media)
            for name in media:
                kind = kind_by_name(name)
                yield Input(f"{folder.rstrip(os.sep)}{os.sep}{name}", f"{mirrored}{name}", kind)
        self.found.notes += _left_out(top, [name for name in others if not name.startswith(".")])

    def _searched(self, folder: str, names: Sequence[str]) -> list[str]:
        """Return the folders in a folder that are searched; adds notes on those that are not."""
        inner = sorted(name for name in names if not name.startswith(".") and self._is_input(folder, name))
        if self._recursive:
            return [name for name in inner if not self._is_link(os.path.join(folder, name))]
        if inner:
            folders = "folder in it is" if len(inner) == 1 else "folders in it are"
            self.found.notes.append(f"{folder}: {len(inner)} {folders} not searched; add --recursive")
        return []

    def _is_link(self, folder: str) -> bool:
        """Whether a folder is a link, which may lead in a circle; adds a note."""
        if not os.path.islink(folder):
            return False
        why = "is a link to a folder, which is not followed; give it as an input of its own"
        self.found.notes.append(f"{folder}: {why}")
        return True

    def _is_input(self, folder: str, name: str) -> bool:
        return not self._outputs or os.path.realpath(f"{folder}{os.sep}{name}") not in self._outputs

    def _refuse(self, error: OSError) -> None:
        self.found.refusals.append(
            Refusal(str(error.filename), f"cannot be read ({error.strerror or error})")
        )


def _left_out(top: str, names: Sequence[str]) -> Iterator[str]:
    """Say which visible files of a folder are not taken for videos or photos."""
    suffixes = sorted({os.path.splitext(name)[1].lower() or "no suffix" for name in names})
    if suffixes:
        files = "1 file" if len(names) == 1 else f"{len(names)} files"
        more = ", …" if len(suffixes) > MOST_SUFFIXES else ""
        yield f"{top}: {files} of other kinds left out: {', '.join(suffixes[:MOST_SUFFIXES])}{more}"


def _stored_input(address: str) -> Input:
    return Input(address, address.rpartition("/")[2], kind_by_name(address))
