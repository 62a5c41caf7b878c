"""Calibration against a synthetic camera and a real one."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from arpipe.apps.calibrate import calibrate
from arpipe.errors import ConfigError, MediaError
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import RigidTransform, rotation_from_angles

TRUTH = CameraIntrinsics(700.0, 700.0, 322.0, 238.0, 640, 480)
SQUARE_M = 0.03
TILTS = [(0, 0, 0), (25, 0, 3), (-25, 5, 0), (0, 25, -4), (5, -25, 8), (20, 20, 15), (-18, -22, -10)]


def board_seen_at(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """A 10×7 chessboard rendered through the true camera, 4× supersampled."""
    board = 255 - 255 * (np.indices((7, 10)).sum(axis=0) % 2).astype(np.uint8)
    board = np.kron(np.pad(board, 1, constant_values=255), np.ones((40, 40), np.uint8))
    pose = RigidTransform(rotation_from_angles(yaw, pitch, roll), np.array([0.0, 0.0, 0.55]))
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
    flat = np.column_stack([(corners - 0.5) * (12 * SQUARE_M, 9 * SQUARE_M), np.zeros(4)])
    target = (TRUTH.project(pose.apply(flat)) + 0.5) * 4 - 0.5
    source = corners * board.shape[::-1] - 0.5
    matrix = cv2.getPerspectiveTransform(source.astype(np.float32), target.astype(np.float32))
    large = cv2.warpPerspective(board, matrix, (2560, 1920), borderValue=128)
    return cv2.resize(large, (640, 480), interpolation=cv2.INTER_AREA)


def test_synthetic_camera_is_found(tmp_path: Path) -> None:
    for index, tilt in enumerate(TILTS):
        cv2.imwrite(str(tmp_path / f"{index}.png"), board_seen_at(*tilt))
    found = calibrate(sorted(tmp_path.glob("*.png")))
    assert len(found.used) == len(TILTS)
    assert found.error_px < 0.2
    assert found.camera.fx == pytest.approx(TRUTH.fx, rel=0.01)
    assert (found.camera.cx, found.camera.cy) == pytest.approx((TRUTH.cx, TRUTH.cy), abs=4.0)


def test_real_camera_agrees_with_its_published_intrinsics(shared_data: Path) -> None:
    found = calibrate(sorted((shared_data / "opencv-doc").glob("left*.jpg")))
    assert found.error_px < 0.25
    assert found.camera.fx == pytest.approx(535.9, rel=0.01)
    assert found.camera.distortion[0] == pytest.approx(-0.27, abs=0.02)


def test_too_few_views_are_refused(tmp_path: Path) -> None:
    for index in range(6):
        cv2.imwrite(str(tmp_path / f"{index}.png"), np.full((48, 64), 90, np.uint8))
    with pytest.raises(MediaError, match="0 of 6 pictures"):
        calibrate(sorted(tmp_path.glob("*.png")))


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    with pytest.raises(MediaError, match="is not a picture"):
        calibrate([tmp_path / "a.jpg"])
    with pytest.raises(MediaError, match="cannot be read"):
        calibrate([tmp_path / "absent.jpg"])


def test_board_without_corners_is_refused() -> None:
    with pytest.raises(ConfigError, match="3x3"):
        calibrate([], columns=2, rows=9)
