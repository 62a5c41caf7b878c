// Another iris colour; shading and catchlights of the eye stay.
#include "common.glsl"

uniform vec3 u_irises;  // mean of the irises without makeup
uniform vec3 u_color;   // linear, as shown
uniform float u_opacity;
uniform vec4 u_circle[2]; // centre, radius, 1 / pupil radius (px): left, right

in vec2 v_place;
in vec4 v_data;         // distance inside the lids (0 … 1), eye (0 left, 1 right), facing, unused

layout(location = 0, index = 0) out vec4 o_color;
layout(location = 0, index = 1) out vec4 o_through;

void main() {
    vec4 circle = v_data.y < 0.5 ? u_circle[0] : u_circle[1];
    vec2 from = v_place - circle.xy;
    float r = length(from) / circle.z;
    float soft = 1.2 / circle.z;
    float ring = (1.0 - smoothstep(0.97 - soft, 1.0 + soft, r)) * smoothstep(0.30, 0.46, r);
    float cover = ring * smoothstep(0.0, 1.0, v_data.x) * smoothstep(0.1, 0.4, v_data.z) * u_opacity * bare();
    if (cover < 0.002) discard;
    vec3 under = backdrop();
    float level = luminance(under), mean_level = luminance(u_irises);
    cover *= 1.0 - smoothstep(3.0, 6.0, (level + 0.01) / (mean_level + 0.01)); // catchlights
    float shade = pow(clamp((level + 0.012) / (mean_level + 0.012), 0.25, 2.2), 0.8);
    float angle = atan(from.y, from.x);
    float fibre = 0.5 + 0.5 * sin(angle * 46.0 + 6.0 * sin(angle * 7.0)) * sin(angle * 31.0 + r * 9.0);
    float limbus = 1.0 - 0.6 * smoothstep(0.74, 1.0, r);
    float inner = 1.0 + 0.25 * (1.0 - smoothstep(0.4, 0.65, r));
    vec3 color = u_color * shade * limbus * inner * mix(0.85, 1.12, fibre) * 0.8;
    o_color = vec4(color * cover, cover);
    o_through = vec4(vec3(1.0 - cover), 1.0);
}
