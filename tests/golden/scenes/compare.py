"""Render all scenes with this checkout and compare them with those that `record.py` kept.

    .venv/bin/python tests/golden/scenes/compare.py --against FOLDER [--only NAME …] [--keep OUT]

Pictures may differ by 1 of 255 in all but a thousandth of their samples (p99.9) and by 0.05 on average; exports
must agree to the last digit. Ends with a table; the exit code is 1 if anything differs or failed. Pictures that
differ are kept in OUT (out/scenes by default) with one that shows where, 16 times amplified.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import numpy as np
from PIL import Image
from scenes import REPOSITORY, Scene, SceneError, chosen_scenes, render, scene_parser

MAX_P999 = 1.0  # of 255
MAX_MEAN = 0.05
AMPLIFICATION = 16


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one file: whether it passes, and the figures or the reason."""

    name: str
    passed: bool
    text: str


def main() -> int:
    """Compare; the exit code is 1 unless every recorded scene passes."""
    parser = scene_parser(__doc__)
    parser.add_argument("--against", type=Path, required=True, help="folder that record.py wrote")
    parser.add_argument("--keep", type=Path, default=REPOSITORY / "out/scenes", help="for what differs")
    given = parser.parse_args()
    verdicts = []
    for scene in chosen_scenes(given.only):
        for verdict in compare_scene(scene, given.arpipe.absolute(), given.against.resolve(), given.keep):
            print(f"{'ok  ' if verdict.passed else 'FAIL'}  {verdict.name:32} {verdict.text}", flush=True)
            verdicts.append(verdict)
    failed = sum(not verdict.passed for verdict in verdicts)
    print(f"{len(verdicts)} files compared, {failed} differ")
    return 1 if failed or not verdicts else 0


def compare_scene(scene: Scene, arpipe: Path, recorded: Path, keep: Path) -> Iterator[Verdict]:
    """Render a scene and compare each of its files; a scene that was not recorded is a failure."""
    if not (recorded / f"{scene.name}.jsonl").exists():
        yield Verdict(scene.name, False, f"not recorded in {recorded}")
        return
    with tempfile.TemporaryDirectory() as scratch:
        made_in = Path(scratch, "made")
        made_in.mkdir()
        try:
            files = render(scene, arpipe, recorded / "inputs", made_in, Path(scratch))
        except SceneError as error:
            yield Verdict(scene.name, False, str(error))
            return
        for made in files:
            verdict = _compare_file(made, recorded / made.name)
            if not verdict.passed:
                _keep(made, recorded / made.name, keep)
            yield verdict


def _compare_file(made: Path, recorded: Path) -> Verdict:
    if made.suffix == ".png":
        return compare_pictures(made.name, _pixels(made), _pixels(recorded))
    return compare_exports(made.name, made.read_text("utf-8"), recorded.read_text("utf-8"))


def compare_pictures(name: str, made: np.ndarray, recorded: np.ndarray) -> Verdict:
    """Compare two pictures, (h, w, 3 or 4) uint8."""
    if made.shape != recorded.shape:
        return Verdict(name, False, f"shape is {made.shape}, and {recorded.shape} was recorded")
    difference = np.abs(made.astype(np.int16) - recorded)
    mean, p999, worst = difference.mean(), np.percentile(difference, 99.9), difference.max()
    passed = bool(p999 <= MAX_P999 and mean <= MAX_MEAN)
    return Verdict(name, passed, f"mean {mean:.4f}  p99.9 {p999:.1f}  max {worst}")


def compare_exports(name: str, made: str, recorded: str) -> Verdict:
    """Compare two exports in JSON Lines, letter by letter but for arpipe's version in the first line."""
    pairs = list(zip_longest(made.splitlines(), recorded.splitlines()))
    for number, (new, old) in enumerate(pairs, start=1):
        if new is None or old is None:
            return Verdict(
                name, False, f"{made.count(chr(10))} lines, {recorded.count(chr(10))} were recorded"
            )
        if (_unversioned(new) if number == 1 else new) != (_unversioned(old) if number == 1 else old):
            return Verdict(
                name, False, f"line {number} differs from character {_first_difference(new, old)} on"
            )
    return Verdict(name, len(pairs) > 1, f"{len(pairs)} lines agree to the last digit")


def _unversioned(header: str) -> dict[str, object]:
    return {key: value for key, value in json.loads(header).items() if key != "arpipe"}


def _first_difference(new: str, old: str) -> int:
    return next(
        (i for i, (a, b) in enumerate(zip(new, old, strict=False)) if a != b), min(len(new), len(old))
    )


def _pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)


def _keep(made: Path, recorded: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(made, folder / made.name)
    if made.suffix != ".png":
        return
    new, old = _pixels(made), _pixels(recorded)
    if new.shape == old.shape:
        amplified = np.abs(new[..., :3].astype(np.int16) - old[..., :3]) * AMPLIFICATION
        Image.fromarray(np.minimum(amplified, 255).astype(np.uint8)).save(
            folder / f"{made.stem}-difference.png"
        )


if __name__ == "__main__":
    sys.exit(main())
