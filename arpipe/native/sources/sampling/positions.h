// Where the pixels of a square lie in the image: in the very steps of arpipe/preprocess/opencv_sampler.py.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

namespace arpipe {

constexpr int STEP_BITS = 5, STEPS = 1 << STEP_BITS;  // per px, to which positions are rounded
constexpr int WARP_BLOCK = 64;       // columns that OpenCV's perspective warp processes at once
constexpr float FARTHEST = 1 << 21;  // steps; more than the 16 bits of whole px hold

struct Square {
    double image_from_crop[9];  // row-major
    int side;                   // px
    int is_upright;             // evaluated as a projective map, in blocks
};

inline int clamped(int px) { return std::clamp<int>(px, INT16_MIN, INT16_MAX); }

// Return the column or row left of or above a position, from `origin` on: in 16 bits, as OpenCV's maps.
inline int whole_px(std::int32_t steps, int origin) { return clamped(clamped(steps >> STEP_BITS) - origin); }

struct Range {
    std::int32_t low, high;  // inclusive
};

inline Range range_of(const std::vector<std::int32_t>& positions, int count) {
    std::int32_t low = INT32_MAX, high = INT32_MIN;
    for (int i = 0; i < count; ++i) low = std::min(low, positions[i]), high = std::max(high, positions[i]);
    return {low, high};
}

// Positions of a row of pixels in the image, in steps.
struct Places {
    std::vector<std::int32_t> x, y;

    explicit Places(int count) : x(count), y(count) {}
};

// Return the nearest whole number, of two the even one; a number that is large enough has no bits for the rest.
inline std::int32_t rounded(float steps) {
    constexpr float LARGE = 3 << 22;
    steps = steps > -FARTHEST ? steps : -FARTHEST;
    steps = steps < FARTHEST ? steps : FARTHEST;
    const float sum = steps + LARGE;
    std::int32_t bits, zero;
    std::memcpy(&bits, &sum, sizeof bits);
    std::memcpy(&zero, &LARGE, sizeof zero);
    return bits - zero;
}

inline std::int32_t rounded(double steps) {
    constexpr double LARGE = 3LL << 51;
    steps = steps > -FARTHEST ? steps : -FARTHEST;
    steps = steps < FARTHEST ? steps : FARTHEST;
    return std::int32_t((steps + LARGE) - LARGE);
}

// A rotated or mirrored square; in single precision.
class AffinePositions {
  public:
    explicit AffinePositions(const Square& square) : map_(square.image_from_crop), x_(square.side), y_(square.side) {
        for (int column = 0; column < square.side; ++column) {
            x_[column] = float(map_[0] * column);
            y_[column] = float(map_[3] * column);
        }
    }

    void of_row(int row, Places& out) const {
        const float x = float(map_[1] * row + map_[2]), y = float(map_[4] * row + map_[5]);
        const int count = int(x_.size());
        for (int i = 0; i < count; ++i) out.x[i] = rounded((x_[i] + x) * float(STEPS));
        for (int i = 0; i < count; ++i) out.y[i] = rounded((y_[i] + y) * float(STEPS));
    }

  private:
    const double* map_;
    std::vector<float> x_, y_;
};

// An upright square; see `upright_map` in arpipe/preprocess/sampler.py.
class UprightPositions {
  public:
    explicit UprightPositions(const Square& square) : map_(square.image_from_crop), side_(square.side) {}

    void of_row(int row, Places& out) const {
        for (int start = 0; start < side_; start += WARP_BLOCK) {
            const double x = at(0, start, row), y = at(3, start, row), w = at(6, start, row);
            const int count = std::min(WARP_BLOCK, side_ - start);
            for (int i = 0; i < count; ++i) {
                const double scale = double(STEPS) / (w + map_[6] * i);
                out.x[start + i] = rounded((x + map_[0] * i) * scale);
                out.y[start + i] = rounded((y + map_[3] * i) * scale);
            }
        }
    }

  private:
    double at(int first, int start, int row) const {
        return map_[first] * start + map_[first + 1] * row + map_[first + 2];
    }

    const double* map_;
    int side_;
};

}  // namespace arpipe
