// Triangles of an object that may be visible, and their properties at a sample.
#pragma once

#include <vector>

#include "lookup.h"
#include "triangles.h"
#include "vertices.h"

namespace arpipe {

// A triangle that may be visible; its corners turn clockwise on the screen.
struct Candidate {
    Triangle triangle;
    const Vertex* corners[3];
    const std::uint8_t* surface;  // of the last vertex, which counts for the whole triangle as in OpenGL
    const Batch* batch;
    bool is_away;                 // the back of a two-sided surface

    // Interpolate the properties at a place of the screen.
    void interpolate(float x, float y, float* at) const {
        const Shares share = triangle.weights.at(x, y);
        const float *a = corners[0]->at, *b = corners[1]->at, *c = corners[2]->at;
        for (int k = 0; k < VARYINGS; ++k) at[k] = share.first * a[k] + share.second * b[k] + share.third * c[k];
        float depth_m = 1.0f / at[PER_M];
        for (int k = 0; k < VARYINGS; ++k) at[k] *= depth_m;
    }

    // Whether nothing is cut out at a place of the screen.
    bool is_solid(float x, float y) const {
        float at[VARYINGS], texel[4] = {1.0f, 1.0f, 1.0f, 1.0f};
        interpolate(x, y, at);
        if (batch->base_map.pixels) fetch(batch->base_map, at + UV, true, texel);
        return at[BASE + 3] * texel[3] >= batch->cutoff;
    }
};
using Candidates = std::vector<Candidate>;

// Append the triangles of a batch that can be seen.
inline void set_up_triangles(const View& view, const Batch& batch, const Vertex* vertices, Candidates& candidates) {
    for (int t = 0; t < batch.triangle_count; ++t) {
        const std::uint32_t* corner = batch.triangles + 3 * t;
        const Vertex *a = vertices + corner[0], *b = vertices + corner[1], *c = vertices + corner[2];
        const std::uint8_t* surface = batch.surfaces + 8 * corner[2];
        Triangle triangle;
        if (set_up(a->placed, b->placed, c->placed, view.width, view.height, triangle))
            candidates.push_back({triangle, {a, b, c}, surface, &batch, false});
        else if (batch.two_sided && set_up(a->placed, c->placed, b->placed, view.width, view.height, triangle))
            candidates.push_back({triangle, {a, c, b}, surface, &batch, true});
    }
}

// Return a normal that is tilted by the normal map; the tangents follow from the corners.
inline Vector bumped(const Candidate& candidate, const float* uv, Vector normal) {
    const Texture& map = candidate.batch->normal_map;
    Vector places[3];
    float on_map[3][2], bump[4];
    for (int n = 0; n < 3; ++n) {
        float at[VARYINGS];
        for (int k = 0; k < VARYINGS; ++k) at[k] = candidate.corners[n]->at[k] / candidate.corners[n]->at[PER_M];
        places[n] = vector_at(at + PLACE);
        place_in(map, at + UV, on_map[n]);
    }
    // Like steps to the right and down on the screen, the edges turn clockwise.
    Vector right = places[2] - places[0], down = places[1] - places[0];
    Vector side_x = cross(down, normal), side_y = cross(normal, right);
    Vector tangents[2];
    for (int k = 0; k < 2; ++k)
        tangents[k] = (on_map[2][k] - on_map[0][k]) * side_x + (on_map[1][k] - on_map[0][k]) * side_y;
    float longest = std::fmax(dot(tangents[0], tangents[0]), dot(tangents[1], tangents[1]));
    float scale = candidate.batch->normal_scale / std::sqrt(std::fmax(longest, 1e-30f));
    fetch(map, uv, false, bump);
    return normalized((scale * (2.0f * bump[0] - 1.0f)) * tangents[0] - (scale * (2.0f * bump[1] - 1.0f)) * tangents[1] +
                      (2.0f * bump[2] - 1.0f) * normal);
}

// Replace normal and place by the light at a sample. `coat`: the properties for a coat, which is smooth over bumps.
inline void light_sample(const Candidate& candidate, const Light& light, float* at, float* coat) {
    Vector normal = normalized(vector_at(at + NORMAL)), point = vector_at(at + PLACE);
    if (candidate.is_away && dot(normal, point) > 0.0f) normal = -1.0f * normal;
    light_surface(light, point, normal, coat);
    if (candidate.batch->normal_map.pixels) normal = bumped(candidate, at + UV, normal);
    light_surface(light, point, normal, at);
}

}  // namespace arpipe
