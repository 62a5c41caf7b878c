"""Pictures of a chessboard as a known camera sees it."""

import cv2
import numpy as np

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import RigidTransform, rotation_from_angles

TRUTH = CameraIntrinsics(700.0, 700.0, 322.0, 238.0, 640, 480)
SQUARE_M = 0.03
TILTS = [(0, 0, 0), (25, 0, 3), (-25, 5, 0), (0, 25, -4), (5, -25, 8), (20, 20, 15), (-18, -22, -10)]


def board_seen_at(yaw: float, pitch: float, roll: float, distance_m: float = 0.55) -> np.ndarray:
    """A 10×7 chessboard rendered through the true camera, 4× supersampled."""
    board = 255 - 255 * (np.indices((7, 10)).sum(axis=0) % 2).astype(np.uint8)
    board = np.kron(np.pad(board, 1, constant_values=255), np.ones((40, 40), np.uint8))
    pose = RigidTransform(rotation_from_angles(yaw, pitch, roll), np.array([0.0, 0.0, distance_m]))
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
    flat = np.column_stack([(corners - 0.5) * (12 * SQUARE_M, 9 * SQUARE_M), np.zeros(4)])
    target = (TRUTH.project(pose.apply(flat)) + 0.5) * 4 - 0.5
    source = corners * board.shape[::-1] - 0.5
    matrix = cv2.getPerspectiveTransform(source.astype(np.float32), target.astype(np.float32))
    large = cv2.warpPerspective(board, matrix, (2560, 1920), borderValue=128)
    return cv2.resize(large, (640, 480), interpolation=cv2.INTER_AREA)
