"""Reads the pictures of a model and the ways in which its materials use them."""

import math

import numpy as np
from PIL import Image

from arpipe.errors import GltfError, MediaError
from arpipe.geometry.transforms import Array
from arpipe.io.gltf import schema
from arpipe.io.gltf.container import Document, pick
from arpipe.io.gltf.model import Filter, Texels, Texture, Wrap
from arpipe.io.image.opening import open_picture

MAX_SIDE = 8192  # supported by every OpenGL 3.3 driver of the last ten years
FORMATS = ("PNG", "JPEG", "WEBP", "AVIF")  # those of the specification, EXT_texture_webp and EXT_texture_avif

WRAPS: dict[int, Wrap] = {33071: "clamp", 33648: "mirror", 10497: "repeat"}
FILTERS: dict[int, Filter] = {9728: "nearest", 9729: "linear"}
MIPMAPPED = (9984, 9985, 9986, 9987)

Use = tuple[int, schema.TextureTransform]


class TextureTable:
    """Collects the textures that materials refer to; each picture is decoded once.

    Args:
        document: The open file.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._pixels: dict[int, Texels] = {}
        self._places: dict[Use, int] = {}
        self._textures: list[Texture] = []

    @property
    def textures(self) -> tuple[Texture, ...]:
        """All textures requested so far."""
        return tuple(self._textures)

    def index(self, info: schema.TextureInfo | None, where: str) -> int | None:
        """Return the index into `textures` for a material's slot; None for an empty slot."""
        if info is None:
            return None
        return self._place(info, self._transform(info, where), where)

    def index_if_first_uvs(self, info: schema.TextureInfo | None, where: str) -> int | None:
        """Return the index as `index` does; None, with a note, for a slot of the second UV set, as of baked light."""
        if info is None or _uv_set(info) == 0:
            return self.index(info, where)
        self._document.notes.append(f"{where} uses TEXCOORD_{_uv_set(info)} and is ignored")
        return None

    def read(self, info: schema.TextureInfo | None, where: str) -> Texture | None:
        """Return the texture of a slot that is converted before it is used; it is not part of `textures`."""
        if info is None:
            return None
        transform = self._transform(info, where)
        return self._make(info.index, transform, where)

    def add(self, texture: Texture, where: str) -> int:
        """Add a texture that was computed from others; returns its index."""
        self._document.spend(texture.pixels.nbytes, where)
        self._textures.append(texture)
        return len(self._textures) - 1

    def _transform(self, info: schema.TextureInfo, where: str) -> schema.TextureTransform:
        """Return the transform of a slot, which must use the first UV set."""
        transform = info.extensions.transform or schema.TextureTransform()
        if _uv_set(info) != 0:
            raise GltfError(
                f"{where}: uses TEXCOORD_{_uv_set(info)}; arpipe reads one UV set, use TEXCOORD_0"
            )
        return transform

    def _place(self, info: schema.TextureInfo, transform: schema.TextureTransform, where: str) -> int:
        use = (info.index, transform.model_copy(update={"tex_coord": None}))
        if use not in self._places:
            self._textures.append(self._make(info.index, transform, where))
            self._places[use] = len(self._textures) - 1
        return self._places[use]

    def _make(self, index: int, transform: schema.TextureTransform, where: str) -> Texture:
        gltf = self._document.gltf
        texture = pick(gltf.textures, index, "textures", where)
        here = f"textures[{index}]"
        if texture.picture is None:
            raise GltfError(f"{here}: has no PNG, JPEG or WebP source; export textures as PNG, JPEG or WebP")
        sampler = schema.Sampler()
        if texture.sampler is not None:
            sampler = pick(gltf.samplers, texture.sampler, "samplers", here)
        image = pick(gltf.images, texture.picture, "images", here)
        if texture.picture not in self._pixels:
            self._pixels[texture.picture] = _decode(self._document, image, f"images[{texture.picture}]")
        return Texture(
            pixels=self._pixels[texture.picture],
            wrap=(WRAPS[sampler.wrap_s], WRAPS[sampler.wrap_t]),
            filter=FILTERS[sampler.mag_filter],
            mipmap=sampler.min_filter in MIPMAPPED,
            transform=_matrix(transform, where),
        )


def _uv_set(info: schema.TextureInfo) -> int:
    transform = info.extensions.transform
    return info.tex_coord if transform is None or transform.tex_coord is None else transform.tex_coord


def _matrix(transform: schema.TextureTransform, where: str) -> Array:
    """Return the (3, 3) translation @ rotation @ scale; positive angles turn u towards −v, as v points down."""
    cosine, sine = math.cos(transform.rotation), math.sin(transform.rotation)
    translation, rotation = np.eye(3), np.eye(3)
    translation[:2, 2] = transform.offset
    rotation[:2, :2] = [[cosine, sine], [-sine, cosine]]
    with np.errstate(over="ignore", invalid="ignore"):
        matrix = translation @ rotation @ np.diag([*transform.scale, 1.0])
    if not np.isfinite(matrix).all():
        raise GltfError(f"{where}: KHR_texture_transform is not finite; export it again")
    return matrix


def _decode(document: Document, image: schema.ImageEntry, where: str) -> Texels:
    """Decode a picture to (h, w, 4) uint8 RGBA."""
    if image.buffer_view is not None:
        content = bytes(document.view(image.buffer_view, where)[0])
    elif image.uri is not None:
        content = document.bytes_of(image.uri, where)
    else:
        raise GltfError(f"{where}: has neither uri nor bufferView; export it again")
    try:
        with open_picture(content, where, FORMATS) as picture:
            if max(picture.size) > MAX_SIDE:
                raise GltfError(
                    f"{where}: is {picture.size} px; at most {MAX_SIDE} px per side are supported"
                )
            document.spend(picture.width * picture.height * 4, where)
            return _rgba(picture)
    except MediaError as error:
        raise GltfError(f"{error}; export textures as PNG, JPEG or WebP") from error


def _rgba(picture: Image.Image) -> Texels:
    if picture.mode.startswith("I"):  # 16-bit grey: convert() would clip instead of scaling
        grey = (np.asarray(picture, dtype=np.uint32) >> 8).astype(np.uint8)
        return np.dstack([grey, grey, grey, np.full_like(grey, 255)])
    return np.ascontiguousarray(picture.convert("RGBA"), dtype=np.uint8)
