// An object on the head; see surface.glsl.
#include "surface.glsl"
#include "matte.glsl"
#include "pictured.glsl"

layout(location = 0, index = 0) out vec4 o_color;
layout(location = 0, index = 1) out vec4 o_through;

in vec2 v_uv;
in vec4 v_color;
flat in vec4 v_surface;
flat in vec4 v_body;
in float v_whole;
#ifdef LIT_BY_VERTEX
in vec3 v_light;
in vec4 v_mirror;
#else
in vec3 v_position;
in vec3 v_normal;
#endif

uniform vec3 u_emissive;
#ifdef BASE_MAP
uniform sampler2D u_base_map;
uniform mat3 u_base_transform;
#endif
#ifdef SURFACE_MAP
uniform sampler2D u_surface_map;
uniform mat3 u_surface_transform;
#endif
#ifdef NORMAL_MAP
uniform sampler2D u_normal_map;
uniform mat3 u_normal_transform;
uniform float u_normal_scale;
#endif
#ifdef EMISSIVE_MAP
uniform sampler2D u_emissive_map;
uniform mat3 u_emissive_transform;
#endif
#ifdef TRANSMISSION_MAP
uniform sampler2D u_transmission_map;
uniform mat3 u_transmission_transform;
#endif
#ifdef OCCLUSION_MAP
uniform sampler2D u_occlusion_map;
uniform mat3 u_occlusion_transform;
uniform float u_occlusion_strength;
#endif
#ifdef CUTOFF
uniform float u_cutoff;
#endif

vec2 placed(mat3 transform) {
    return (transform * vec3(v_uv, 1.0)).xy;
}

#ifdef NORMAL_MAP
// Tangents from screen-space derivatives of position and texture coordinates.
vec3 bumped(vec3 normal) {
    vec2 uv = placed(u_normal_transform);
    vec3 along_x = dFdx(v_position), along_y = dFdy(v_position);
    vec2 uv_x = dFdx(uv), uv_y = dFdy(uv);
    vec3 side_x = cross(along_y, normal), side_y = cross(normal, along_x);
    vec3 tangent = side_x * uv_x.x + side_y * uv_y.x;
    vec3 bitangent = side_x * uv_x.y + side_y * uv_y.y;
    float size = inversesqrt(max(max(dot(tangent, tangent), dot(bitangent, bitangent)), 1e-20));
    vec3 bump = texture(u_normal_map, uv).xyz * 2.0 - 1.0;
    bump.xy *= u_normal_scale;
    return normalize(tangent * (size * bump.x) - bitangent * (size * bump.y) + normal * bump.z);
}
#endif

void main() {
    vec4 base = v_color;
#ifdef BASE_MAP
    base *= texture(u_base_map, placed(u_base_transform));
    base.rgb = pictured(base.rgb);
#endif
#ifdef CUTOFF
    if (base.a < u_cutoff) discard;
    base.a = 1.0;
#endif
    vec4 surface = v_surface;
#ifdef SURFACE_MAP
    surface.xy *= texture(u_surface_map, placed(u_surface_transform)).bg;
#endif
    vec4 body = v_body;
#ifdef TRANSMISSION_MAP
    body.x *= texture(u_transmission_map, placed(u_transmission_transform)).r;
#endif
#ifdef LIT_BY_VERTEX
    // Half vectors can be interpolated between vertices, as normals can; their x and y are the place on the ball.
    vec3 mirror = v_mirror.xyw * inversesqrt(dot(v_mirror.xyz, v_mirror.xyz));
    Aspect seen = Aspect(v_light, mirror.z, mirror.xy * 0.5 + 0.5);
    Aspect coat_seen = seen;
#else
    vec3 to_eye = normalize(-v_position);
    vec3 normal = normalize(v_normal);
    if (dot(normal, to_eye) < 0.0 && !gl_FrontFacing) normal = -normal;
    Aspect coat_seen = aspect(normal, to_eye);
    Aspect seen = coat_seen;
#ifdef NORMAL_MAP
    seen = aspect(bumped(normal), to_eye);  // the coat is smooth over the bumps
#endif
#endif
    float open = 1.0;
#ifdef OCCLUSION_MAP
    open += u_occlusion_strength * (texture(u_occlusion_map, placed(u_occlusion_transform)).r - 1.0);
#endif
    vec3 emitted = u_emissive;
#ifdef EMISSIVE_MAP
    emitted = pictured(emitted * texture(u_emissive_map, placed(u_emissive_transform)).rgb);
#endif
    Drawn result = drawn(Matter(base, surface, body, emitted, open), seen, coat_seen, v_whole * uncovered());
    o_color = result.color;
    o_through = result.through;
}
