"""glTF 2.0 models for effects: `load_gltf(path) -> GltfModel`.

Supported: GLB and .gltf with files or data URIs; triangles, strips and fans with normals, tangents, one UV set and
colours; metallic-roughness materials with transmission, ior, volume, clearcoat, emissive_strength, unlit and
texture_transform; specular-glossiness materials, which are converted; PNG, JPEG, WebP and AVIF textures; quantized
geometry, and geometry compressed with Draco and meshopt where the extras `draco` and `meshopt` are installed; the
node tree of the default scene, with skinned meshes in their rest pose; levels of detail (MSFT_lod) that differ from
their node in the triangles only.

Ignored, with a line in `GltfModel.notes`: animations, cameras, lights, morph targets (the rest shape is drawn), levels
of detail with their own vertices (the node is drawn in full detail), nodes of scale 0, extensions that a file uses but
does not require, and those that change the look only. Factors outside 0 to 1 are clamped with a note. Rejected with
`GltfError`: posed skins, points and lines, a second UV set (except for occlusion, which is ignored), every other
required extension, scenes without a mesh, and damaged files.

Units are metres, axes as in glTF: x right, y up, z towards the viewer.
"""

from arpipe.io.gltf.loader import load_gltf
from arpipe.io.gltf.model import Credits, GltfModel, Level, Material, Node, Primitive, Texture

__all__ = ["Credits", "GltfModel", "Level", "Material", "Node", "Primitive", "Texture", "load_gltf"]
