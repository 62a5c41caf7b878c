// A picture in UV layout, painted on skin.
#include "common.glsl"

uniform sampler2D u_paint; // linear, alpha premultiplied
uniform float u_opacity;
uniform float u_texture;   // share of the skin's shading that the paint takes on

in vec2 v_look;
in vec2 v_uv;

layout(location = 0, index = 0) out vec4 o_color;
layout(location = 0, index = 1) out vec4 o_through;

void main() {
    vec4 paint = texture(u_paint, v_uv);
    float cover = paint.a * u_opacity * v_look.x;
    if (cover < 0.002) discard;
    vec3 under = backdrop();
    float level = luminance(under);
    cover *= skin_evidence(under, level) * bare();
    if (cover < 0.002) discard;
    float shade = min((level + 0.01) / (u_skin.z + 0.01), 2.2);
    vec3 color = pictured(paint.rgb / max(paint.a, 1e-3) * u_white) * mix(1.0, shade, u_texture);
    o_color = vec4(color * cover, cover);
    o_through = vec4(vec3(1.0 - cover), 1.0);
}
