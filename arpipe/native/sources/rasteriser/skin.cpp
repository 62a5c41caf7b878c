// Pigments and skin smoothing, as in effects/makeup/shaders/skin.frag: films that keep the shading and the pores of the
// skin.
#include "pyramid.h"
#include "skin_mesh.h"

namespace arpipe {

constexpr int MAX_FILMS = 14, MAX_PAGES = 4, MAX_MASKS = 4 * MAX_PAGES;

struct SkinCoat {
    int films, glows, pages, evens, grains;  // counts of pigments, of those that add light, of pages; flags
    float film[MAX_FILMS][3];         // transmittance for skin at full strength, minus 1
    float glow[MAX_FILMS][4];         // light added, share of it from grains
    float even;                       // opacity of the smoothing
    float low_place[4];               // coordinates in `smoothing` = xy * place[0:2] + place[2:4]; px of the region
    const float* smoothing;           // (side, side, 4) factors minus 1: RGB evens out the skin, A lifts its shadows
    int smoothing_side;
    const std::uint16_t* touched;     // (m,) masks, as bits, that touch each triangle
    Pyramid page[MAX_PAGES];          // four masks each: those of the films, then how far skin is evened and lifted
};

namespace {

constexpr float ACROSS = 420.0f;  // grains across the UV layout, 0.6 mm each
constexpr float DULL = 0.8f;      // mean of the grains

// Strength of each mask at each sample; valid for those that touch the triangle.
using Masks = Values[MAX_MASKS];

template <int N>
void sample_masks(const SkinCoat& coat, const Fragments<N>& block, unsigned touched, Masks& masks) {
    for (int page = 0; page < coat.pages; ++page) {
        if (!(touched >> (4 * page) & 15u)) continue;
        const Pyramid& pyramid = coat.page[page];
        int level = index_at(pyramid.level(block.slopes[U], block.slopes[V]) + 0.5f, pyramid.count - 1);
        int side = pyramid.side >> level;
        for (int i = 0; i < block.count; ++i) {
            float four[4];
            sample<std::uint8_t>(pyramid.levels[level], side, block.values[U][i], block.values[V][i], four);
            for (int k = 0; k < 4; ++k) masks[4 * page + k][i] = four[k];
        }
    }
}

template <int N>
void even_out(const SkinCoat& coat, Fragments<N>& block, unsigned touched, const Masks& masks, const Values& here) {
    const bool evened = touched >> coat.films & 1u, lifted = touched >> (coat.films + 1) & 1u;
    if (!evened && !lifted) return;
    const float* place = coat.low_place;
    for (int i = 0; i < block.count; ++i) {
        float factors[4], share = coat.even * here[i];
        float u = (float(block.x[i]) + 0.5f) * place[0] + place[2], v = (float(block.y[i]) + 0.5f) * place[1] + place[3];
        sample<float>(coat.smoothing, coat.smoothing_side, u, v, factors);
        float even = evened ? masks[coat.films][i] * share : 0.0f;
        float lift = lifted ? 1.0f + factors[3] * (masks[coat.films + 1][i] * share) : 1.0f;
        for (int k = 0; k < 3; ++k) block.through[k][i] = (1.0f + factors[k] * even) * lift;
    }
}

// Few bright grains among many dull ones; their mean where they are too small to be resolved.
void find_grains(const Fragments<SKIN_VALUES>& block, const Appearance& face, Values& grains) {
    const Plane &across = block.slopes[U], &down = block.slopes[V];
    float size = ACROSS * std::fmax(std::fabs(across.x) + std::fabs(across.y), std::fabs(down.x) + std::fabs(down.y));
    float merged = smoothstep(0.35f, 0.9f, size);
    const Vector toward = half_way(face);
    for (int i = 0; i < block.count; ++i) {
        float u = block.values[U][i] * ACROSS, v = block.values[V][i] * ACROSS;
        float left = std::floor(u), top = std::floor(v);
        float tilt = hash(left, top) - 0.5f, turn = hash(left + 17.0f, top + 17.0f) - 0.5f;
        Vector normal{block.values[NORMAL][i], block.values[NORMAL + 1][i], block.values[NORMAL + 2][i]};
        Vector facet = normalized(normalized(normal) + 1.1f * Vector{tilt, turn, 0.0f});
        float away = std::sqrt(squared(u - left - 0.5f) + squared(v - top - 0.5f));
        float to_8th = squared(squared(squared(std::fmax(dot(facet, toward), 0.0f))));
        float bright = squared(squared(to_8th)) * to_8th;  // to the 40th
        grains[i] = mix(7.0f * (1.0f - smoothstep(0.2f, 0.45f, away)) * bright, DULL, merged);
    }
}

// Without grains that can be visible, their mean.
template <int N>
void find_grains(const Fragments<N>& block, const Appearance&, Values& grains) {
    std::fill_n(grains, block.count, DULL);
}

template <int N>
void glow(const SkinCoat& coat, Fragments<N>& block, unsigned touched, const Masks& masks, const Values& strength,
          const Appearance& face) {
    if (!(touched & ((1u << coat.glows) - 1u))) return;
    Values grains;
    find_grains(block, face, grains);
    for (int pigment = 0; pigment < coat.glows; ++pigment) {
        if (!(touched >> pigment & 1u)) continue;
        const float* light = coat.glow[pigment];
        for (int i = 0; i < block.count; ++i) {
            float share = masks[pigment][i] * mix(1.0f, grains[i], light[3]) * strength[i];
            for (int k = 0; k < 3; ++k) block.color[k][i] += light[k] * share;
        }
    }
}

template <int N>
void shade(const SkinCoat& coat, const Appearance& face, Fragments<N>& block) {
    const unsigned touched = coat.touched[block.triangle];
    Masks masks;
    sample_masks(coat, block, touched, masks);
    Values here, strength;
    const Appearance known = face;  // a copy cannot change while results are stored
    for (int i = 0; i < block.count; ++i) {
        float red = block.under[0][i], green = block.under[1][i], blue = block.under[2][i];
        float level = luminance(red, green, blue);
        here[i] = block.values[VISIBLE][i] * skin_evidence(known, red, green, blue, level) * block.bare[i];
        float shading = std::fmin(level / known.skin[2], 1.8f);
        strength[i] = here[i] * (0.25f + 0.75f * block.values[SHEEN][i]) * shading * shading;
        for (int k = 0; k < 3; ++k) block.through[k][i] = 1.0f, block.color[k][i] = 0.0f;
    }
    if (coat.evens) even_out(coat, block, touched, masks, here);
    for (int film = 0; film < coat.films; ++film) {
        if (!(touched >> film & 1u)) continue;
        for (int k = 0; k < 3; ++k)
            for (int i = 0; i < block.count; ++i)
                block.through[k][i] *= 1.0f + coat.film[film][k] * (masks[film][i] * here[i]);
    }
    glow(coat, block, touched, masks, strength, face);
    // Where films lighten, light is added, because the transmittance of the picture cannot exceed 1.
    for (int k = 0; k < 3; ++k)
        for (int i = 0; i < block.count; ++i) {
            float through = block.through[k][i], less = std::fmin(through, 1.0f);
            block.color[k][i] += block.under[k][i] * (through - less);
            block.through[k][i] = less;
        }
}

template <int N>
void draw(const Painting& painting, const FlatMesh& mesh, const Appearance& face, const SkinCoat& coat) {
    draw_flat<N>(painting, mesh, skin_vertices<N>(painting, mesh, face),
                 [&](Fragments<N>& block) { shade(coat, face, block); });
}

}  // namespace

ARPIPE_EXPORT void arpipe_draw_skin(const Painting* painting, const FlatMesh* mesh, const Appearance* face,
                                    const SkinCoat* coat) {
    if (coat->grains) draw<SKIN_VALUES>(*painting, *mesh, *face, *coat);
    else draw<NORMAL>(*painting, *mesh, *face, *coat);
}

}  // namespace arpipe
