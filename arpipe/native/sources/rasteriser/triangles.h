// Which samples a triangle covers.
#pragma once

#include <algorithm>
#include <cstdint>

#include "bands.h"
#include "geometry.h"

namespace arpipe {

// Weights of the corners at a place; their sum is 1.
struct Shares {
    float first, second, third;

    bool are_inside() const { return first >= 0.0f && second >= 0.0f && third >= 0.0f; }
};

// The weights of the second and third corner as affine functions of the place.
struct Weights {
    float second_x, second_y, second_0;
    float third_x, third_y, third_0;

    Shares at(float x, float y) const {
        float second = second_x * x + second_y * y + second_0, third = third_x * x + third_y * y + third_0;
        return {1.0f - second - third, second, third};
    }
};

// A triangle on the grid of samples.
struct Triangle {
    Weights weights;
    float depth_x, depth_y, depth_0;
    int top, bottom, left, right;  // half-open box of sample centres
};

// Return the first of `count` samples whose centre is not before a place, which may be beyond the range of integers.
inline int sample_from(float place, int count) {
    return index_at(std::ceil(clamp(place - 0.5f, 0.0f, float(count))), count);
}

// Set up a triangle; false if it faces away or covers no sample. Front faces have a negative area, as rows run down.
inline bool set_up(const Placed& a, const Placed& b, const Placed& c, int width, int height, Triangle& out) {
    float area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    if (!(area < 0.0f) || std::max({a.per_m, b.per_m, c.per_m}) >= 1.0f / NEAREST_M) return false;
    out.left = sample_from(std::min({a.x, b.x, c.x}), width);
    out.right = sample_from(std::max({a.x, b.x, c.x}), width);
    out.top = sample_from(std::min({a.y, b.y, c.y}), height);
    out.bottom = sample_from(std::max({a.y, b.y, c.y}), height);
    if (out.left >= out.right || out.top >= out.bottom) return false;
    float scale = 1.0f / area;
    Weights& w = out.weights;
    w.second_x = (c.y - a.y) * scale, w.second_y = -(c.x - a.x) * scale;
    w.third_x = -(b.y - a.y) * scale, w.third_y = (b.x - a.x) * scale;
    w.second_0 = -(w.second_x * a.x + w.second_y * a.y);
    w.third_0 = -(w.third_x * a.x + w.third_y * a.y);
    float second = b.depth - a.depth, third = c.depth - a.depth;
    out.depth_x = w.second_x * second + w.third_x * third;
    out.depth_y = w.second_y * second + w.third_y * third;
    out.depth_0 = a.depth + w.second_0 * second + w.third_0 * third;
    return true;
}

// Narrow [low, high] to where weight + slope * x is not negative.
inline void narrow(float weight, float slope, float& low, float& high) {
    if (slope > 0.0f) low = std::max(low, -weight / slope);
    else if (slope < 0.0f) high = std::min(high, -weight / slope);
    else if (weight < 0.0f) high = -1.0f;
}

// Call row(y, first, last, depth at the first) for each of the rows, with the samples first <= x < last that are covered.
template <typename Row>
inline void for_each_row(const Triangle& triangle, Rows rows, Row row) {
    const Weights& w = triangle.weights;
    float first_x = -(w.second_x + w.third_x), first_y = -(w.second_y + w.third_y);
    float first_0 = 1.0f - w.second_0 - w.third_0;
    const int bottom = std::min(triangle.bottom, rows.bottom);
    for (int y = std::max(triangle.top, rows.top); y < bottom; ++y) {
        float center = float(y) + 0.5f, low = float(triangle.left) + 0.5f, high = float(triangle.right) - 0.5f;
        narrow(w.second_y * center + w.second_0, w.second_x, low, high);
        narrow(w.third_y * center + w.third_0, w.third_x, low, high);
        narrow(first_y * center + first_0, first_x, low, high);
        if (low > high) continue;  // either may be beyond the range of integers
        int first = std::max(int(std::ceil(low - 0.5f)), triangle.left);
        int last = std::min(int(std::floor(high - 0.5f)), triangle.right - 1) + 1;
        if (first >= last) continue;
        row(y, first, last, triangle.depth_0 + triangle.depth_y * center + triangle.depth_x * (float(first) + 0.5f));
    }
}

}  // namespace arpipe
