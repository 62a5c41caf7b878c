"""Poses of any number of heads."""

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.head_pose.config import HeadPoseConfig
from arpipe.head_pose.head import Head
from arpipe.types import HeadPose, Landmarks


class HeadPoseSolver:
    """Solves poses and remembers each track's shape and size.

    Args:
        config: Limits and switches.
    """

    def __init__(self, config: HeadPoseConfig | None = None) -> None:
        self.config = config or HeadPoseConfig()
        self._heads: dict[int, Head] = {}

    def solve(
        self,
        landmarks: Landmarks,
        camera: CameraIntrinsics,
        track_id: int | None = None,
        accurate: Landmarks | None = None,
    ) -> HeadPose | None:
        """Place the head in the camera frame.

        Args:
            landmarks: Face landmarks in image px. z counts with less weight than x and y.
            camera: Intrinsics of the image that the landmarks were measured in.
            track_id: Track of the head, whose shape and size are learned; None for a single picture.
            accurate: Landmarks of the same face by a more accurate network, or averaged over several views, where
                there are any. They decide the rotation, of this frame and, less and less, of those that follow.

        Returns:
            The pose, or None if the head would be behind the camera, the error exceeds `max_error`, or the
            landmarks' score is too low.

        Raises:
            ValueError: The topology has no rigid points (a body, for instance).
        """
        head = Head(self.config) if track_id is None else self._heads.setdefault(track_id, Head(self.config))
        return head.solve(landmarks, camera, accurate)

    def forget_except(self, track_ids: set[int]) -> None:
        """Forget heads that are no longer tracked."""
        self._heads = {key: head for key, head in self._heads.items() if key in track_ids}

    def reset(self) -> None:
        """Forget all heads."""
        self._heads.clear()
