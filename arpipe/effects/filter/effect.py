"""Filters: convolution of the picture, of faces or of the background with a small kernel."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import BeforeValidator, Field

from arpipe.effects.background.effect import require_mask
from arpipe.effects.filter.convolution import make_convolution
from arpipe.effects.params import EffectParams
from arpipe.needs import Need
from arpipe.render.context import GlContext
from arpipe.render.layer import Layer, Order, Scene
from arpipe.render.rasteriser.library import Rasteriser
from arpipe.spelling import nearest
from arpipe.types import Pixels, Points, TrackedFace

Target = Literal["frame", "face", "background"]

SIDES = tuple(range(3, 16, 2))
FACE_SOFTNESS = 0.03  # standard deviation of the edge of a filtered face, relative to the face's height
BINOMIAL = np.array([1, 8, 28, 56, 70, 56, 28, 8, 1]) / 256.0

KERNELS: dict[str, npt.NDArray[np.float64]] = {
    "blur": np.outer(BINOMIAL, BINOMIAL),
    "sharpen": np.array([[0.0, -1.0, 0.0], [-1.0, 5.0, -1.0], [0.0, -1.0, 0.0]]),
    "edges": np.array([[-1.0, -1.0, -1.0], [-1.0, 8.0, -1.0], [-1.0, -1.0, -1.0]]),
    "emboss": np.array([[-2.0, -1.0, 0.0], [-1.0, 1.0, 1.0], [0.0, 1.0, 2.0]]),
}
"""Name → factors, in the orientation of `cv2.filter2D`."""

ORDERS: dict[Target, int] = {
    "background": Order.BACKGROUND + 1,  # after it was replaced
    "face": Order.SKIN - 1,  # beneath makeup and glasses
    "frame": Order.OVERLAY - 1,  # includes all effects but debug lines
}
NEEDS: dict[Target, frozenset[Need]] = {
    "background": frozenset({Need.MASK}),
    "face": frozenset({Need.FACE}),
    "frame": frozenset(),
}


def _matrix(value: object) -> tuple[tuple[float, ...], ...]:
    """Return the factors of a named kernel, or check the shape of given ones."""
    rows = _named_rows(value) if isinstance(value, str) else _given_rows(value)
    lengths = [len(row) for row in rows]
    if len(rows) not in SIDES or set(lengths) != {len(rows)}:
        raise ValueError(
            f"expected 3 × 3, 5 × 5 … 15 × 15 numbers, got {len(rows)} rows of {', '.join(map(str, lengths))}"
        )
    return tuple(tuple(row) for row in rows)


def _named_rows(name: str) -> list[list[float]]:
    if name not in KERNELS:
        raise ValueError(f"there is no kernel {str(name)!r}{nearest(name, KERNELS)}")
    rows: list[list[float]] = KERNELS[name].tolist()
    return rows


def _given_rows(value: object) -> Sequence[Sequence[float]]:
    rows = list(value) if isinstance(value, Sequence) else []
    if not rows or not all(isinstance(row, Sequence) and not isinstance(row, str) for row in rows):
        raise ValueError(f"expected one of {', '.join(KERNELS)} or rows of numbers, got {value!r}")
    return rows


class FilterParams(EffectParams):
    """Parameters of `filter`.

    Attributes:
        kernel: "blur", "sharpen", "edges", "emboss", or rows of factors, 3 × 3 to 15 × 15.
        on: Part of the picture to filter.
        strength: 0 leaves the picture unchanged, 1 filters it completely.
    """

    kernel: Annotated[tuple[tuple[float, ...], ...], BeforeValidator(_matrix)] = _matrix("sharpen")
    on: Target = "frame"
    strength: float = Field(default=1.0, ge=0, le=1)

    @property
    def needs(self) -> frozenset[Need]:
        """What is needed to find the part to filter."""
        return NEEDS[self.on]


class Filter(Layer):
    """Filters within one level of `cv2.filter2D`, in two passes if the kernel is separable.

    Args:
        params: Kernel and part of the picture.
        context: Context of a GPU to use for large kernels; anything else uses the CPU.
    """

    Params: ClassVar[type[EffectParams]] = FilterParams
    uses_gl = True  # large kernels are convolved by a GPU
    uses_software = True

    def __init__(self, params: FilterParams, context: GlContext | Rasteriser | None = None) -> None:
        self.params = params
        self.needs = params.needs
        self.order = ORDERS[params.on]
        self._reach = len(params.kernel)
        self._filtered = make_convolution(np.array(params.kernel), context)

    def paint(self, pixels: Pixels, scene: Scene) -> None:
        """Filter in place.

        Raises:
            ValueError: The background is to be filtered, and there is no mask.
        """
        strength = self.params.strength
        if self.params.on == "face":
            for face in scene.result.faces:
                self._filter_face(pixels, face)
        elif self.params.on == "background":
            _blend(pixels, self._filtered(pixels), strength * (1.0 - require_mask(scene)))
        elif strength < 1.0:
            cv2.addWeighted(self._filtered(pixels), strength, pixels, 1.0 - strength, 0.0, dst=pixels)
        else:
            np.copyto(pixels, self._filtered(pixels))

    def close(self) -> None:
        """Release GL objects; may be called twice."""
        self._filtered.close()

    def _filter_face(self, pixels: Pixels, face: TrackedFace) -> None:
        """Filter inside the softened outline of a face."""
        outline = face.landmarks.region("face_oval")[:, :2]
        softness = FACE_SOFTNESS * float(np.ptp(outline[:, 1]))
        reach = self._reach + 3.0 * softness
        size = np.array([pixels.shape[1], pixels.shape[0]])
        left, top = np.clip(np.floor(outline.min(axis=0) - reach), 0, size).astype(int)
        right, bottom = np.clip(np.ceil(outline.max(axis=0) + reach) + 1, 0, size).astype(int)
        place = pixels[top:bottom, left:right]
        if 0 in place.shape:
            return
        inside = np.zeros(place.shape[:2], np.float32)
        cv2.fillPoly(inside, [np.rint(outline - (left, top)).astype(np.int32)], (self.params.strength,))
        if softness > 0.0:
            inside = np.asarray(cv2.GaussianBlur(inside, (0, 0), softness), np.float32)
        _blend(place, self._filtered(np.ascontiguousarray(place)), inside)


def _blend(pixels: Pixels, other: Pixels, share: Points) -> None:
    """Blend another picture into pixels, in place, with weights (h, w)."""
    pixels[:] = cv2.blendLinear(other, np.ascontiguousarray(pixels), share, 1.0 - share)
