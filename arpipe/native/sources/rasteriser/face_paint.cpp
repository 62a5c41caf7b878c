// A picture in UV layout, painted on skin, as in effects/makeup/shaders/paint.frag.
#include "pyramid.h"
#include "skin_mesh.h"

namespace arpipe {

struct Paint {
    float opacity;
    float texture;  // share of the skin's shading that the paint takes on
    Pyramid paint;  // linear, alpha premultiplied; 16 bits each
};

ARPIPE_EXPORT void arpipe_draw_paint(const Painting* painting, const FlatMesh* mesh, const Appearance* face,
                                     const Paint* paint) {
    constexpr float INVISIBLE = 0.002f;
    constexpr int USED = VISIBLE + 1;
    const Pyramid& pyramid = paint->paint;
    draw_flat<USED>(*painting, *mesh, skin_vertices<USED>(*painting, *mesh, *face), [&](Fragments<USED>& block) {
        float level = pyramid.level(block.slopes[U], block.slopes[V]);
        int fine = index_at(level, pyramid.count - 1), coarse = std::min(fine + 1, pyramid.count - 1);
        for (int i = 0; i < block.count; ++i) {
            float color[4], smaller[4], u = block.values[U][i], v = block.values[V][i];
            sample<std::uint16_t>(pyramid.levels[fine], pyramid.side >> fine, u, v, color);
            sample<std::uint16_t>(pyramid.levels[coarse], pyramid.side >> coarse, u, v, smaller);
            for (int k = 0; k < 4; ++k) color[k] = mix(color[k], smaller[k], level - float(fine));
            float cover = color[3] * paint->opacity * block.values[VISIBLE][i];
            float red = block.under[0][i], green = block.under[1][i], blue = block.under[2][i];
            float here = luminance(red, green, blue);
            if (cover >= INVISIBLE) cover *= skin_evidence(*face, red, green, blue, here) * block.bare[i];
            if (cover < INVISIBLE) {
                block.skip(i);
                continue;
            }
            float shade = std::fmin((here + 0.01f) / (face->skin[2] + 0.01f), 2.2f);
            float lit = mix(1.0f, shade, paint->texture) / std::fmax(color[3], 1e-3f);
            for (int k = 0; k < 3; ++k) color[k] *= face->white[k] * lit;
            picture(color[0], color[1], color[2], face->colorful);
            block.cover(i, color[0], color[1], color[2], cover);
        }
    });
}

}  // namespace arpipe
