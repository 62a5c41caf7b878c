// Reorders the bytes of pixels, which compilers do not do in vector instructions by themselves.
//
// There is a version for x86, one for 64-bit ARM, and a plain one, which also processes what is left at the end.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__SSE4_1__) || defined(_M_X64)
#include <smmintrin.h>
#define ARPIPE_SSE
#elif defined(__ARM_NEON) && defined(__aarch64__)
#include <arm_neon.h>
#define ARPIPE_NEON
#endif

namespace arpipe {

#ifdef ARPIPE_SSE
inline __m128i load_bytes(const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }
inline void store_bytes(__m128i bytes, void* to) { _mm_storeu_si128(static_cast<__m128i*>(to), bytes); }
#endif

// Write planes of red, green and blue as pixels of three bytes.
inline void interleave(const std::uint8_t* red, const std::uint8_t* green, const std::uint8_t* blue, int count,
                       std::uint8_t* out) {
    int i = 0;
#if defined(ARPIPE_SSE)
    // Byte i of a plane goes to byte 3i, 3i + 1 or 3i + 2 of 48. All 16 have different places within 16 bytes, so that
    // one permutation serves all three parts. Byte i of part k is red if (k + i) % 3 is 0, green if it is 1, else blue.
    const __m128i red_from = _mm_setr_epi8(0, 11, 6, 1, 12, 7, 2, 13, 8, 3, 14, 9, 4, 15, 10, 5);
    const __m128i green_from = _mm_alignr_epi8(red_from, red_from, 15);
    const __m128i blue_from = _mm_alignr_epi8(red_from, red_from, 14);
    const __m128i first = _mm_setr_epi8(-1, 0, 0, -1, 0, 0, -1, 0, 0, -1, 0, 0, -1, 0, 0, -1);
    const __m128i second = _mm_slli_si128(first, 1), third = _mm_slli_si128(first, 2);
    for (; i + 16 <= count; i += 16) {
        const __m128i r = _mm_shuffle_epi8(load_bytes(red + i), red_from);
        const __m128i g = _mm_shuffle_epi8(load_bytes(green + i), green_from);
        const __m128i b = _mm_shuffle_epi8(load_bytes(blue + i), blue_from);
        std::uint8_t* part = out + 3 * i;
        store_bytes(_mm_blendv_epi8(_mm_blendv_epi8(r, g, second), b, third), part);
        store_bytes(_mm_blendv_epi8(_mm_blendv_epi8(r, g, first), b, second), part + 16);
        store_bytes(_mm_blendv_epi8(_mm_blendv_epi8(r, g, third), b, first), part + 32);
    }
#elif defined(ARPIPE_NEON)
    for (; i + 16 <= count; i += 16) {
        const uint8x16x3_t planes = {{vld1q_u8(red + i), vld1q_u8(green + i), vld1q_u8(blue + i)}};
        vst3q_u8(out + 3 * i, planes);
    }
#endif
    for (; i < count; ++i) out[3 * i] = red[i], out[3 * i + 1] = green[i], out[3 * i + 2] = blue[i];
}

}  // namespace arpipe
