// Depth of heads, which hides what is behind them.
#include "mesh.h"

namespace arpipe {

// Draw the depth of a mesh, before anything else.
ARPIPE_EXPORT void arpipe_draw_depth(const Canvas* canvas, const Mesh* mesh) {
    const View& view = canvas->view;
    for_each_triangle(view, *mesh, place(view, *mesh), [&](const Triangle& triangle, const std::uint32_t*) {
        for_each_row(triangle, {0, view.height}, [&](int y, int first, int last, float depth) {
            float* row = canvas->depth + std::size_t(y) * view.width + first;
            for (int x = 0; x < last - first; ++x) row[x] = std::min(row[x], depth + triangle.depth_x * float(x));
        });
    });
}

}  // namespace arpipe
