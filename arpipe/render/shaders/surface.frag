// Metallic-roughness surface under image-based light: a matt part, a mirrored part, a clear coat.
// With GLASS the picture behind shines through, tinted.
#include "light.glsl"

in vec3 v_position;
in vec3 v_normal;
in vec2 v_uv;
in vec4 v_color;
flat in vec4 v_surface;
flat in vec4 v_body;
in float v_whole;

uniform vec3 u_emissive;
uniform vec4 u_tint;       // multiplies the base colour; alpha the opacity
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

layout(location = 0, index = 0) out vec4 o_color;    // radiance × coverage; alpha 0
layout(location = 0, index = 1) out vec4 o_through;  // share of the picture that is left; alpha what is not covered

vec2 placed(mat3 transform) {
    return (transform * vec3(v_uv, 1.0)).xy;
}

#ifdef NORMAL_MAP
// Tangents from the screen's derivatives: position and texture coordinates change together.
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

float grazing(float facing) {  // Schlick: (1 - cos)^5
    float m = 1.0 - facing;
    float m2 = m * m;
    return m2 * m2 * m;
}

void main() {
    vec4 base = v_color * u_tint;
#ifdef BASE_MAP
    base *= texture(u_base_map, placed(u_base_transform));
#endif
#ifdef CUTOFF
    if (base.a < u_cutoff) discard;
    base.a = 1.0;
#endif
    float metallic = v_surface.x;
    float roughness = v_surface.y;
#ifdef SURFACE_MAP
    vec4 surface = texture(u_surface_map, placed(u_surface_transform));
    roughness *= surface.g;
    metallic *= surface.b;
#endif
    vec3 to_eye = normalize(-v_position);
    vec3 normal = normalize(v_normal);
    if (dot(normal, to_eye) < 0.0 && !gl_FrontFacing) normal = -normal;
    vec3 smooth_normal = normal;
#ifdef NORMAL_MAP
    normal = bumped(normal);
#endif
    float facing = clamp(dot(normal, to_eye), 0.02, 1.0);

#ifdef METALLIC
    vec3 f0 = mix(vec3(v_body.y * 0.25), base.rgb, metallic);
    vec3 reflectance = f0 + (max(vec3(1.0 - roughness), f0) - f0) * grazing(facing);
    vec3 scattered = base.rgb * (1.0 - metallic);
#else
    float f0 = v_body.y * 0.25;
    float reflectance = f0 + (max(1.0 - roughness, f0) - f0) * grazing(facing);
    vec3 scattered = base.rgb;
#endif
#ifdef GLASS
    reflectance *= smoothstep(0.0, 0.35, facing);  // the narrow edge of a lens would glitter from pixel to pixel
#endif
#if defined(CLEARCOAT) && !defined(METALLIC)
    vec3 mirrored = vec3(0.0);  // coat and plastic refract alike, so nothing is mirrored between them
#else
    vec3 mirrored = surroundings(reflect(-to_eye, normal), roughness) * reflectance;
#endif
#ifdef OCCLUSION_MAP
    float open = 1.0 + u_occlusion_strength
        * (texture(u_occlusion_map, placed(u_occlusion_transform)).r - 1.0);
#else
    const float open = 1.0;
#endif

#ifdef CLEAR
    vec3 through = scattered * (1.0 - reflectance);
    vec3 radiance = mirrored * open;
    const float opaque = 0.0;
#else
    vec3 radiance = (mirrored + scattered * irradiance(normal)) * open;
    vec3 through = vec3(0.0);
    float opaque = base.a;
#ifdef GLASS
    float transmission = v_body.x;
#ifdef TRANSMISSION_MAP
    transmission *= texture(u_transmission_map, placed(u_transmission_transform)).r;
#endif
    through = scattered * transmission * (1.0 - reflectance);
    radiance = (mirrored + scattered * (1.0 - transmission) * irradiance(normal)) * open;
    opaque *= 1.0 - transmission;
#endif
#endif

#ifdef CLEARCOAT
    float coat_facing = clamp(dot(smooth_normal, to_eye), 0.02, 1.0);
    float coat = v_surface.z * (0.04 + 0.96 * grazing(coat_facing));
    radiance *= 1.0 - coat;
    through *= 1.0 - coat;
    radiance += coat * surroundings(reflect(-to_eye, smooth_normal), v_surface.w);
#endif
    vec3 emitted = u_emissive;
#ifdef EMISSIVE_MAP
    emitted *= texture(u_emissive_map, placed(u_emissive_transform)).rgb;
#endif
    radiance = mix(shown(radiance + emitted), base.rgb, v_body.w);

    float cover = base.a * v_whole;
    o_color = vec4(radiance * cover, 0.0);
    o_through = vec4(mix(vec3(1.0), through, cover), 1.0 - opaque * v_whole);
}
