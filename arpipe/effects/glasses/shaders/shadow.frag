// See shadow.vert.
uniform sampler2D u_density;

in vec3 v_hit;
in vec2 v_strength;
in vec4 v_temple;

out vec4 o_share;  // of the picture's codes that is left

const vec4 BLURS_M = vec4(0.0015, 0.003, 0.0055, 0.010);  // as in arpipe/effects/glasses/contact_shadow.py
const vec3 SKIN_BLEED = vec3(0.80, 1.0, 1.10);            // shade on skin is warm: red light travels under it

void main() {
    vec4 map = texture(u_density, v_hit.xy);
    vec3 between = clamp((v_hit.z - BLURS_M.xyz) / (BLURS_M.yzw - BLURS_M.xyz), 0.0, 1.0);
    float density = mix(mix(mix(map.x, map.y, between.x), map.z, between.y), map.w, between.z);
    float fall = 1.0 + dot(v_temple.xyz, v_temple.xyz);
    float shade = v_strength.x * density + v_strength.y + v_temple.w / (fall * fall * fall);
    // Codes go with about the 2.2nd root of light, so a share of one is a share of the other.
    o_share = vec4(pow(1.0 - min(shade, 0.85) * SKIN_BLEED, vec3(1.0 / 2.2)), 1.0);
}
