// What counts as skin, as in effects/makeup/shaders/common.glsl, and how skin is lit.
#pragma once

#include "painting.h"

namespace arpipe {

struct Chromaticity {
    float red, green;
};

// Dark colours, whose hue is noise, lean to grey, as in arpipe/render/color.py.
inline Chromaticity chromaticity(float red, float green, float blue) {
    float scale = 1.0f / (red + green + blue + 0.03f);
    return {(red + 0.01f) * scale, (green + 0.01f) * scale};
}

inline float distance(Chromaticity one, Chromaticity other) {
    float red = one.red - other.red, green = one.green - other.green;
    return std::sqrt(red * red + green * green);
}

// 1 on skin; 0 on another hue (frames, clothes, grey hair) or where it is far darker (dark hair).
inline float skin_evidence(const Appearance& face, float red, float green, float blue, float level) {
    Chromaticity here = chromaticity(red, green, blue);
    float away = distance(here, {face.skin[0], face.skin[1]}) * (here.red > face.skin[0] ? face.warmer : 1.0f);
    float hue = 1.0f - smoothstep(face.reach, 2.0f * face.reach, away);
    float relative = level / face.skin[2];
    return hue * smoothstep(0.05f, 0.16f, relative) * (1.0f - 0.85f * smoothstep(1.9f, 2.9f, relative));
}

// Light as the picture shows it: grey in a grey picture.
inline void picture(float& red, float& green, float& blue, float colorful) {
    float grey = luminance(red, green, blue);
    red = mix(grey, red, colorful), green = mix(grey, green, colorful), blue = mix(grey, blue, colorful);
}

inline Vector half_way(const Appearance& face) {
    return normalized({face.light[0], face.light[1], face.light[2] + 1.0f});
}

inline float squared(float x) { return x * x; }

// A number in [0, 1) for a cell of a grid; integers, so that both renderers agree.
inline float hash(float x, float y) {
    auto h = std::uint32_t(std::int32_t(x)) * 0x9e3779b1u + std::uint32_t(std::int32_t(y)) * 0x85ebca77u;
    h = (h ^ (h >> 15)) * 0x85ebca6bu;
    h = (h ^ (h >> 13)) * 0xc2b2ae35u;
    return float((h ^ (h >> 16)) >> 8) / 16777216.0f;
}

}  // namespace arpipe
