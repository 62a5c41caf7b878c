// See shadow.vert.
uniform sampler2D u_density;

in vec3 v_hit;
in vec2 v_strength;
in vec4 v_temple;

out vec4 o_share;  // factor for the sRGB codes of the picture

const vec4 BLURS_M = vec4(0.0015, 0.003, 0.0055, 0.010);  // as in arpipe/effects/glasses/contact_shadow.py
const vec3 SKIN_BLEED = vec3(0.80, 1.0, 1.10);            // shadows on skin are warm, because red light scatters beneath it

void main() {
    vec4 map = texture(u_density, v_hit.xy);
    vec3 between = clamp((v_hit.z - BLURS_M.xyz) / (BLURS_M.yzw - BLURS_M.xyz), 0.0, 1.0);
    float density = mix(mix(mix(map.x, map.y, between.x), map.z, between.y), map.w, between.z);
    float fall = 1.0 + dot(v_temple.xyz, v_temple.xyz);
    float shade = v_strength.x * density + v_strength.y + v_temple.w / (fall * fall * fall);
    // sRGB codes are about the 2.2nd root of light, so that a factor of light is a factor of codes, too.
    o_share = vec4(pow(1.0 - min(shade, 0.85) * SKIN_BLEED, vec3(1.0 / 2.2)), 1.0);
}
