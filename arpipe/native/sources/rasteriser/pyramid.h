// Square pictures in the UV layout with smaller versions of themselves.
#pragma once

#include "flat.h"
#include "lookup.h"

namespace arpipe {

constexpr int MAX_LEVELS = 13;

struct Pyramid {
    const void* levels[MAX_LEVELS];  // (side >> level, side >> level, 4)
    int count, side;

    // Return the level with texels as large as samples, from the slopes of the texture coordinates; 0 is the largest.
    float level(const Plane& u, const Plane& v) const {
        float across = std::sqrt(u.x * u.x + v.x * v.x), down = std::sqrt(u.y * u.y + v.y * v.y);
        float texels = float(side) * std::fmax(across, down);
        return texels <= 1.0f ? 0.0f : std::fmin(std::log2(texels), float(count - 1));
    }
};

// Numbers as textures store them, times `UNIT` the numbers that they stand for.
template <typename Texel>
inline constexpr float UNIT = 1.0f;
template <>
inline constexpr float UNIT<std::uint8_t> = 1.0f / 255.0f;
template <>
inline constexpr float UNIT<std::uint16_t> = 0x1p112f;

// Load four channels; the loops are what compilers know how to turn into vector instructions.
inline void load(const std::uint8_t* texel, float* out) {
    std::int32_t numbers[4];
    for (int k = 0; k < 4; ++k) numbers[k] = texel[k];
    for (int k = 0; k < 4; ++k) out[k] = float(numbers[k]);
}
inline void load(const float* texel, float* out) { std::copy_n(texel, 4, out); }

// Positive numbers of 16 bits: the exponent moves to its place by a shift, and `UNIT` corrects it.
inline void load(const std::uint16_t* texel, float* out) {
    std::uint32_t bits[4];
    for (int k = 0; k < 4; ++k) bits[k] = std::uint32_t(texel[k]) << 13;
    std::memcpy(out, bits, sizeof bits);
}

// Interpolate four channels, clamped.
template <typename Texel>
inline void sample(const void* texels, int side, float u, float v, float* out) {
    float x = clamp(u * float(side) - 0.5f, 0.0f, float(side - 1));
    float y = clamp(v * float(side) - 0.5f, 0.0f, float(side - 1));
    int left = index_at(x, side - 1), top = index_at(y, side - 1);
    const Texel* corner[4];
    corner[0] = static_cast<const Texel*>(texels) + 4 * (std::size_t(top) * side + left);
    corner[1] = corner[0] + (left + 1 < side ? 4 : 0);
    corner[2] = corner[0] + (top + 1 < side ? 4 * std::size_t(side) : 0);
    corner[3] = corner[2] + (corner[1] - corner[0]);
    float across = x - float(left), down = (y - float(top)) * UNIT<Texel>, up = UNIT<Texel> - down;
    const float weights[4] = {up - up * across, up * across, down - down * across, down * across};
    float sum[4] = {}, texel[4];
    for (int n = 0; n < 4; ++n) {
        load(corner[n], texel);
        for (int k = 0; k < 4; ++k) sum[k] += weights[n] * texel[k];
    }
    std::copy_n(sum, 4, out);
}

}  // namespace arpipe
