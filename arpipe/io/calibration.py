"""Camera intrinsics in a JSON file, as `arpipe calibrate` writes and `--camera` reads them."""

import json
import math
from pathlib import Path

from arpipe.errors import ConfigError
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.io.atomic import write_text
from arpipe.io.files import read_whole, shown

KEYS = ("fx", "fy", "cx", "cy", "width", "height", "distortion")
MAX_FILE_BYTES = 2**20  # a calibration has 200 bytes
HOW = "make one with: arpipe calibrate PICTURES --output calib.json"


def load_intrinsics(path: Path) -> CameraIntrinsics:
    """Read `{"fx", "fy", "cx", "cy", "width", "height", "distortion": [k1, k2, p1, p2, k3]}`, all px.

    Raises:
        ConfigError: The file is missing, not JSON, or a key is missing, unknown or not a number.
    """
    try:
        table = json.loads(read_whole(path, MAX_FILE_BYTES))
    except OSError as error:
        raise ConfigError(f"camera file {shown(path)} cannot be read ({error.strerror}); {HOW}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"camera file {path} is not JSON ({error}); {HOW}") from error
    if not isinstance(table, dict):
        raise ConfigError(f"camera file {path}: expected an object, got {type(table).__name__}; {HOW}")
    table.setdefault("distortion", [0.0] * 5)
    if set(table) != set(KEYS):
        wrong = sorted(set(table) ^ set(KEYS))
        raise ConfigError(
            f"camera file {path}: expected the keys {', '.join(KEYS)}; check {', '.join(wrong)}"
        )
    distortion = table["distortion"]
    if not isinstance(distortion, list) or len(distortion) != 5:
        raise ConfigError(f"camera file {path}: distortion: expected [k1, k2, p1, p2, k3], got {distortion}")
    numbers = [table[key] for key in KEYS[:-1]] + distortion
    if not all(isinstance(n, int | float) and not isinstance(n, bool) and math.isfinite(n) for n in numbers):
        raise ConfigError(f"camera file {path}: expected finite numbers, got {numbers}")
    try:
        k1, k2, p1, p2, k3 = (float(value) for value in distortion)
        return CameraIntrinsics(
            float(table["fx"]),
            float(table["fy"]),
            float(table["cx"]),
            float(table["cy"]),
            int(table["width"]),
            int(table["height"]),
            (k1, k2, p1, p2, k3),
        )
    except ValueError as error:
        raise ConfigError(f"camera file {path}: {error}") from error


def intrinsics_table(camera: CameraIntrinsics) -> dict[str, object]:
    """The same facts as plain numbers, ready for JSON."""
    return {
        "fx": camera.fx,
        "fy": camera.fy,
        "cx": camera.cx,
        "cy": camera.cy,
        "width": camera.width,
        "height": camera.height,
        "distortion": list(camera.distortion),
    }


def save_intrinsics(camera: CameraIntrinsics, path: Path) -> None:
    """Write the file that `load_intrinsics` reads, in one step.

    Raises:
        OutputError: The file cannot be written.
    """
    write_text(path, json.dumps(intrinsics_table(camera), indent=2) + "\n")
