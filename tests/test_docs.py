"""The pages of docs/: all are in the site's menu, every link and picture exists, and the reference is complete.

`make docs` builds the site and checks links again, with the anchors of the reference.
"""

import re
import tomllib
from pathlib import Path

import pytest

import arpipe
from arpipe.effects.search import find_packs

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
SITE = tomllib.loads((ROOT / "zensical.toml").read_text("utf-8"))["project"]
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def _in_menu(entry) -> list[str]:
    if isinstance(entry, str):
        return [entry]
    inner = entry.values() if isinstance(entry, dict) else entry
    return [page for each in inner for page in _in_menu(each)]


def _anchor(heading: str) -> str:
    """The anchor of a heading, as Python-Markdown and GitHub make it."""
    return re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", heading.replace("`", "").lower())).strip("-")


def test_every_page_is_in_the_menu_once():
    menu = _in_menu(SITE["nav"])
    assert sorted(menu) == sorted(page.relative_to(DOCS).as_posix() for page in PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_links_lead_to_pages_headings_and_pictures_of_the_site(page):
    for target in LINK.findall(CODE.sub("", page.read_text("utf-8"))):
        if target.startswith(("http://", "https://")):
            continue
        name, _, anchor = target.partition("#")
        linked = (page.parent / name).resolve() if name else page
        assert linked.is_file(), target
        assert linked.is_relative_to(DOCS), f"{target} is outside of the site"
        if anchor:
            headings = HEADING.findall(CODE.sub("", linked.read_text("utf-8")))
            assert anchor in map(_anchor, headings), target


def test_every_picture_is_shown_somewhere():
    texts = "".join(page.read_text("utf-8") for page in [*PAGES, ROOT / "README.md"])
    pictures = [path for path in DOCS.rglob("*") if path.suffix in (".jpg", ".png", ".svg")]
    assert [path.name for path in pictures if path.name not in texts] == []


def test_the_reference_has_every_public_name():
    text = "\n".join(page.read_text("utf-8") for page in (DOCS / "reference").glob("*.md"))
    said = set(re.findall(r"^::: arpipe\.(\w+)$", text, re.MULTILINE))
    errors = {name for name, home in arpipe._HOMES.items() if home == "arpipe.errors"}
    assert said - {"errors", "geometry"} == set(arpipe._HOMES) - errors
    assert "errors" in said


def test_the_gallery_shows_every_pack():
    text = (DOCS / "gallery.md").read_text("utf-8")
    packs = [name for name, found in find_packs().items() if found.origin == "arpipe"]
    assert [name for name in packs if f"pictures/gallery/{name}.jpg" not in text] == []
