// Makeup in shapes over the refined landmarks, apart from lipstick: liner, lashes, irises, teeth and moved brows; as in
// effects/makeup/shaders/line.frag, iris.frag, teeth.frag and brow.frag.
#include "complexion.h"

namespace arpipe {

constexpr float INVISIBLE = 0.002f;  // share of the picture

struct Line {
    float pigment[4];  // linear colour as shown, opacity
    float soft;        // half the width of an edge, px
};

// Liner and lashes: ribbons with soft edges. Values: distance from the centre line, half width (px), strength.
ARPIPE_EXPORT void arpipe_draw_line(const Painting* painting, const FlatMesh* mesh, const Appearance*, const Line* line) {
    draw_shape(*painting, *mesh, [&](Fragments<SHAPE_VALUES>& block) {
        for (int i = 0; i < block.count; ++i) {
            float away = std::fabs(block.values[0][i]), half = block.values[1][i];
            float inside = clamp((half - away) / (2.0f * line->soft) + 0.5f, 0.0f, 1.0f);
            float cover = inside * std::fmin(2.0f * half / line->soft, 1.0f) * block.values[2][i];
            cover *= line->pigment[3] * block.bare[i];
            block.cover(i, line->pigment[0], line->pigment[1], line->pigment[2], cover < INVISIBLE ? 0.0f : cover);
        }
    });
}

struct Iris {
    float color[3];      // linear, as shown in the light on the eyes
    float opacity;
    float soft;          // width of soft edges, px
    float circle[2][4];  // centre (image px), radius (px), pupil radius / radius: left, right
};

// Another iris colour. Values: distance inside the lids (0 … 1), eye (0 left, 1 right), facing.
ARPIPE_EXPORT void arpipe_draw_iris(const Painting* painting, const FlatMesh* mesh, const Appearance* face,
                                    const Iris* iris) {
    constexpr float NOISE_FLOOR = 0.003f;  // luminance below which texture is noise
    const float mean_level = luminance(face->irises[0], face->irises[1], face->irises[2]);
    const float texture_floor = NOISE_FLOOR + 0.1f * mean_level;
    draw_shape(*painting, *mesh, [&](Fragments<SHAPE_VALUES>& block) {
        for (int i = 0; i < block.count; ++i) {
            const float* circle = iris->circle[block.values[1][i] < 0.5f ? 0 : 1];
            float x = (float(block.x[i] + painting->left) - circle[0]) / circle[2];
            float y = (float(block.y[i] + painting->top) - circle[1]) / circle[2];
            float r = std::sqrt(x * x + y * y), soft = iris->soft / circle[2];
            float beyond_pupil = (r - circle[3]) / std::fmax(1.0f - circle[3], 0.1f);
            float ring = (1.0f - smoothstep(0.95f - soft, 1.0f + soft, r)) * smoothstep(0.03f, 0.35f, beyond_pupil);
            float cover = ring * smoothstep(0.0f, 1.0f, block.values[0][i]) * smoothstep(0.1f, 0.4f, block.values[2][i]);
            cover *= iris->opacity * block.bare[i];
            if (cover < INVISIBLE) {
                block.skip(i);
                continue;
            }
            float level = luminance(block.under[0][i], block.under[1][i], block.under[2][i]);
            cover *= 1.0f - smoothstep(3.0f, 6.0f, (level + 0.01f) / (mean_level + 0.01f));  // catchlights
            float shade = clamp((level + texture_floor) / (mean_level + texture_floor), 0.2f, 2.5f);
            float angle = std::atan2(y, x);
            float wave = std::sin(angle * 46.0f + 6.0f * std::sin(angle * 7.0f)) * std::sin(angle * 31.0f + r * 9.0f);
            float limbus = 1.0f - 0.7f * smoothstep(0.55f, 1.0f, beyond_pupil);
            float lit = shade * limbus * mix(0.9f, 1.15f, 0.5f + 0.5f * wave);
            block.cover(i, iris->color[0] * lit, iris->color[1] * lit, iris->color[2] * lit, cover);
        }
    });
}

struct Teeth {
    float opacity, brighten;
};

// Whiter teeth. Values: distance inside the lips (0 … 1), two unused ones, facing.
ARPIPE_EXPORT void arpipe_draw_teeth(const Painting* painting, const FlatMesh* mesh, const Appearance* face,
                                     const Teeth* teeth) {
    float tint[3];
    for (int k = 0; k < 3; ++k) tint[k] = std::fmax(face->white[k], 0.05f);
    const float of_white = luminance(tint[0], tint[1], tint[2]);
    for (float& channel : tint) channel /= of_white;
    const float brighter = 1.0f + teeth->brighten * 0.3f;
    draw_shape(*painting, *mesh, [&](Fragments<SHAPE_VALUES>& block) {
        for (int i = 0; i < block.count; ++i) {
            float under[3] = {block.under[0][i], block.under[1][i], block.under[2][i]};
            float level = luminance(under[0], under[1], under[2]), red = under[0] / tint[0], green = under[1] / tint[1];
            float inside = smoothstep(0.0f, 1.0f, block.values[0][i]) * smoothstep(0.02f, 0.22f, block.values[3][i]);
            inside *= teeth->opacity * block.bare[i];
            float redness = (red - green) / (red + 0.01f);
            float tooth = smoothstep(0.35f, 0.8f, level / face->skin[2]) * (1.0f - smoothstep(0.24f, 0.40f, redness));
            float cover = inside < INVISIBLE || inside * tooth < INVISIBLE ? 0.0f : inside * tooth;
            float white[3] = {tint[0] * level * 0.99f, tint[1] * level, tint[2] * level * 1.02f};
            picture(white[0], white[1], white[2], face->colorful);
            for (int k = 0; k < 3; ++k) white[k] = mix(under[k], white[k], 0.85f) * brighter;
            block.cover(i, white[0], white[1], white[2], cover);
        }
    });
}

// Takes the picture from elsewhere: skin with a brow on it, moved. Values: shift from the source, px.
ARPIPE_EXPORT void arpipe_draw_brow(const Painting* painting, const FlatMesh* mesh, const Appearance*, const void*) {
    draw_shape(*painting, *mesh, [&](Fragments<SHAPE_VALUES>& block) {
        for (int i = 0; i < block.count; ++i) {
            float x = float(block.x[i]) - block.values[0][i], y = float(block.y[i]) - block.values[1][i];
            float left = std::floor(x), top = std::floor(y);
            std::uint32_t texels[2][2];
            for (int row = 0; row < 2; ++row)
                for (int column = 0; column < 2; ++column)
                    texels[row][column] = painting->beneath(int(left) + column, int(top) + row);
            float taken[3];
            for (int k = 0; k < 3; ++k) {
                float above = mix(light_of(texels[0][0], k), light_of(texels[0][1], k), x - left);
                float below = mix(light_of(texels[1][0], k), light_of(texels[1][1], k), x - left);
                taken[k] = mix(above, below, y - top);
            }
            block.cover(i, taken[0], taken[1], taken[2], block.bare[i]);
        }
    });
}

}  // namespace arpipe
