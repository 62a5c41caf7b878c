// Meshes whose vertices share a transform, such as heads.
#pragma once

#include <vector>

#include "canvas.h"
#include "triangles.h"

namespace arpipe {

inline std::vector<Placed> place(const View& view, const Mesh& mesh) {
    std::vector<Placed> placed(std::size_t(mesh.point_count), Placed{});
    for (int i = 0; i < mesh.point_count; ++i) placed[i] = project(view, mesh.gl_from_points.point(mesh.points[i]));
    return placed;
}

// Call visit(triangle, corners) for each triangle that faces the camera.
template <typename Visit>
void for_each_triangle(const View& view, const Mesh& mesh, const std::vector<Placed>& placed, Visit visit) {
    for (int t = 0; t < mesh.triangle_count; ++t) {
        const std::uint32_t* corner = mesh.triangles + 3 * std::size_t(t);
        Triangle triangle;
        if (set_up(placed[corner[0]], placed[corner[1]], placed[corner[2]], view.width, view.height, triangle))
            visit(triangle, corner);
    }
}

}  // namespace arpipe
