"""Publish a built site as one of several versions: `python .ci/docs_versions.py SITE FOLDER`.

Copies the site to FOLDER/<version>, where version is arpipe's without the patch number. Sites of other versions in
FOLDER stay. FOLDER/versions.json lists all of them for the menu of the pages, FOLDER/index.html leads to the newest.
"""

import json
import shutil
import sys
from pathlib import Path

from arpipe import __version__

REDIRECT = '<!doctype html><meta http-equiv="refresh" content="0; url={0}/"><a href="{0}/">{0}</a>\n'


def main(site: Path, folder: Path) -> None:
    """Publish a site as arpipe's version in a folder."""
    own = folder / ".".join(__version__.split(".")[:2])
    shutil.rmtree(own, ignore_errors=True)
    shutil.copytree(site, own)
    versions = sorted((path.parent.name for path in folder.glob("*/index.html")), key=_number, reverse=True)
    entries = [
        {"version": version, "title": version, "aliases": ["latest"] if version == versions[0] else []}
        for version in versions
    ]
    (folder / "versions.json").write_text(json.dumps(entries, indent=1) + "\n", "utf-8")
    (folder / "index.html").write_text(REDIRECT.format(versions[0]), "utf-8")


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
