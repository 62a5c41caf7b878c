// A picture, or a part of one, and what stands beyond its edges.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace arpipe {

enum Border { REPLICATE, ZERO, MIRROR };

constexpr int CHANNELS = 3;

// As in arpipe/preprocess/compiled_sampler.py.
struct Picture {
    const std::uint8_t* pixels;  // (height, width, 3) RGB
    int width, height;           // px, at least 1
    int left, top;               // of its first pixel in the image, px
    int border;                  // one of `Border`

    // Bytes from row to row.
    std::ptrdiff_t stride() const { return std::ptrdiff_t(width) * CHANNELS; }

    // Return the pixel at a place, or what stands for it; null for black.
    const std::uint8_t* pixel(int x, int y) const {
        const int column = inside(x, width), row = inside(y, height);
        return column < 0 || row < 0 ? nullptr : pixels + row * stride() + column * CHANNELS;
    }

  private:
    // Return the column or row that stands for one; -1 for none.
    int inside(int place, int count) const {
        if (unsigned(place) < unsigned(count)) return place;
        if (border == REPLICATE) return std::clamp(place, 0, count - 1);
        if (border == ZERO) return -1;
        if (count == 1) return 0;
        const int period = 2 * (count - 1), rest = (place % period + period) % period;
        return std::min(rest, period - rest);
    }
};

}  // namespace arpipe
