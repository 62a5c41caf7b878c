// Plain meshes: depth of heads, and values at the vertices interpolated over skin.
#include <vector>

#include "canvas.h"
#include "triangles.h"

namespace arpipe {
namespace {

std::vector<Placed> place(const View& view, const float* points, int count, const Affine& gl_from_points) {
    std::vector<Placed> placed(std::size_t(count), Placed{});
    for (int i = 0; i < count; ++i)
        placed[i] = project(view, gl_from_points.point({points[3 * i], points[3 * i + 1], points[3 * i + 2]}));
    return placed;
}

template <typename Visit>
void for_each_triangle(const View& view, const std::vector<Placed>& placed, const std::uint32_t* triangles, int count,
                       Visit visit) {
    for (const std::uint32_t* corner = triangles; corner != triangles + 3 * std::size_t(count); corner += 3) {
        Triangle triangle;
        if (set_up(placed[corner[0]], placed[corner[1]], placed[corner[2]], view.width, view.height, triangle))
            visit(triangle, corner);
    }
}

}  // namespace

// Draw the depth of a mesh, such as a head, before anything else.
ARPIPE_EXPORT void arpipe_draw_depth(const Canvas* canvas, const float* points, int point_count,
                                  const std::uint32_t* triangles, int triangle_count, const Affine* gl_from_points) {
    const View& view = canvas->view;
    auto placed = place(view, points, point_count, *gl_from_points);
    for_each_triangle(view, placed, triangles, triangle_count, [&](const Triangle& triangle, const std::uint32_t*) {
        for_each_row(triangle, [&](int y, int first, int last, float depth) {
            float* row = canvas->depth + std::size_t(y) * view.width + first;
            for (int x = 0; x < last - first; ++x) row[x] = std::min(row[x], depth + triangle.depth_x * float(x));
        });
    });
}

// Interpolate values of the vertices at the samples that front faces cover; of several, the last one counts.
// `out` holds one plane (height, width) for each value.
ARPIPE_EXPORT void arpipe_interpolate(const View* view, const float* points, int point_count,
                                   const std::uint32_t* triangles, int triangle_count, const Affine* gl_from_points,
                                   const float* values, int value_count, float* out) {
    auto placed = place(*view, points, point_count, *gl_from_points);
    const std::size_t plane = std::size_t(view->width) * view->height;
    for_each_triangle(*view, placed, triangles, triangle_count, [&](const Triangle& triangle, const std::uint32_t* corner) {
        const Placed *a = &placed[corner[0]], *b = &placed[corner[1]], *c = &placed[corner[2]];
        const float* from[3];
        for (int k = 0; k < 3; ++k) from[k] = values + std::size_t(corner[k]) * value_count;
        const Weights& w = triangle.weights;
        for_each_row(triangle, [&](int y, int first, int last, float) {
            for (int x = first; x < last; ++x) {
                float center_x = float(x) + 0.5f, center_y = float(y) + 0.5f;
                float second = w.second_x * center_x + w.second_y * center_y + w.second_0;
                float third = w.third_x * center_x + w.third_y * center_y + w.third_0;
                float of_a = (1.0f - second - third) * a->per_m, of_b = second * b->per_m, of_c = third * c->per_m;
                float depth_m = 1.0f / (of_a + of_b + of_c);
                std::size_t place = std::size_t(y) * view->width + x;
                for (int k = 0; k < value_count; ++k)
                    out[plane * k + place] = depth_m * (of_a * from[0][k] + of_b * from[1][k] + of_c * from[2][k]);
            }
        });
    });
}

}  // namespace arpipe
