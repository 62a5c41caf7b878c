// Metallic-roughness surface under image-based light, as in shaders/surface.glsl; formulas in docs/shading.md.
//
// Samples are shaded in blocks, property by property, so that the compiler uses vector instructions.
#pragma once

#include <cmath>

#include "geometry.h"

namespace arpipe {

// Light at a head, see arpipe/render/lighting.py.
struct Light {
    float irradiance[4][3];  // constant, coefficients of the normal's x, y, z
    float reflection;        // 0: only the mean colour of the surroundings
    float colorful;          // 0 in a grey picture, 1 in a colour one
    float black_level;       // light that black shows, because of haze or glare
    const float* ball;       // (levels, side, side, 4) square roots of radiance
    int side;
};

// TEXTURED: there are textures other than that of the base colour.
enum Kind { GLASS = 1, CLEARCOAT = 2, METALLIC = 4, TEXTURED = 8, KINDS = 16 };

constexpr int BLOCK = 128;  // its properties fit in the first-level cache
constexpr float BALL_LEVELS = 3.0f;  // index of the most matt level, as in light.glsl

using Property = float[BLOCK];

// How surfaces are seen: half vector of the mirrored direction and the camera's axis, cosine of the angle to the viewer.
struct Aspect {
    Property mirror[3], facing;

    void normalise(int count) {
        for (int i = 0; i < count; ++i) {
            float x = mirror[0][i], y = mirror[1][i], z = mirror[2][i];
            float scale = 1.0f / std::sqrt(x * x + y * y + z * z + 1e-20f);
            mirror[0][i] = x * scale;
            mirror[1][i] = y * scale;
            facing[i] = clamp(facing[i] * scale, 0.02f, 1.0f);
        }
    }
};

// Samples to shade, and the result.
struct Block {
    int count = 0;
    int x[BLOCK], y[BLOCK], size[BLOCK];  // square of samples that share the result
    Property light[3], base[3];
    Aspect seen;
    Property metallic, roughness, coat, coat_roughness, transmission, reflectance, unlit, emitted[3];
    Aspect coat_seen;                        // of textured surfaces: coats are smooth over bumps
    Property open;                           // of textured surfaces: share of the surroundings that is not occluded
    Property cover;                          // share of the picture that it covers
    Property mirrored[3], coat_mirrored[3];  // what the surface and its coat reflect
    Property radiance[3], through[3];        // the result
};

// Look the surroundings up where each sample reflects them.
inline void reflect_surroundings(int count, const Aspect& seen, const Light& light, const Property& roughness,
                                 Property* out) {
    float last = float(light.side) - 1.001f;
    for (int i = 0; i < count; ++i) {
        float matt = BALL_LEVELS + (roughness[i] - 1.0f) * BALL_LEVELS * light.reflection + 0.5f;
        int level = index_at(matt, int(BALL_LEVELS));
        float x = clamp((seen.mirror[0][i] * 0.5f + 0.5f) * float(light.side) - 0.5f, 0.0f, last);
        float y = clamp((seen.mirror[1][i] * 0.5f + 0.5f) * float(light.side) - 0.5f, 0.0f, last);
        int left = index_at(x, light.side - 2), top = index_at(y, light.side - 2);
        float across = x - float(left), down = y - float(top);
        const float* upper = light.ball + ((level * light.side + top) * light.side + left) * 4;
        const float* lower = upper + light.side * 4;
        for (int k = 0; k < 3; ++k) {
            float above = upper[k] + across * (upper[k + 4] - upper[k]);
            float below = lower[k] + across * (lower[k + 4] - lower[k]);
            float root = above + down * (below - above);
            out[k][i] = root * root;
        }
    }
}

inline float grazing(float facing) {  // Schlick: (1 - cos)^5
    float m = 1.0f - facing, m2 = m * m;
    return m2 * m2 * m;
}

// Compresses highlights instead of clipping them.
inline float shown(float radiance) {
    constexpr float KNEE = 0.7f;
    float above = std::fmax(radiance - KNEE, 0.0f);
    return std::fmin(radiance, KNEE) + (1.0f - KNEE) * above / (above + (1.0f - KNEE));
}

// Shade the samples of a block: radiance, transmittance and coverage.
inline void shade(Block& block, const Light& light, int kind) {
    const bool glass = kind & GLASS, coated = kind & CLEARCOAT, textured = kind & TEXTURED;
    // Coat and plastic have similar indices of refraction: no reflection between them.
    const bool reflects = !coated || (kind & METALLIC);
    block.seen.normalise(block.count);
    if (textured) block.coat_seen.normalise(block.count);
    const Aspect &seen = block.seen, &coat_seen = textured ? block.coat_seen : block.seen;
    if (reflects) reflect_surroundings(block.count, seen, light, block.roughness, block.mirrored);
    if (coated) reflect_surroundings(block.count, coat_seen, light, block.coat_roughness, block.coat_mirrored);
    for (int k = 0; k < 3; ++k)
        for (int i = 0; i < block.count; ++i) {
            float base = block.base[k][i], metallic = block.metallic[i], f0 = block.reflectance[i];
            float edge_on = grazing(seen.facing[i]);
            float head_on = f0 + (base - f0) * metallic;
            float reflectance = head_on + (std::fmax(1.0f - block.roughness[i], head_on) - head_on) * edge_on;
            float scattered = base * (1.0f - metallic), through = 0.0f, opaque = 1.0f;
            if (glass) {
                // Without it, the narrow edge of a lens would flicker from pixel to pixel.
                reflectance *= smoothstep(0.0f, 0.35f, seen.facing[i]);
                through = scattered * block.transmission[i] * (1.0f - reflectance);
                opaque = 1.0f - block.transmission[i];
            }
            float radiance = scattered * opaque * block.light[k][i];
            if (reflects) radiance += reflectance * block.mirrored[k][i];
            if (textured) radiance *= block.open[i];
            if (coated) {
                float coat = block.coat[i] * (0.04f + 0.96f * (textured ? grazing(coat_seen.facing[i]) : edge_on));
                radiance += (block.coat_mirrored[k][i] - radiance) * coat;
                through *= 1.0f - coat;
            }
            radiance = shown(radiance + block.emitted[k][i]);
            radiance += (base - radiance) * block.unlit[i];
            // What is transmitted is behind the haze already.
            block.radiance[k][i] = radiance + light.black_level * (1.0f - through - radiance);
            block.through[k][i] = through;
        }
}

}  // namespace arpipe
