"""Drawing results on pictures: landmarks, meshes, connections, skeletons, axes and boxes.

```python
import arpipe

picture = ...  # (h, w, 3) uint8 RGB
(face,) = arpipe.landmarks(picture)
picture = arpipe.draw.mesh(picture, face)
picture = arpipe.draw.landmarks(picture, face.region("lips_outer"), color=(255, 80, 80))
```

Each function takes a picture and returns a new one; the one that it takes is not changed. Pictures are (h, w, 3) uint8
RGB, or (h, w) grey, which becomes RGB; those of OpenCV are converted by `picture[..., ::-1]`, both ways. Colours are
red, green and blue, integers in [0, 255]. Points are image px: `Landmarks`, or an array with at least two columns, x
and y. Lines are antialiased at fractions of a pixel; what lies outside the picture is cut off.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from arpipe.draw.labelled_box import class_color, paint_box
from arpipe.draw.limbs import LimbStyle, paint_body, paint_hand
from arpipe.draw.lines import line_width, paint_axes, paint_edges, paint_outline, paint_points
from arpipe.draw.strokes import RGB, as_rgb
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import RigidTransform
from arpipe.types import FoundObject, FrameResult, Landmarks, Picture, Pixels

OUTLINES = ("lips_outer", "lips_inner", "left_eye", "right_eye", "left_brow", "right_brow", "face_oval")
PALE: RGB = (191, 242, 255)

PointsLike = Landmarks | npt.ArrayLike


def landmarks(
    picture: npt.ArrayLike, points: PointsLike, *, color: RGB = PALE, radius_px: float | None = None
) -> Pixels:
    """Draw a disc at each point.

    Args:
        picture: The picture.
        points: Landmarks, or (n, 2 or more) px; points with NaN are missing and not drawn.
        color: Colour of the discs.
        radius_px: Radius; None for one that suits the extent of the points.

    Returns:
        A new (h, w, 3) picture.

    Raises:
        ValueError: The picture, the points or the colour have another shape or type.
    """
    pixels, places, color = _canvas(picture), _points(points), as_rgb(color)
    places = places[_are_finite(places)]
    if len(places):
        radius = line_width(places) if radius_px is None else radius_px
        paint_points(pixels, places, color, radius)
    return pixels


def connections(
    picture: npt.ArrayLike,
    points: PointsLike,
    pairs: npt.ArrayLike | None = None,
    *,
    color: RGB = PALE,
    width_px: int | None = None,
    opacity: float = 1.0,
) -> Pixels:
    """Draw lines between points.

    Args:
        picture: The picture.
        points: Landmarks, or (n, 2 or more) px; points with NaN are missing, and their lines are left out.
        pairs: (e, 2) indices of the ends; None for the connections of the landmarks' topology.
        color: Colour of the lines.
        width_px: Width, at most 255; None for one that suits the extent of the points.
        opacity: Opacity, in [0, 1]; where lines cross, it is the same.

    Returns:
        A new (h, w, 3) picture.

    Raises:
        ValueError: The picture, the points, the pairs or the colour have another shape or type, an index is out of
            range, or there are no pairs and points without a topology.
    """
    pixels, places, color = _canvas(picture), _points(points), as_rgb(color)
    if pairs is None:
        if not isinstance(points, Landmarks):
            raise ValueError("an array has no connections of its own; give pairs of indices")
        pairs = points.topology.edges
    ends, is_there = _pairs(pairs, len(places)), _are_finite(places)
    ends = ends[is_there[ends].all(axis=1)]
    if len(ends):
        places = np.where(is_there[:, np.newaxis], places, places[ends[0, 0]])
        width = line_width(places) if width_px is None else width_px
        paint_edges(pixels, places, ends, color, width, opacity)
    return pixels


def mesh(picture: npt.ArrayLike, face: Landmarks, *, color: RGB = PALE, opacity: float = 0.45) -> Pixels:
    """Draw the edges of the face mesh, one pixel wide.

    Args:
        picture: The picture.
        face: Landmarks of a face.
        color: Colour of the lines.
        opacity: Opacity, in [0, 1].

    Returns:
        A new (h, w, 3) picture.

    Raises:
        ValueError: The picture or the colour has another shape or type.
    """
    return connections(picture, face, color=color, width_px=1, opacity=opacity)


def outlines(
    picture: npt.ArrayLike,
    face: Landmarks,
    regions: Sequence[str] = OUTLINES,
    *,
    color: RGB = PALE,
    width_px: int | None = None,
) -> Pixels:
    """Draw closed lines around regions of a face: lips, eyes, brows and the face by default.

    Args:
        picture: The picture.
        face: Landmarks of a face.
        regions: Names of regions of the topology.
        color: Colour of the lines.
        width_px: Width, at most 255; None for one that suits the size of the face.

    Returns:
        A new (h, w, 3) picture.

    Raises:
        KeyError: There is no such region; the message has the nearest name.
        ValueError: The picture or the colour has another shape or type.
    """
    pixels, color = _canvas(picture), as_rgb(color)
    width = line_width(face.points_px) if width_px is None else width_px
    for name in regions:
        paint_outline(pixels, face.region(name)[:, :2], color, width)
    return pixels


def skeleton(
    picture: npt.ArrayLike,
    subject: Landmarks,
    side: Literal["left", "right"] | None = None,
    *,
    style: LimbStyle | None = None,
) -> Pixels:
    """Draw a body or a hand as limbs and joints, fainter where the network is uncertain.

    Args:
        picture: The picture.
        subject: Landmarks of a body or a hand.
        side: Side of a hand, which has its colour; None for the colour of the middle.
        style: Colours, opacity and width; None for those of the effect `skeleton`.

    Returns:
        A new (h, w, 3) picture.

    Raises:
        ValueError: The landmarks are those of a face, or the picture has another shape or type.
    """
    pixels, style = _canvas(picture), style or LimbStyle()
    if subject.topology.name == "body":
        paint_body(pixels, subject, style)
    elif subject.topology.name == "hand":
        paint_hand(pixels, subject, style.color_of(side or ""), style)
    else:
        raise ValueError(
            f"skeleton: expected landmarks of a body or a hand, got those of a {subject.topology.name}"
        )
    return pixels


def axes(
    picture: npt.ArrayLike,
    camera_from_object: RigidTransform,
    camera: CameraIntrinsics,
    *,
    length_m: float = 0.06,
    width_px: int = 3,
) -> Pixels:
    """Draw the axes of an object in perspective: x red, y green, z blue.

    Args:
        picture: The picture.
        camera_from_object: Pose of the object, such as `face.pose.camera_from_head`.
        camera: Intrinsics of the picture, such as `result.camera`.
        length_m: Length of the axes, m.
        width_px: Width of the lines, at most 255.

    Returns:
        A new (h, w, 3) picture; without axes if one of them ends behind the camera.

    Raises:
        ValueError: The picture has another shape or type.
    """
    pixels = _canvas(picture)
    paint_axes(pixels, camera_from_object, camera, length_m, width_px)
    return pixels


def boxes(
    picture: npt.ArrayLike,
    boxes_px: npt.ArrayLike,
    labels: Sequence[str] = (),
    *,
    colors: Sequence[RGB] | None = None,
) -> Pixels:
    """Draw boxes with labels.

    Args:
        picture: The picture.
        boxes_px: (n, 4) x0, y0, x1, y1; one box may be given as (4,). Boxes with NaN are left out.
        labels: A text for each box, or none.
        colors: A colour for each box; None for one that differs from box to box.

    Returns:
        A new (h, w, 3) picture.

    Raises:
        ValueError: The picture, the boxes or a colour have another shape or type, or there are more or fewer labels or
            colours.
    """
    pixels = _canvas(picture)
    rows = np.atleast_2d(np.asarray(boxes_px, np.float64))
    if not rows.size:
        return pixels
    if rows.ndim != 2 or rows.shape[1] != 4:
        raise ValueError(f"boxes_px: expected (n, 4), got {rows.shape}")
    texts = labels or [""] * len(rows)
    tints = [class_color(index) for index in range(len(rows))] if colors is None else [*map(as_rgb, colors)]
    if not len(texts) == len(tints) == len(rows):
        raise ValueError(
            f"boxes: expected a label and a colour for each of {len(rows)} boxes, or none; got {len(texts)} labels and "
            f"{len(tints)} colours"
        )
    for box, text, color in zip(rows, texts, tints, strict=True):
        if np.isfinite(box).all():
            paint_box(pixels, box, text, color)
    return pixels


def overlay(result: FrameResult) -> Picture:
    """Draw everything that was found in a frame: skeletons, meshes with outlines and axes, and boxes of objects.

    Args:
        result: What `Pipeline.detect` returns.

    Returns:
        The frame with the drawing, as a picture that notebooks show.
    """
    pixels = _canvas(result.frame.pixels)
    style = LimbStyle()
    for body in result.bodies:
        paint_body(pixels, body.landmarks, style)
    for hand in result.hands:
        paint_hand(pixels, hand.landmarks, style.color_of(hand.side), style)
    for face in result.faces:
        pixels = outlines(mesh(pixels, face.landmarks), face.landmarks)
        if face.pose is not None and result.camera is not None:
            pixels = axes(pixels, face.pose.camera_from_head, result.camera)
    return Picture(_objects(pixels, [each.found for each in result.objects]), result)


def _objects(pixels: Pixels, found: Sequence[FoundObject]) -> Pixels:
    """Draw the boxes of objects, with their classes and scores."""
    if not found:
        return pixels
    colors = [class_color(each.index) for each in found]
    labels = [f"{each.label}  {100 * each.score:.0f} %" for each in found]
    return boxes(pixels, [each.box_px for each in found], labels, colors=colors)


def _canvas(picture: npt.ArrayLike) -> Pixels:
    """Return a picture as a new, contiguous (h, w, 3) array."""
    array = np.asarray(picture)
    is_grey = array.ndim == 2
    if array.dtype != np.uint8 or not (is_grey or (array.ndim == 3 and array.shape[2] == 3)):
        raise ValueError(f"picture: expected (h, w, 3) or (h, w) uint8, got {array.shape} {array.dtype}")
    return np.repeat(array[..., np.newaxis], 3, axis=2) if is_grey else np.array(array, order="C")


def _points(points: PointsLike) -> npt.NDArray[np.float64]:
    """Return (n, 2) px."""
    array = np.asarray(points, np.float64)
    if array.size == 0:
        return np.zeros((0, 2))
    if array.ndim != 2 or array.shape[1] < 2:
        raise ValueError(f"points: expected (n, 2) or more columns, got {array.shape}")
    return array[:, :2]


def _are_finite(points_px: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return (n,) whether each of (n, 2) points has numbers only, as opposed to NaN where nothing was found."""
    return np.isfinite(points_px[:, 0]) & np.isfinite(points_px[:, 1])


def _pairs(pairs: npt.ArrayLike, count: int) -> npt.NDArray[np.int64]:
    """Return (e, 2) indices below `count`."""
    array = np.asarray(pairs)
    if array.size == 0:
        return np.zeros((0, 2), np.int64)
    if array.ndim != 2 or array.shape[1] != 2 or not np.issubdtype(array.dtype, np.integer):
        raise ValueError(f"pairs: expected (e, 2) integers, got {array.shape} {array.dtype}")
    if array.min() < 0 or array.max() >= count:
        raise ValueError(f"pairs: expected indices from 0 to {count - 1}, got {array.min()} to {array.max()}")
    return array.astype(np.int64)
