// See shadow.vert.
uniform sampler2D u_density;

in vec3 v_hit;
in vec2 v_strength;
in vec4 v_temple;

layout(location = 0, index = 0) out vec4 o_color;
layout(location = 0, index = 1) out vec4 o_through;

const vec4 BLURS_M = vec4(0.0015, 0.003, 0.0055, 0.010);  // as in arpipe/effects/contact_shadow.py
const vec3 SKIN_BLEED = vec3(0.80, 1.0, 1.10);            // shade on skin is warm: red light travels under it

void main() {
    vec4 map = texture(u_density, v_hit.xy);
    vec3 between = clamp((v_hit.z - BLURS_M.xyz) / (BLURS_M.yzw - BLURS_M.xyz), 0.0, 1.0);
    float density = mix(mix(mix(map.x, map.y, between.x), map.z, between.y), map.w, between.z);
    float fall = 1.0 + dot(v_temple.xyz, v_temple.xyz);
    float shade = v_strength.x * density + v_strength.y + v_temple.w / (fall * fall * fall);
    o_color = vec4(0.0);
    o_through = vec4(1.0 - min(shade, 0.85) * SKIN_BLEED, 1.0);
}
