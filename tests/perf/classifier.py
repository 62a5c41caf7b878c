"""Compare EfficientNet-Lite0 with an evaluation in NumPy on photos: python -m tests.perf.classifier DIR."""

import sys
from pathlib import Path

from arpipe.io.image.reader import read_image
from tests.weights.convert.test_efficientnet import difference

COUNT = 20


def main(folder: Path) -> None:
    """Print the largest difference of a logit over the first photos of the folder and those below it."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in {".jpg", ".png"})[:COUNT]
    error, same = difference([read_image(file) for file in files])
    sys.stdout.write(f"{len(files)} photos: largest difference {error:.1e}, same best class: {same}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
