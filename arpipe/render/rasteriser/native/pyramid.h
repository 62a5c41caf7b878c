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

// A positive number of 16 bits. The exponent moves to its place by a shift, and is corrected by a factor.
inline float number(std::uint16_t half) {
    std::uint32_t bits = std::uint32_t(half) << 13;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value * 0x1p112f;
}
inline float number(std::uint8_t byte) { return float(byte) / 255.0f; }
inline float number(float value) { return value; }

// Interpolate four channels, clamped.
template <typename Texel>
inline void sample(const void* texels, int side, float u, float v, float* out) {
    float x = clamp(u * float(side) - 0.5f, 0.0f, float(side - 1));
    float y = clamp(v * float(side) - 0.5f, 0.0f, float(side - 1));
    int left = int(x), top = int(y);
    int right = left + 1 < side ? 4 : 0;
    std::size_t below = top + 1 < side ? 4 * std::size_t(side) : 0;
    const Texel* upper = static_cast<const Texel*>(texels) + 4 * (std::size_t(top) * side + left);
    const Texel* lower = upper + below;
    float across = x - float(left), down = y - float(top);
    for (int k = 0; k < 4; ++k) {
        float above = mix(number(upper[k]), number(upper[k + right]), across);
        float beneath = mix(number(lower[k]), number(lower[k + right]), across);
        out[k] = mix(above, beneath, down);
    }
}

}  // namespace arpipe
