// Soft shadow of glasses on skin: effects/glasses/shaders/shadow.vert and shadow.frag.
//
// The front is a curved sheet with a density map. The ray from a skin point towards the light meets the sheet at a place
// whose density is the shadow, blurred more with distance.
#include <array>

#include "lookup.h"
#include "mesh.h"

namespace arpipe {

struct Shadow {
    const float* vertices;         // (n, 5) normal of the mean face, uv
    const std::uint8_t* density;   // (height, width, 4) blurs of the front's density, from sharp to soft
    int density_width, density_height;
    const std::uint8_t* inside;    // (side, side) how far a shadow shows, UV layout
    int inside_side;
    Affine glasses_from_points;
    float density_place[4];        // map coordinates = xy * place[0:2] + place[2:4]; glasses frame, m
    float sheet[4];                // z of the front: s[0] + s[1] x² + s[2] y + s[3] y²
    float reach[2];                // y at which the shadow has faded out: below and above
    Vector to_light;               // unit, glasses frame, z > 0
    float directed, ambient, temple;  // strengths
    Vector temple_start[2], temple_end[2];  // left, right
    float bleed[3];                // exponent of the light that is left, per colour
};

namespace {

constexpr float BLURS_M[4] = {0.0015f, 0.003f, 0.0055f, 0.010f};  // as in arpipe/effects/glasses/shadow_model.py
constexpr float PENUMBRA = 0.18f;  // blur (sigma) per distance: the apparent size of a window
constexpr float REACH_FADE_M = 0.010f, TEMPLE_REACH_M = 0.009f;
constexpr float DARKEST = 0.85f;

// Values that are interpolated over the skin.
struct Skin {
    Vector skin;  // glasses frame, m
    float facing;
    float u, v;
    Vector away;  // vector to the nearer temple, in units of its reach
    float strength;
};
constexpr int SKIN_VALUES = sizeof(Skin) / sizeof(float);
using SkinValues = std::array<float, SKIN_VALUES>;

// Factors of the codes of one colour. Codes are about the 2.2nd root of light, so that a factor of light is a factor of
// codes, too.
class CodeFactors {
  public:
    explicit CodeFactors(float bleed) {
        for (int step = 0; step <= STEPS; ++step)
            factors_[step] = std::pow(1.0f - DARKEST * float(step) / STEPS, bleed / 2.2f);
    }
    float where_blocked(float share) const { return factors_[index_at(share * (STEPS / DARKEST) + 0.5f, STEPS)]; }

  private:
    static constexpr int STEPS = 1024;
    std::array<float, STEPS + 1> factors_;
};

Skin skin_vertex(const Shadow& shadow, const Mesh& mesh, int i) {
    const float* v = shadow.vertices + 5 * std::size_t(i);
    Vector point = mesh.gl_from_points.point(mesh.points[i]);
    Vector skin = shadow.glasses_from_points.point(mesh.points[i]);
    int side = skin.x > 0.0f ? 0 : 1;
    Vector line = shadow.temple_end[side] - shadow.temple_start[side], from = skin - shadow.temple_start[side];
    Vector away = from - clamp(dot(from, line) / dot(line, line), 0.0f, 1.0f) * line;
    // Interpolated between vertices with different nearer temples, the vector would pass through zero: no shadow there.
    float strength = shadow.temple * smoothstep(0.035f, 0.055f, std::fabs(skin.x));
    float facing = dot(mesh.gl_from_points.direction({v[0], v[1], v[2]}), normalized(-1.0f * point));
    return {skin, facing, v[3], v[4], 1.0f / TEMPLE_REACH_M * away, strength};
}

float sheet(const Shadow& shadow, float x, float y) {
    const float* s = shadow.sheet;
    return s[0] + s[1] * x * x + (s[2] + s[3] * y) * y;
}

// Far behind the front, light enters from the sides.
float near_front(float along) { return 1.0f - smoothstep(0.015f, 0.045f, along); }

float front(const Shadow& shadow, Vector skin) {
    Vector to_light = shadow.to_light;
    float straight = std::fmax(sheet(shadow, skin.x, skin.y) - skin.z, 0.0f);
    float along = straight / to_light.z;
    float gap = sheet(shadow, skin.x + to_light.x * along, skin.y + to_light.y * along) - skin.z;
    along = std::fmax(gap, 0.0f) / to_light.z;
    const float* place = shadow.density_place;
    float u = (skin.x + to_light.x * along) * place[0] + place[2];
    float v = (skin.y + to_light.y * along) * place[1] + place[3];
    float map[4];
    lookup<4>(shadow.density, shadow.density_width, shadow.density_height, u, v, map);
    float blocked = map[0];
    for (int k = 0; k < 3; ++k)
        blocked = mix(blocked, map[k + 1],
                      clamp((along * PENUMBRA - BLURS_M[k]) / (BLURS_M[k + 1] - BLURS_M[k]), 0.0f, 1.0f));
    // Skin in front of the sheet is lit. The widest blur, seen from here, stands for what the front hides of the room.
    float directed = blocked * near_front(along) * smoothstep(-0.005f, 0.001f, gap);
    return shadow.directed * directed + shadow.ambient * map[3] * near_front(straight);
}

// Return the share of the light that is missing at a sample (x, y).
float blocked_at(const Shadow& shadow, const Skin& at, const Matte& matte, float x, float y) {
    // Where the face turns away, the mesh may project over the background, which must not be darkened.
    float inside;
    lookup<1>(shadow.inside, shadow.inside_side, shadow.inside_side, at.u, at.v, &inside);
    inside *= smoothstep(0.08f, 0.4f, at.facing);
    float height = at.skin.y;
    float within = clamp(std::fmin(height - shadow.reach[0], shadow.reach[1] - height) / REACH_FADE_M, 0.0f, 1.0f);
    if (inside <= 0.0f || within <= 0.0f) return 0.0f;
    inside *= uncovered(matte, x, y) * within;
    if (inside <= 0.0f) return 0.0f;
    float fall = 1.0f + dot(at.away, at.away);
    return std::fmin(inside * (front(shadow, at.skin) + at.strength / (fall * fall * fall)), DARKEST);
}

}  // namespace

// Multiply factors (height, width, 3) of the picture's sRGB codes by the shadow on one face.
ARPIPE_EXPORT void arpipe_draw_shadow(const View* view, const Mesh* mesh, const Shadow* shadow, const Matte* matte,
                                      std::uint8_t* factors) {
    const CodeFactors left[3] = {CodeFactors(shadow->bleed[0]), CodeFactors(shadow->bleed[1]), CodeFactors(shadow->bleed[2])};
    auto placed = place(*view, *mesh);
    std::vector<SkinValues> vertices(placed.size());
    for (int i = 0; i < mesh->point_count; ++i) {
        Skin skin = skin_vertex(*shadow, *mesh, i);
        std::memcpy(vertices[i].data(), &skin, sizeof skin);
        for (float& value : vertices[i]) value *= placed[i].per_m;
    }
    for_each_triangle(*view, *mesh, placed, [&](const Triangle& triangle, const std::uint32_t* corner) {
        const Placed *a = &placed[corner[0]], *b = &placed[corner[1]], *c = &placed[corner[2]];
        const SkinValues &of_a = vertices[corner[0]], &of_b = vertices[corner[1]], &of_c = vertices[corner[2]];
        for_each_row(triangle, {0, view->height}, [&](int y, int first, int last, float) {
            for (int x = first; x < last; ++x) {
                Shares share = triangle.weights.at(float(x) + 0.5f, float(y) + 0.5f);
                float depth_m = 1.0f / (share.first * a->per_m + share.second * b->per_m + share.third * c->per_m);
                SkinValues values;
                for (int k = 0; k < SKIN_VALUES; ++k)
                    values[k] = depth_m * (share.first * of_a[k] + share.second * of_b[k] + share.third * of_c[k]);
                Skin at;
                std::memcpy(&at, values.data(), sizeof at);
                float blocked = blocked_at(*shadow, at, *matte, float(x) + 0.5f, float(y) + 0.5f);
                if (blocked <= 0.0f) continue;
                std::uint8_t* factor = factors + 3 * (std::size_t(y) * view->width + x);
                for (int k = 0; k < 3; ++k)
                    factor[k] = std::uint8_t(float(factor[k]) * left[k].where_blocked(blocked) + 0.5f);
            }
        });
    });
}

}  // namespace arpipe
