"""Occlusion mattes as textures: each is uploaded once per frame, whatever the number of effects that sample it."""

from collections.abc import Sequence

import moderngl
import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import Array
from arpipe.render.program import Program
from arpipe.render.resources import Resources
from arpipe.render.view import Region
from arpipe.types import OcclusionMatte

UNIT = 15  # texture unit; OpenGL guarantees sixteen, and effects count theirs from 0
NOTHING_BEFORE: npt.NDArray[np.uint8] = np.array([[[0, 255]]], np.uint8)


class MatteTextures:
    """The mattes of the current frame.

    Args:
        resources: Creates the textures.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._blank = resources.texture(NOTHING_BEFORE)
        self._textures: list[moderngl.Texture] = []
        self._mattes: Sequence[OcclusionMatte] = ()

    def begin_frame(self, mattes: Sequence[OcclusionMatte]) -> None:
        """Upload the mattes of the next frame, except those that have only moved with their faces."""
        before, self._mattes = self._mattes, mattes
        for index, matte in enumerate(mattes):
            if index < len(before) and _have_same_planes(before[index], matte):
                continue
            texels = np.rint(np.stack([matte.covered, matte.bare], axis=-1) * np.float32(255.0)).astype(
                np.uint8
            )
            if index == len(self._textures):
                self._textures.append(self._resources.texture(texels))
            elif self._textures[index].size == texels.shape[:2]:
                self._textures[index].write(texels, alignment=1)
            else:
                self._resources.release(self._textures[index])
                self._textures[index] = self._resources.texture(texels)

    def apply(self, program: Program, track_id: int | None, region: Region, samples: tuple[int, int]) -> None:
        """Set the uniforms of `matte.glsl` for one face; nothing stands before a face without a matte.

        Args:
            program: Its fragment shader includes `matte.glsl`.
            track_id: Id of the face; None for no face.
            region: Region that is drawn.
            samples: Columns and rows of samples over it.
        """
        texture, rows = self._blank, np.zeros((2, 3))
        for matte, its_texture in zip(self._mattes, self._textures, strict=False):
            if matte.track_id == track_id:
                texture, rows = its_texture, texture_from_sample(matte, region, samples)
        texture.use(UNIT)
        program.set("u_matte", UNIT)
        program.set("u_matte_x", rows[0].tolist())
        program.set("u_matte_y", rows[1].tolist())

    def close(self) -> None:
        """Release the textures; may be called twice."""
        for texture in (self._blank, *self._textures):
            self._resources.release(texture)
        self._textures.clear()


def _have_same_planes(one: OcclusionMatte, other: OcclusionMatte) -> bool:
    return one.covered is other.covered and one.bare is other.bare


def texture_from_sample(matte: OcclusionMatte, region: Region, samples: tuple[int, int]) -> Array:
    """Return the (2, 3) map from gl_FragCoord, in which the first sample's centre is (0.5, 0.5)."""
    width, height = region.width / samples[0], region.height / samples[1]
    image_from_sample = np.array(
        [[width, 0.0, region.x - 0.5], [0.0, height, region.y - 0.5], [0.0, 0.0, 1.0]]
    )
    crop_from_sample: Array = matte.image_from_crop.inverse().matrix @ image_from_sample
    crop_from_sample[:, 2] += 0.5
    result: Array = crop_from_sample / matte.covered.shape[0]
    return result
