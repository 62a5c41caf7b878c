"""What is drawn in a frame: disjoint regions, each with the layers that touch it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

from arpipe.render.base_canvas import Phase
from arpipe.render.layer import Layer, Scene
from arpipe.render.view import Region, merge_overlapping, region_of_box
from arpipe.types import Block, EditedPicture, Frame, Pixels, StoredPicture, StoredRgb


class PictureCopy:
    """The picture being drawn: copies of the regions that are drawn on, or of the whole frame, unless one was given.

    Regions suffice where the source stores its frames otherwise, so that most of a frame need not be converted.

    Args:
        frame: The frame.
        copy: (h, w, 3) RGB to draw on; None for one of the picture's own.
    """

    def __init__(self, frame: Frame, copy: Pixels | None) -> None:
        self._frame = frame
        self._whole = copy
        self._blocks: list[Block] = []

    @property
    def shown(self) -> Pixels:
        """(h, w, 3) RGB as drawn so far, to read."""
        return self._frame.pixels if self._is_untouched else self.pixels

    @property
    def pixels(self) -> Pixels:
        """(h, w, 3) RGB to draw on."""
        if self._whole is None:
            self._whole = EditedPicture(self._frame.stored, self._blocks).pixels()
        return self._whole

    @property
    def finished(self) -> StoredPicture:
        """The picture, to which nothing is drawn any more."""
        if self._whole is None:
            return EditedPicture(self._frame.stored, self._blocks)
        return StoredRgb(self._whole)

    def block(self, region: Region) -> Block:
        """Return pixels to draw on that include a region, as drawn so far.

        Args:
            region: The region; blocks of others are valid as long as it does not overlap them.
        """
        # Another thread may convert the frame meanwhile: blocks that were returned stay those that are drawn on.
        if self._whole is not None or (not self._blocks and self._frame.stored.has_pixels):
            return Block(self.pixels)
        block = next((block for block in self._blocks if block.holds(region.part)), None)
        if block is None:
            block = Block(self._frame.part(region.part).copy(), region.x, region.y)
            if any(block.common(other) for other in self._blocks):
                return Block(self.pixels)
            self._blocks.append(block)
        return block

    @property
    def _is_untouched(self) -> bool:
        return self._whole is None and not self._blocks


@dataclass(frozen=True, slots=True, eq=False)
class RegionJob:
    """One region of a frame with the layers that touch it, by phase.

    Attributes:
        region: Smallest region around all patches that overlap.
        layers: Layers by phase, in drawing order.
        shaded: Region of the patches in `Phase.SHADE`, if any.
        solid: Disjoint regions of the patches in `Phase.SOLID`.
    """

    region: Region
    layers: dict[Phase, list[Layer]]
    shaded: Region | None
    solid: list[Region]


def prepare_jobs(layers: Sequence[Layer], scene: Scene) -> list[RegionJob]:
    """Prepare layers for a frame, and return disjoint regions with the layers to draw there."""
    size = scene.camera.width, scene.camera.height
    placed = [
        (layer, patch.phase, region_of_box(patch.box_px, *size))
        for layer in layers
        for patch in layer.prepare(scene)
    ]
    return [_job(region, placed) for region in merge_overlapping(place for _, _, place in placed)]


def _job(region: Region, placed: Sequence[tuple[Layer, Phase, Region]]) -> RegionJob:
    layers: dict[Phase, list[Layer]] = {phase: [] for phase in Phase}
    places: dict[Phase, list[Region]] = {phase: [] for phase in Phase}
    for layer, phase, place in placed:
        if place.overlaps(region):
            places[phase].append(place)
            if layer not in layers[phase]:  # a layer may have several patches
                layers[phase].append(layer)
    return RegionJob(region, layers, _union(places[Phase.SHADE]), merge_overlapping(places[Phase.SOLID]))


def _union(regions: Iterable[Region]) -> Region | None:
    """Return the smallest region around all that are not empty, if any."""
    filled = [region for region in regions if not region.is_empty]
    return reduce(Region.union, filled) if filled else None
