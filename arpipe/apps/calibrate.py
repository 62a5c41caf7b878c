"""`arpipe calibrate`: camera intrinsics from chessboard pictures (Zhang 2000, through OpenCV)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from rich.console import Console

from arpipe.apps.run_files import check_outputs, source_files
from arpipe.errors import ConfigError, MediaError, MediaNotFound
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.io.calibration import can_undistort, save_intrinsics
from arpipe.io.outputs import NamedFile

MIN_VIEWS = 5  # with fewer views, focal length and distortion cannot be separated
MIN_CORNERS = 3
CORNER_WINDOW_PX = 5
STOP = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 50, 1e-4)

LONGEST_FOCAL_SHARE = (
    20.0  # of the picture's longer side, 3° wide: no lens through which a board is photographed
)

_FEWER = cv2.CALIB_ZERO_TANGENT_DIST | cv2.CALIB_FIX_K3
DISTORTIONS = {
    "k1, k2, p1, p2, k3": 0,
    "k1, k2": _FEWER,
    "k1": _FEWER | cv2.CALIB_FIX_K2,
    "none": _FEWER | cv2.CALIB_FIX_K2 | cv2.CALIB_FIX_K1,
}
"""Coefficients that are estimated → flags of OpenCV; later ones need boards in less of the picture."""

Corners = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Result of a calibration.

    Attributes:
        camera: The intrinsics.
        error_px: RMS reprojection error over all corners, px; good cameras reach 0.2 to 0.5.
        used: Pictures in which the board was found.
        unused: Pictures in which it was not found.
        distortion: Coefficients that were estimated, a key of `DISTORTIONS`; the others are zero.
    """

    camera: CameraIntrinsics
    error_px: float
    used: tuple[Path, ...]
    unused: tuple[Path, ...]
    distortion: str

    @property
    def is_complete(self) -> bool:
        """Whether the views determine all coefficients of the distortion."""
        return self.distortion == next(iter(DISTORTIONS))


def calibrate(pictures: Sequence[Path], columns: int = 9, rows: int = 6) -> Calibration:
    """Compute the intrinsics of a camera from views of a flat chessboard that differ in position and tilt.

    Where the views do not determine all coefficients of the distortion, fewer are estimated; see `DISTORTIONS`.

    Args:
        pictures: At least five views of the same size, not rotated.
        columns: Inner corners along the long side of the board.
        rows: Inner corners along its short side.

    Raises:
        ConfigError: The board has fewer than 3×3 inner corners.
        MediaError: A picture cannot be read, sizes differ, the board is found in fewer than five pictures, or the
            views differ too little in their tilt.
    """
    if min(columns, rows) < MIN_CORNERS:
        raise ConfigError(f"chessboard: expected at least 3x3 inner corners, got {columns}x{rows}")
    size, boards = _find_boards(pictures, columns, rows)
    corners = {path: found for path, found in boards.items() if found is not None}
    if size is None or len(corners) < MIN_VIEWS:
        raise MediaError(
            f"a board with {columns}x{rows} inner corners was found in {len(corners)} of {len(pictures)} pictures"
            f"; at least {MIN_VIEWS} sharp views are needed (check --columns and --rows)"
        )
    unused = tuple(path for path in boards if path not in corners)
    for distortion, flags in DISTORTIONS.items():
        camera, error_px = _solve(list(corners.values()), size, columns, rows, flags)
        if camera is not None:
            return Calibration(camera, error_px, tuple(corners), unused, distortion)
    raise MediaError(
        f"the {len(corners)} views of the board do not determine the camera: no plausible lens explains them; "
        f"tilt the board by 20 to 40 degrees, in another direction in each picture"
    )


def run(
    pictures: Sequence[Path], output: Path, columns: int, rows: int, console: Console | None = None
) -> Calibration:
    """Calibrate a camera and write the file for `--camera`.

    Raises:
        OutputError: The output cannot be written, or is one of the pictures.
        MediaError: See `calibrate`.
    """
    inputs = source_files(map(str, pictures))
    check_outputs([NamedFile("--output", output)], inputs, console or Console())
    calibration = calibrate(pictures, columns, rows)
    save_intrinsics(calibration.camera, output)
    return calibration


def _find_boards(
    pictures: Sequence[Path], columns: int, rows: int
) -> tuple[tuple[int, int] | None, dict[Path, Corners | None]]:
    """Find the board in each picture; returns the common size, px, and the corners by picture."""
    size: tuple[int, int] | None = None
    boards: dict[Path, Corners | None] = {}
    for path in pictures:
        grey = _read_grey(path)
        height, width = grey.shape
        if size is not None and (width, height) != size:
            raise MediaError(f"{path} is {width}x{height}, the others {size[0]}x{size[1]}")
        size = (width, height)
        boards[path] = _find_board(grey, columns, rows)
    return size, boards


def _solve(
    corners: Sequence[Corners], size: tuple[int, int], columns: int, rows: int, flags: int
) -> tuple[CameraIntrinsics | None, float]:
    """Solve for the intrinsics; returns them, or None if no lens has them, and the RMS reprojection error, px."""
    grid = np.zeros((rows * columns, 3), np.float32)
    grid[:, :2] = np.mgrid[0:columns, 0:rows].T.reshape(-1, 2)
    error_px, matrix, distortion, _, _ = cv2.calibrateCamera(
        [grid] * len(corners), corners, size, np.eye(3), np.zeros(5), flags=flags
    )
    k1, k2, p1, p2, k3 = (float(value) for value in np.asarray(distortion).ravel()[:5])
    fx, fy, cx, cy = (float(matrix[i]) for i in ((0, 0), (1, 1), (0, 2), (1, 2)))
    if not 0 < max(fx, fy) < LONGEST_FOCAL_SHARE * max(size):
        return None, float(error_px)
    try:
        camera = CameraIntrinsics(fx, fy, cx, cy, *size, (k1, k2, p1, p2, k3))
    except ValueError:  # numbers beyond those of all lenses
        return None, float(error_px)
    return camera if can_undistort(camera) else None, float(error_px)


def _read_grey(path: Path) -> npt.NDArray[np.uint8]:
    try:
        data = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        kind = MediaNotFound if isinstance(error, FileNotFoundError) else MediaError
        raise kind(f"{path} cannot be read ({error.strerror}); give pictures of a chessboard") from error
    # The orientation tag is ignored, because intrinsics refer to the sensor.
    flags = cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION
    grey = cv2.imdecode(data, flags) if len(data) else None
    if grey is None:
        raise MediaError(f"{path} is not a picture; give pictures of a chessboard")
    return np.asarray(grey, dtype=np.uint8)


def _find_board(grey: npt.NDArray[np.uint8], columns: int, rows: int) -> Corners | None:
    found, corners = cv2.findChessboardCorners(grey, (columns, rows))
    if not found:
        return None
    window = (CORNER_WINDOW_PX, CORNER_WINDOW_PX)
    return np.asarray(cv2.cornerSubPix(grey, corners, window, (-1, -1), STOP), dtype=np.float32)
