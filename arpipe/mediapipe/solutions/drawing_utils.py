"""Draws landmarks, lines, boxes and axes into images."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt
from google.protobuf.message import Message

from arpipe.errors import MissingExtra
from arpipe.mediapipe.framework.formats.location_data_pb2 import LocationData
from arpipe.types import Pixels

Color = tuple[int, int, int]
Point = tuple[int, int]
Key = TypeVar("Key")

WHITE_COLOR = (224, 224, 224)
BLACK_COLOR = (0, 0, 0)
RED_COLOR = (0, 0, 255)
GREEN_COLOR = (0, 128, 0)
BLUE_COLOR = (255, 0, 0)

VISIBLE_FROM = 0.5  # visibility and presence of landmarks that are drawn
RIM_OVER_RADIUS = 1.2  # of the white circle around a landmark, at least a pixel wider
DEPTH_OFFSET = 1e-5  # keeps the projection of an axis finite at the camera's place


@dataclass
class DrawingSpec:
    """How something is drawn.

    Attributes:
        color: B, G, R, 0 to 255.
        thickness: Of lines, px; -1 fills circles.
        circle_radius: Of landmarks, px.
    """

    color: Color = WHITE_COLOR
    thickness: int = 2
    circle_radius: int = 2


RED_SPEC = DrawingSpec(color=RED_COLOR)
WHITE_SPEC = DrawingSpec()
THICK_RED_SPEC = DrawingSpec(color=RED_COLOR, thickness=5)
THICK_BLACK_SPEC = DrawingSpec(color=BLACK_COLOR, thickness=5)


def draw_detection(
    image: Pixels,
    detection: Message,
    keypoint_drawing_spec: DrawingSpec = RED_SPEC,
    bbox_drawing_spec: DrawingSpec = WHITE_SPEC,
) -> None:
    """Draw the key points and the box of a detection.

    Args:
        image: (h, w, 3) uint8 BGR, drawn into.
        detection: A `Detection` in sizes of the image.
        keypoint_drawing_spec: How the key points are drawn.
        bbox_drawing_spec: How the box is drawn.

    Raises:
        ValueError: The image has other channels, or the detection another format.
    """
    location = detection.location_data
    if not location:
        return
    width, height = _size(image)
    if location.format != LocationData.RELATIVE_BOUNDING_BOX:
        raise ValueError("LocationData must be relative for this drawing function to work.")
    for keypoint in location.relative_keypoints:
        spot = pixel_coordinates(keypoint.x, keypoint.y, width, height)
        if spot:
            spec = keypoint_drawing_spec
            cv2.circle(image, spot, spec.circle_radius, spec.color, spec.thickness)
    if location.HasField("relative_bounding_box"):
        box = location.relative_bounding_box
        start = pixel_coordinates(box.xmin, box.ymin, width, height)
        end = pixel_coordinates(box.xmin + box.width, box.ymin + box.height, width, height)
        if start and end:
            cv2.rectangle(image, start, end, bbox_drawing_spec.color, bbox_drawing_spec.thickness)


def draw_landmarks(
    image: Pixels,
    landmark_list: Message | None,
    connections: Iterable[tuple[int, int]] | None = None,
    landmark_drawing_spec: DrawingSpec | Mapping[int, DrawingSpec] | None = RED_SPEC,
    connection_drawing_spec: DrawingSpec | Mapping[tuple[int, int], DrawingSpec] | None = WHITE_SPEC,
    is_drawing_landmarks: bool = True,
) -> None:
    """Draw the visible landmarks of a list over the lines between them.

    Args:
        image: (h, w, 3) uint8 BGR, drawn into.
        landmark_list: A `NormalizedLandmarkList`; None draws nothing.
        connections: Pairs of indices that a line joins.
        landmark_drawing_spec: How landmarks are drawn, all alike or by index; None leaves them out.
        connection_drawing_spec: How lines are drawn, all alike or by pair; None leaves them out.
        is_drawing_landmarks: False draws the lines only.

    Raises:
        ValueError: The image has other channels, or a connection names a landmark that is not in the list.
    """
    if not landmark_list:
        return
    width, height = _size(image)
    spots = {
        index: spot
        for index, landmark in _visible(landmark_list)
        if (spot := pixel_coordinates(landmark.x, landmark.y, width, height))
    }
    pairs = list(_checked(connections, len(landmark_list.landmark)))
    if connection_drawing_spec is not None:
        _draw_lines(image, spots, pairs, connection_drawing_spec)
    if is_drawing_landmarks and landmark_drawing_spec:
        for index, spot in spots.items():
            _draw_landmark(image, spot, _spec_for(index, landmark_drawing_spec))


def draw_axis(
    image: Pixels,
    rotation: npt.NDArray[np.floating],
    translation: npt.NDArray[np.floating],
    focal_length: tuple[float, float] = (1.0, 1.0),
    principal_point: tuple[float, float] = (0.0, 0.0),
    axis_length: float = 0.1,
    axis_drawing_spec: DrawingSpec = WHITE_SPEC,
) -> None:
    """Draw the axes of an object: x red, y green, z blue.

    Args:
        image: (h, w, 3) uint8 BGR, drawn into.
        rotation: (3, 3) from the object to the camera, whose z points backwards.
        translation: (3,) of the object in the camera.
        focal_length: Of x and y, in halves of the image's sides.
        principal_point: x and y from the image's centre, in the same unit.
        axis_length: In the unit of the translation.
        axis_drawing_spec: Its thickness is used.

    Raises:
        ValueError: The image has other channels.
    """
    width, height = _size(image)
    ends = axis_length * np.vstack([np.zeros(3), np.eye(3)])
    x, y, z = (ends @ np.asarray(rotation).T + translation).T
    across = np.clip(-focal_length[0] * x / (z + DEPTH_OFFSET) + principal_point[0], -1.0, 1.0)
    up = np.clip(-focal_length[1] * y / (z + DEPTH_OFFSET) + principal_point[1], -1.0, 1.0)
    columns = ((1.0 + across) * 0.5 * width).astype(int).tolist()
    rows = ((1.0 - up) * 0.5 * height).astype(int).tolist()
    origin, *tips = zip(columns, rows, strict=True)
    for tip, color in zip(tips, (RED_COLOR, GREEN_COLOR, BLUE_COLOR), strict=True):
        cv2.arrowedLine(image, origin, tip, color, axis_drawing_spec.thickness)


def plot_landmarks(
    landmark_list: Message | None,
    connections: Iterable[tuple[int, int]] | None = None,
    landmark_drawing_spec: DrawingSpec = THICK_RED_SPEC,
    connection_drawing_spec: DrawingSpec = THICK_BLACK_SPEC,
    elevation: int = 10,
    azimuth: int = 10,
) -> None:
    """Show landmarks in space, in a window of Matplotlib.

    Args:
        landmark_list: A `NormalizedLandmarkList` or `LandmarkList`; None shows nothing.
        connections: Pairs of indices that a line joins.
        landmark_drawing_spec: Colour and thickness of the landmarks.
        connection_drawing_spec: Colour and thickness of the lines.
        elevation: Of the viewer, degrees.
        azimuth: Of the viewer, degrees.

    Raises:
        ValueError: A connection names a landmark that is not in the list.
        MissingExtra: Matplotlib is not installed.
    """
    if not landmark_list:
        return
    try:
        from matplotlib import pyplot as plt
    except ImportError as error:
        raise MissingExtra(
            "plot_landmarks needs Matplotlib; install it with: pip install matplotlib"
        ) from error
    plt.figure(figsize=(10, 10))
    axes = plt.axes(projection="3d")
    axes.view_init(elev=elevation, azim=azimuth)
    places = {index: (-point.z, point.x, -point.y) for index, point in _visible(landmark_list)}
    for x, y, z in places.values():
        axes.scatter3D(
            xs=[x],
            ys=[y],
            zs=[z],
            color=_unit_rgb(landmark_drawing_spec),
            linewidth=landmark_drawing_spec.thickness,
        )
    for start, end in _checked(connections, len(landmark_list.landmark)):
        if start in places and end in places:
            xs, ys, zs = zip(places[start], places[end], strict=True)
            axes.plot3D(
                xs=xs,
                ys=ys,
                zs=zs,
                color=_unit_rgb(connection_drawing_spec),
                linewidth=connection_drawing_spec.thickness,
            )
    plt.show()


def pixel_coordinates(x: float, y: float, width: int, height: int) -> Point | None:
    """Return the pixel at a place in sizes of the image; None outside of it."""
    if not (_is_inside(x) and _is_inside(y)):
        return None
    return min(math.floor(x * width), width - 1), min(math.floor(y * height), height - 1)


_normalized_to_pixel_coordinates = pixel_coordinates  # the name under which programs know it


def _is_inside(share: float) -> bool:
    return (share > 0 or math.isclose(0, share)) and (share < 1 or math.isclose(1, share))


def _size(image: Pixels) -> tuple[int, int]:
    if image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"Input image must contain three channel bgr data. Its shape is {image.shape}.")
    return int(image.shape[1]), int(image.shape[0])


def _visible(landmarks: Message) -> Iterator[tuple[int, Message]]:
    for index, landmark in enumerate(landmarks.landmark):
        hidden = landmark.HasField("visibility") and landmark.visibility < VISIBLE_FROM
        absent = landmark.HasField("presence") and landmark.presence < VISIBLE_FROM
        if not hidden and not absent:
            yield index, landmark


def _checked(connections: Iterable[tuple[int, int]] | None, count: int) -> Iterator[tuple[int, int]]:
    for start, end in connections or ():
        if not (0 <= start < count and 0 <= end < count):
            raise ValueError(
                f"Landmark index is out of range. Invalid connection from landmark #{start} to landmark #{end}: "
                f"there are {count}."
            )
        yield start, end


def _draw_lines(
    image: Pixels,
    spots: Mapping[int, Point],
    pairs: Iterable[tuple[int, int]],
    specs: DrawingSpec | Mapping[tuple[int, int], DrawingSpec],
) -> None:
    for pair in pairs:
        if pair[0] in spots and pair[1] in spots:
            spec = _spec_for(pair, specs)
            cv2.line(image, spots[pair[0]], spots[pair[1]], spec.color, spec.thickness)


def _draw_landmark(image: Pixels, spot: Point, spec: DrawingSpec) -> None:
    rim = max(spec.circle_radius + 1, int(spec.circle_radius * RIM_OVER_RADIUS))
    cv2.circle(image, spot, rim, WHITE_COLOR, spec.thickness)
    cv2.circle(image, spot, spec.circle_radius, spec.color, spec.thickness)


def _spec_for(key: Key, specs: DrawingSpec | Mapping[Key, DrawingSpec]) -> DrawingSpec:
    return specs[key] if isinstance(specs, Mapping) else specs


def _unit_rgb(spec: DrawingSpec) -> tuple[float, ...]:
    return tuple(value / 255.0 for value in reversed(spec.color))
