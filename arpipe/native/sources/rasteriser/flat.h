// Flat meshes over the picture, such as makeup; one sample per pixel.
//
// Triangles lie on a grid of 1/256 sample and are rasterised with integers, as GPUs do: those with a common edge neither
// overlap nor leave a gap, which would show because makeup is blended.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "bands.h"
#include "geometry.h"

namespace arpipe {

// An affine function of the place.
struct Plane {
    float x, y, zero;

    float at(float right, float down) const { return zero + x * right + y * down; }
};

template <int N>
struct FlatVertex {
    float x, y;       // samples; the centre of the first is (0.5, 0.5)
    float depth;      // -1 near, 1 far
    std::array<float, N> values;  // interpolated over the triangle
};

namespace flat {

constexpr std::int64_t FINE = 256, HALF = FINE / 2;
constexpr float FARTHEST = 1 << 20;  // samples; products of distances have 60 bits

struct Place {
    std::int64_t x, y;
};

inline std::int64_t snapped(float place) {
    const auto fine = std::int64_t(std::floor(clamp(place, -FARTHEST, FARTHEST) * float(FINE) + 0.5f));
    return std::clamp(fine, -std::int64_t(FARTHEST) * FINE, std::int64_t(FARTHEST) * FINE);  // what is no number, too
}

template <int N>
Place snapped(const FlatVertex<N>& vertex) {
    return {snapped(vertex.x), snapped(vertex.y)};
}

inline std::int64_t floor_divided(std::int64_t value, std::int64_t positive) {
    return value >= 0 ? value / positive : -((positive - 1 - value) / positive);
}

// An edge; a place is inside if x * place.x + y * place.y + zero >= 0. Its own places belong to it if it is a left edge or
// a top edge.
struct Edge {
    std::int64_t x, y, zero;

    Edge(Place from, Place to) : x(from.y - to.y), y(to.x - from.x), zero(-(x * from.x + y * from.y)) {
        if (x < 0 || (x == 0 && y < 0)) zero -= 1;
    }

    // Narrow first <= column < last to the samples of a row that are inside.
    void narrow(std::int64_t row, int& first, int& last) const {
        std::int64_t rest = y * (row * FINE + HALF) + zero + x * HALF;
        if (x > 0) first = int(std::max<std::int64_t>(first, -floor_divided(rest, x * FINE)));
        else if (x < 0) last = int(std::min<std::int64_t>(last, floor_divided(rest, -x * FINE) + 1));
        else if (rest < 0) last = first;
    }
};

}  // namespace flat

// A triangle on the grid of samples; either side may be in front.
template <int N>
class FlatTriangle {
  public:
    FlatTriangle(const FlatVertex<N>& a, const FlatVertex<N>& b, const FlatVertex<N>& c)
        : a_(flat::snapped(a)), b_(flat::snapped(b)), c_(flat::snapped(c)),
          area_((b_.x - a_.x) * (c_.y - a_.y) - (b_.y - a_.y) * (c_.x - a_.x)) {}

    // Front faces have a negative area, because rows run down.
    bool is_front() const { return area_ < 0; }
    bool is_empty() const { return area_ == 0; }
    bool touches(Rows rows) const {
        return std::min({a_.y, b_.y, c_.y}) < rows.bottom * flat::FINE && std::max({a_.y, b_.y, c_.y}) >= rows.top * flat::FINE;
    }

    // Interpolate between the vertices that it was made of.
    void interpolate(const FlatVertex<N>& a, const FlatVertex<N>& b, const FlatVertex<N>& c) {
        origin_x_ = float(a_.x) / flat::FINE, origin_y_ = float(a_.y) / flat::FINE;
        depth_ = plane(a.depth, b.depth, c.depth);
        for (int k = 0; k < N; ++k) values_[k] = plane(a.values[k], b.values[k], c.values[k]);
    }

    // Call row(y, first, last) for those of some rows that it covers, with the samples first <= x < last.
    template <typename Row>
    void for_each_row(int width, Rows rows, Row row) const {
        using flat::Edge;
        const flat::Place &b = area_ > 0 ? b_ : c_, &c = area_ > 0 ? c_ : b_;
        const Edge edges[] = {Edge(a_, b), Edge(b, c), Edge(c, a_)};
        auto [top, bottom] = samples(std::min({a_.y, b_.y, c_.y}), std::max({a_.y, b_.y, c_.y}), rows.top, rows.bottom);
        auto [left, right] = samples(std::min({a_.x, b_.x, c_.x}), std::max({a_.x, b_.x, c_.x}), 0, width);
        for (int y = top; y < bottom; ++y) {
            int first = left, last = right;
            for (const Edge& edge : edges) edge.narrow(y, first, last);
            if (first < last) row(y, first, last);
        }
    }

    float depth(int x, int y) const { return depth_.at(right(x), down(y)); }
    float value(int k, int x, int y) const { return values_[k].at(right(x), down(y)); }
    const Plane* values() const { return values_.data(); }

  private:
    struct Range {
        int first, last;
    };

    // Those of a range of samples whose centres may lie between two places.
    static Range samples(std::int64_t low, std::int64_t high, int from, int to) {
        auto first = std::clamp<std::int64_t>(flat::floor_divided(low - flat::HALF, flat::FINE), from, to);
        auto last = std::clamp<std::int64_t>(flat::floor_divided(high + flat::HALF, flat::FINE), from, to);
        return {int(first), int(last)};
    }

    Plane plane(float a, float b, float c) const {
        float scale = float(flat::FINE) / float(area_), second = b - a, third = c - a;
        float x = (float(c_.y - a_.y) * second - float(b_.y - a_.y) * third) * scale;
        float y = (float(b_.x - a_.x) * third - float(c_.x - a_.x) * second) * scale;
        return {x, y, a};
    }

    float right(int x) const { return float(x) + 0.5f - origin_x_; }
    float down(int y) const { return float(y) + 0.5f - origin_y_; }

    flat::Place a_, b_, c_;
    std::int64_t area_;
    float origin_x_ = 0.0f, origin_y_ = 0.0f;
    Plane depth_{};
    std::array<Plane, N> values_{};
};

}  // namespace arpipe
