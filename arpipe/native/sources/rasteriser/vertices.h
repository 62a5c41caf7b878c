// Vertices of an object: place, light and colour; as in shaders/surface.vert.
#pragma once

#include "canvas.h"
#include "surface.h"

namespace arpipe {

// Properties that are interpolated over a triangle. What is lit by sample has its normal and its place instead of light.
enum Varying { LIGHT = 0, MIRROR = 3, FACING = 6, WHOLE = 7, BASE = 8, PER_M = 12, UV = 13, VARYINGS = 16 };
constexpr int NORMAL = LIGHT, PLACE = MIRROR;

inline void store(Vector v, float* at) { at[0] = v.x, at[1] = v.y, at[2] = v.z; }
inline Vector vector_at(const float* at) { return {at[0], at[1], at[2]}; }

struct alignas(64) Vertex {
    float at[VARYINGS];  // divided by the depth, which makes the interpolation perspective
    Placed placed;
};

inline float luminance(const float* color) { return 0.2126f * color[0] + 0.7152f * color[1] + 0.0722f * color[2]; }

// Light as the picture shows it: grey in a grey picture.
inline void picture(float* color, float colorful) {
    float grey = luminance(color);
    for (int k = 0; k < 3; ++k) color[k] = grey + (color[k] - grey) * colorful;
}

// Light and reflection at a vertex or a sample.
//
// The half vector of the mirrored direction and the camera's axis can be interpolated between vertices, as normals can.
// Surfaces that face away are treated as edge-on: otherwise their reflection would cross the mirror ball.
inline void light_surface(const Light& light, Vector point, Vector normal, float* at) {
    for (int k = 0; k < 3; ++k) {
        const auto& by = light.irradiance;
        float sum = by[0][k] + normal.x * by[1][k] + normal.y * by[2][k] + normal.z * by[3][k];
        at[LIGHT + k] = std::fmax(sum, 0.2f * by[0][k]);
    }
    Vector to_eye = normalized(-1.0f * point);
    float cosine = dot(normal, to_eye), facing = std::fmax(cosine, 0.0f);
    Vector towards = normalized(normal + (facing - cosine) * to_eye);
    Vector reflected = 2.0f * dot(to_eye, towards) * towards - to_eye;
    Vector half = normalized(reflected + Vector{0.0f, 0.0f, 1.001f});
    store(half, at + MIRROR);
    at[FACING] = facing;
}

// Compute all vertices of a batch.
inline void place_vertices(const View& view, const Batch& batch, const Placement& placement, const Light& light,
                           Vertex* out) {
    const float* plane = placement.head_z;
    for (int i = 0; i < batch.vertex_count; ++i) {
        const float* v = batch.vertices + 8 * i;
        const float* color = batch.colors + 4 * i;
        const Affine& gl_from_part = placement.gl_from_part[batch.surfaces[8 * i + 6]];
        Vector point = gl_from_part.point({v[0], v[1], v[2]});
        Vector normal = normalized(gl_from_part.direction({v[3], v[4], v[5]}));
        out[i].placed = project(view, point);
        float* at = out[i].at;
        if (batch.lit_by_sample) store(normal, at + NORMAL), store(point, at + PLACE);
        else light_surface(light, point, normal, at);
        float head_z = dot({plane[0], plane[1], plane[2]}, point) + plane[3];
        at[WHOLE] = smoothstep(placement.fade_z_m[0], placement.fade_z_m[1], head_z);
        for (int k = 0; k < 4; ++k) at[BASE + k] = color[k] * batch.tint[k];
        picture(at + BASE, light.colorful);
        at[PER_M] = 1.0f;
        at[UV] = v[6], at[UV + 1] = v[7];
        at[VARYINGS - 1] = 0.0f;
        for (int k = 0; k < VARYINGS; ++k) at[k] *= out[i].placed.per_m;
    }
}

}  // namespace arpipe
