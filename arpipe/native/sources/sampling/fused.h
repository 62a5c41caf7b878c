// The steps of blend.h in one, for x86 processors, four pixels at a time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "blend.h"
#include "bytes.h"

namespace arpipe {

constexpr int AT_ONCE = 4;  // pixels, up to which rows are padded

#ifdef ARPIPE_SSE

// Return the 8 bytes from `first` on, which are two neighbouring pixels, and those from `second` on.
inline __m128i load_neighbours(const Byte* first, const Byte* second) {
    const auto half = [](const Byte* from) { return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)); };
    const __m128i both = _mm_unpacklo_epi64(half(first), half(second));
    // The channels of the left pixel, each followed by that of the right one.
    return _mm_shuffle_epi8(both, _mm_setr_epi8(0, 3, 1, 4, 2, 5, -1, -1, 8, 11, 9, 12, 10, 13, -1, -1));
}

// Return two pixels in 16 bits; their neighbours are blended with these shares, in pairs of bytes and times 512.
inline __m128i blend_two(const Byte* first, const Byte* second, std::ptrdiff_t stride, __m128i across, __m128i down) {
    const __m128i upper = _mm_maddubs_epi16(load_neighbours(first, second), across);
    const __m128i lower = _mm_maddubs_epi16(load_neighbours(first + stride, second + stride), across);
    const __m128i added = _mm_mulhi_epi16(_mm_slli_epi16(_mm_sub_epi16(lower, upper), 2), down);
    const __m128i rounded = _mm_add_epi16(_mm_add_epi16(upper, added), _mm_set1_epi16(STEPS / 2));
    return _mm_srli_epi16(rounded, STEP_BITS);
}

// Sample the picture where `locate` has placed the upper left pixels; all pixels must be inside, with two bytes after
// the last. All arrays are padded to multiples of `AT_ONCE`, and `out` has room for 16 bytes more.
inline void blend_located(const Byte* pixels, std::ptrdiff_t stride, const std::int32_t* offsets,
                          const std::int32_t* x, const std::int32_t* y, int count, Byte* out) {
    const __m128i first_two = _mm_setr_epi8(0, 1, 0, 1, 0, 1, 0, 1, 4, 5, 4, 5, 4, 5, 4, 5);
    const __m128i last_two = _mm_add_epi8(first_two, _mm_set1_epi8(8));
    const __m128i three_of_four = _mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1);
    const __m128i fraction = _mm_set1_epi32(STEPS - 1);
    for (int i = 0; i < count; i += AT_ONCE) {
        const __m128i right = _mm_and_si128(load_bytes(x + i), fraction);
        const __m128i left = _mm_sub_epi32(_mm_set1_epi32(STEPS), right);
        const __m128i across = _mm_or_si128(left, _mm_slli_epi32(right, 8));
        const __m128i down = _mm_slli_epi32(_mm_and_si128(load_bytes(y + i), fraction), 9);
        const std::int32_t* at = offsets + i;
        const __m128i one = blend_two(pixels + at[0], pixels + at[1], stride, _mm_shuffle_epi8(across, first_two),
                                      _mm_shuffle_epi8(down, first_two));
        const __m128i two = blend_two(pixels + at[2], pixels + at[3], stride, _mm_shuffle_epi8(across, last_two),
                                      _mm_shuffle_epi8(down, last_two));
        store_bytes(_mm_shuffle_epi8(_mm_packus_epi16(one, two), three_of_four), out + i * CHANNELS);
    }
}

#endif

}  // namespace arpipe
