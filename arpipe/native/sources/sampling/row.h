// A row of a crop.
#pragma once

#include <vector>

#include "blend.h"
#include "fused.h"
#include "picture.h"
#include "positions.h"

namespace arpipe {

constexpr int ROOM = 16;  // bytes beyond a row that are written along

class Row {
  public:
    explicit Row(int count) : places(padded(count)), count_(count), offsets_(padded(count)), lanes_(7 * count) {
        Lanes* next = lanes_.data();
        for (Lanes** part : {&corners_.upper_left, &corners_.upper_right, &corners_.lower_left, &corners_.lower_right,
                             &right_, &down_, &blended_}) {
            *part = next;
            next += count;
        }
    }

    Places places;

    // Sample the picture at `places` into (count, 3) bytes; `out` has room for `ROOM` bytes more.
    void sample(const Picture& picture, Byte* out) {
        if (is_inside(picture)) sample_inside(picture, out);
        else {
            gather_anywhere(picture);
            blend_corners(out);
        }
    }

  private:
    static int padded(int count) { return (count + AT_ONCE - 1) / AT_ONCE * AT_ONCE; }

    // Whether all pixels and two bytes after each of them are in the picture, at offsets that 32 bits hold.
    bool is_inside(const Picture& picture) const {
        const Range x = range_of(places.x, count_), y = range_of(places.y, count_);
        return whole_px(x.low, picture.left) >= 0 && whole_px(x.high, picture.left) < picture.width - 2 &&
               whole_px(y.low, picture.top) >= 0 && whole_px(y.high, picture.top) < picture.height - 1 &&
               picture.stride() * (picture.top + picture.height) < INT32_MAX;
    }

    void sample_inside(const Picture& picture, Byte* out) {
        const int stride = int(picture.stride()), origin = picture.top * stride + picture.left * CHANNELS;
        locate(places.x.data(), places.y.data(), stride, origin, count_, offsets_.data());
#ifdef ARPIPE_SSE
        blend_located(picture.pixels, stride, offsets_.data(), places.x.data(), places.y.data(), count_, out);
#else
        gather(picture.pixels, stride, offsets_.data(), count_, corners_);
        blend_corners(out);
#endif
    }

    void blend_corners(Byte* out) {
        spread_shares(places.x.data(), count_, right_);
        spread_shares(places.y.data(), count_, down_);
        blend(corners_, right_, down_, count_, blended_);
        pack(blended_, count_, out);
    }

    void gather_anywhere(const Picture& picture) {
        auto read = [&](int x, int y) {
            Lanes lanes = 0;
            if (const Byte* pixel = picture.pixel(x, y)) std::memcpy(&lanes, pixel, CHANNELS);
            return lanes;
        };
        for (int i = 0; i < count_; ++i) {
            const int x = whole_px(places.x[i], picture.left), y = whole_px(places.y[i], picture.top);
            corners_.upper_left[i] = read(x, y);
            corners_.upper_right[i] = read(x + 1, y);
            corners_.lower_left[i] = read(x, y + 1);
            corners_.lower_right[i] = read(x + 1, y + 1);
        }
    }

    int count_;
    std::vector<std::int32_t> offsets_;
    std::vector<Lanes> lanes_;
    Corners corners_;
    Lanes *right_, *down_, *blended_;
};

}  // namespace arpipe
