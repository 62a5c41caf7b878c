// Crops squares, sampled bilinearly as cv2.remap does, to the bit.
#include "export.h"
#include "row.h"

namespace arpipe {

// Call store(number, values) with the (side, 3) bytes of each row.
template <typename Positions, typename Store>
void sample_rows(const Picture& picture, const Square& square, Store store) {
    const Positions positions(square);
    Row row(square.side);
    std::vector<Byte> values(square.side * CHANNELS + ROOM);
    for (int number = 0; number < square.side; ++number) {
        positions.of_row(number, row.places);
        row.sample(picture, values.data());
        store(number, values.data());
    }
}

template <typename Store>
void sample_square(const Picture& picture, const Square& square, Store store) {
    if (square.is_upright) sample_rows<UprightPositions>(picture, square, store);
    else sample_rows<AffinePositions>(picture, square, store);
}

// Write the crop as (side, side, 3) bytes.
ARPIPE_EXPORT ARPIPE_MULTIVERSION void arpipe_sample(const Picture* picture, const Square* square, Byte* out) {
    const std::size_t count = std::size_t(square->side) * CHANNELS;
    auto store = [=](int row, const Byte* values) { std::memcpy(out + row * count, values, count); };
    sample_square(*picture, *square, store);
}

// Write the crop as (side, side, 3) numbers: each byte times `gain`, plus `low`.
ARPIPE_EXPORT ARPIPE_MULTIVERSION void arpipe_sample_scaled(const Picture* picture, const Square* square, float gain,
                                                            float low, float* out) {
    const std::size_t count = std::size_t(square->side) * CHANNELS;
    sample_square(*picture, *square, [=](int row, const Byte* values) {
        float* scaled = out + row * count;
        for (std::size_t i = 0; i < count; ++i) scaled[i] = float(values[i]) * gain + low;
    });
}

}  // namespace arpipe
