"""Moving the selected glasses by dragging them in the picture."""

import numpy as np

from arpipe.types import FrameResult, HeadPose

MM = 1000.0


def drag_steps(result: FrameResult, delta_px: tuple[float, float]) -> dict[str, float]:
    """Return how glasses have to be moved so that they follow the pointer.

    Args:
        result: The picture's result; the nearest head counts.
        delta_px: Movement of the pointer in the unmirrored picture: `image` frame, px.

    Returns:
        Steps of `UserAdjustment` by field, mm; none without a face or a camera.
    """
    poses = [face.pose for face in result.faces if face.pose is not None]
    if not poses or result.camera is None:
        return {}
    pose = min(poses, key=_depth_m)
    depth_m = _depth_m(pose)
    camera = result.camera
    shift_m = np.array((delta_px[0] * depth_m / camera.fx, delta_px[1] * depth_m / camera.fy, 0.0))
    left_m, up_m, _ = pose.camera_from_head.rotation.T @ shift_m
    # On the mirrored picture that users see, the person's right is on the right.
    return {"right_mm": -float(left_m) * MM, "up_mm": float(up_m) * MM}


def _depth_m(pose: HeadPose) -> float:
    return float(pose.camera_from_head.translation_m[2])
