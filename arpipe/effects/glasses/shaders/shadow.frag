// The front is a curved sheet with a density map. The ray from a skin point towards the light meets the sheet at a place
// whose density is the shadow, blurred more with distance.
#include "matte.glsl"
#include "pictured.glsl"

uniform sampler2D u_density;      // four blurs of the front's density, from sharp to soft
uniform vec4 u_density_place;     // map coordinates = xy * place.xy + place.zw; glasses frame, m
uniform vec4 u_sheet;             // z of the front: s.x + s.y x² + s.z y + s.w y²
uniform sampler2D u_inside;       // 0 at the border of the face mesh and on the nose, 1 between them; UV layout
uniform vec3 u_to_light;          // unit, glasses frame, z > 0
uniform vec2 u_reach;             // y at which the shadow has faded out: below and above; glasses frame, m
uniform float u_directed;         // strength of the main light's shadow
uniform float u_ambient;          // strength of the ambient occlusion

in vec3 v_skin;
in float v_facing;
in vec2 v_uv;
in vec4 v_temple;  // vector to the nearer temple, in units of its reach; strength

out vec4 o_share;  // factor for the sRGB codes of the picture

const vec4 BLURS_M = vec4(0.0015, 0.003, 0.0055, 0.010);  // as in arpipe/effects/glasses/shadow_model.py
const vec3 SKIN_BLEED = vec3(0.74, 1.0, 1.16);            // shadows on skin are warm, because red light scatters beneath it
const float PENUMBRA = 0.18;  // blur (sigma) per distance: the apparent size of a window
const float REACH_FADE_M = 0.010;

float sheet(vec2 p) {
    return u_sheet.x + u_sheet.y * p.x * p.x + (u_sheet.z + u_sheet.w * p.y) * p.y;
}

// Far behind the front, light enters from the sides.
float near_front(float along) {
    return smoothstep(0.045, 0.015, along);
}

float front() {
    float straight = max(sheet(v_skin.xy) - v_skin.z, 0.0);
    float along = straight / u_to_light.z;
    float gap = sheet(v_skin.xy + u_to_light.xy * along) - v_skin.z;
    along = max(gap, 0.0) / u_to_light.z;
    vec2 hit = v_skin.xy + u_to_light.xy * along;
    vec4 map = textureLod(u_density, hit * u_density_place.xy + u_density_place.zw, 0.0);
    vec3 between = clamp((along * PENUMBRA - BLURS_M.xyz) / (BLURS_M.yzw - BLURS_M.xyz), 0.0, 1.0);
    float blocked = mix(mix(mix(map.x, map.y, between.x), map.z, between.y), map.w, between.z);
    // Skin in front of the sheet is lit. The widest blur, seen from here, stands for what the front hides of the room.
    float directed = blocked * near_front(along) * smoothstep(-0.005, 0.001, gap);
    return u_directed * directed + u_ambient * map.w * near_front(straight);
}

void main() {
    // Where the face turns away, the mesh may project over the background, which must not be darkened.
    float inside = texture(u_inside, v_uv).r * smoothstep(0.08, 0.4, v_facing);
    inside *= uncovered();
    inside *= clamp(min(v_skin.y - u_reach.x, u_reach.y - v_skin.y) / REACH_FADE_M, 0.0, 1.0);
    float fall = 1.0 + dot(v_temple.xyz, v_temple.xyz);
    float shade = front() + v_temple.w / (fall * fall * fall);
    // sRGB codes are about the 2.2nd root of light, so that a factor of light is a factor of codes, too. As an exponent,
    // the bleeding leaves deep shadows the colour of the skin; as a factor, it would turn them orange.
    o_share = vec4(pow(vec3(1.0 - min(inside * shade, 0.85)), pictured(SKIN_BLEED) / 2.2), 1.0);
}
