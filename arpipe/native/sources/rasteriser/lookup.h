// Values between the texels of textures and mattes.
#pragma once

#include <algorithm>
#include <cstring>

#include "canvas.h"
#include "codes.h"

namespace arpipe {

inline float mix(float a, float b, float share) { return a + share * (b - a); }

// Interpolate one of the maps of a matte at a sample.
inline float in_matte(const Matte& matte, const float* map, float x, float y) {
    float last = float(matte.side) - 1.001f;
    const auto& m = matte.texel_from_sample;
    float u = clamp(m[0][0] * x + m[0][1] * y + m[0][2], 0.0f, last);
    float v = clamp(m[1][0] * x + m[1][1] * y + m[1][2], 0.0f, last);
    int left = index_at(u, matte.side - 2), top = index_at(v, matte.side - 2);
    const float* upper = map + top * matte.side + left;
    const float* lower = upper + matte.side;
    float across = u - float(left);
    return mix(mix(upper[0], upper[1], across), mix(lower[0], lower[1], across), v - float(top));
}

// Return the share of an object that is not hidden at a sample.
inline float uncovered(const Matte& matte, float x, float y) {
    return matte.covered ? 1.0f - in_matte(matte, matte.covered, x, y) : 1.0f;
}

// Return the share of makeup that is not hidden at a sample.
inline float bare(const Matte& matte, float x, float y) {
    return matte.bare ? in_matte(matte, matte.bare, x, y) : 1.0f;
}

// Interpolate bytes with N channels as numbers from 0 to 1, clamped.
template <int N>
inline void lookup(const std::uint8_t* texels, int width, int height, float u, float v, float* out) {
    float x = clamp(u * float(width) - 0.5f, 0.0f, float(width) - 1.001f);
    float y = clamp(v * float(height) - 0.5f, 0.0f, float(height) - 1.001f);
    int left = index_at(x, std::max(width - 2, 0)), top = index_at(y, std::max(height - 2, 0));
    const std::uint8_t* upper = texels + N * (std::size_t(top) * width + left);
    const std::uint8_t* lower = upper + N * std::size_t(width);
    for (int k = 0; k < N; ++k) {
        float above = mix(upper[k], upper[k + N], x - float(left));
        float below = mix(lower[k], lower[k + N], x - float(left));
        out[k] = mix(above, below, y - float(top)) / 255.0f;
    }
}

inline int wrapped(int texel, int count, int repeat) {
    if (!repeat) return std::clamp(texel, 0, count - 1);
    int rest = texel % count;
    return rest < 0 ? rest + count : rest;
}

// Return the place of texture coordinates in a texture, 0 to 1.
inline void place_in(const Texture& texture, const float* uv, float* out) {
    for (int k = 0; k < 2; ++k) {
        const float* row = texture.from_uv[k];
        out[k] = row[0] * uv[0] + row[1] * uv[1] + row[2];
    }
}

// Interpolate a texture: numbers from 0 to 1, with colours as linear light if they are sRGB.
inline void fetch(const Texture& texture, const float* uv, bool srgb, float* out) {
    float place[2];
    place_in(texture, uv, place);
    float x = place[0] * float(texture.width), y = place[1] * float(texture.height);
    if (texture.smooth) x -= 0.5f, y -= 0.5f;
    int left = int(std::floor(x)), top = int(std::floor(y));
    float across = texture.smooth ? x - float(left) : 0.0f, down = texture.smooth ? y - float(top) : 0.0f;
    const std::uint8_t* texels[2][2];
    for (int row = 0; row < 2; ++row)
        for (int column = 0; column < 2; ++column) {
            int place_x = wrapped(left + column, texture.width, texture.repeat_x);
            int place_y = wrapped(top + row, texture.height, texture.repeat_y);
            texels[row][column] = texture.pixels + 4 * (std::size_t(place_y) * texture.width + place_x);
        }
    for (int k = 0; k < 4; ++k) {
        auto value = [&](int row, int column) {
            std::uint8_t byte = texels[row][column][k];
            return srgb && k < 3 ? CODES.light(byte) : float(byte) / 255.0f;
        };
        out[k] = mix(mix(value(0, 0), value(0, 1), across), mix(value(1, 0), value(1, 1), across), down);
    }
}

}  // namespace arpipe
