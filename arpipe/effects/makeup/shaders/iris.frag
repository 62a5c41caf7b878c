// Another iris colour, as of a coloured lens: the iris keeps its texture, its shading and its catchlights, and the pupil
// stays as it is.
#include "common.glsl"

uniform vec3 u_irises;  // mean of the irises without makeup
uniform vec3 u_color;   // linear, as shown in the light on the eyes
uniform float u_opacity;
uniform float u_soft;     // width of soft edges, px
uniform vec4 u_circle[2]; // centre, radius (px), pupil radius / radius: left, right

in vec2 v_place;
in vec4 v_data;         // distance inside the lids (0 … 1), eye (0 left, 1 right), facing, unused

layout(location = 0, index = 0) out vec4 o_color;
layout(location = 0, index = 1) out vec4 o_through;

const float NOISE_FLOOR = 0.003;  // luminance below which texture is noise

void main() {
    vec4 circle = v_data.y < 0.5 ? u_circle[0] : u_circle[1];
    vec2 from = (v_place - circle.xy) / circle.z;
    float r = length(from);
    float soft = u_soft / circle.z;
    float beyond_pupil = (r - circle.w) / max(1.0 - circle.w, 0.1);  // 0 at the edge of the pupil, 1 at the rim
    // Irises are darker and browner around the pupil, and lenses leave a gap there.
    float ring = (1.0 - smoothstep(0.95 - soft, 1.0 + soft, r)) * smoothstep(0.03, 0.35, beyond_pupil);
    float cover = ring * smoothstep(0.0, 1.0, v_data.x) * smoothstep(0.1, 0.4, v_data.z) * u_opacity * bare();
    if (cover < 0.002) discard;
    vec3 under = backdrop();
    float level = luminance(under), mean_level = luminance(u_irises);
    cover *= 1.0 - smoothstep(3.0, 6.0, (level + 0.01) / (mean_level + 0.01)); // catchlights
    float texture_floor = NOISE_FLOOR + 0.1 * mean_level;
    float shade = clamp((level + texture_floor) / (mean_level + texture_floor), 0.2, 2.5);
    float angle = atan(from.y, from.x);
    float fibre = 0.5 + 0.5 * sin(angle * 46.0 + 6.0 * sin(angle * 7.0)) * sin(angle * 31.0 + r * 9.0);
    float limbus = 1.0 - 0.7 * smoothstep(0.55, 1.0, beyond_pupil);
    vec3 color = u_color * shade * limbus * mix(0.9, 1.15, fibre);
    o_color = vec4(color * cover, cover);
    o_through = vec4(vec3(1.0 - cover), 1.0);
}
