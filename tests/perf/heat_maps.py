"""Deletion and insertion areas of heat maps, against the mean of random maps of the same coarseness.

`python -m tests.perf.heat_maps FOLDER [METHOD]` takes the first 20 different photos of a folder and those below it in
which the classifier is sure enough of a class for a map to mean anything.
"""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from arpipe.custom.explain.curves import curves
from arpipe.custom.explain.explainer import Explainer
from arpipe.custom.library import find_model
from arpipe.io.image.reader import read_image

COUNT = 20
STEPS = 10
LEAST_SCORE = 0.3  # of the best class
RANDOM_MAPS = 4
CELLS = 7


def main(folder: Path, method: str = "auto") -> None:
    """Print both areas of each photo, and for how many the map is better than random ones."""
    rows: list[list[float]] = []
    with Explainer(find_model("efficientnet-lite0"), method=method) as explainer:
        for file in different_photos(folder):
            row = areas_of(explainer, file)
            rows += [row] if row else []
            if len(rows) == COUNT:
                break
    ours_deletion, deletion, ours_insertion, insertion = np.array(rows).T
    better = ours_deletion < deletion, ours_insertion > insertion
    both = ours_insertion - ours_deletion > insertion - deletion
    sys.stdout.write(
        f"mean deletion {ours_deletion.mean():.3f} (random {deletion.mean():.3f}), "
        f"insertion {ours_insertion.mean():.3f} (random {insertion.mean():.3f}); better than random: "
        f"deletion {better[0].sum()}, insertion {better[1].sum()}, their difference {both.sum()} of {len(rows)}\n"
    )


def different_photos(folder: Path) -> Iterator[Path]:
    """Yield the photos below a folder by name, none twice."""
    seen: set[str] = set()
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".jpg", ".png"}:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            if digest not in seen:
                seen.add(digest)
                yield path


def areas_of(explainer: Explainer, file: Path) -> list[float] | None:
    """Return deletion and insertion area, each followed by that of random maps; None if no class is sure enough."""
    pixels = read_image(file)
    found = explainer.explain(pixels)
    if found.explained.score < LEAST_SCORE:
        return None
    _, (fitted,) = explainer.model.prepare([pixels])
    score, side = explainer.score_of(found.explained.index), found.heat.size
    rng = np.random.default_rng(0)
    coarse = [found.heat.values, *(rng.random((CELLS, CELLS)).astype(np.float32) for _ in range(RANDOM_MAPS))]
    maps = [cv2.resize(each, side, interpolation=cv2.INTER_CUBIC) for each in coarse]
    ours, *random = (curves(score, fitted.pixels, each, STEPS) for each in maps)
    row = [
        ours.deletion_area,
        float(np.mean([each.deletion_area for each in random])),
        ours.insertion_area,
        float(np.mean([each.insertion_area for each in random])),
    ]
    sys.stdout.write(
        f"{file.name:32} {found.explained.short:20} {found.explained.score:.2f}  "
        f"deletion {row[0]:.3f} (random {row[1]:.3f})  insertion {row[2]:.3f} (random {row[3]:.3f})\n"
    )
    sys.stdout.flush()
    return row


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
