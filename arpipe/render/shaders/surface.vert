// An object on the head: up to PARTS rigid parts, materials per vertex; see surface.glsl.
#include "project.glsl"
#include "pictured.glsl"
#ifdef LIT_BY_VERTEX
#include "light.glsl"
#endif

uniform mat4 u_gl_from_part[PARTS];
uniform vec4 u_head_z;     // dot(u_head_z, (p, 1)) is z of a gl point p in the head frame, m
uniform vec2 u_fade_z_m;   // head z at which a temple is invisible, and at which it is opaque
uniform vec4 u_tint;       // factors of the base colour and of the opacity

in vec3 in_position;       // model frame, m
in vec3 in_normal;
in vec2 in_uv;
in vec4 in_color;          // linear base colour and opacity
in vec4 in_surface;        // metallic, roughness, clearcoat, clearcoat roughness
in vec4 in_body;           // transmission, reflectance at normal incidence / 0.25, part / 255, unlit

out vec2 v_uv;
out vec4 v_color;
flat out vec4 v_surface;
flat out vec4 v_body;
out float v_whole;
#ifdef LIT_BY_VERTEX
out vec3 v_light;          // reflected by a white matt surface
out vec4 v_mirror;         // half vector of the mirrored direction and the camera's axis; cosine of the angle to the viewer
#else
out vec3 v_position;       // gl frame, m
out vec3 v_normal;
#endif

void main() {
    mat4 placed = u_gl_from_part[int(in_body.z * 255.0 + 0.5)];
    vec4 point = placed * vec4(in_position, 1.0);
    vec3 normal = mat3(placed) * in_normal;
    v_uv = in_uv;
    v_color = vec4(pictured(in_color.rgb * u_tint.rgb), in_color.a * u_tint.a);
    v_surface = in_surface;
    v_body = in_body;
    v_whole = smoothstep(u_fade_z_m.x, u_fade_z_m.y, dot(u_head_z, point));
#ifdef LIT_BY_VERTEX
    // Surfaces that face away are treated as edge-on: otherwise their reflection would cross the ball.
    vec3 to_eye = normalize(-point.xyz);
    normal = normalize(normal);
    float facing = max(dot(normal, to_eye), 0.0);
    vec3 towards = normalize(normal + (facing - dot(normal, to_eye)) * to_eye);
    v_light = irradiance(normal);
    v_mirror = vec4(normalize(reflect(-to_eye, towards) + vec3(0.0, 0.0, 1.001)), facing);
#else
    v_position = point.xyz;
    v_normal = normal;
#endif
    gl_Position = project(point.xyz);
}
