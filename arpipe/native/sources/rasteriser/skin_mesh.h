// The skin of a face in its UV layout, as in effects/makeup/shaders/skin.vert.
#pragma once

#include "complexion.h"

namespace arpipe {

// Values of the vertices: place in the layout, visibility of the surface, sheen of glowing pigments, normal.
enum SkinValue { U, V, VISIBLE, SHEEN, NORMAL, SKIN_VALUES = NORMAL + 3 };

inline float to_the_14th(float x) {
    float to_4th = squared(squared(x));
    return squared(to_4th) * to_4th * squared(x);
}

// Return the vertices with the first N of their values.
template <int N>
std::vector<FlatVertex<N>> skin_vertices(const Painting& painting, const FlatMesh& mesh, const Appearance& face) {
    const Vector toward = half_way(face);
    std::vector<FlatVertex<N>> vertices;
    vertices.reserve(std::size_t(mesh.vertex_count));
    for (int i = 0; i < mesh.vertex_count; ++i) {
        const float *vertex = mesh.vertices + 6 * std::size_t(i), *uv = mesh.uv + 2 * std::size_t(i);
        const Vector normal{vertex[3], vertex[4], vertex[5]};
        const float values[SKIN_VALUES] = {uv[0],
                                           uv[1],
                                           smoothstep(0.16f, 0.5f, normal.z),
                                           to_the_14th(std::fmax(dot(normal, toward), 0.0f)),
                                           normal.x,
                                           normal.y,
                                           normal.z};
        vertices.push_back(placed<N>(painting, vertex[0], vertex[1], vertex[2] * mesh.depth_per_px));
        std::copy_n(values, N, vertices.back().values.begin());
    }
    return vertices;
}

}  // namespace arpipe
