"""`arpipe calibrate`: camera intrinsics from chessboard pictures (Zhang 2000, through OpenCV)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from rich.console import Console

from arpipe.apps.run_files import check_outputs, source_files
from arpipe.errors import ConfigError, MediaError
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.io.calibration import save_intrinsics
from arpipe.io.outputs import NamedFile

FEWEST_VIEWS = 5  # below, focal length and distortion are not told apart
CORNER_WINDOW_PX = 5
STOP = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 50, 1e-4)


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """What `calibrate` found.

    Attributes:
        camera: The intrinsics.
        error_px: RMS reprojection error over all corners, px; good cameras reach 0.2 to 0.5.
        used: Pictures in which the board was found.
        unused: Pictures in which it was not.
    """

    camera: CameraIntrinsics
    error_px: float
    used: tuple[Path, ...]
    unused: tuple[Path, ...]


def calibrate(pictures: Sequence[Path], columns: int = 9, rows: int = 6) -> Calibration:
    """Intrinsics of the camera that took `pictures` of one flat chessboard, moved and tilted between them.

    Args:
        pictures: At least five views of the same size, unrotated.
        columns: Inner corners along the board's long side.
        rows: Inner corners along its short side.

    Raises:
        ConfigError: The board has fewer than 3×3 inner corners.
        MediaError: A picture cannot be read, sizes differ, or the board is found in fewer than five.
    """
    if columns < 3 or rows < 3:
        raise ConfigError(f"chessboard: expected at least 3x3 inner corners, got {columns}x{rows}")
    corners: list[npt.NDArray[np.float32]] = []
    used: list[Path] = []
    unused: list[Path] = []
    size: tuple[int, int] | None = None
    for path in pictures:
        grey = _read_grey(path)
        if size is not None and grey.shape[::-1] != size:
            raise MediaError(f"{path} is {grey.shape[1]}x{grey.shape[0]}, the others {size[0]}x{size[1]}")
        size = (grey.shape[1], grey.shape[0])
        found = _find_board(grey, columns, rows)
        (unused if found is None else used).append(path)
        if found is not None:
            corners.append(found)
    if size is None or len(used) < FEWEST_VIEWS:
        raise MediaError(
            f"a board with {columns}x{rows} inner corners found in {len(used)} of {len(pictures)} pictures"
            f"; at least {FEWEST_VIEWS} sharp views of it are needed (try other --columns and --rows)"
        )
    grid = np.zeros((rows * columns, 3), np.float32)
    grid[:, :2] = np.mgrid[0:columns, 0:rows].T.reshape(-1, 2)
    error_px, matrix, distortion, _, _ = cv2.calibrateCamera(
        [grid] * len(corners), corners, size, np.eye(3), np.zeros(5)
    )
    k1, k2, p1, p2, k3 = (float(value) for value in np.asarray(distortion).ravel()[:5])
    fx, fy, cx, cy = (float(matrix[i]) for i in ((0, 0), (1, 1), (0, 2), (1, 2)))
    camera = CameraIntrinsics(fx, fy, cx, cy, *size, (k1, k2, p1, p2, k3))
    return Calibration(camera, float(error_px), tuple(used), tuple(unused))


def run(
    pictures: Sequence[Path], output: Path, columns: int, rows: int, console: Console | None = None
) -> Calibration:
    """Calibrate and write the file that `--camera` reads.

    Raises:
        OutputError: The output cannot be written, or is one of the pictures.
        MediaError: See `calibrate`.
    """
    pictured = source_files(map(str, pictures))
    check_outputs([NamedFile("--output", output)], pictured, console or Console())
    calibration = calibrate(pictures, columns, rows)
    save_intrinsics(calibration.camera, output)
    return calibration


def _read_grey(path: Path) -> npt.NDArray[np.uint8]:
    try:
        data = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise MediaError(
            f"{path} cannot be read ({error.strerror}); give pictures of a chessboard"
        ) from error
    # Orientation is ignored on purpose: the intrinsics belong to the sensor as it is.
    flags = cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION
    grey = cv2.imdecode(data, flags) if len(data) else None
    if grey is None:
        raise MediaError(f"{path} is no picture; give pictures of a chessboard")
    return np.asarray(grey, dtype=np.uint8)


def _find_board(grey: npt.NDArray[np.uint8], columns: int, rows: int) -> npt.NDArray[np.float32] | None:
    found, corners = cv2.findChessboardCorners(grey, (columns, rows))
    if not found:
        return None
    window = (CORNER_WINDOW_PX, CORNER_WINDOW_PX)
    return np.asarray(cv2.cornerSubPix(grey, corners, window, (-1, -1), STOP), dtype=np.float32)
