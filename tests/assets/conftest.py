"""Makes the generators importable, as they are for `python assets/generators/make.py`."""

import sys
from pathlib import Path

GENERATORS = Path(__file__).resolve().parents[2] / "assets" / "generators"

if str(GENERATORS) not in sys.path:
    sys.path.append(str(GENERATORS))
