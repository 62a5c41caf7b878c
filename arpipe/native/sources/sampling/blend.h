// The pixels around the positions of a row, and the blend of them.
//
// Each step goes over the whole row, so that all but the collection of the pixels runs in vector instructions. The steps
// are functions of plain pointers: of members, the compiler would have to expect that bytes are written over them.
#pragma once

#include <cstdint>
#include <cstring>

#include "picture.h"
#include "positions.h"

namespace arpipe {

using Byte = std::uint8_t;
using Lanes = std::uint32_t;  // four bytes: a pixel, and a fourth that has no meaning

constexpr int LANES = 4;

// The four pixels around each position of a row.
struct Corners {
    Lanes *upper_left, *upper_right, *lower_left, *lower_right;
};

inline Lanes read_lanes(const Byte* from) {
    Lanes lanes;
    std::memcpy(&lanes, from, sizeof lanes);
    return lanes;
}

// Compute where upper left pixels begin, in bytes from where the pixel at `origin` bytes of the image does.
inline void locate(const std::int32_t* x, const std::int32_t* y, int stride, int origin, int count,
                   std::int32_t* __restrict out) {
    for (int i = 0; i < count; ++i) out[i] = (y[i] >> STEP_BITS) * stride + (x[i] >> STEP_BITS) * CHANNELS - origin;
}

// Collect the pixels around each position, all of which must be inside, with a byte after the last.
inline void gather(const Byte* pixels, std::ptrdiff_t stride, const std::int32_t* offsets, int count,
                   const Corners& out) {
    Lanes *__restrict upper_left = out.upper_left, *__restrict upper_right = out.upper_right;
    Lanes *__restrict lower_left = out.lower_left, *__restrict lower_right = out.lower_right;
    for (int i = 0; i < count; ++i) {
        const Byte *upper = pixels + offsets[i], *lower = upper + stride;
        upper_left[i] = read_lanes(upper);
        upper_right[i] = read_lanes(upper + CHANNELS);
        lower_left[i] = read_lanes(lower);
        lower_right[i] = read_lanes(lower + CHANNELS);
    }
}

// Write the distances from the upper left pixels, in steps, to each of the four bytes.
inline void spread_shares(const std::int32_t* steps, int count, Lanes* __restrict out) {
    for (int i = 0; i < count; ++i) out[i] = Lanes(steps[i] & (STEPS - 1)) * 0x01010101u;
}

// Compute (products of shares and bytes + 512) / 1024, in 16 bits.
inline void blend(const Corners& corners, const Lanes* right_shares, const Lanes* down_shares, int count,
                  Lanes* out) {
    auto bytes_of = [](const Lanes* lanes) { return reinterpret_cast<const Byte*>(lanes); };
    const Byte *upper_left = bytes_of(corners.upper_left), *upper_right = bytes_of(corners.upper_right);
    const Byte *lower_left = bytes_of(corners.lower_left), *lower_right = bytes_of(corners.lower_right);
    const Byte *right = bytes_of(right_shares), *down = bytes_of(down_shares);
    Byte* __restrict blended = reinterpret_cast<Byte*>(out);
    for (int i = 0; i < count * LANES; ++i) {
        const auto upper = std::int16_t(upper_left[i] * STEPS + right[i] * (upper_right[i] - upper_left[i]));
        const auto lower = std::int16_t(lower_left[i] * STEPS + right[i] * (lower_right[i] - lower_left[i]));
        // down * (lower - upper) / 32 as the upper half of a product; what it cuts off, the next division would, too.
        const auto fourfold = std::int16_t((lower - upper) * 4), share = std::int16_t(down[i] << 9);
        const auto added = std::int16_t((fourfold * share) >> 16);
        blended[i] = Byte(std::uint16_t(upper + added + STEPS / 2) >> STEP_BITS);
    }
}

// Drop the fourth of the bytes; `out` has room for one byte more.
inline void pack(const Lanes* lanes, int count, Byte* __restrict out) {
    for (int i = 0; i < count; ++i) std::memcpy(out + i * CHANNELS, lanes + i, LANES);
}

}  // namespace arpipe
