// sRGB codes and linear light, by tables.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace arpipe {

constexpr int ENCODE_STEPS = 4096;

class Codes {
  public:
    Codes() {
        for (int code = 0; code < 256; ++code) {
            float c = float(code) / 255.0f;
            light_[code] = c <= 0.04045f ? c / 12.92f : std::pow((c + 0.055f) / 1.055f, 2.4f);
        }
        for (int step = 0; step <= ENCODE_STEPS; ++step) {
            float root = float(step) / ENCODE_STEPS, light = root * root;
            code_[step] = 255.0f * (light <= 0.0031308f ? 12.92f * light : 1.055f * std::pow(light, 1 / 2.4f) - 0.055f);
        }
    }

    float light(std::uint8_t code) const { return light_[code]; }

    // Code of linear light as a number from 0 to 255, not rounded.
    float code(float light) const {
        float inside = light < 0.0f ? 0.0f : (light > 1.0f ? 1.0f : light);
        auto step = unsigned(int(std::sqrt(inside) * float(ENCODE_STEPS)));
        return code_[std::min(step, unsigned(ENCODE_STEPS))];  // also of what is not a number
    }

  private:
    std::array<float, 256> light_;
    std::array<float, ENCODE_STEPS + 1> code_;
};

inline const Codes CODES;

}  // namespace arpipe
