// Soft shadow of the front and the temples of glasses on skin; see shadow.frag.
#include "project.glsl"

uniform mat4 u_gl_from_head;
uniform mat4 u_glasses_from_head;
uniform vec3 u_temple_start[2];   // glasses frame, m: left, right
uniform vec3 u_temple_end[2];
uniform float u_temple;           // strength of the temples' shadow

in vec3 in_position;   // head frame, m
in vec3 in_normal;     // of the mean face
in vec2 in_uv;

out vec3 v_skin;       // glasses frame, m
out float v_facing;    // cosine of the angle between the normal and the viewer
out vec2 v_uv;
out vec4 v_temple;     // vector to the nearer temple, in units of its reach; strength

const float TEMPLE_REACH_M = 0.009;

void main() {
    vec3 point = (u_gl_from_head * vec4(in_position, 1.0)).xyz;
    v_skin = (u_glasses_from_head * vec4(in_position, 1.0)).xyz;
    v_facing = dot(mat3(u_gl_from_head) * in_normal, normalize(-point));
    v_uv = in_uv;
    int side = v_skin.x > 0.0 ? 0 : 1;
    vec3 line = u_temple_end[side] - u_temple_start[side];
    vec3 from = v_skin - u_temple_start[side];
    vec3 away = from - line * clamp(dot(from, line) / dot(line, line), 0.0, 1.0);
    // Interpolated between vertices with different nearer temples, the vector would pass through zero: no shadow there.
    v_temple = vec4(away / TEMPLE_REACH_M, u_temple * smoothstep(0.035, 0.055, abs(v_skin.x)));
    gl_Position = project(point);
}
