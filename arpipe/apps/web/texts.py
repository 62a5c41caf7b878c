"""Texts of the page in several languages: the bundled ones, and those of the operator.

A language is a file `locales/<code>.toml`. `web.texts` names a folder with more of them: a file of a bundled language
changes some of its texts, another one adds a language.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from arpipe.errors import ConfigError
from arpipe.folders import expanded
from arpipe.io.toml_tables import Table, read_toml
from arpipe.io.validation import check
from arpipe.spelling import nearest

LOCALES = Path(__file__).resolve().parent / "locales"
REFERENCE = "en"
CODE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)
MAX_RANGES = 20  # of an Accept-Language header

Text = Annotated[str, Field(min_length=1, max_length=400)]


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Text | None = None
    page: dict[str, Text] = Field(default={})
    script: dict[str, Text] = Field(default={})
    catalog: dict[str, Text] = Field(default={})


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language.

    Attributes:
        code: Code of the language, such as "en".
        name: Its name in itself.
        page: Texts of the HTML, by placeholder.
        script: Texts of the scripts; {…} is filled in by them.
        catalog: English text of an effect → its translation.
    """

    code: str
    name: str
    page: Mapping[str, str]
    script: Mapping[str, str]
    catalog: Mapping[str, str]

    def translate(self, english: str) -> str:
        """Return a text of the catalog in this language.

        A label that is not listed may begin with the name of a layer: "Blush opacity" is "Blush" and "Opacity".
        """
        if english in self.catalog:
            return self.catalog[english]
        layer, _, rest = english.partition(" ")
        parts = (self.catalog.get(layer), self.catalog.get(rest.capitalize()))
        return english if None in parts else f"{parts[0]}: {parts[1]}"


def load_texts(folder: Path | None = None) -> dict[str, Texts]:
    """Load all languages by their codes.

    Args:
        folder: Folder of the operator's texts; None for the bundled ones alone.

    Raises:
        ConfigError: There is no such folder, or a file of it is wrong: an unknown key, or a new language that is
            incomplete.
    """
    paths = {path.stem: path for path in sorted(LOCALES.glob("*.toml"))}
    files = {code: read_toml(path) for code, path in paths.items()}
    if folder is not None:
        own = expanded(folder)
        if not own.is_dir():
            raise ConfigError(f"web.texts: there is no folder {own}")
        for path in sorted(own.glob("*.toml")):
            code = path.stem.lower()
            paths[code] = path
            files[code] = _merged(files.get(code, {}), _checked(path, files[REFERENCE]))
    return {code: _texts(code, table, files[REFERENCE], paths[code]) for code, table in files.items()}


def choose_language(languages: Collection[str], asked: str | None, setting: str, accepted: str) -> str:
    """Return the code of the language in which a page is shown.

    Args:
        languages: Codes of all languages.
        asked: Code in the link; None without one.
        setting: A code, or "auto" for the visitor's own language.
        accepted: The visitor's `Accept-Language` header.
    """
    wishes = [asked or "", *_accepted(accepted)] if setting == "auto" else [asked or "", setting]
    for wish in wishes:
        for code in (wish.lower(), wish.lower().partition("-")[0]):
            if code in languages:
                return code
    return REFERENCE


def _accepted(header: str) -> list[str]:
    """Return the languages of an `Accept-Language` header by preference, without malformed ones."""
    ranked: list[tuple[float, str]] = []
    for part in header.split(",")[:MAX_RANGES]:
        code, _, rest = part.strip().partition(";")
        weight = rest.strip().removeprefix("q=") or "1"
        if CODE.fullmatch(code.strip()) and re.fullmatch(r"[01](\.\d{0,3})?", weight):
            ranked.append((float(weight), code.strip()))
    return [code for weight, code in sorted(ranked, key=lambda each: -each[0]) if weight > 0]


def _checked(path: Path, reference: Table) -> Table:
    """Read a file of the operator; its keys must be those of the reference."""
    if not CODE.fullmatch(path.stem):
        raise ConfigError(f"{path}: {path.stem!r} is not a language code such as 'fr' or 'pt-br'")
    table = read_toml(path)
    check(_File, table, str(path))
    for group in ("page", "script"):
        for key in table.get(group, {}):
            if key not in reference[group]:
                raise ConfigError(f"{path}: {group}.{key}: unknown text{nearest(key, reference[group])}")
    return table


def _merged(base: Table, other: Table) -> Table:
    groups = {
        group: {**base.get(group, {}), **other.get(group, {})} for group in ("page", "script", "catalog")
    }
    return {**base, **other, **groups}


def _texts(code: str, table: Table, reference: Table, path: Path) -> Texts:
    missing = [
        f"{group}.{key}"
        for group in ("page", "script")
        for key in reference[group]
        if key not in table.get(group, {})
    ]
    if missing:
        shown = ", ".join(missing[:5]) + (", …" if len(missing) > 5 else "")
        raise ConfigError(f"{path}: missing texts ({len(missing)}): {shown}")
    file = check(_File, table, str(path))
    return Texts(code, file.name or code, file.page, file.script, file.catalog)
