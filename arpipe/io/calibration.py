"""Camera intrinsics in a JSON file, as `arpipe calibrate` writes and `--camera` reads them."""

import json
import math
from pathlib import Path
from typing import Any

from arpipe.errors import ConfigError
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.io.atomic import write_text
from arpipe.io.files import read_whole, shown

KEYS = ("fx", "fy", "cx", "cy", "width", "height", "distortion")
MAX_FILE_BYTES = 2**20  # a calibration has 200 bytes
MOST_ERROR_SHARE = 0.02  # of the longer side: far beyond what a good calibration leaves in the corners
HOW = "make one with: arpipe calibrate PICTURES --output calib.json"


def load_intrinsics(path: Path) -> CameraIntrinsics:
    """Read `{"fx", "fy", "cx", "cy", "width", "height", "distortion": [k1, k2, p1, p2, k3]}`, all px.

    Raises:
        ConfigError: The file is missing, not JSON, a key is missing, unknown or not a number, or the distortion cannot
            be undone.
    """
    table = _read_table(path)
    distortion = table["distortion"]
    if not isinstance(distortion, list) or len(distortion) != 5:
        raise ConfigError(f"camera file {path}: distortion: expected [k1, k2, p1, p2, k3], got {distortion}")
    values = [table[key] for key in KEYS[:-1]] + distortion
    if not all(map(_is_number, values)):
        raise ConfigError(f"camera file {path}: expected finite numbers, got {values}")
    try:
        fx, fy, cx, cy, width, height, k1, k2, p1, p2, k3 = map(float, values)
        camera = CameraIntrinsics(fx, fy, cx, cy, int(width), int(height), (k1, k2, p1, p2, k3))
    except (ValueError, OverflowError) as error:
        raise ConfigError(f"camera file {path}: {error}") from error
    if not can_undistort(camera):
        raise ConfigError(
            f"camera file {path}: the distortion {distortion} cannot be undone within the picture (off by "
            f"{camera.undistortion_error_px():.3g} px); calibrate again, with the board near the edges of some "
            "pictures, too"
        )
    return camera


def can_undistort(camera: CameraIntrinsics) -> bool:
    """Whether the distortion can be undone all over the picture, as `load_intrinsics` demands."""
    return camera.undistortion_error_px() <= MOST_ERROR_SHARE * max(camera.width, camera.height)


def _read_table(path: Path) -> dict[str, Any]:
    """Read the JSON object in a file; its keys are `KEYS`, the distortion being optional in the file."""
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
    return table


def _is_number(value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer beyond all floats
        return False


def intrinsics_table(camera: CameraIntrinsics) -> dict[str, object]:
    """Return intrinsics as plain numbers, ready for JSON."""
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
