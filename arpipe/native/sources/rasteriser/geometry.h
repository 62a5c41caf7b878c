// Vectors, matrices and the projection onto the samples of a region.
#pragma once

#include <algorithm>
#include <cmath>

namespace arpipe {

struct Vector {
    float x, y, z;
};

inline Vector operator+(Vector a, Vector b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
inline Vector operator-(Vector a, Vector b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
inline Vector operator*(float s, Vector a) { return {s * a.x, s * a.y, s * a.z}; }
inline float dot(Vector a, Vector b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline Vector cross(Vector a, Vector b) {
    return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline Vector normalized(Vector a) { return (1.0f / std::sqrt(dot(a, a) + 1e-20f)) * a; }

inline float clamp(float value, float low, float high) {
    return value < low ? low : (value > high ? high : value);
}

// Return the whole part of a number from 0 to `last`. What is not a number becomes an index, too, which clamping before
// the conversion does not ensure: compilers may take all numbers for finite.
inline int index_at(float place, int last) { return int(std::min(unsigned(int(place)), unsigned(last))); }

inline float smoothstep(float low, float high, float value) {
    float share = clamp((value - low) / (high - low), 0.0f, 1.0f);
    return share * share * (3.0f - 2.0f * share);
}

// Rows of an affine transform; row-major as NumPy stores it.
struct Affine {
    float rows[3][4];

    Vector point(Vector p) const { return {at(0, p, 1.0f), at(1, p, 1.0f), at(2, p, 1.0f)}; }
    Vector direction(Vector d) const { return {at(0, d, 0.0f), at(1, d, 0.0f), at(2, d, 0.0f)}; }

  private:
    float at(int row, Vector v, float w) const {
        const float* r = rows[row];
        return r[0] * v.x + r[1] * v.y + r[2] * v.z + r[3] * w;
    }
};

// Camera of a region, see arpipe/render/view.py.
struct View {
    float clip_from_gl[16];  // row-major
    float lens[5];           // k1 k2 p1 p2 k3
    int width, height;       // samples
};

// A vertex on the grid of samples.
struct Placed {
    float x, y;   // samples; the centre of the first is (0.5, 0.5)
    float depth;  // -1 near, 1 far
    float per_m;  // 1 / depth in m
};

constexpr float NEAREST_M = 1e-3f;

// Project a point of the gl frame (y up, z backward, m), through the lens.
inline Placed project(const View& view, Vector point) {
    float depth_m = std::fmax(-point.z, NEAREST_M), per_m = 1.0f / depth_m;
    float x = point.x * per_m, y = -point.y * per_m;
    const float* lens = view.lens;
    float r2 = x * x + y * y;
    float radial = 1.0f + r2 * (lens[0] + r2 * (lens[1] + r2 * lens[4]));
    float bent_x = x * radial + 2.0f * lens[2] * x * y + lens[3] * (r2 + 2.0f * x * x);
    float bent_y = y * radial + lens[2] * (r2 + 2.0f * y * y) + 2.0f * lens[3] * x * y;
    const float* m = view.clip_from_gl;
    float clip_x = (m[0] * bent_x - m[1] * bent_y) + m[2] * point.z * per_m + m[3] * per_m;
    float clip_y = (m[4] * bent_x - m[5] * bent_y) + m[6] * point.z * per_m + m[7] * per_m;
    float depth = (m[10] * point.z + m[11]) * per_m;
    return {(0.5f * clip_x + 0.5f) * view.width, (0.5f * clip_y + 0.5f) * view.height, depth, per_m};
}

}  // namespace arpipe
