// Depth of a face that may hide a part of its own makeup.
#include "painting.h"

namespace arpipe {

// Replace the depth of the region by that of a face.
ARPIPE_EXPORT void arpipe_hide_behind(const Painting* painting, const FlatMesh* mesh) {
    std::fill_n(painting->depth, std::size_t(painting->width) * painting->height, 1.0f);
    std::vector<FlatVertex<0>> vertices;
    for (int i = 0; i < mesh->vertex_count; ++i) {
        const float* point = mesh->vertices + 3 * std::size_t(i);
        vertices.push_back(placed<0>(*painting, point[0], point[1], point[2] * mesh->depth_per_px));
    }
    for (int t = 0; t < mesh->triangle_count; ++t) {
        const std::uint32_t* corner = mesh->triangles + 3 * std::size_t(t);
        const auto &a = vertices[corner[0]], &b = vertices[corner[1]], &c = vertices[corner[2]];
        FlatTriangle<0> triangle(a, b, c);
        if (!triangle.is_front()) continue;
        triangle.interpolate(a, b, c);
        triangle.for_each_row(painting->width, {0, painting->height}, [&](int y, int first, int last) {
            float* depths = painting->depth + std::size_t(y) * painting->width;
            for (int x = first; x < last; ++x) depths[x] = std::fmin(depths[x], triangle.depth(x, y));
        });
    }
}

}  // namespace arpipe
