// Soft shadow that the front and the temples cast on skin.
// The front is a curved sheet with a density map; a skin point looks along the light to where it meets the sheet
// and takes the density there, the more blurred the farther away.

uniform sampler2D u_density;      // four blurs of the front's density, sharp to soft
uniform vec4 u_density_place;     // map coordinates = xy * place.xy + place.zw, glasses' frame
uniform vec4 u_sheet;             // z of the front: s.x + s.y x² + s.z y + s.w y²
uniform vec3 u_to_light;          // unit, glasses' frame, z > 0
uniform float u_directed;         // share of the light that comes from there, with the strength
uniform float u_ambient;          // strength of the shade from all around
uniform vec3 u_temple_start[2];   // glasses' frame, m: left, right
uniform vec3 u_temple_end[2];

in vec3 v_glasses;
in float v_inside;

layout(location = 0, index = 0) out vec4 o_color;
layout(location = 0, index = 1) out vec4 o_through;

const float PENUMBRA = 0.22;                          // blur (sigma) per distance: a window's apparent size
const vec4 BLURS_M = vec4(0.0007, 0.002, 0.0045, 0.009);  // as in arpipe/effects/contact_shadow.py
const float TEMPLE_REACH_M = 0.0045;
const vec3 SKIN_BLEED = vec3(0.82, 1.0, 1.06);        // shade on skin is warm: red light travels under it

float sheet(vec2 p) {
    return u_sheet.x + u_sheet.y * p.x * p.x + (u_sheet.z + u_sheet.w * p.y) * p.y;
}

float density(vec3 to_light, float least_blur) {
    float along = max(sheet(v_glasses.xy) - v_glasses.z, 0.0) / to_light.z;
    vec2 hit = v_glasses.xy + to_light.xy * along;
    float gap = sheet(hit) - v_glasses.z;
    along = max(gap, 0.0) / to_light.z;
    hit = v_glasses.xy + to_light.xy * along;
    vec4 map = texture(u_density, hit * u_density_place.xy + u_density_place.zw);
    float blur = max(along * PENUMBRA, least_blur);
    vec3 between = clamp((blur - BLURS_M.xyz) / (BLURS_M.yzw - BLURS_M.xyz), 0.0, 1.0);
    float soft = mix(mix(mix(map.x, map.y, between.x), map.z, between.y), map.w, between.z);
    // What stands out in front of the sheet is lit; far behind it light comes in from the sides.
    return soft * smoothstep(-0.003, 0.0005, gap) * smoothstep(0.045, 0.015, along);
}

float beside_temple(int side) {
    vec3 line = u_temple_end[side] - u_temple_start[side];
    vec3 from = v_glasses - u_temple_start[side];
    float place = clamp(dot(from, line) / dot(line, line), 0.0, 1.0);
    vec3 away = from - line * place;
    return exp(-dot(away, away) / (2.0 * TEMPLE_REACH_M * TEMPLE_REACH_M));
}

void main() {
    float shade = u_directed * density(u_to_light, BLURS_M.x);
    shade += u_ambient * density(normalize(vec3(0.0, 0.3, 1.0)), BLURS_M.z);
    shade += 0.8 * (u_directed + u_ambient) * max(beside_temple(0), beside_temple(1));
    float left = 1.0 - min(shade * v_inside, 0.85);
    o_color = vec4(0.0);
    o_through = vec4(pow(vec3(left), SKIN_BLEED), 1.0);
}
