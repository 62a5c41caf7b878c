"""The photograph, the matte of the person in it, and the metric face measured in it."""

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import Array, RigidTransform
from arpipe.head_pose import HeadPoseSolver
from arpipe.inference.runtime import Runtime
from arpipe.timing import StageTimer
from arpipe.topology import load_topology
from arpipe.tracking.context import FrameContext
from arpipe.tracking.face import FaceTracker, FaceTrackerConfig
from arpipe.types import Frame, Landmarks

Picture = npt.NDArray[np.uint8]

MEASUREMENT = Path(__file__).with_name("measurement.json")
PHOTO = Path(__file__).resolve().parents[2] / "samples" / "astronaut.png"

PHOTO_FOCAL_PX = 2000.0  # a studio portrait: about 2.7 m away, so nearly parallel
PHOTO_CENTRE_PX = (225.0, 110.0)  # the lens is aimed at the face
ZOOM = 2  # of the matte relative to the photograph
CROPS = ((3, 90, 0), (3, 110, 5), (4, 100, 0), (4, 95, 4), (4, 108, 2))  # zoom and corner of each crop
CROP_SIDE_PX = 260

# Drawn by eye on the photograph: everything outside the first polygon is background, inside the second is the person.
PERSON_AT_MOST = (
    "150,60 158,40 172,25 192,18 220,12 245,12 270,22 292,45 304,75 303,100 296,118 284,132 276,138 268,160 "
    "268,172 285,190 308,230 310,250 330,255 352,280 362,330 372,345 420,342 470,352 500,400 512,470 512,512 "
    "8,512 15,440 25,340 42,285 70,240 112,205 110,190 125,165 150,150 182,146 180,135 170,128 160,115 152,95"
)
PERSON_AT_LEAST = (
    "160,70 168,45 190,30 225,20 255,24 280,45 294,75 292,100 280,118 270,128 262,150 250,165 275,190 298,235 "
    "300,255 335,275 350,320 360,365 430,355 470,370 490,420 500,500 500,512 30,512 40,400 60,280 110,225 "
    "125,195 150,165 188,155 184,135 174,120 164,105 158,90"
)


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """Measurements of the photograph.

    Attributes:
        pixels: (512, 512, 3) RGB.
        person: (1024, 1024) matte in [0, 255], `ZOOM` px per photograph px.
        camera: Assumed camera of the photograph.
        camera_from_head: Pose of the head.
        mesh_m: (478, 3) face in the head frame; the irises lie on the surface between the lids.
    """

    pixels: Picture
    person: Picture
    camera: CameraIntrinsics
    camera_from_head: RigidTransform
    mesh_m: Array


def measure(pixels: Picture) -> Portrait:
    """Combine the photograph's matte with the recorded face; see `record`."""
    recorded = json.loads(MEASUREMENT.read_text("utf-8"))
    matrix = np.array(recorded["camera_from_head"])
    camera_from_head = RigidTransform(matrix[:3, :3], matrix[:3, 3])
    return Portrait(pixels, _person(pixels), _camera(pixels), camera_from_head, np.array(recorded["mesh_m"]))


def record(pixels: Picture) -> None:
    """Measure the face with today's networks and solver, and record it in `MEASUREMENT`.

    The sample's ground truth must not move whenever the tracker that it is used to test changes, so this is done by
    hand only: `python -m sample.portrait` in `assets/generators`.
    """
    landmarks = Landmarks(_landmarks(pixels).astype(np.float32), 1.0, load_topology("face"))
    pose = HeadPoseSolver().solve(landmarks, _camera(pixels))
    if pose is None:
        raise SystemExit("the portrait's head has no pose")
    mesh_m = _irises_on_surface(pose.metric_mesh_m)
    values = {"camera_from_head": pose.camera_from_head.matrix(), "mesh_m": mesh_m}
    parts = (f'  "{name}": [\n{_rows(array)}\n  ]' for name, array in values.items())
    MEASUREMENT.write_text("{\n" + ",\n".join(parts) + "\n}\n", "utf-8")


def _rows(array: Array) -> str:
    return ",\n".join(f"    {json.dumps([round(float(value), 9) for value in row])}" for row in array)


def _camera(pixels: Picture) -> CameraIntrinsics:
    height, width = pixels.shape[:2]
    return CameraIntrinsics(PHOTO_FOCAL_PX, PHOTO_FOCAL_PX, *PHOTO_CENTRE_PX, width, height)


def polygon(text: str) -> npt.NDArray[np.int32]:
    """Parse (k, 2) px from "x,y x,y …"."""
    return np.array([[int(value) for value in pair.split(",")] for pair in text.split()], dtype=np.int32)


def _landmarks(pixels: Picture) -> Array:
    """Detect (478, 3) landmarks in px of the photograph: the mean over several enlarged crops."""
    found = []
    with Runtime() as runtime:
        tracker = FaceTracker.open(runtime, FaceTrackerConfig(mode="image", max_faces=1))
        for zoom, x, y in CROPS:
            crop = pixels[y : y + CROP_SIDE_PX, x : x + CROP_SIDE_PX]
            big = cv2.resize(crop, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_LANCZOS4)
            (face,) = tracker.update(FrameContext(Frame(np.ascontiguousarray(big), 0.0, 0), StageTimer()))
            points = face.landmarks.points_px.astype(np.float64)
            points[:, :2] = (points[:, :2] + 0.5) / zoom - 0.5 + (x, y)
            points[:, 2] /= zoom
            found.append(points)
    mean: Array = np.mean(found, axis=0)
    return mean


def _irises_on_surface(mesh_m: Array) -> Array:
    """Move the iris points of a mesh along z onto the triangles that close the eyes."""
    topology = load_topology("face")
    mesh_m = mesh_m.copy()
    for side in ("left", "right"):
        iris = [topology.index(f"{side}_pupil"), *topology.region(f"{side}_iris")]
        corners = mesh_m[topology.patches[f"{side}_eye"]]
        for index in iris:
            mesh_m[index, 2] = _height_at(corners, mesh_m[index, :2])
    return mesh_m


def _height_at(corners: Array, xy: Array) -> float:
    """Return z at (2,) xy on the nearest of (t, 3, 3) triangles, seen along z."""
    edges = np.swapaxes(corners[:, 1:, :2] - corners[:, :1, :2], 1, 2)
    ab = np.linalg.solve(edges, (xy - corners[:, 0, :2])[:, :, None])[:, :, 0]
    weights = np.column_stack([1.0 - ab.sum(axis=1), ab])
    best = int(weights.min(axis=1).argmax())
    inside = np.clip(weights[best], 0.0, 1.0)
    return float(inside @ corners[best, :, 2] / inside.sum())


def _person(pixels: Picture) -> Picture:
    big = cv2.resize(pixels[:, :, ::-1], None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_CUBIC)
    labels = np.full(big.shape[:2], cv2.GC_BGD, np.uint8)
    cv2.fillPoly(labels, [polygon(PERSON_AT_MOST) * ZOOM], int(cv2.GC_PR_FGD))
    cv2.fillPoly(labels, [polygon(PERSON_AT_LEAST) * ZOOM], int(cv2.GC_FGD))
    cv2.setRNGSeed(0)
    cv2.grabCut(big, labels, None, np.zeros((1, 65)), np.zeros((1, 65)), 6, int(cv2.GC_INIT_WITH_MASK))
    person = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8) * 255
    return np.asarray(cv2.medianBlur(person, 7), dtype=np.uint8)


if __name__ == "__main__":
    record(np.asarray(Image.open(PHOTO).convert("RGB")))
