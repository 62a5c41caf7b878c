// Liner and lashes: ribbons with soft edges.
#include "matte.glsl"

uniform vec4 u_pigment; // linear colour as shown, opacity
uniform float u_soft;   // half the width of an edge, px

in vec4 v_data;         // distance from the centre line, half width (px), strength, unused

layout(location = 0, index = 0) out vec4 o_color;
layout(location = 0, index = 1) out vec4 o_through;

void main() {
    float inside = clamp((v_data.y - abs(v_data.x)) / (2.0 * u_soft) + 0.5, 0.0, 1.0);
    float cover = inside * min(2.0 * v_data.y / u_soft, 1.0) * v_data.z * u_pigment.a * bare();
    if (cover < 0.002) discard;
    o_color = vec4(u_pigment.rgb * cover, cover);
    o_through = vec4(vec3(1.0 - cover), 1.0);
}
