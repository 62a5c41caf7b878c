// Soft shadow of the front and the temples of glasses on skin, computed at the vertices of the face mesh.
// The front is a curved sheet with a density map. The ray from a skin point towards the light meets the sheet at a place
// whose density is the shadow, blurred more with distance.
#include "project.glsl"

uniform mat4 u_gl_from_head;
uniform mat4 u_glasses_from_head;
uniform sampler2D u_density;      // four blurs of the front's density, from sharp to soft
uniform vec4 u_density_place;     // map coordinates = xy * place.xy + place.zw; glasses frame, m
uniform vec4 u_sheet;             // z of the front: s.x + s.y x² + s.z y + s.w y²
uniform vec3 u_to_light;          // unit, glasses frame, z > 0
uniform float u_directed;         // strength of the main light's shadow
uniform float u_ambient;          // strength of the ambient occlusion
uniform vec3 u_temple_start[2];   // glasses frame, m: left, right
uniform vec3 u_temple_end[2];

in vec3 in_position;   // head frame, m
in vec4 in_skin;       // normal of the mean face; 0 at the rim of the face mesh, 1 inside

out vec3 v_hit;        // where the ray meets the front: map coordinates, blur in m
out vec2 v_strength;   // of the main light's shadow; ambient occlusion
out vec4 v_temple;     // vector to the nearer temple, in units of its reach; strength

const float PENUMBRA = 0.18;  // blur (sigma) per distance: the apparent size of a window
const float TEMPLE_REACH_M = 0.009;
const float TEMPLE_SHARE = 0.8;

float sheet(vec2 p) {
    return u_sheet.x + u_sheet.y * p.x * p.x + (u_sheet.z + u_sheet.w * p.y) * p.y;
}

vec2 on_map(vec2 p) {
    return p * u_density_place.xy + u_density_place.zw;
}

// Far behind the front, light enters from the sides.
float near_front(float along) {
    return smoothstep(0.045, 0.015, along);
}

void main() {
    vec3 skin = (u_glasses_from_head * vec4(in_position, 1.0)).xyz;
    vec3 point = (u_gl_from_head * vec4(in_position, 1.0)).xyz;
    // Where the face turns away, the mesh may project over the background, which must not be darkened.
    float facing = dot(mat3(u_gl_from_head) * in_skin.xyz, normalize(-point));
    float inside = in_skin.w * smoothstep(0.08, 0.4, facing);

    float along = max(sheet(skin.xy) - skin.z, 0.0) / u_to_light.z;
    float gap = sheet(skin.xy + u_to_light.xy * along) - skin.z;
    along = max(gap, 0.0) / u_to_light.z;
    v_hit = vec3(on_map(skin.xy + u_to_light.xy * along), along * PENUMBRA);
    // Skin in front of the sheet is lit.
    v_strength.x = inside * u_directed * near_front(along) * smoothstep(-0.003, 0.0005, gap);

    float straight = max(sheet(skin.xy) - skin.z, 0.0);
    float around = textureLod(u_density, on_map(skin.xy + vec2(0.0, 0.3) * straight), 0.0).w;
    v_strength.y = inside * u_ambient * near_front(straight) * around;

    int side = skin.x > 0.0 ? 0 : 1;
    vec3 line = u_temple_end[side] - u_temple_start[side];
    vec3 from = skin - u_temple_start[side];
    vec3 away = from - line * clamp(dot(from, line) / dot(line, line), 0.0, 1.0);
    // Interpolated between vertices with different nearer temples, the vector would pass through zero: no shadow there.
    float lateral = smoothstep(0.035, 0.055, abs(skin.x));
    v_temple = vec4(away / TEMPLE_REACH_M, lateral * inside * TEMPLE_SHARE * (u_directed + u_ambient));
    gl_Position = project(point);
}
