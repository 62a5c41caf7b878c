// Lipstick that keeps the folds and the shading of the lips, as in effects/makeup/shaders/lips.frag.
#include "complexion.h"

namespace arpipe {

struct Lips {
    float inner[3];  // pigment near the mouth, linear, as shown
    float outer[3];  // pigment at the outline
    float liner[4];  // colour and strength of the pencil along the outline
    float liner_width;
    float opacity;
    float gloss;     // strength of the wet film
    float shine;     // share of the lips' own highlights that stays
    float metal;
    float open;      // 0: closed, 1: open enough to show teeth
};

namespace {

constexpr float INVISIBLE = 0.002f;    // share of the picture
constexpr float BRIGHTEST = 1.4f;      // relative to the mean: anything brighter is shine, not shading
constexpr float FOLDS_SEEN = 0.12f;    // luminance at which lips show folds; the structure of darker ones is noise
constexpr float LEVEL_WEIGHT = 0.06f;  // of the logarithm of luminance relative to chromaticity
constexpr float NOISE_FLOOR = 0.012f;  // the shading of very dark lips is noise; luminance below this is ignored

// Values of the vertices.
enum Place { COVERAGE, ACROSS, ALONG, FACING };  // across: 0 mouth, 1 outline, < 0 beyond the mesh; along: 0 … 1

struct Color {
    float red, green, blue;

    float level() const { return luminance(red, green, blue); }
    Chromaticity hue() const { return chromaticity(red, green, blue); }
};

Color operator+(Color a, Color b) { return {a.red + b.red, a.green + b.green, a.blue + b.blue}; }
Color operator*(float s, Color c) { return {s * c.red, s * c.green, s * c.blue}; }
Color mix(Color a, Color b, float share) { return (1.0f - share) * a + share * b; }
Color color_of(const float* c) { return {c[0], c[1], c[2]}; }
Color color_of(std::uint32_t rgba) { return {light_of(rgba, 0), light_of(rgba, 1), light_of(rgba, 2)}; }

class LipShader {
  public:
    LipShader(const Painting& painting, const Appearance& face, const Lips& lips)
        : painting_(painting), face_(face), lips_(lips), bare_(color_of(face.lips)), bare_level_(bare_.level()),
          skin_{face.skin[0], face.skin[1]}, white_(color_of(face.white)), half_way_(half_way(face)),
          lips_place_(level_place(bare_)), skin_place_{skin_.red, skin_.green, LEVEL_WEIGHT * std::log(face.skin[2] + 0.01f)} {}

    void shade(Fragments<SHAPE_VALUES>& block) const {
        for (int i = 0; i < block.count; ++i) shade_one(block, i);
    }

  private:
    void shade_one(Fragments<SHAPE_VALUES>& block, int i) const {
        float across = block.values[ACROSS][i], facing = block.values[FACING][i];
        // Pigment wears off towards an open mouth, where lips are wet.
        float open = across >= 0.0f ? lips_.open : 0.0f;
        float cover = arpipe::mix(1.0f, 0.75f + 0.25f * smoothstep(0.0f, 0.25f, across), open);
        cover *= smoothstep(0.0f, 1.0f, block.values[COVERAGE][i]) * smoothstep(0.2f, 0.42f, facing);
        cover *= lips_.opacity * block.bare[i];
        if (cover < INVISIBLE) return block.skip(i);
        Color under{block.under[0][i], block.under[1][i], block.under[2][i]};
        float level = under.level();
        cover *= lip_evidence(under, level, across) * inside_outline(block.x[i], block.y[i], under, across);
        // Beyond the silhouette of a turned mouth there is neither lip nor skin.
        float away = std::fmin(distance(under.hue(), bare_.hue()), distance(under.hue(), skin_));
        cover *= 1.0f - smoothstep(0.3f * face_.reach, 0.7f * face_.reach, away) * (1.0f - smoothstep(0.35f, 0.6f, facing));
        if (cover < INVISIBLE) return block.skip(i);

        float shade = (level + NOISE_FLOOR) / (bare_level_ + NOISE_FLOOR), lit = std::fmin(shade, BRIGHTEST);
        float own_shine = std::fmin(std::fmax(shade - BRIGHTEST, 0.0f) * bare_level_, 0.3f);
        lit = lit < 1.0f ? std::pow(lit, 0.85f) : std::sqrt(lit);  // brightly lit lips show hardly more than the pigment
        Color color = lit * pigment(across);
        if (lips_.gloss + lips_.metal > 0.0f) color = glossy(block, i, color, level, shade);
        color = color + own_shine * lips_.shine * white_;
        block.cover(i, std::fmin(color.red, 1.2f), std::fmin(color.green, 1.2f), std::fmin(color.blue, 1.2f), cover);
    }

    Color pigment(float across) const {
        Color blended = mix(color_of(lips_.inner), color_of(lips_.outer), smoothstep(0.15f, 0.75f, across));
        float pencil = smoothstep(1.0f - lips_.liner_width, 1.0f - 0.35f * lips_.liner_width, across) * lips_.liner[3];
        return mix(blended, color_of(lips_.liner), pencil);
    }

    // 0 near the opening of the mouth on teeth (bright, hardly red) and in the dark between them.
    float lip_evidence(Color under, float level, float across) const {
        float red = (bare_.red - bare_.green) / (bare_.red + 0.01f), relative = level / bare_level_;
        float redness = (under.red - under.green) / (under.red + 0.01f) / std::fmax(red, 0.08f);
        float tooth = smoothstep(1.15f, 1.7f, relative) * (1.0f - smoothstep(0.3f, 0.55f, redness));
        float hollow = 1.0f - smoothstep(0.04f, 0.14f, relative);
        float near_mouth = lips_.open * (1.0f - smoothstep(0.1f, 0.32f, across));
        float lip = smoothstep(0.45f, 0.75f, redness) * smoothstep(0.25f, 0.45f, relative) *
                    (1.0f - smoothstep(0.35f, 0.8f, distance(under.hue(), bare_.hue()) / face_.reach));
        return arpipe::mix(1.0f - std::fmax(tooth, hollow) * near_mouth, lip, clamp(-8.0f * across, 0.0f, 1.0f));
    }

    // How much of the picture here is lip rather than skin, judged by hue and lightness; an outline drawn too large by the
    // network is not painted. Where lips hardly differ from skin, the outline is believed.
    float inside_outline(int x, int y, Color under, float across) const {
        float band = smoothstep(0.6f, 0.9f, across);
        if (band == 0.0f) return 1.0f;
        int reach = int(std::fmax(0.45f * face_.px_mm, 1.0f));
        Color sum = under;
        for (int step : {-reach, reach})
            sum = sum + color_of(painting_.beneath(x + step, y)) + color_of(painting_.beneath(x, y + step));
        Vector towards = lips_place_ - skin_place_, here = level_place(0.2f * sum) - skin_place_;
        float apart = std::sqrt(dot(towards, towards));
        float lip = dot(here, towards) / std::fmax(apart * apart, 1e-4f);
        return 1.0f - band * smoothstep(0.09f, 0.15f, apart) * (1.0f - smoothstep(0.05f, 0.4f, lip));
    }

    static Vector level_place(Color color) {
        Chromaticity hue = color.hue();
        return {hue.red, hue.green, LEVEL_WEIGHT * std::log(color.level() + 0.01f)};
    }

    // Add the reflections of a wet or metallic film. A lip is convex across; its folds are estimated from differences of
    // brightness within blocks of 2 × 2 samples, as GPUs compute them.
    Color glossy(const Fragments<SHAPE_VALUES>& block, int i, Color color, float level, float shade) const {
        int x = block.x[i], y = block.y[i];
        float across = block.values[ACROSS][i], along = block.values[ALONG][i];
        float relief = 0.35f * std::fmin(face_.px_mm, 4.0f) * std::fmin(bare_level_ / FOLDS_SEEN, 1.0f) / (level + 0.05f);
        float slope_x = level_at(x | 1, y) - level_at(x & ~1, y), slope_y = level_at(x, y | 1) - level_at(x, y & ~1);
        const Plane& outward = block.slopes[ACROSS];
        float bulge = (across - 0.42f) * 2.1f;
        bulge /= std::fmax(std::sqrt(outward.x * outward.x + outward.y * outward.y), 1e-4f);
        Vector normal = normalized({outward.x * bulge - slope_x * relief, outward.y * bulge - slope_y * relief, 1.0f});
        float facing = std::fmax(dot(normal, half_way_), 0.0f);
        float to_8th = squared(squared(squared(facing))), to_16th = squared(to_8th);
        float to_150th = squared(squared(squared(to_16th))) * to_16th * squared(squared(facing)) * squared(facing);
        float rim = smoothstep(0.0f, 0.25f, across) * (1.0f - smoothstep(0.75f, 1.0f, across));
        float corners = smoothstep(0.08f, 0.45f, along) * (1.0f - smoothstep(0.55f, 0.92f, along));
        float folds = smoothstep(0.7f, 1.3f, shade);
        float wet = (0.95f * to_150th + 0.04f * to_16th) * rim * corners * folds;
        color = color + lips_.gloss * 0.34f * wet * white_;
        float foil = to_8th * facing, size = face_.px_mm * 0.45f;
        float cell_x = std::floor(float(x + painting_.left) / size), cell_y = std::floor(float(y + painting_.top) / size);
        float flake = arpipe::mix(0.75f, 1.5f, hash(cell_x, cell_y)) * folds;
        Color metallic = (0.5f + 1.3f * foil * flake) * color + 0.08f * foil * foil * folds * rim * white_;
        return mix(color, metallic, lips_.metal);
    }

    float level_at(int x, int y) const { return luminance_of(painting_.beneath(x, y)); }

    const Painting& painting_;
    const Appearance& face_;
    const Lips& lips_;
    Color bare_;
    float bare_level_;
    Chromaticity skin_;
    Color white_;
    Vector half_way_, lips_place_, skin_place_;
};

}  // namespace

ARPIPE_EXPORT void arpipe_draw_lips(const Painting* painting, const FlatMesh* mesh, const Appearance* face,
                                    const Lips* lips) {
    LipShader shader(*painting, *face, *lips);
    draw_shape(*painting, *mesh, [&](Fragments<SHAPE_VALUES>& block) { shader.shade(block); });
}

}  // namespace arpipe
