// Converts parts of 8-bit 4:2:0 frames to packed RGB, to the bit as FFmpeg's scaler does it with accurate rounding and
// full horizontal chroma: bilinear chroma, centred between rows, and factors of 13 bits. The scaler counts in 32nds of
// the units here, which do not occur.
//
// Even and odd columns are computed apart, so that nothing has to be reordered before the last step.
#include <algorithm>
#include <cstdint>
#include <cstring>

#include "bytes.h"
#include "export.h"

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#error "pairs of bytes are read as numbers whose lower byte is the even column"
#endif

namespace {

constexpr int PAIRS = 512; // of columns, converted at once: they stay in the fastest cache
constexpr int GROUP = 16;  // pairs in a vector
constexpr int GRAY = 4 * 128;

struct Factors {
    int16_t luma, black, red_v, green_u, green_v, blue_u;
    int16_t before, after; // quarters of the neighbouring chroma in even columns, and in odd ones
};

// Bytes of an even column and, above them, of the odd one next to it.
using Pair = uint16_t;

#if defined(__GNUC__) && !defined(__clang__)

// A product of two numbers, in halves: GCC multiplies sixteen numbers at once for each half.
struct Product {
    int16_t high;
    uint16_t low;
};

inline Product product(int16_t a, int16_t b) {
    return {int16_t((int32_t(a) * b) >> 16), uint16_t(uint16_t(a) * uint32_t(uint16_t(b)))};
}

inline Product sum(Product a, Product b) {
    const uint16_t low = uint16_t(a.low + b.low);
    const int16_t without_carry = low >= a.low ? int16_t(-1) : int16_t(0); // the comparison that vector units have
    return {int16_t(a.high + b.high + 1 + without_carry), low};
}

inline Product with_half_level(Product value) { return {int16_t(value.high + 1), value.low}; }

inline int16_t high_half(Product value) { return value.high; }

#else // other compilers do better with numbers of 32 bits

using Product = int32_t;

inline Product product(int16_t a, int16_t b) { return int32_t(a) * b; }

inline Product sum(Product a, Product b) { return a + b; }

inline Product with_half_level(Product value) { return value + (1 << 16); }

inline int16_t high_half(Product value) { return int16_t(value >> 16); }

#endif

// A row of chroma, around zero and 4 times, with a neighbour on both sides of `count` values from `first` on; `near`
// counts three times as much as `far`.
void blend(const uint8_t *near, const uint8_t *far, int first, int count, int width, int16_t *__restrict out) {
    const int from = std::max(first - 1, 0), to = std::min(first + count + 1, width);
    int16_t *at = out + 1 - (first - from);
    for (int i = 0; i < to - from; ++i) at[i] = int16_t(3 * near[from + i] + far[from + i] - GRAY);
    if (first == 0) out[0] = out[1];
    if (first + count == width) out[count + 1] = out[count];
}

// Return the byte of a sum of products that includes half a level. From 512 on, the scaler overflows, too, and gives 0;
// no camera gives such values.
inline uint16_t level(Product value) {
    const int16_t wrapped = int16_t(uint16_t(high_half(value)) << 5);
    return uint16_t(std::clamp<int16_t>(int16_t(wrapped >> 6), 0, 255));
}

struct Color {
    uint16_t red, green, blue;
};

inline Color color(int luma, int16_t u, int16_t v, const Factors &factors) {
    const Product gray = with_half_level(product(int16_t(16 * luma - factors.black), factors.luma));
    const Product green = sum(product(u, factors.green_u), product(v, factors.green_v));
    return {level(sum(gray, product(v, factors.red_v))), level(sum(green, gray)),
            level(sum(gray, product(u, factors.blue_u)))};
}

inline Pair pair(uint16_t even, uint16_t odd) { return Pair(even | odd << 8); }

void convert(const Pair *lumas, const int16_t *us, const int16_t *vs, int groups, Factors factors,
             Pair *__restrict red, Pair *__restrict green, Pair *__restrict blue) {
    for (int i = 0; i < groups * GROUP; ++i) {
        const auto chroma = [i](const int16_t *values, int neighbour, int16_t quarters) {
            const int16_t here = values[i + 1];
            return int16_t(4 * here + quarters * int16_t(values[i + neighbour] - here));
        };
        const Color even =
            color(lumas[i] & 255, chroma(us, 0, factors.before), chroma(vs, 0, factors.before), factors);
        const Color odd = color(lumas[i] >> 8, chroma(us, 2, factors.after), chroma(vs, 2, factors.after), factors);
        red[i] = pair(even.red, odd.red);
        green[i] = pair(even.green, odd.green);
        blue[i] = pair(even.blue, odd.blue);
    }
}

} // namespace

// `planes` are luma, blue and red chroma; `width` and `height` are even, and of the whole frame. `out` has the pixels of
// the part alone, row by row, of every `row_step`-th row.
ARPIPE_EXPORT ARPIPE_MULTIVERSION void arpipe_rgb_of_yuv420(const uint8_t *const *planes, const int32_t *strides,
                                                            int32_t width, int32_t height, const Factors *given,
                                                            int32_t left, int32_t top, int32_t right, int32_t bottom,
                                                            int32_t row_step, uint8_t *out) {
    int16_t us[PAIRS + 2] = {}, vs[PAIRS + 2] = {};
    Pair lumas[PAIRS] = {}, red[PAIRS], green[PAIRS], blue[PAIRS];
    for (int row = top; row < bottom; row += row_step, out += int64_t(right - left) * 3) {
        const int near = row / 2, far = std::clamp(row % 2 ? near + 1 : near - 1, 0, height / 2 - 1);
        const auto chroma = [&](int plane, int start, int count, int16_t *to) {
            const uint8_t *data = planes[plane];
            const int64_t stride = strides[plane];
            blend(data + near * stride, data + far * stride, start, count, width / 2, to);
        };
        for (int start = left / 2; 2 * start < right; start += PAIRS) {
            const int count = std::min(PAIRS, (right + 1) / 2 - start);
            chroma(1, start, count, us);
            chroma(2, start, count, vs);
            std::memcpy(lumas, planes[0] + int64_t(row) * strides[0] + 2 * start, count * sizeof(Pair));
            convert(lumas, us, vs, (count + GROUP - 1) / GROUP, *given, red, green, blue);
            const int first = std::max(left - 2 * start, 0), last = std::min(right - 2 * start, 2 * count);
            const auto bytes = [=](const Pair *pairs) { return reinterpret_cast<const uint8_t *>(pairs) + first; };
            arpipe::interleave(bytes(red), bytes(green), bytes(blue), last - first,
                               out + int64_t(2 * start + first - left) * 3);
        }
    }
}
