// Whiter teeth: less yellow, a little brighter; gums, tongue and dark gaps stay.
#include "common.glsl"

uniform float u_opacity;
uniform float u_brighten;

in vec4 v_data; // distance inside the lips (0 … 1), unused, unused, facing

layout(location = 0, index = 0) out vec4 o_color;
layout(location = 0, index = 1) out vec4 o_through;

void main() {
    float inside = smoothstep(0.0, 1.0, v_data.x) * smoothstep(0.02, 0.22, v_data.w) * u_opacity * bare();
    if (inside < 0.002) discard;
    vec3 under = backdrop();
    float level = luminance(under);
    vec3 tint = max(u_white, 0.05) / luminance(max(u_white, vec3(0.05)));
    vec3 neutral = under / tint;
    float redness = (neutral.r - neutral.g) / (neutral.r + 0.01);
    float tooth = smoothstep(0.35, 0.8, level / u_skin.z) * (1.0 - smoothstep(0.24, 0.40, redness));
    float cover = inside * tooth;
    if (cover < 0.002) discard;
    vec3 white = pictured(tint * level * vec3(0.99, 1.0, 1.02));
    vec3 color = mix(under, white, 0.85) * (1.0 + u_brighten * 0.3);
    o_color = vec4(color * cover, cover);
    o_through = vec4(vec3(1.0 - cover), 1.0);
}
