// Makeup that is being drawn: from triangles to blended samples. Shaders fill in what happens in between.
//
// The samples of a triangle are shaded in blocks, property by property, so that the compiler uses vector instructions.
#pragma once

#include <vector>

#include "flat.h"
#include "lookup.h"

namespace arpipe {

// A region of the picture.
struct Painting {
    std::uint32_t* samples;         // (height, width) RGBA bytes, sRGB
    const std::uint32_t* backdrop;  // as `samples`: the picture that makeup is applied to
    float* depth;                   // (height, width) of a face that may hide a part of itself; null for others
    int width, height;
    int left, top;                  // place of the region in the image, px
    int threads;                    // that may draw
    Matte matte;

    std::uint32_t beneath(int x, int y) const {  // clamped
        return backdrop[std::size_t(std::clamp(y, 0, height - 1)) * width + std::clamp(x, 0, width - 1)];
    }
};

// Triangles with vertices in image px; see `Coat` in arpipe/effects/makeup/coat.py.
struct FlatMesh {
    const float* vertices;           // (n, 6), or (n, 3) positions
    const float* uv;                 // (n, 2) of skin; null for shapes
    const std::uint32_t* triangles;  // (m, 3)
    int vertex_count, triangle_count;
    float depth_per_px;
};

// What all shaders know about a face, as arpipe/effects/makeup/uniforms.py names it.
struct Appearance {
    float skin[3];   // mean of bare skin: r, g chromaticity, luminance
    float white[3];  // colour that a white matt surface would show
    float colorful;  // 0 in a grey picture, 1 in a colour one
    float reach;     // distance in chromaticity from the mean skin that still counts as skin
    float warmer;    // weight of deviations towards red
    float light[3];  // unit, towards the main light; x right, y down, z towards the viewer
    float lips[3], irises[3];  // means without makeup
    float px_mm;
};

constexpr int FRAGMENTS = 128;
using Values = float[FRAGMENTS];

// Samples of one triangle with N interpolated values, and what the shader makes of them.
template <int N>
struct Fragments {
    int count = 0, triangle = 0;
    int x[FRAGMENTS], y[FRAGMENTS];
    Values values[N];
    const Plane* slopes;          // of the values
    Values under[3];              // linear light of the backdrop
    Values bare;                  // share of makeup that nothing hides
    Values color[3], through[3];  // the result: light that is added, and transmittance of the picture

    // Leave the picture as it is.
    void skip(int i) { cover(i, 0.0f, 0.0f, 0.0f, 0.0f); }

    // Cover a share of the picture with a colour.
    void cover(int i, float red, float green, float blue, float share) {
        color[0][i] = red * share, color[1][i] = green * share, color[2][i] = blue * share;
        for (int k = 0; k < 3; ++k) through[k][i] = 1.0f - share;
    }
};

inline float luminance(float red, float green, float blue) { return 0.2126f * red + 0.7152f * green + 0.0722f * blue; }

inline float light_of(std::uint32_t rgba, int channel) { return CODES.light(std::uint8_t(rgba >> (8 * channel))); }

inline float luminance_of(std::uint32_t rgba) {
    return luminance(light_of(rgba, 0), light_of(rgba, 1), light_of(rgba, 2));
}

template <int N>
inline void load_backdrop(const Painting& painting, Fragments<N>& block) {
    for (int i = 0; i < block.count; ++i) {
        std::uint32_t rgba = painting.backdrop[std::size_t(block.y[i]) * painting.width + block.x[i]];
        for (int k = 0; k < 3; ++k) block.under[k][i] = light_of(rgba, k);
        block.bare[i] = bare(painting.matte, float(block.x[i]) + 0.5f, float(block.y[i]) + 0.5f);
    }
}

template <int N>
inline void blend(const Painting& painting, const Fragments<N>& block) {
    for (int i = 0; i < block.count; ++i) {
        std::uint32_t& sample = painting.samples[std::size_t(block.y[i]) * painting.width + block.x[i]];
        std::uint32_t before = sample, after = before & 0xff000000u;
        for (int k = 0; k < 3; ++k) {
            float light = block.color[k][i] + block.through[k][i] * light_of(before, k);
            after |= std::uint32_t(CODES.code(light) + 0.5f) << (8 * k);
        }
        sample = after;
    }
}

// Draw some rows of a mesh.
template <int N, typename Shade>
void draw_rows(const Painting& painting, const FlatMesh& mesh, const std::vector<FlatVertex<N>>& vertices, Rows rows,
               const Shade& shade) {
    Fragments<N> block;
    auto finish = [&] {
        if (!block.count) return;
        load_backdrop(painting, block);
        shade(block);
        blend(painting, block);
        block.count = 0;
    };
    for (int t = 0; t < mesh.triangle_count; ++t) {
        const std::uint32_t* corner = mesh.triangles + 3 * std::size_t(t);
        const auto &a = vertices[corner[0]], &b = vertices[corner[1]], &c = vertices[corner[2]];
        FlatTriangle<N> triangle(a, b, c);
        if (triangle.is_empty() || (mesh.uv && !triangle.is_front()) || !triangle.touches(rows)) continue;
        triangle.interpolate(a, b, c);
        block.triangle = t, block.slopes = triangle.values();
        triangle.for_each_row(painting.width, rows, [&](int y, int first, int last) {
            float* depths = painting.depth ? painting.depth + std::size_t(y) * painting.width : nullptr;
            for (int x = first; x < last; ++x) {
                if (depths) {
                    float depth = triangle.depth(x, y);
                    if (depth > depths[x]) continue;
                    depths[x] = depth;
                }
                const int i = block.count++;
                block.x[i] = x, block.y[i] = y;
                for (int k = 0; k < N; ++k) block.values[k][i] = triangle.value(k, x, y);
                if (block.count == FRAGMENTS) finish();
            }
        });
        finish();
    }
}

// Draw a mesh, in bands if it is large: shade(block) computes the results of a block.
template <int N, typename Shade>
void draw_flat(const Painting& painting, const FlatMesh& mesh, const std::vector<FlatVertex<N>>& vertices,
               const Shade& shade) {
    float left = float(painting.width), right = 0.0f, top = float(painting.height), bottom = 0.0f;
    for (const auto& vertex : vertices) {
        left = std::fmin(left, vertex.x), right = std::fmax(right, vertex.x);
        top = std::fmin(top, vertex.y), bottom = std::fmax(bottom, vertex.y);
    }
    int first = index_at(clamp(top, 0.0f, float(painting.height)), painting.height);
    int last = index_at(clamp(bottom + 1.0f, 0.0f, float(painting.height)), painting.height);
    int width = index_at(clamp(right - left + 1.0f, 0.0f, float(painting.width)), painting.width);
    if (first >= last) return;
    for_each_band(width, last - first, 1, painting.threads, [&](Rows rows) {
        draw_rows(painting, mesh, vertices, {first + rows.top, first + rows.bottom}, shade);
    });
}

// Return the vertex at a place of the image.
template <int N>
FlatVertex<N> placed(const Painting& painting, float x, float y, float depth) {
    return {x - float(painting.left) + 0.5f, y - float(painting.top) + 0.5f, depth, {}};
}

constexpr int SHAPE_VALUES = 4;
constexpr float SHAPE_DEPTH = -0.97f;  // in front of the face

// Return the vertices of a shape, with four values each.
inline std::vector<FlatVertex<SHAPE_VALUES>> shape_vertices(const Painting& painting, const FlatMesh& mesh) {
    std::vector<FlatVertex<SHAPE_VALUES>> vertices;
    vertices.reserve(std::size_t(mesh.vertex_count));
    for (int i = 0; i < mesh.vertex_count; ++i) {
        const float* vertex = mesh.vertices + 6 * std::size_t(i);
        vertices.push_back(placed<SHAPE_VALUES>(painting, vertex[0], vertex[1], SHAPE_DEPTH));
        std::copy(vertex + 2, vertex + 6, vertices.back().values.begin());
    }
    return vertices;
}

// Draw a shape: shade(block) computes the results of a block.
template <typename Shade>
void draw_shape(const Painting& painting, const FlatMesh& mesh, const Shade& shade) {
    draw_flat<SHAPE_VALUES>(painting, mesh, shape_vertices(painting, mesh), shade);
}

}  // namespace arpipe
