// Objects on a head: opaque surfaces, then glass from back to front.
//
// A visibility buffer holds the nearest triangle of each sample, so that each visible sample is shaded once.
#include "candidates.h"

namespace arpipe {
namespace {

// Box of samples, half-open.
struct Box {
    int top, bottom, left, right;

    void include(const Triangle& triangle, Rows rows) {
        top = std::min(top, std::max(triangle.top, rows.top));
        bottom = std::max(bottom, std::min(triangle.bottom, rows.bottom));
        left = std::min(left, triangle.left), right = std::max(right, triangle.right);
    }
};

// Draws some of the rows.
class Drawing {
  public:
    Drawing(const Canvas& canvas, const Light& light, const Matte& matte, const Candidates& candidates, Rows rows)
        : canvas_(canvas), light_(light), matte_(matte), candidates_(candidates), rows_(rows) {}

    // Draw the candidates from one to before another.
    void draw(std::size_t from, std::size_t to) {
        box_ = {rows_.bottom, rows_.top, canvas_.view.width, 0};
        for (std::size_t i = from; i < to; ++i) rasterise(std::uint32_t(i));
        switch (canvas_.scale) {
            case 2: shade_pixels<2>(); break;
            case 3: shade_pixels<3>(); break;
            case 4: shade_pixels<4>(); break;
            case 5: shade_pixels<5>(); break;
            case 6: shade_pixels<6>(); break;
            default: shade_pixels<1>();  // sample by sample
        }
        for (int kind = 0; kind < KINDS; ++kind) finish(kind);
    }

  private:
    // Find out where a candidate is nearest.
    void rasterise(std::uint32_t candidate) {
        const Candidate& drawn = candidates_[candidate];
        if (drawn.triangle.top >= rows_.bottom || drawn.triangle.bottom <= rows_.top) return;
        if (drawn.batch->cutoff > 0.0f)
            rasterise(candidate, [&](int x, int y) { return drawn.is_solid(float(x) + 0.5f, float(y) + 0.5f); });
        else
            rasterise(candidate, [](int, int) { return true; });
        box_.include(drawn.triangle, rows_);
    }

    template <typename IsSolid>
    void rasterise(std::uint32_t candidate, IsSolid is_solid) {
        const Triangle& triangle = candidates_[candidate].triangle;
        const std::size_t width = std::size_t(canvas_.view.width);
        for_each_row(triangle, rows_, [&](int y, int first, int last, float depth) {
            float* row = canvas_.depth + y * width;
            std::uint32_t* names = canvas_.nearest + y * width;
            for (int x = first; x < last; ++x, depth += triangle.depth_x)
                if (depth <= row[x] && is_solid(x, y)) row[x] = depth, names[x] = candidate + 1;
        });
    }

    // Shade pixels of Scale x Scale samples: once if one triangle can stand for all of them, else sample by sample.
    template <int Scale>
    void shade_pixels() {
        const int width = canvas_.view.width;
        for (int y = box_.top / Scale * Scale; y < box_.bottom; y += Scale)
            for (int x = box_.left / Scale * Scale; x < box_.right; x += Scale) {
                std::uint32_t* names = canvas_.nearest + std::size_t(y) * width + x;
                std::uint32_t any = 0, differences = 0;
                for (int row = 0; row < Scale; ++row)
                    for (int column = 0; column < Scale; ++column) {
                        std::uint32_t name = names[row * width + column];
                        any |= name, differences |= name ^ names[0];
                    }
                if (!any) continue;
                std::uint32_t common = differences ? smooth_triangle<Scale>(names, x, y) : names[0];
                if (common && candidates_[common - 1].batch->lit_by_sample) common = 0;
                if (common) add(common, x, y, Scale);
                for (int row = 0; row < Scale; ++row)
                    for (int column = 0; column < Scale; ++column) {
                        std::uint32_t& name = names[row * width + column];
                        if (!common && name) add(name, x + column, y + row, 1);
                        name = 0;
                    }
            }
    }

    // Return the triangle of glass at the middle of a pixel, if it continues smoothly to all samples; else 0.
    template <int Scale>
    std::uint32_t smooth_triangle(const std::uint32_t* names, int x, int y) const {
        if (!names[0] || !(candidates_[names[0] - 1].batch->kind & GLASS)) return 0;
        const float middle_x = float(x) + 0.5f * Scale, middle_y = float(y) + 0.5f * Scale;
        std::uint32_t found = 0;
        for (int row = 0; row < Scale; ++row)
            for (int column = 0; column < Scale; ++column) {
                std::uint32_t name = names[row * canvas_.view.width + column];
                if (!name) return 0;
                if (candidates_[name - 1].triangle.weights.at(middle_x, middle_y).are_inside()) found = name;
            }
        if (!found) return 0;
        for (int row = 0; row < Scale; ++row)
            for (int column = 0; column < Scale; ++column)
                if (!are_joined(candidates_[found - 1], candidates_[names[row * canvas_.view.width + column] - 1]))
                    return 0;
        return found;
    }

    // Whether triangles share a vertex; at creases, each side has vertices of its own.
    static bool are_joined(const Candidate& one, const Candidate& other) {
        for (const Vertex* corner : one.corners)
            if (std::find(other.corners, other.corners + 3, corner) != other.corners + 3) return true;
        return false;
    }

    // Interpolate the triangle's properties at the middle of a square of samples.
    void add(std::uint32_t name, int x, int y, int size) {
        const Candidate& visible = candidates_[name - 1];
        const Batch& batch = *visible.batch;
        Block& block = blocks_[batch.kind];
        const int i = block.count++;
        block.x[i] = x, block.y[i] = y, block.size[i] = size;
        float middle_x = float(x) + 0.5f * float(size), middle_y = float(y) + 0.5f * float(size);
        float at[VARYINGS], coat[VARYINGS];
        visible.interpolate(middle_x, middle_y, at);
        if (batch.lit_by_sample) light_sample(visible, light_, at, coat);
        if (batch.base_map.pixels) {
            float texel[4];
            fetch(batch.base_map, at + UV, true, texel);
            for (int k = 0; k < 4; ++k) at[BASE + k] *= texel[k];
            picture(at + BASE, light_.colorful);
        }
        if (batch.cutoff > 0.0f) at[BASE + 3] = 1.0f;
        for (int k = 0; k < 3; ++k) {
            block.light[k][i] = at[LIGHT + k];
            block.seen.mirror[k][i] = at[MIRROR + k];
            block.base[k][i] = at[BASE + k];
            block.emitted[k][i] = batch.emissive[k];
        }
        block.seen.facing[i] = at[FACING];
        block.cover[i] = clamp(at[BASE + 3] * at[WHOLE] * uncovered(matte_, middle_x, middle_y), 0.0f, 1.0f);
        constexpr float UNIT = 1.0f / 255.0f;
        const std::uint8_t* surface = visible.surface;
        block.metallic[i] = surface[0] * UNIT, block.roughness[i] = surface[1] * UNIT;
        block.coat[i] = surface[2] * UNIT, block.coat_roughness[i] = surface[3] * UNIT;
        block.transmission[i] = surface[4] * UNIT, block.reflectance[i] = surface[5] * (0.25f * UNIT);
        block.unlit[i] = surface[7] * UNIT;
        if (batch.kind & TEXTURED) {
            const float* smooth = batch.lit_by_sample ? coat : at;
            for (int k = 0; k < 3; ++k) block.coat_seen.mirror[k][i] = smooth[MIRROR + k];
            block.coat_seen.facing[i] = smooth[FACING];
            apply_maps(batch, at + UV, block, i);
        }
        if (block.count == BLOCK) finish(batch.kind);
    }

    // Multiply properties by textures other than that of the base colour.
    void apply_maps(const Batch& batch, const float* uv, Block& block, int i) const {
        float texel[4];
        if (batch.surface_map.pixels) {
            fetch(batch.surface_map, uv, false, texel);
            block.metallic[i] *= texel[2], block.roughness[i] *= texel[1];
        }
        if (batch.transmission_map.pixels) {
            fetch(batch.transmission_map, uv, false, texel);
            block.transmission[i] *= texel[0];
        }
        block.open[i] = 1.0f;
        if (batch.occlusion_map.pixels) {
            fetch(batch.occlusion_map, uv, false, texel);
            block.open[i] = 1.0f + batch.occlusion_strength * (texel[0] - 1.0f);
        }
        if (batch.emissive_map.pixels) {
            fetch(batch.emissive_map, uv, true, texel);
            for (int k = 0; k < 3; ++k) texel[k] *= batch.emissive[k];
            picture(texel, light_.colorful);
            for (int k = 0; k < 3; ++k) block.emitted[k][i] = texel[k];
        }
    }

    // Shade a block and blend it over the picture.
    void finish(int kind) {
        Block& block = blocks_[kind];
        shade(block, light_, kind);
        for (int i = 0; i < block.count; ++i) {
            std::uint32_t* corner = canvas_.samples + std::size_t(block.y[i]) * canvas_.view.width + block.x[i];
            std::uint32_t before = corner[0], after = blended(block, i, kind, before);
            for (int row = 0; row < block.size[i]; ++row)
                for (int column = 0; column < block.size[i]; ++column) {
                    std::uint32_t& sample = corner[row * canvas_.view.width + column];
                    if (sample != before) before = sample, after = blended(block, i, kind, before);
                    sample = after;
                }
        }
        block.count = 0;
    }

    // Glass is blended in linear light; opaque surfaces mostly replace the picture, and sRGB codes do for their edges.
    static std::uint32_t blended(const Block& block, int i, int kind, std::uint32_t rgba) {
        float cover = block.cover[i], opaque = kind & GLASS ? 1.0f - block.transmission[i] : 1.0f;
        std::uint32_t result = std::uint32_t(float(rgba >> 24) * (1.0f - cover * opaque) + 0.5f) << 24;
        for (int k = 0; k < 3; ++k) {
            auto before = std::uint8_t(rgba >> (8 * k));
            float code;
            if (kind & GLASS)
                code = CODES.code(block.radiance[k][i] * cover +
                                  CODES.light(before) * mix(1.0f, block.through[k][i], cover));
            else
                code = mix(float(before), CODES.code(block.radiance[k][i]), cover);
            result |= std::uint32_t(code + 0.5f) << (8 * k);
        }
        return result;
    }

    const Canvas& canvas_;
    const Light& light_;
    const Matte& matte_;
    const Candidates& candidates_;
    const Rows rows_;
    Box box_{};  // around what was rasterised
    Block blocks_[KINDS];
};

}  // namespace

// Draw batches in the order given: opaque ones first, then glass.
ARPIPE_EXPORT void arpipe_draw_object(const Canvas* canvas, const Batch* batches, int count, const Placement* placement,
                                   const Light* light, const Matte* matte) {
    std::size_t vertex_count = 0, triangle_count = 0;
    for (int i = 0; i < count; ++i) {
        vertex_count += std::size_t(batches[i].vertex_count);
        triangle_count += std::size_t(batches[i].triangle_count);
    }
    std::vector<Vertex> vertices(vertex_count);
    Candidates candidates;
    candidates.reserve(triangle_count);
    std::vector<std::size_t> ends;  // candidates before each end are shaded before the others are drawn
    Vertex* next = vertices.data();
    for (int i = 0; i < count; ++i) {
        const Batch& batch = batches[i];
        place_vertices(canvas->view, batch, *placement, *light, next);
        set_up_triangles(canvas->view, batch, next, candidates);
        if (i + 1 == count || (batches[i + 1].kind & GLASS)) ends.push_back(candidates.size());
        next += batch.vertex_count;
    }
    for_each_band(canvas->view.width, canvas->view.height, canvas->scale, canvas->threads, [&](Rows rows) {
        Drawing drawing(*canvas, *light, *matte, candidates, rows);
        std::size_t from = 0;
        for (std::size_t end : ends) drawing.draw(from, end), from = end;
    });
}

}  // namespace arpipe
