"""Pictures, textures, and the slots of materials that refer to them."""

from typing import Literal

from pydantic import Field

from arpipe.io.gltf.schema.base import GltfObject, Index, Unit, Vector2


class ImageEntry(GltfObject):
    """A picture in a file or buffer view."""

    uri: str | None = None
    buffer_view: Index | None = None
    name: str = ""


class Sampler(GltfObject):
    """Filtering and wrapping of a texture."""

    mag_filter: Literal[9728, 9729] = 9729
    min_filter: Literal[9728, 9729, 9984, 9985, 9986, 9987] = 9987
    wrap_s: Literal[33071, 33648, 10497] = 10497
    wrap_t: Literal[33071, 33648, 10497] = 10497


class OtherSource(GltfObject):
    """EXT_texture_webp and EXT_texture_avif: a picture of another format."""

    source: Index


class TextureEntryExtensions(GltfObject):
    """Extensions of a texture."""

    webp: OtherSource | None = Field(default=None, alias="EXT_texture_webp")
    avif: OtherSource | None = Field(default=None, alias="EXT_texture_avif")


class TextureEntry(GltfObject):
    """A picture with a sampler."""

    source: Index | None = None
    sampler: Index | None = None
    extensions: TextureEntryExtensions = TextureEntryExtensions()

    @property
    def picture(self) -> int | None:
        """Index of the picture to use: the one of the core specification, else that of an extension."""
        others = [other.source for other in (self.extensions.webp, self.extensions.avif) if other is not None]
        return self.source if self.source is not None else next(iter(others), None)


class TextureTransform(GltfObject):
    """KHR_texture_transform."""

    offset: Vector2 = (0.0, 0.0)
    rotation: float = 0.0
    scale: Vector2 = (1.0, 1.0)
    tex_coord: Index | None = None


class TextureExtensions(GltfObject):
    """Extensions of a texture slot."""

    transform: TextureTransform | None = Field(default=None, alias="KHR_texture_transform")


class TextureInfo(GltfObject):
    """A texture slot of a material; `scale` applies to normal maps, `strength` to occlusion maps."""

    index: Index
    tex_coord: Index = 0
    scale: float = 1.0
    strength: Unit = 1.0
    extensions: TextureExtensions = TextureExtensions()
