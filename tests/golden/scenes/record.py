"""Render all scenes with one version of arpipe and keep them, for `compare.py` to hold another version against.

    .venv/bin/python tests/golden/scenes/record.py --into FOLDER [--arpipe OLD/.venv/bin/arpipe] [--only NAME …]

FOLDER lies outside the repository: it holds photos that may not be published.
"""

import sys
import tempfile
from pathlib import Path

from scenes import SceneError, chosen_scenes, prepare_media, render, scene_parser


def main() -> int:
    """Record; the exit code is 1 if any scene failed."""
    parser = scene_parser(__doc__)
    parser.add_argument("--into", type=Path, required=True, help="folder to write")
    given = parser.parse_args()
    scenes = chosen_scenes(given.only)
    folder, arpipe = given.into.resolve(), given.arpipe.absolute()
    inputs = folder / "inputs"
    missing = prepare_media({scene.media for scene in scenes}, inputs)
    failed = 0
    for scene in scenes:
        if scene.media in missing:
            print(f"skip  {scene.name}: {missing[scene.media]}")
            continue
        try:
            with tempfile.TemporaryDirectory() as scratch:
                files = render(scene, arpipe, inputs, folder, Path(scratch))
        except SceneError as error:
            failed += 1
            print(f"FAIL  {scene.name}: {error}")
        else:
            print(f"ok    {scene.name}: {', '.join(file.name for file in files)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
