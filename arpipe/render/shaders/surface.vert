// A worn object: up to PARTS rigid parts, materials by vertex.
#include "project.glsl"

uniform mat4 u_gl_from_part[PARTS];
uniform vec4 u_head_z;     // dot(u_head_z, (p, 1)) is z of a gl point p in the head frame, m
uniform vec2 u_fade_z_m;   // head z where a temple is gone, where it is whole

in vec3 in_position;       // model frame, m
in vec3 in_normal;
in vec2 in_uv;
in vec4 in_color;          // linear base colour and opacity
in vec4 in_surface;        // metallic, roughness, clearcoat, clearcoat roughness
in vec4 in_body;           // transmission, reflectance at normal incidence / 0.25, part / 255, unlit

out vec3 v_position;       // gl frame, m
out vec3 v_normal;
out vec2 v_uv;
out vec4 v_color;
flat out vec4 v_surface;
flat out vec4 v_body;
out float v_whole;

void main() {
    mat4 placed = u_gl_from_part[int(in_body.z * 255.0 + 0.5)];
    vec4 point = placed * vec4(in_position, 1.0);
    v_position = point.xyz;
    v_normal = mat3(placed) * in_normal;
    v_uv = in_uv;
    v_color = in_color;
    v_surface = in_surface;
    v_body = in_body;
    v_whole = smoothstep(u_fade_z_m.x, u_fade_z_m.y, dot(u_head_z, point));
    gl_Position = project(point.xyz);
}
