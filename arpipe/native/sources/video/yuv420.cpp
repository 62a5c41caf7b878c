// Converts parts of 8-bit 4:2:0 frames to packed RGB, to the bit as FFmpeg's scaler does it with accurate rounding and
// full horizontal chroma: bilinear chroma, centred between rows, and factors of 13 bits. The scaler counts in 32nds of
// the units here, which do not occur.
#include <algorithm>
#include <cstdint>

#include "export.h"

namespace {

constexpr int COLUMNS = 256; // converted at once: they stay in the fastest cache
constexpr int BITS = 17;     // of fractions in a converted value
constexpr int GRAY = 16 * 128;

struct Factors {
    int16_t luma, black, red_v, green_u, green_v, blue_u;
    int16_t before, after; // quarters of the neighbouring chroma in even columns, and in odd ones
};

// A row of chroma, 16 times and around zero, at all columns from an even one on; `near` counts three times as much as
// `far`.
void interpolate(const uint8_t *near, const uint8_t *far, int first, int count, int width, const Factors &factors,
                 int16_t *__restrict out) {
    int16_t blended[COLUMNS / 2 + 2]; // with a neighbour on both sides
    const int from = std::max(first - 1, 0), to = std::min(first + count + 1, width);
    int16_t *at = blended + 1 - (first - from);
    for (int i = 0; i < to - from; ++i) at[i] = int16_t(3 * near[from + i] + far[from + i]);
    if (first == 0) blended[0] = blended[1];
    if (first + count == width) blended[count + 1] = blended[count];
    const int16_t before = factors.before, after = factors.after;
    for (int i = 0; i < count; ++i) {
        const int16_t here = blended[i + 1];
        out[2 * i] = int16_t((4 - before) * here + before * blended[i] - GRAY);
        out[2 * i + 1] = int16_t((4 - after) * here + after * blended[i + 2] - GRAY);
    }
}

inline int16_t rounded(int32_t value) { return int16_t((value + (1 << (BITS - 1))) >> (BITS - 1)); }

// Values from 512 on overflow in the scaler, too, and become 0; no camera gives them.
inline uint8_t level(int16_t twice) {
    int16_t value = int16_t(twice >> 1);
    value = value > 511 ? int16_t(0) : value;
    value = value < 0 ? int16_t(0) : value;
    return uint8_t(value > 255 ? 255 : value);
}

} // namespace

// `planes` are luma, blue and red chroma; `width` and `height` are even, and of the whole frame. `out` has the pixels of
// the part alone, row by row, of every `row_step`-th row.
ARPIPE_EXPORT ARPIPE_MULTIVERSION void arpipe_rgb_of_yuv420(const uint8_t *const *planes, const int32_t *strides,
                                                            int32_t width, int32_t height, const Factors *given,
                                                            int32_t left, int32_t top, int32_t right, int32_t bottom,
                                                            int32_t row_step, uint8_t *out) {
    const Factors factors = *given;
    int16_t us[COLUMNS], vs[COLUMNS], reds[COLUMNS], greens[COLUMNS], blues[COLUMNS];
    for (int row = top; row < bottom; row += row_step, out += int64_t(right - left) * 3) {
        const int near = row / 2, far = std::clamp(row % 2 ? near + 1 : near - 1, 0, height / 2 - 1);
        const auto chroma = [&](int plane, int start, int count, int16_t *to) {
            const uint8_t *data = planes[plane];
            const int64_t stride = strides[plane];
            interpolate(data + near * stride, data + far * stride, start / 2, count / 2, width / 2, factors, to);
        };
        for (int start = left / 2 * 2; start < right; start += COLUMNS) {
            const int count = std::min(COLUMNS, (right + 1) / 2 * 2 - start);
            chroma(1, start, count, us);
            chroma(2, start, count, vs);
            const uint8_t *lumas = planes[0] + int64_t(row) * strides[0] + start;
            for (int i = 0; i < count; ++i) {
                const int32_t luma = int16_t(16 * lumas[i] - factors.black) * int32_t(factors.luma);
                const int16_t u = us[i], v = vs[i];
                reds[i] = rounded(luma + v * int32_t(factors.red_v));
                greens[i] = rounded(luma + u * int32_t(factors.green_u) + v * int32_t(factors.green_v));
                blues[i] = rounded(luma + u * int32_t(factors.blue_u));
            }
            const int first = std::max(left - start, 0), last = std::min(right - start, count);
            uint8_t *__restrict pixel = out + int64_t(start - left) * 3;
            for (int i = first; i < last; ++i) {
                pixel[3 * i] = level(reds[i]);
                pixel[3 * i + 1] = level(greens[i]);
                pixel[3 * i + 2] = level(blues[i]);
            }
        }
    }
}
