"""The bundled relief of the portrait, made by `assets/generators`."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.assets import asset_path
from arpipe.errors import AssetError
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.mesh import vertex_normals
from arpipe.geometry.transforms import Array, RigidTransform
from arpipe.io.sample.raster import neighbours
from arpipe.topology import IndexArray
from arpipe.types import Pixels

FOLDER = "samples/portrait"
PHOTO_SIDE_PX = 512
LANDMARKS = 478
SMOOTHING_STEPS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Relief:
    """A head as a textured mesh, the body behind it as a picture with depth, and the studio.

    Attributes:
        points_m: (n, 3) in the `head` frame; the first 478 are the face's landmarks.
        normals: (n, 3) unit, in the `head` frame; smoothed, as for light from large lamps.
        texture_px: (n, 2) px of `head`.
        head_share: (n,) in [0, 1]: 1 follows the head, 0 the body.
        opacity: (n,) in [0, 1].
        triangles: (t, 3), counter-clockwise seen from outside.
        neighbours: (t, 3) the triangle across each edge, t where there is none.
        body_depth_m: (c, c) float32 over the photograph, m behind the pupils.
        photo: Camera of the photograph.
        photo_from_head: Pose of the head in the photograph.
        head, body, background: RGB pictures.
        body_matte: (h, w) uint8, 255 on the body.
    """

    points_m: Array
    normals: Array
    texture_px: Array
    head_share: Array
    opacity: Array
    triangles: IndexArray
    neighbours: IndexArray
    body_depth_m: npt.NDArray[np.float32]
    photo: CameraIntrinsics
    photo_from_head: RigidTransform
    head: Pixels
    body: Pixels
    background: Pixels
    body_matte: Pixels

    @property
    def rest_from_head(self) -> RigidTransform:
        """Transform to the rest frame of the body: the photograph's camera frame with its origin between the pupils."""
        return RigidTransform(self.photo_from_head.rotation, np.zeros(3))


@cache
def load_relief() -> Relief:
    """Read the relief; cached.

    Raises:
        AssetError: A file is missing or damaged.
    """
    path = asset_path(f"{FOLDER}/relief.npz")
    try:
        with np.load(path, allow_pickle=False) as table:
            arrays = {name: table[name] for name in table.files}
        focal_px, cx, cy = arrays["photo_camera"]
        pose = arrays["photo_from_head"]
        points_m = arrays["points_m"].astype(np.float64)
        triangles = arrays["triangles"].astype(np.int32)
        return Relief(
            points_m=points_m,
            normals=_smooth(vertex_normals(points_m, triangles), triangles),
            texture_px=arrays["texture_px"].astype(np.float64),
            head_share=arrays["head_share"].astype(np.float64),
            opacity=arrays["opacity"].astype(np.float64),
            triangles=triangles,
            neighbours=neighbours(triangles),
            body_depth_m=arrays["body_depth_m"],
            photo=CameraIntrinsics(focal_px, focal_px, cx, cy, PHOTO_SIDE_PX, PHOTO_SIDE_PX),
            photo_from_head=RigidTransform(pose[:3, :3], pose[:3, 3]),
            head=_picture("head.jpg"),
            body=_picture("body.jpg"),
            background=_picture("background.jpg"),
            body_matte=np.ascontiguousarray(_picture("body_matte.jpg")[:, :, 0]),
        )
    except (OSError, KeyError, ValueError) as error:
        raise AssetError(f"sample: {path.parent} cannot be read ({error}); reinstall arpipe") from error


def _smooth(normals: Array, triangles: IndexArray) -> Array:
    """Average (n, 3) unit normals with those around them, so that creases of the mesh are invisible."""
    corners = triangles.ravel()
    for _ in range(SMOOTHING_STEPS):
        of_triangles = np.repeat(normals[triangles].sum(axis=1), 3, axis=0)
        normals = np.stack(
            [np.bincount(corners, of_triangles[:, axis], minlength=len(normals)) for axis in range(3)],
            axis=-1,
        )
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    return normals


def _picture(name: str) -> Pixels:
    path = asset_path(f"{FOLDER}/{name}")
    decoded = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        raise AssetError(f"sample: {path} is damaged; reinstall arpipe")
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), dtype=np.uint8)
