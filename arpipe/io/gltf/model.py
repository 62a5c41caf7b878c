"""A decoded glTF file: frozen values with plain arrays, ready for the GPU."""

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import Array

Floats = npt.NDArray[np.float32]
Triangles = npt.NDArray[np.uint32]
Texels = npt.NDArray[np.uint8]

Wrap = Literal["repeat", "clamp", "mirror"]
Filter = Literal["nearest", "linear"]
AlphaMode = Literal["OPAQUE", "MASK", "BLEND"]


@dataclass(frozen=True, slots=True, eq=False)
class Texture:
    """A picture as one material slot uses it; slots with the same picture share the `pixels` array.

    Attributes:
        pixels: (h, w, 4) uint8 RGBA as stored: sRGB for base colour and emission, linear otherwise.
            Row 0 is the top; uv (0, 0) is the top-left corner of that row's first pixel, v points down.
        wrap: Behaviour outside [0, 1] in u and in v.
        filter: Magnification.
        mipmap: Whether minification uses mipmaps.
        transform: (3, 3) float64; a point is sampled at `transform @ (u, v, 1)`.
    """

    pixels: Texels
    wrap: tuple[Wrap, Wrap]
    filter: Filter
    mipmap: bool
    transform: Array


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Surface of a primitive. Colours are linear; `*_texture` is an index into `GltfModel.textures`, or None.

    Attributes:
        name: Name in the file, may be empty.
        base_color_factor: (4,) linear RGBA, multiplied by texture and vertex colour.
        metallic, roughness: In [0, 1]; multiplied by the texture's blue and green channels.
        normal_scale: Factor of the normal map's x and y.
        occlusion_strength: In [0, 1]; occlusion is the texture's red channel.
        emissive: (3,) linear, multiplied by emissive_strength, so it may exceed 1.
        alpha_cutoff: Threshold of mode "MASK".
        transmission: Fraction of light that is transmitted, in [0, 1]; multiplied by the texture's red channel.
        ior: Index of refraction, ≥ 1.
        thickness: Thickness of the volume, m; 0 for a thin wall.
        attenuation_color: (3,) colour of white light after `attenuation_distance` m (infinite: no attenuation).
        clearcoat, clearcoat_roughness: In [0, 1].
        unlit: Whether the base colour is shown without lighting.
    """

    name: str
    base_color_factor: Floats
    base_color_texture: int | None
    metallic: float
    roughness: float
    metallic_roughness_texture: int | None
    normal_texture: int | None
    normal_scale: float
    occlusion_texture: int | None
    occlusion_strength: float
    emissive: Floats
    emissive_texture: int | None
    alpha_mode: AlphaMode
    alpha_cutoff: float
    double_sided: bool
    transmission: float
    transmission_texture: int | None
    ior: float
    thickness: float
    attenuation_color: Floats
    attenuation_distance: float
    clearcoat: float
    clearcoat_roughness: float
    unlit: bool


DEFAULT_MATERIAL = Material(
    name="",
    base_color_factor=np.ones(4, np.float32),
    base_color_texture=None,
    metallic=1.0,
    roughness=1.0,
    metallic_roughness_texture=None,
    normal_texture=None,
    normal_scale=1.0,
    occlusion_texture=None,
    occlusion_strength=1.0,
    emissive=np.zeros(3, np.float32),
    emissive_texture=None,
    alpha_mode="OPAQUE",
    alpha_cutoff=0.5,
    double_sided=False,
    transmission=0.0,
    transmission_texture=None,
    ior=1.5,
    thickness=0.0,
    attenuation_color=np.ones(3, np.float32),
    attenuation_distance=float("inf"),
    clearcoat=0.0,
    clearcoat_roughness=0.0,
    unlit=False,
)
"""Material that glTF defines for primitives without one."""


@dataclass(frozen=True, slots=True, eq=False)
class Primitive:
    """Triangles with one material.

    Attributes:
        positions: (n, 3), m, in the frame of the node that draws the mesh.
        normals: (n, 3), unit length; face normals if the file has none.
        uvs: (n, 2), or None.
        colors: (n, 4) linear RGBA, or None.
        tangents: (n, 4) with the sign of the bitangent in w, or None.
        indices: (m, 3), each < n; counter-clockwise when seen from the front.
        material: Index into `GltfModel.materials`, or None for glTF's default material.
    """

    positions: Floats
    normals: Floats
    uvs: Floats | None
    colors: Floats | None
    tangents: Floats | None
    indices: Triangles
    material: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """A level of detail of a node, for when it is small on the screen.

    Attributes:
        mesh: Index into `GltfModel.meshes`; its primitives share arrays and materials with the node's own mesh and
            differ in `indices`.
        error_m: Maximum distance from the node's own mesh, m in the model frame.
    """

    mesh: int
    error_m: float


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A node of the tree.

    Attributes:
        name: Name in the file, may be empty.
        parent: Index into `GltfModel.nodes`, smaller than the node's own; None for a root.
        matrix: (4, 4) float64 `parent_from_node`, for column vectors.
        mesh: Index into `GltfModel.meshes`, or None.
        levels: Levels of detail, in order of increasing error.
    """

    name: str
    parent: int | None
    matrix: Array
    mesh: int | None
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True, slots=True)
class Credits:
    """Whose work a file is, as it states itself; each text may be empty."""

    title: str = ""
    author: str = ""
    license: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class GltfModel:
    """One scene.

    Attributes:
        nodes: Nodes of the scene, parents before their children.
        roots: Indices of the nodes without a parent.
        meshes: Each a tuple of primitives.
        materials: Surfaces.
        textures: One entry per picture and way of using it.
        notes: Contents of the file that arpipe ignores, one sentence each.
        credits: Whose work it is.
    """

    nodes: tuple[Node, ...]
    roots: tuple[int, ...]
    meshes: tuple[tuple[Primitive, ...], ...]
    materials: tuple[Material, ...]
    textures: tuple[Texture, ...]
    notes: tuple[str, ...] = ()
    credits: Credits = Credits()

    def model_from_node(self) -> tuple[Array, ...]:
        """Return the (4, 4) matrix from each node to the frame of the whole model, in the order of `nodes`."""
        matrices: list[Array] = []
        for node in self.nodes:
            matrices.append(node.matrix if node.parent is None else matrices[node.parent] @ node.matrix)
        return tuple(matrices)

    def transformed(self, linear: Array) -> "GltfModel":
        """Return the model under a (3, 3) rotation and uniform scale about its origin."""
        matrix = np.eye(4)
        matrix[:3, :3] = linear
        factor = math.cbrt(abs(float(np.linalg.det(linear))))
        nodes = tuple(
            replace(
                node,
                matrix=matrix @ node.matrix if node.parent is None else node.matrix,
                levels=tuple(replace(level, error_m=level.error_m * factor) for level in node.levels),
            )
            for node in self.nodes
        )
        return replace(self, nodes=nodes)
